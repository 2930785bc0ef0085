"""LabStreamingLayer: find streams, read one, and send our own.

Streams are looked for on this machine only, until the user says otherwise.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from neurokit.live.streams import MICROVOLT, Samples, Source, SourceInfo, SourceLost, clean_units

if TYPE_CHECKING:
    from mne_lsl.lsl import StreamInlet, StreamOutlet

PULLED = 4096
# it comes at once or half a second later; nobody waits for it
CORRECTION_SECONDS = 0.01
MARKERS = "neurokit-markers"
_SCOPES = ("machine", "link", "site")
# what a window sets for the processes that it starts
SCOPE_VARIABLE = "NEUROKIT_LSL_SCOPE"
_configured: list[str] = []


def use_scope(scope: str | None = None, *, session_id: str = "default") -> None:
    """Say how far streams are looked for, once and before the first of them.

    Parameters
    ----------
    scope : {"machine", "link", "site"}
        This machine, its network segment, or the site; by default what the environment variable
        ``NEUROKIT_LSL_SCOPE`` says, and this machine where it is not set.
    session_id : str
        Only streams of the same session see each other.

    Notes
    -----
    The environment variable ``LSLAPICFG``, where it is set, has the last word.
    """
    scope = scope or os.environ.get(SCOPE_VARIABLE) or "machine"
    if scope not in _SCOPES:
        raise ValueError(f"the LSL scope must be one of {', '.join(_SCOPES)}, got {scope!r}")
    if _configured or "LSLAPICFG" in os.environ:
        return
    from mne_lsl.lsl import set_config_content

    peers = "KnownPeers = {127.0.0.1}\n" if scope == "machine" else ""
    set_config_content(
        f"[multicast]\nResolveScope = {scope}\n[lab]\n{peers}SessionID = {session_id}\n"
        "[log]\nlevel = -2\n"
    )
    _configured.append(scope)


def find_streams(timeout: float = 1.0, **which: Any) -> list[SourceInfo]:
    """Regular streams that can be heard now.

    Parameters
    ----------
    timeout : float
        How long to listen, in seconds.
    which : str
        ``name``, ``stype`` or ``source_id`` of the stream that is sought.
    """
    use_scope()
    from mne_lsl.lsl import resolve_streams

    return [
        SourceInfo(
            info.name,
            tuple(f"{info.stype} {number + 1}" for number in range(info.n_channels)),
            (info.stype.lower(),) * info.n_channels,
            info.sfreq,
            info.source_id,
        )
        for info in resolve_streams(timeout, **which)
        if info.sfreq > 0
    ]


class LslSource(Source):
    """A stream of LabStreamingLayer.

    Parameters
    ----------
    name : str
        Name of the stream; empty takes the only EEG stream there is.
    source_id : str
        Its source identifier, where names are not unique.
    timeout : float
        How long it is looked for, in seconds.
    """

    def __init__(self, name: str = "", *, source_id: str = "", timeout: float = 5.0) -> None:
        self.name, self.source_id, self.timeout = name, source_id, timeout
        self._inlet: StreamInlet | None = None
        self._scale = np.ones(1)
        self._known: dict[str, str] = {}
        self._markers: Outlet | None = None

    def open(self) -> SourceInfo:
        """Find the stream and subscribe to it; a second call takes the same stream again."""
        inlet = self._connect()
        self._unsubscribe()
        info = inlet.get_sinfo(timeout=self.timeout)
        n_channels = info.n_channels
        channels = info.get_channel_names() or [f"EEG{number + 1}" for number in range(n_channels)]
        types = info.get_channel_types() or [info.stype.lower()] * n_channels
        units = info.get_channel_units() or [None] * n_channels
        eeg = np.array([kind == "eeg" for kind in types])
        named = np.array([unit not in (None, "", "none", "NA") for unit in units])
        # an amplifier that names no unit sends microvolts, as XDF's recommendations say
        self._scale = np.where(eeg & ~named, MICROVOLT, clean_units(units))
        self._inlet = inlet
        self._known = {"name": info.name, "source_id": info.source_id}
        return SourceInfo(
            info.name,
            tuple(_clean(name) for name in channels),
            tuple(types),
            info.sfreq,
            info.source_id,
            tuple(number for number, kind in enumerate(types) if kind.startswith("imp")),
        )

    def _connect(self) -> StreamInlet:
        use_scope()
        from mne_lsl.lsl import StreamInlet, resolve_streams

        which = self._known or {"name": self.name, "source_id": self.source_id}
        if not any(which.values()):
            which = {"stype": "EEG"}
        found = resolve_streams(self.timeout, **{key: text for key, text in which.items() if text})
        found = [info for info in found if info.sfreq > 0]
        if len(found) != 1:
            wanted = self.name or self.source_id or "of type EEG"
            names = ", ".join(sorted(info.name for info in found)) or "none"
            raise SourceLost(
                f"one LSL stream {wanted} is wanted, {len(found)} were heard ({names}): switch the "
                "amplifier's LSL program on, or name the stream"
            )
        # recovery is ours: a stall must be seen, not bridged
        inlet = StreamInlet(found[0], max_buffered=360, recover=False)
        inlet.open_stream(timeout=self.timeout)
        return inlet

    def read(self) -> Samples:
        """Pull all that has come."""
        if self._inlet is None:
            raise SourceLost(f"the stream {self.name} is closed; open it first")
        values, stamps = [], []
        try:
            while True:
                chunk, when = self._inlet.pull_chunk(timeout=0.0, max_samples=PULLED)
                values.append(np.array(chunk, dtype=float))
                stamps.append(np.array(when))
                if len(when) < PULLED:
                    break
        except Exception as error:
            raise SourceLost(
                f"the stream {self.name or self._known['name']} is gone: switch the amplifier's "
                "LSL program on again"
            ) from error
        return Samples(np.concatenate(values) * self._scale, np.concatenate(stamps))

    def clock_offset(self) -> float | None:
        """Offset of the sender's clock, as LSL measures it."""
        if self._inlet is not None:
            # a sender that just went away is seen by read
            with suppress(Exception):
                return float(self._inlet.time_correction(timeout=CORRECTION_SECONDS))
        return None

    def notice(self, label: str) -> None:
        """Send a marker on as the stream ``neurokit-markers``, for other programs.

        A patient that is simulated in one of them obeys it. What a person wrote stays here.
        """
        if label.startswith("note:"):
            return
        # whoever listens, the recording comes first
        with suppress(Exception):
            if self._markers is None:
                known = self._known.get("source_id", self.name)
                self._markers = Outlet(
                    MARKERS, "Markers", ["marker"], dtype="string", unit="none",
                    source_id=f"{MARKERS}-{known}",
                )  # fmt: skip
            self._markers.push([label])

    def close(self) -> None:
        """Unsubscribe, and send no markers any more."""
        self._unsubscribe()
        if self._markers is not None:
            self._markers.close()
            self._markers = None

    def _unsubscribe(self) -> None:
        if self._inlet is not None:
            with suppress(Exception):
                self._inlet.close_stream()
            self._inlet = None


