"""The patient's screen, and who shows a run on it.

There are two back ends. ``CueWidget`` paints at once and stamps when painting has returned.
``SwappedCues`` draws by OpenGL in step with the display and stamps when the frame was swapped in;
it needs a screen and an OpenGL driver.
"""

from __future__ import annotations

from PyQt6.QtCore import QObject, QRectF, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import (
    QCloseEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QOpenGLContext,
    QPainter,
    QPaintEvent,
    QScreen,
)
from PyQt6.QtOpenGL import QOpenGLWindow
from PyQt6.QtWidgets import QWidget

from neurokit.app.desktop.beep import Beep
from neurokit.app.desktop.cue_painting import paint_screen, rehearse
from neurokit.app.desktop.theme import Colours
from neurokit.app.desktop.translations import tr
from neurokit.live.streams import now
from neurokit.visits.calibration import FRAME, Run, Screen

TICK_MS = 4
# the part of the clinician's screen that the patient's window takes where there is no second one
PART = 0.6


class CueWidget(QWidget):
    """Paints screens at once; a window of the patient's, or a preview inside another.

    Signals
    -------
    seen(float)
        The screen was painted, at this time of ``neurokit.live.streams.now``.
    tick()
        It is time to look whether another screen is due.
    closed()
        The window was closed.
    """

    seen = pyqtSignal(float)
    tick = pyqtSignal()
    closed = pyqtSignal()
    # seconds from asking for a frame to the frame
    lead = 0.0

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colours = colours
        self.current: Screen | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(tr("What the patient sees"))
        # the clinician's window keeps the keys
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setMinimumSize(160, 120)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def frame(self) -> float:
        """Seconds between two frames of the display."""
        return frame_seconds(self.screen())

    def begin(self) -> None:
        """Tick from now on."""
        self._timer.start()

    def end(self) -> None:
        """Tick no more."""
        self._timer.stop()

    def _tick(self) -> None:
        # what nobody can see is not shown: the run waits until the window is there
        if self.window().windowHandle().isExposed():
            self.tick.emit()

    def show_screen(self, screen: Screen) -> None:
        """Paint a screen, and say when that was done."""
        self.current = screen
        self.repaint()
        self.seen.emit(now())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the current screen."""
        painter = QPainter(self)
        paint_screen(painter, QRectF(self.rect()), self.current, self.colours)
        painter.end()

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Fill the screen, or leave it."""
        toggle_full_screen(self)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """F11 fills the screen, or leaves it."""
        if event.key() == Qt.Key.Key_F11:
            toggle_full_screen(self)
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Say that nobody can see it any more."""
        self.end()
        super().closeEvent(event)
        self.closed.emit()


class SwappedCues(QOpenGLWindow):
    """Draws screens in step with the display; the signals are ``CueWidget``'s."""

    seen = pyqtSignal(float)
    tick = pyqtSignal()
    closed = pyqtSignal()

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self.colours = colours
        self.current: Screen | None = None
        self._is_drawn = self._is_running = False
        self._is_awaited = self._is_rehearsed = False
        # the clinician's window keeps the keys; the name is Qt's own
        self.setProperty("_q_showWithoutActivating", True)
        self.frameSwapped.connect(self._swapped)

    @property
    def frame(self) -> float:
        """Seconds between two frames of the display."""
        return frame_seconds(self.screen())

    @property
    def lead(self) -> float:
        """Seconds from asking for a frame to the frame."""
        return self.frame

    def begin(self) -> None:
        """Tick from now on, once a frame."""
        self._is_running = True
        self.update()

    def end(self) -> None:
        """Tick no more."""
        self._is_running = False

    def show_screen(self, screen: Screen) -> None:
        """Draw a screen into the next frame; ``seen`` follows when it was swapped in."""
        self.current = screen
        self._is_awaited, self._is_drawn = True, False
        self.update()

    def paintGL(self) -> None:
        """Draw the current screen."""
        painter = QPainter(self)
        area = QRectF(0, 0, self.width(), self.height())
        if not self._is_rehearsed:
            self._is_rehearsed = True
            rehearse(painter, area, self.colours)
        paint_screen(painter, area, self.current, self.colours)
        painter.end()
        self._is_drawn = True

    def _swapped(self) -> None:
        stamp = now()
        if self._is_awaited and self._is_drawn:
            self._is_awaited = False
            self.seen.emit(stamp)
        if self._is_running:
            self.tick.emit()
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Fill the screen, or leave it."""
        toggle_full_screen(self)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """F11 fills the screen, or leaves it."""
        if event.key() == Qt.Key.Key_F11:
            toggle_full_screen(self)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Say that nobody can see it any more."""
        self.end()
        super().closeEvent(event)
        self.closed.emit()


