"""Send a decoder's outputs to other programs and devices: over LSL, and over OSC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from neurokit.live.online import Output


class Sink(Protocol):
    """Where outputs go."""

    def send(self, output: Output) -> None:
        """Send one."""

    def close(self) -> None:
        """Send no more."""


class LslSink:
    """An LSL stream of outputs: the feedback of each class, and the number of the decision.

    Each carries the time of the last sample that it was decoded from, so that a receiver on the
    same clock knows its age. The decision is -1 where nothing was decided.

    Parameters
    ----------
    name : str
        Of the stream; its type is ``Outputs``.
    classes : sequence of str
        Names of its channels, before ``decision``.
    """

    def __init__(self, name: str, classes: Sequence[str]) -> None:
        from neurokit.live.lsl import Outlet

        self.classes = tuple(classes)
        self._outlet = Outlet(
            name, "Outputs", [*self.classes, "decision"], dtype="float64", unit="none"
        )

    def send(self, output: Output) -> None:
        """Push one output."""
        decision = self.classes.index(output.label) if output.label else -1
        self._outlet.push(np.array([*output.feedback, decision], dtype=float), output.stamp)

    def close(self) -> None:
        """Take the stream away."""
        self._outlet.close()


class OscSink:
    """OSC messages over UDP: ``/neurokit/feedback`` with a number a class, ``/neurokit/decision``.

    The decision is the name of the class, empty where nothing was decided.

    Parameters
    ----------
    address : str
        ``HOST:PORT``.

    Raises
    ------
    ValueError
        If it is not such an address.
    """

    def __init__(self, address: str) -> None:
        from pythonosc.udp_client import SimpleUDPClient

        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError(
                f"an OSC address is HOST:PORT, such as 127.0.0.1:9000, got {address!r}"
            )
        self._client = SimpleUDPClient(host, int(port))

    def send(self, output: Output) -> None:
        """Send one output as two messages."""
        self._client.send_message("/neurokit/feedback", list(output.feedback))
        self._client.send_message("/neurokit/decision", output.label)

    def close(self) -> None:
        """Let go of the socket."""
        self._client.close()


def make_sinks(classes: Sequence[str], *, lsl: str = "", osc: str = "") -> list[Sink]:
    """Sinks by name of the LSL stream and address of the OSC receiver; empty means none."""
    sinks: list[Sink] = []
    if osc:
        sinks.append(OscSink(osc))
    if lsl:
        sinks.append(LslSink(lsl, classes))
    return sinks