def _clean(name: str) -> str:
    return name.strip().rstrip(".")


class Outlet:
    """Our own stream: samples, markers, or the outputs of a decoder.

    Parameters
    ----------
    name, stype : str
        As LSL has them.
    channels : sequence of str
        Channel names.
    sfreq : float
        In hertz; 0 for what comes at no fixed rate.
    dtype : str
        ``float32``, ``float64`` or ``string``.
    unit : str
        Of every channel.
    """

    def __init__(
        self,
        name: str,
        stype: str,
        channels: Sequence[str],
        *,
        sfreq: float = 0.0,
        dtype: str = "float32",
        unit: str = "microvolts",
        source_id: str = "",
    ) -> None:
        use_scope()
        from mne_lsl.lsl import StreamInfo
        from mne_lsl.lsl import StreamOutlet as LslOutlet

        source_id = source_id or f"neurokit-{name}-{socket.gethostname()}-{uuid.getnode():x}"
        info = StreamInfo(name, stype, len(channels), sfreq, dtype, source_id)
        info.set_channel_names(list(channels))
        info.set_channel_types([stype.lower()] * len(channels))
        info.set_channel_units([unit] * len(channels))
        self._outlet: StreamOutlet | None = LslOutlet(info)

    def push(self, values: Any, stamp: float = 0.0) -> None:
        """Send one sample; without a stamp it is stamped now."""
        if self._outlet is None:
            raise ValueError("this outlet is closed; make a new one")
        self._outlet.push_sample(values, stamp)

    def push_chunk(self, values: np.ndarray, stamp: float = 0.0) -> None:
        """Send samples, shape (n_samples, n_channels); the stamp is the last one's."""
        if self._outlet is None:
            raise ValueError("this outlet is closed; make a new one")
        if len(values) == 1:
            self._outlet.push_sample(values[0], stamp)
        elif len(values):
            self._outlet.push_chunk(np.ascontiguousarray(values), stamp)

    def has_listener(self) -> bool:
        """Whether anybody hears it."""
        return self._outlet is not None and bool(self._outlet.has_consumers)

    def close(self) -> None:
        """Take the stream away."""
        self._outlet = None
