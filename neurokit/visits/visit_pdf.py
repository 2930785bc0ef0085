"""A visit's report on paper: one page for the clinician, and an annex."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    Image,
    KeepInFrame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from neurokit.visits.report_language import say
from neurokit.visits.visit_facts import ATTEMPTS_HEAD, CAPTIONS, MODELS_HEAD, RUNS_HEAD, SCORES_HEAD
from neurokit.visits.visit_figures import Picture

INK, SOFT, LINE = colors.HexColor("#1c2833"), colors.HexColor("#566573"), colors.HexColor("#d5dbe0")
BLUE = colors.HexColor("#0072B2")
MARGIN = 14 * mm
WIDTH = A4[0] - 2 * MARGIN
HEIGHT = A4[1] - 2 * MARGIN - 8 * mm


def as_pdf(facts: dict[str, Any]) -> bytes:
    """Lay the facts of `neurokit.visits.visit_facts.gather` out on A4."""
    _fonts()
    stream = io.BytesIO()
    document = BaseDocTemplate(
        stream,
        pagesize=A4,
        title=_title(facts),
        author="neurokit",
        invariant=1,
    )
    frame = Frame(MARGIN, MARGIN + 8 * mm, WIDTH, HEIGHT, 0, 0, 0, 0)
    foot = f"{_title(facts)} · {say('written {when}', when=facts['written'])}"
    document.addPageTemplates(
        PageTemplate("page", [frame], onPage=lambda canvas, _: _footer(canvas, foot))
    )
    # whatever there is, the clinician's page stays one page
    first = KeepInFrame(WIDTH, HEIGHT - 2, _clinician(facts), mode="shrink")
    document.build([first, PageBreak(), *_annex(facts)])
    return stream.getvalue()


def _title(facts: dict[str, Any]) -> str:
    return say("{patient}, visit {number}", patient=facts["pseudonym"], number=facts["number"])


@cache
def _fonts() -> None:
    """A font that knows every accent and comes with matplotlib."""
    import matplotlib as mpl

    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    for name, file in (
        ("Sans", "DejaVuSans"),
        ("Sans-Bold", "DejaVuSans-Bold"),
        ("Mono", "DejaVuSansMono"),
    ):
        registerFont(TTFont(name, folder / f"{file}.ttf"))
    registerFontFamily("Sans", "Sans", "Sans-Bold", "Sans", "Sans-Bold")


def _style(size: float, **more: Any) -> ParagraphStyle:
    plain = {"fontName": "Sans", "textColor": INK, "alignment": TA_LEFT, "splitLongWords": 1}
    return ParagraphStyle(f"s{size}", fontSize=size, leading=size * 1.3, **{**plain, **more})


def _text(text: str, size: float = 8.5, **more: Any) -> Paragraph:
    return Paragraph(escape(text).replace("\n", "<br/>"), _style(size, **more))


def _heading(text: str) -> Paragraph:
    return _title_of(say(text))


def _title_of(text: str) -> Paragraph:
    return _text(text, 10.5, fontName="Sans-Bold", spaceBefore=8, spaceAfter=3, keepWithNext=1)


def _warning() -> Paragraph:
    """The line that belongs on every such page, in a frame as wide as it is."""
    text = say("Not a medical device")
    frame = {"borderColor": INK, "borderWidth": 0.8, "borderPadding": 2, "leftIndent": 2}
    room = WIDTH - stringWidth(text, "Sans-Bold", 8) - 4
    return _text(text, 8, fontName="Sans-Bold", rightIndent=room, spaceAfter=8, **frame)


def _caption(name: str) -> Paragraph:
    return _text(say(CAPTIONS[name]), 7, textColor=SOFT, spaceAfter=2)


def _image(picture: Picture, width: float = WIDTH) -> Image:
    """A picture as wide as it is asked for, or as it was drawn."""
    inches, high = picture.size
    width = min(width, inches * 72)
    return Image(picture.png(), width, width * high / inches, hAlign="LEFT")


def _table(
    rows: Sequence[Sequence[str]], *, head: Sequence[str] = (), widths: Sequence[float] = ()
) -> Table:
    """Rows of text that wrap; widths are shares of the page."""
    cells: list[list[Any]] = [[_text(cell, 7.5) for cell in row] for row in rows]
    if head:
        cells.insert(0, [_text(say(cell), 7.5, fontName="Sans-Bold") for cell in head])
    shares = [each * WIDTH / sum(widths) for each in widths] if widths else None
    style = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 5),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]
    if head:
        style.append(("LINEBELOW", (0, 0), (-1, 0), 1, INK))
    table = Table(cells, colWidths=shares, repeatRows=int(bool(head)), hAlign="LEFT")
    table.setStyle(TableStyle(style))
    return table


def _clinician(facts: dict[str, Any]) -> list[Flowable]:
    """The first page."""
    who = " &nbsp;&nbsp; ".join(f"<b>{escape(k)}:</b> {escape(v)}" for k, v in facts["patient"])
    parts: list[Flowable] = [
        _text(_title(facts), 17, fontName="Sans-Bold"),
        _text(facts["day"], 8.5, textColor=SOFT, spaceAfter=4),
        _warning(),
        _text(facts["verdict"], 10.5, leftIndent=8, borderColor=BLUE, spaceAfter=6),
        Paragraph(who, _style(8.5)),
    ]
    if facts["trend"] is not None:
        parts += [_heading("Accuracy over visits"), _image(facts["trend"]), _caption("trend")]
    parts += [_heading("Runs"), _runs(facts)]
    if facts["attempts_figure"] is not None:
        parts += [
            _heading("Attempts to train"),
            _image(facts["attempts_figure"]),
            _caption("attempts"),
        ]
    if facts["scores"]:
        rows = _table(facts["scores"], head=SCORES_HEAD, widths=(2, 2, 6))
        parts += [_heading("Clinical scores"), rows]
    if facts["notes"] or facts["visit_note"]:
        parts.append(_heading("Notes"))
        if facts["visit_note"]:
            parts.append(_text(facts["visit_note"]))
        if facts["notes"]:
            parts.append(_table(facts["notes"], widths=(1, 9)))
    return parts


def _runs(facts: dict[str, Any]) -> Flowable:
    if not facts["runs"]:
        return _text(say("No run was recorded."))
    names = ("number", "kind", "time", "minutes", "trials", "left_out", "late", "asked", "result")
    rows = [[run[name] for name in names] for run in facts["runs"]]
    return _table(rows, head=RUNS_HEAD, widths=(3, 7, 4, 5, 4, 5, 5, 10, 15))


def _annex(facts: dict[str, Any]) -> list[Flowable]:
    parts: list[Flowable] = [_text(say("Annex"), 15, fontName="Sans-Bold", spaceAfter=4)]
    if facts["spectra"] is not None:
        parts += [_heading("Spectra of the classes"), _image(facts["spectra"]), _caption("spectra")]
    if facts["no_spectra"]:
        parts.append(_text(facts["no_spectra"]))
    if facts["confusion"] is not None:
        shown = [_heading("What was taken for what"), _image(facts["confusion"], 70 * mm)]
        parts.append(KeepTogether(shown))
    if facts["attempts"]:
        parts += [_heading("All attempts"), _attempts(facts["attempts"]), _caption("table")]
    if facts["settings"]:
        rows = _table(facts["settings"], widths=(2, 8))
        parts += [_heading("Settings of the chosen attempt"), rows]
    if facts["models"]:
        rows = [(row["name"], row["fingerprint"], row["state"]) for row in facts["models"]]
        parts += [_heading("Decoders"), _table(rows, head=MODELS_HEAD, widths=(2, 6, 2))]
    for recording in facts["recordings"]:
        parts += [_title_of(recording["title"]), _table(recording["rows"], widths=(3, 7))]
    parts += [_heading("Versions"), _table(facts["versions"], widths=(2, 8)), Spacer(1, 4 * mm)]
    return parts


def _attempts(attempts: Sequence[dict[str, Any]]) -> Table:
    names = ("accuracy", "interval", "guessing", "majority", "trials", "split", "seconds")
    rows = [
        [row["name"] + " *" * row["pinned"], *(row[name] for name in names),
         row["note"] or row["problem"]]
        for row in attempts
    ]  # fmt: skip
    return _table(rows, head=ATTEMPTS_HEAD, widths=(9, 6, 8, 8, 6, 5, 8, 6, 9))


def _footer(canvas: Canvas, foot: str) -> None:
    canvas.saveState()
    canvas.setFont("Sans", 6.5)
    canvas.setFillColor(SOFT)
    canvas.drawString(MARGIN, MARGIN, say(CAPTIONS["device"]))
    canvas.drawString(MARGIN, MARGIN - 8, foot)
    canvas.drawRightString(
        A4[0] - MARGIN, MARGIN - 8, say("page {number}", number=canvas.getPageNumber())
    )
    canvas.restoreState()
