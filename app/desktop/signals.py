"""Signals: choose a source, see its traces, and read how each electrode sits."""

from __future__ import annotations

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop.head_map import SYMBOLS, HeadMap
from neurokit.app.desktop.session import State
from neurokit.app.desktop.source_chooser import SourceChooser
from neurokit.app.desktop.sweep import SweepView
from neurokit.app.desktop.theme import colours
from neurokit.app.desktop.traces_bar import TracesBar
from neurokit.app.desktop.translations import told, tr
from neurokit.app.desktop.words import class_text
from neurokit.live.preview import Preview
from neurokit.live.recording_process import RecorderClient
from neurokit.live.ring import Ring
from neurokit.live.streams import SourceInfo, now
from neurokit.signals.quality import SECONDS, Quality, check_source, summary

WATCH_MS, REAP_MS = 200, 50
STALL_SECONDS = 0.75
# a verdict that changes faster cannot be read
QUALITY_SECONDS = 0.6
UNCHOSEN = "lsl:"
# what takes hold of nothing is shown without being asked for
AT_ONCE = ("lsl:", "simulated:")


class Page(QWidget):
    """Chooses the source and looks at it; while a run is recorded it looks at the recorder's ring.

    The source belongs to the page only while it is shown: whoever turns to another page finds it
    free.
    """

    def __init__(self, desk) -> None:
        super().__init__()
        self.desk = desk
        self.preview: Preview | None = None
        self._ring: Ring | None = None
        self._info: SourceInfo | None = None
        self._sidecar = self._source = ""
        self._wanted = True
        self._n_written, self._came, self._judged = 0, 0.0, 0.0
        self._n_cues = 0
        self._make_widgets()
        self._lay_out()
        self._watch = QTimer(self)
        self._watch.setInterval(WATCH_MS)
        self._watch.timeout.connect(self.look)
        # a board takes its time to end its session; the window does not wait for it
        self._leaving: list[Preview] = []
        self._reaper = QTimer(self)
        self._reaper.setInterval(REAP_MS)
        self._reaper.timeout.connect(self._reap)
        self._forget = desk.session.listen(self.show_state)

    def _make_widgets(self) -> None:
        theme = colours(self.desk.session.state.settings)
        self.source = SourceChooser(self.desk.tasks)
        self.start = QPushButton()
        self.status, self.verdict = _Words(), _Words()
        self.view, self.head = SweepView(theme), HeadMap(theme)
        self.bar = TracesBar(self.view)
        self.faults = QListWidget()
        self.faults.setAccessibleName(tr("What to mend"))
        self.faults.setWordWrap(True)
        self.faults.setMinimumHeight(3 * self.fontMetrics().height())
        self.faults.hide()
        self.go_on = QPushButton(tr("Calibrate") + "  ▶")
        self.source.chosen.connect(self._choose)
        self.start.clicked.connect(self.toggle)
        self.head.chosen.connect(self.view.go_to)
        self.view.chosen.connect(self.head.choose)
        self.faults.itemActivated.connect(self._show_fault)
        self.faults.itemClicked.connect(self._show_fault)
        self.go_on.clicked.connect(lambda: self.desk.session.go(page="calibrate", message=""))

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.addWidget(self.source, 1)
        first.addWidget(self.start)
        right = QVBoxLayout()
        right.addWidget(self.head, 5)
        right.addWidget(self.verdict)
        right.addWidget(self.faults, 2)
        right.addWidget(self.go_on)
        layout = QGridLayout(self)
        layout.addLayout(first, 0, 0, 1, 2)
        layout.addWidget(self.status, 1, 0, 1, 2)
        layout.addWidget(self.view, 2, 0)
        layout.addLayout(right, 2, 1)
        layout.addWidget(self.bar, 3, 0, 1, 2)
        layout.setColumnStretch(0, 65)
        layout.setColumnStretch(1, 35)
        layout.setRowStretch(2, 1)

    @property
    def is_settled(self) -> bool:
        """Whether all that can be shown is shown: a source that was chosen has filled the page."""
        if self._source == UNCHOSEN:
            return True
        filled = self.view.look.seconds * (self._info.sfreq if self._info else 0)
        return bool(self.verdict.text()) and self._n_written > filled

    # the state

    def show_state(self, state: State) -> None:
        """Draw the state."""
        theme = colours(state.settings)
        self.view.set_colours(theme)
        self.head.set_colours(theme)
        self.bar.set_mains(state.settings.mains)
        if state.source != self._source:
            self._source = state.source
            self.source.show_address(state.source)
            at_once = self._wanted and state.source.startswith(AT_ONCE) and self.isVisible()
            if self.preview is not None or at_once:
                self._let_go()
                self._begin()
        if state.recording != self._sidecar:
            self._sidecar = state.recording
            self._let_go()
            if self.isVisible():
                self._begin()
        self._show_start()

    def _choose(self, address: str) -> None:
        self.desk.session.go(source=address)

    def toggle(self) -> None:
        """Show the signals, or let go of the source."""
        self._wanted = self.preview is None
        if self._wanted:
            self._begin()
        else:
            self._let_go()
            self._say(tr("Stopped: the source is free."))
        self._show_start()

    def _show_start(self) -> None:
        running = self.preview is not None
        self.start.setText(tr("Stop") if running else tr("Show signals"))
        self.start.setEnabled(not self._sidecar and self._source != UNCHOSEN)
        self.source.setEnabled(not self._sidecar)
        # the step that comes next stands out
        for button, is_next in ((self.start, not running), (self.go_on, running)):
            button.setProperty("main", is_next)
            button.style().unpolish(button)
            button.style().polish(button)

    # the source

    def _begin(self) -> None:
        """Look at the recorder's ring while a run is recorded, at the source otherwise."""
        if self._sidecar:
            try:
                client = RecorderClient(self._sidecar)
            except (OSError, ValueError, KeyError) as error:
                self._say(str(error), "problem")
                return
            client.close()
            self._show_ring(client.ring, client.info)
        elif self._source != UNCHOSEN:
            self.preview = Preview(self._source)
            self._say(tr("Looking for the source ..."))
        self._watch.start()
        self._show_start()

    def _let_go(self) -> None:
        self._watch.stop()
        if self.preview is not None:
            self.preview.let_go()
            self._leaving.append(self.preview)
            self.preview = None
            self._reaper.start()
        self._ring = self._info = None
        self.view.show_ring(None)
        self.view.set_hint(tr("Choose a source and show its signals."))
        self._judge_nothing()

    def _reap(self) -> None:
        self._leaving = [each for each in self._leaving if not each.has_left()]
        if not self._leaving:
            self._reaper.stop()

    def _show_ring(self, ring: Ring, info: SourceInfo) -> None:
        self._ring, self._info = ring, info
        self._n_written, self._came = ring.n_written, now()
        self._n_cues = 0
        eeg = [name for name, kind in zip(info.channels, info.types, strict=True) if kind == "eeg"]
        self.head.set_names(eeg)
        self.view.show_ring(ring, info)
        self.bar.show_look()

    def look(self) -> None:
        """Hear what the source says, and judge what has come."""
        problem = ""
        if self.preview is not None:
            state, problem = self.preview.poll(), self.preview.problem
            if self._ring is None and self.preview.ring is not None:
                self._show_ring(self.preview.ring, self.preview.info)
            if state == "ended":
                self._let_go()
                self._show_start()
                self._say(problem, "problem")
                return
        if self._ring is None:
            if problem:
                self._say(problem, "problem")
            return
        if self._ring.n_written != self._n_written:
            self._n_written, self._came = self._ring.n_written, now()
        silent = now() - self._came
        if silent > STALL_SECONDS or problem:
            self._show_stall(silent, problem)
        else:
            self._show_live()

    def _show_stall(self, seconds: float, problem: str) -> None:
        words = tr("No signal for {seconds:.0f} s.").format(seconds=max(seconds, 1))
        self._say(f"▲ {words} {told(problem) or tr('Is the amplifier on?')}", "problem")
        self._judge_nothing()

    def _show_cues(self) -> None:
        """Mark what the patient was asked, where a run is led by this window."""
        for run in self.desk.led:
            trials = run.trials
            for trial in trials[self._n_cues :]:
                self.view.add_marker(class_text(trial.label), trial.actual)
            self._n_cues = len(trials)

    def _show_live(self) -> None:
        words = tr("Recording: {what}") if self._sidecar else tr("Live: {what}")
        what = tr("{n} electrodes, {sfreq:g} Hz, {name}").format(
            n=len(self.head.names), sfreq=self._info.sfreq, name=tr(self._info.name)
        )
        self._say(f"● {words.format(what=what)}", "good")
        self._show_cues()
        if now() - self._judged > QUALITY_SECONDS:
            self._judged = now()
            samples = self._ring.latest(SECONDS).samples
            mains = self.desk.session.state.settings.mains
            self._judge(check_source(samples, self._info, mains=mains))

    # the verdict

    def _judge(self, quality: list[Quality]) -> None:
        self.head.set_quality(quality)
        self.view.set_verdicts({each.name: each.verdict for each in quality})
        verdict, words, filling = summary(quality)
        role = {"good": "good", "bad": "problem"}.get(verdict, "strong")
        self.verdict.say(f"{SYMBOLS[verdict]} {tr(words).format(**filling)}", role)
        order = ("bad", "fair")
        worst = sorted(
            (each for each in quality if each.verdict in order),
            key=lambda each: order.index(each.verdict),
        )
        lines = {
            each.name: f"{SYMBOLS[each.verdict]} {self.head.words(each.name)}" for each in worst
        }
        self._list_faults(lines)

    def _list_faults(self, lines: dict[str, str]) -> None:
        """Keep the rows where they are while only their numbers change."""
        names = [
            self.faults.item(k).data(Qt.ItemDataRole.UserRole) for k in range(self.faults.count())
        ]
        if names != list(lines):
            self.faults.clear()
            for name in lines:
                item = QListWidgetItem()
                item.setData(Qt.ItemDataRole.UserRole, name)
                self.faults.addItem(item)
        for k, text in enumerate(lines.values()):
            if self.faults.item(k).text() != text:
                self.faults.item(k).setText(text)
        self.faults.setVisible(bool(lines))

    def _judge_nothing(self) -> None:
        self.head.set_quality([])
        self.view.set_verdicts({})
        self.verdict.say("", "hint")
        self._list_faults({})

    def _show_fault(self, item: QListWidgetItem) -> None:
        name = item.data(Qt.ItemDataRole.UserRole)
        self.head.choose(name)
        self.view.go_to(name)

    def _say(self, text: str, role: str = "hint") -> None:
        self.status.say(told(text), role)

    # coming and going

    def showEvent(self, event) -> None:
        """Look at the source that was chosen before."""
        super().showEvent(event)
        if self._wanted and self.preview is None and self._ring is None:
            self._begin()
        if self._source == UNCHOSEN:
            self.view.set_hint(tr("Choose a source and show its signals."))
        self.source.look()

    def hideEvent(self, event) -> None:
        """Leave the source to the next page."""
        self.source.stop()
        self._let_go()
        super().hideEvent(event)

    def closeEvent(self, event) -> None:
        """Leave nothing behind."""
        self._forget()
        self._forget = lambda: None  # a window may close its pages twice
        self.source.stop()
        self._let_go()
        self._reaper.stop()
        while self._leaving:
            self._leaving.pop().stop()
        super().closeEvent(event)


class _Words(QLabel):
    """A sentence that takes the lines it needs, and asks the page for no more height than that."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setProperty("role", "hint")

    def hasHeightForWidth(self) -> bool:
        """Say no: a page whose height depends on its width is scrolled instead of fitted."""
        return False

    def say(self, text: str, role: str) -> None:
        """Say it in the theme's dress for ``role``."""
        if self.property("role") != role:
            self.setProperty("role", role)
            self.style().unpolish(self)
            self.style().polish(self)
        if self.text() != text:
            self.setText(text)
            self._fit()

    def resizeEvent(self, event) -> None:
        """Take other lines at another width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(max(self.heightForWidth(self.width()), self.fontMetrics().height()))
