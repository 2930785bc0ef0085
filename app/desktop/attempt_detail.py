"""What lies behind a result: confusions, features, a comparison, and what to do with it."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop.attempt_table import Row, numbers, percent
from neurokit.app.desktop.theme import Colours
from neurokit.app.desktop.train_plan import CLASS_WORDS, WORDS, key_of
from neurokit.app.desktop.translations import tr
from neurokit.visits.attempts import SELECTIONS, Attempt, Comparison

MOST_FEATURES = 4


class ConfusionView(QWidget):
    """Rows are what was asked for, columns what it was taken for."""

    def __init__(self) -> None:
        super().__init__()
        self.attempt: Attempt | None = None
        self.colours: Colours | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_attempt(self, attempt: Attempt | None, colours: Colours) -> None:
        """Draw another attempt's."""
        self.attempt, self.colours = attempt, colours
        self.setVisible(bool(attempt and attempt.confusion))
        if attempt and attempt.confusion:
            self.setAccessibleName(_spoken_confusion(attempt))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the classes' names and counts."""
        if self.attempt is None:
            return QSize(0, 0)
        side, names, head = self._sizes()
        n = len(self.attempt.classes)
        return QSize(round(names + n * side) + 8, round(2 * head + n * side * 0.5) + 6)

    def _sizes(self) -> tuple[float, float, float]:
        metrics = self.fontMetrics()
        names = [class_text(name) for name in self.attempt.classes] if self.attempt else []
        names.append(tr("asked for"))
        width = max([metrics.horizontalAdvance(name) for name in names], default=0)
        side = max(width + 14, metrics.horizontalAdvance("100 (100 %)") + 14)
        return side, width + 14, metrics.height() * 1.3

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the squares; the darker the more."""
        if self.attempt is None or self.colours is None:
            return
        painter = QPainter(self)
        side, left, head = self._sizes()
        tall, align = side * 0.5, Qt.AlignmentFlag
        names = [class_text(name) for name in self.attempt.classes]
        painter.setPen(QColor(self.colours.muted))
        whole = QRectF(left, 0, side * len(names), head)
        painter.drawText(whole, int(align.AlignCenter), tr("taken for"))
        asked = QRectF(0, head, left - 8, head)
        painter.drawText(asked, int(align.AlignVCenter | align.AlignRight), tr("asked for"))
        for k, name in enumerate(names):
            painter.setPen(QColor(self.colours.text))
            column = QRectF(left + k * side, head, side, head)
            painter.drawText(column, int(align.AlignCenter), name)
            row = QRectF(0, 2 * head + k * tall, left - 8, tall)
            painter.drawText(row, int(align.AlignVCenter | align.AlignRight), name)
            total = max(sum(self.attempt.confusion[k]), 1)
            for j, count in enumerate(self.attempt.confusion[k]):
                cell = QRectF(left + j * side, 2 * head + k * tall, side, tall).adjusted(
                    1, 1, -1, -1
                )
                self._draw_cell(painter, cell, count, count / total)
        painter.end()

    def _draw_cell(self, painter: QPainter, cell: QRectF, count: int, share: float) -> None:
        fill = QColor(self.colours.accent)
        fill.setAlphaF(0.08 + 0.92 * share)
        painter.fillRect(cell, QColor(self.colours.surface))
        painter.fillRect(cell, fill)
        painter.setPen(QColor(self.colours.on_accent if share > 0.55 else self.colours.text))
        painter.drawText(cell, int(Qt.AlignmentFlag.AlignCenter), f"{count} ({percent(share)} %)")


def class_text(name: str) -> str:
    """A class as people say it."""
    return tr(CLASS_WORDS[name]) if name in CLASS_WORDS else name


def _spoken_confusion(attempt: Attempt) -> str:
    parts = [
        tr("{n} of {true} taken for {taken}").format(
            n=count, true=class_text(true), taken=class_text(taken)
        )
        for true, row in zip(attempt.classes, attempt.confusion, strict=True)
        for taken, count in zip(attempt.classes, row, strict=True)
    ]
    return "; ".join(parts)


class AttemptDetail(QFrame):
    """The selected attempt, or the comparison of two.

    Signals
    -------
    use(), pin(), delete()
        What to do with the selected attempt, or attempts.
    noted(str)
        The note on it.
    """

    use = pyqtSignal()
    pin = pyqtSignal()
    delete = pyqtSignal()
    noted = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.confusion = ConfusionView()
        self.title, self.words = QLabel(), QLabel()
        self.title.setProperty("role", "strong")
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for label in (self.title, self.words):
            label.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.note = QLineEdit()
        self.note.setPlaceholderText(tr("Note on this result"))
        self.note.setAccessibleName(tr("Note on this result"))
        self.note.editingFinished.connect(lambda: self.noted.emit(self.note.text()))
        self.use_button = QPushButton(tr("Use this model"))
        self.use_button.setProperty("main", True)
        self.use_button.setToolTip(tr("Fit it to all trials, save it, and go online with it"))
        self.pin_button, self.delete_button = QPushButton(), QPushButton(tr("Delete"))
        self.use_button.clicked.connect(self.use)
        self.pin_button.clicked.connect(self.pin)
        self.delete_button.clicked.connect(self.delete)
        self._lay_out()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.note, 1)
        for button in (self.pin_button, self.delete_button, self.use_button):
            buttons.addWidget(button)
        text = QVBoxLayout()
        text.addWidget(self.title)
        text.addWidget(self.words, 1)
        upper = QHBoxLayout()
        upper.setSpacing(18)
        upper.addWidget(self.confusion, 0, Qt.AlignmentFlag.AlignTop)
        upper.addLayout(text, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addLayout(upper)
        layout.addLayout(buttons)

    def show_rows(self, rows: Sequence[Row], colours: Colours, fingerprint: str) -> None:
        """Show one attempt, or compare two."""
        self.setVisible(bool(rows))
        if not rows:
            return
        one = rows[0] if len(rows) == 1 else None
        self.confusion.show_attempt(one.attempt if one else None, colours)
        if one:
            self.title.setText(f"{one.name} ({one.attempt.pipeline})")
            self.words.setText("\n".join(facts(one, fingerprint)))
            if self.note.text() != one.note and not self.note.hasFocus():
                self.note.setText(one.note)
        else:
            self.title.setText(tr("{n} results are selected").format(n=len(rows)))
            self.words.setText(tr("Select two of them to compare them trial by trial."))
        self.use_button.setEnabled(one is not None and one.attempt.score is not None)
        self.note.setEnabled(one is not None)
        pinned = all(row.pinned for row in rows)
        self.pin_button.setText(tr("Unpin") if pinned else tr("Pin"))

    def show_comparison(self, rows: Sequence[Row], text: str) -> None:
        """Show what the comparison of two attempts says."""
        self.title.setText(f"{rows[0].name} – {rows[1].name}")
        self.words.setText(text)


def facts(row: Row, fingerprint: str) -> list[str]:
    """What must be known of an attempt, a line each."""
    attempt = row.attempt
    lines = [tr(WORDS[key][1]) + "."] if (key := key_of(attempt)) in WORDS else []
    if attempt.score is not None:
        lines.append(numbers(attempt) + ".")
        lines.append(tr(SELECTIONS[attempt.selection]))
    if attempt.flattered is not None:
        lines.append(
            tr("With your picks kept, the same trials would have said {score} %.").format(
                score=percent(attempt.flattered)
            )
        )
    counts = list(attempt.chosen_features().items())
    if counts:
        said = ", ".join(
            f"{name} ({count}/{len(attempt.folds)})" for name, count in counts[:MOST_FEATURES]
        )
        more = " …" if len(counts) > MOST_FEATURES else ""
        lines.append(tr("Chosen in the folds: {features}").format(features=said + more))
    if attempt.problem:
        lines.append("⚠ " + attempt.problem)
    if fingerprint:
        lines.append(f"SHA-256 {fingerprint[:16]}…{fingerprint[-8:]}")
    return lines


def comparison_text(both: Comparison, rows: Sequence[Row]) -> str:
    """What a comparison of two says."""
    if both.p >= 0.05:
        verdict = tr("No difference can be told on so many trials.")
    else:
        better = rows[0] if both.difference > 0 else rows[1]
        verdict = tr("{name} decides better.").format(name=better.name)
    text = tr(
        "On the {n} trials of both: {difference} points of difference, 95 % range {low} to {high}; "
        "p = {p}. Right in one only: {first} and {second} trials."
    ).format(
        n=both.n,
        difference=f"{100 * both.difference:+.0f}",
        low=f"{100 * both.low:+.0f}",
        high=f"{100 * both.high:+.0f}",
        p=f"{both.p:.3f}" if both.p >= 0.001 else "< 0.001",
        first=both.only_first,
        second=both.only_second,
    )
    return f"{verdict}\n{text}"
