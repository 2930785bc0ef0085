"""A short tone that says a trial begins."""

from __future__ import annotations

import math
import struct

from PyQt6.QtCore import QBuffer, QByteArray, QIODevice
from PyQt6.QtWidgets import QApplication

RATE = 44_100
HERTZ, SECONDS, LOUDNESS, RAMP = 880.0, 0.12, 0.4, 0.01


class Beep:
    """Plays the tone; where this computer has no sound system, the desktop's own alert."""

    def __init__(self) -> None:
        self._sink = None
        try:
            from PyQt6.QtMultimedia import QAudioFormat, QAudioSink, QMediaDevices
        except ImportError:
            return
        device = QMediaDevices.defaultAudioOutput()
        form = QAudioFormat()
        form.setSampleRate(RATE)
        form.setChannelCount(1)
        form.setSampleFormat(QAudioFormat.SampleFormat.Int16)
        if device.isNull() or not device.isFormatSupported(form):
            return
        self._sink = QAudioSink(device, form)
        self._buffer = QBuffer()
        self._buffer.setData(QByteArray(tone()))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)

    def play(self) -> None:
        """Play it once, without waiting for its end."""
        if self._sink is None:
            QApplication.beep()
            return
        self._sink.stop()
        self._buffer.seek(0)
        self._sink.start(self._buffer)

    def close(self) -> None:
        """Be silent."""
        if self._sink is not None:
            self._sink.stop()
            self._sink = None


def tone() -> bytes:
    """The tone as 16-bit samples; it swells and fades, so that it does not click."""
    samples = []
    for place in range(round(SECONDS * RATE)):
        seconds = place / RATE
        ramp = min(1.0, seconds / RAMP, (SECONDS - seconds) / RAMP)
        samples.append(round(32767 * LOUDNESS * ramp * math.sin(2 * math.pi * HERTZ * seconds)))
    return struct.pack(f"<{len(samples)}h", *samples)
