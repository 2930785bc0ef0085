"""Amplifiers that BrainFlow knows: OpenBCI, Unicorn, ANT Neuro, Muse and their like.

BrainFlow is an extra: ``pip install 'neurokit-bci[devices]'``.
"""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from neurokit.live.streams import MICROVOLT, Samples, Source, SourceInfo, SourceLost, now

if TYPE_CHECKING:
    from brainflow.board_shim import BoardShim

INSTALL = "pip install 'neurokit-bci[devices]'"
BUFFER_SAMPLES = 450_000


def boards() -> tuple[str, ...]:
    """Names of the boards that measure EEG; none where BrainFlow is not installed."""
    try:
        shim, ids = _brainflow()
    except ValueError:
        return ()
    return tuple(each.name for each in ids if _description(shim, each.value).get("eeg_channels"))


class BoardSource(Source):
    """An amplifier that BrainFlow reads.

    Parameters
    ----------
    board : str
        BrainFlow's name of it, such as ``CYTON_BOARD`` or ``SYNTHETIC_BOARD``.
    names : str
        The electrodes of its EEG channels, separated by spaces, where they do not sit as the
        maker says; it fixes the number of channels that are read.
    **connection
        BrainFlow's connection: ``serial_port``, ``mac_address``, ``ip_address``, ``ip_port``,
        ``serial_number``, ``timeout`` and so on.

    Raises
    ------
    ValueError
        If BrainFlow is not installed, or knows no such board or setting.
    """

    def __init__(self, board: str, *, names: str = "", **connection: Any) -> None:
        shim, ids = _brainflow()
        if board not in ids.__members__ or not _description(shim, ids[board].value):
            raise ValueError(
                f"BrainFlow knows no board {board!r}; use one of {', '.join(boards())}"
            )
        self.board, self._id = board, int(ids[board].value)
        self._description = _description(shim, self._id)
        self._parameters = _parameters(connection)
        self._rows = list(self._description.get("eeg_channels", ()))
        self.channels = self._electrodes(names)
        self._rows = self._rows[: len(self.channels)]
        # fewer than one a channel say nothing of a single electrode
        resistances = list(self._description.get("resistance_channels", ()))
        enough = len(resistances) >= len(self._description.get("eeg_channels", ()))
        self._resistances = resistances[: len(self.channels)] if enough else []
        self._shim: BoardShim | None = None

    def _electrodes(self, names: str) -> tuple[str, ...]:
        chosen = names.split()
        if not self._rows or len(chosen) > len(self._rows):
            raise ValueError(
                f"{self.board} has {len(self._rows)} EEG channels, {len(chosen)} were named; "
                "choose another board or fewer names"
            )
        told = self._description.get("eeg_names", "")
        made = [f"EEG{number + 1}" for number in range(len(self._rows))]
        return tuple(chosen or (told.split(",") if told else made))[: len(self._rows)]

    def open(self) -> SourceInfo:
        """Connect to the board and let it stream."""
        from brainflow.exit_codes import BrainFlowError

        self.close()
        shim = _brainflow()[0](self._id, self._parameters)
        try:
            shim.prepare_session()
            shim.start_stream(BUFFER_SAMPLES)
        except BrainFlowError as error:
            if shim.is_prepared():
                shim.release_session()
            raise SourceLost(
                f"the board {self.board} does not answer ({_reason(error)}): switch it on, check "
                "its port or address, and close other programs that use it"
            ) from error
        self._shim = shim
        impedances = tuple(f"{name} impedance" for name in self.channels[: len(self._resistances)])
        n_eeg = len(self.channels)
        return SourceInfo(
            str(self._description.get("name", self.board)),
            self.channels + impedances,
            ("eeg",) * n_eeg + ("misc",) * len(impedances),
            float(self._description["sampling_rate"]),
            f"brainflow-{self.board}",
            tuple(range(n_eeg, n_eeg + len(impedances))),
        )

    def read(self) -> Samples:
        """Take what the board has sent."""
        from brainflow.exit_codes import BrainFlowError

        if self._shim is None:
            raise SourceLost(f"the board {self.board} is closed; open it first")
        try:
            data = self._shim.get_board_data()
        except BrainFlowError as error:
            raise SourceLost(f"the board {self.board} is gone ({_reason(error)})") from error
        # BrainFlow stamps with the time of day, which may jump; ours does not
        stamps = data[self._description["timestamp_channel"]] + (now() - time.time())
        volts = data[self._rows].T * MICROVOLT
        return Samples(np.hstack([volts, data[self._resistances].T]), stamps)

    def close(self) -> None:
        """Let go of the board."""
        from brainflow.exit_codes import BrainFlowError

        shim, self._shim = self._shim, None
        if shim is None:
            return
        for step in (shim.stop_stream, shim.release_session):
            try:
                step()
            except BrainFlowError:  # what is gone already need not be stopped
                continue


def _brainflow() -> tuple[Any, Any]:
    """BoardShim, which logs nothing, and the enumeration of boards."""
    try:
        with warnings.catch_warnings():
            # it asks pkg_resources for its library, which setuptools is about to drop
            warnings.simplefilter("ignore", UserWarning)
            from brainflow.board_shim import BoardIds, BoardShim

            BoardShim.disable_board_logger()
    except ImportError as error:
        raise ValueError(f"boards need BrainFlow, which is missing here: {INSTALL}") from error
    return BoardShim, BoardIds


def _description(shim: Any, number: int) -> dict[str, Any]:
    """What BrainFlow says of a board; nothing of its players and of boards it has no driver for."""
    from brainflow.exit_codes import BrainFlowError

    try:
        found: dict[str, Any] = shim.get_board_descr(number)
    except BrainFlowError:
        return {}
    return found if "sampling_rate" in found else {}


def _parameters(connection: dict[str, Any]) -> Any:
    from brainflow.board_shim import BrainFlowInputParams

    parameters = BrainFlowInputParams()
    for name, value in connection.items():
        if not hasattr(parameters, name):
            raise ValueError(
                f"a board has no setting {name!r}; use names, {', '.join(sorted(vars(parameters)))}"
            )
        # ports and addresses come as text or number; each setting knows which it is
        setattr(parameters, name, type(getattr(parameters, name))(value))
    return parameters


def _reason(error: Exception) -> str:
    """BrainFlow's reason, such as ``unable to open port``."""
    return str(error).partition(" ")[0].partition(":")[0].replace("_", " ").lower()