Cues = CueWidget | SwappedCues


def frame_seconds(screen: QScreen | None) -> float:
    """Seconds between two frames of a screen."""
    rate = screen.refreshRate() if screen is not None else 0.0
    return 1 / rate if rate > 1 else FRAME


def toggle_full_screen(window: Cues) -> None:
    """Let a window fill its screen, or no longer."""
    if isinstance(window, QWidget) and not window.isWindow():
        return
    full = window.windowState() != Qt.WindowState.WindowFullScreen
    window.showFullScreen() if full else window.showNormal()


def can_swap() -> bool:
    """Whether there is a screen and an OpenGL driver for ``SwappedCues``."""
    # Qt's platforms without a screen end the process when they are asked for a context
    if QGuiApplication.platformName() not in ("xcb", "wayland", "windows", "cocoa"):
        return False
    return QOpenGLContext().create()


def open_cues(colours: Colours, beside: QWidget) -> Cues:
    """Open the patient's window, with the best back end that there is."""
    return place_cues(SwappedCues(colours) if can_swap() else CueWidget(colours), beside)


def place_cues(cues: Cues, beside: QWidget) -> Cues:
    """Show a window to the patient: on a second screen, else over a part of the clinician's.

    Parameters
    ----------
    cues : CueWidget or SwappedCues
        The patient's window.
    beside : QWidget
        The clinician's.
    """
    if isinstance(cues, SwappedCues):
        cues.setTitle(tr("The patient's screen"))
    else:
        cues.setWindowTitle(tr("The patient's screen"))
    own = beside.screen()
    others = [screen for screen in QGuiApplication.screens() if screen is not own]
    if others:
        cues.setScreen(others[0])
        cues.setGeometry(others[0].geometry())
        cues.showFullScreen()
        return cues
    room = own.availableGeometry()
    cues.resize(round(PART * room.width()), round(PART * room.height()))
    cues.setPosition(room.topLeft()) if isinstance(cues, SwappedCues) else cues.move(room.topLeft())
    cues.show()
    return cues


class Presenter(QObject):
    """Shows a run: asks it what is due, has it drawn, and tells it when that was seen.

    Parameters
    ----------
    run : Run
        What is shown.
    cues : CueWidget or SwappedCues, or whatever has their signals, ``show_screen`` and ``lead``
        Where it is shown.

    Signals
    -------
    changed(object)
        Another screen was asked for.
    ended()
        The run is done.
    """

    changed = pyqtSignal(object)
    ended = pyqtSignal()

    def __init__(self, run: Run, cues: Cues, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.run, self.cues = run, cues
        self._asked: Screen | None = None
        self._beep = Beep() if run.protocol.sound else None
        cues.tick.connect(self.advance)
        cues.seen.connect(run.shown)

    def begin(self) -> None:
        """Show the run as soon as the window can be seen."""
        self.cues.begin()

    def advance(self) -> None:
        """Show what is due now."""
        screen = self.run.step(now() + self.cues.lead)
        if screen is self._asked:
            return
        self._asked = screen
        self.cues.show_screen(screen)
        if screen.beep and self._beep is not None:
            self._beep.play()
        self.changed.emit(screen)
        if screen.kind == "done":
            self.ended.emit()

    def close(self) -> None:
        """Let go of the window, which stays open, and be silent."""
        self.cues.end()
        self.cues.tick.disconnect(self.advance)
        self.cues.seen.disconnect(self.run.shown)
        if self._beep is not None:
            self._beep.close()
