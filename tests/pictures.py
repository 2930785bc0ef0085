"""``python -m tests.pictures [PAGE...]`` draws the window's pages on the demo workspace.

``--font 200 --theme dark --language fr`` draw them otherwise, ``--out FOLDER`` elsewhere.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
import zlib
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtWidgets import QApplication

from neurokit.app.desktop.application import make_application
from neurokit.app.desktop.demo import choose_demo_patient
from neurokit.app.desktop.main_window import PAGES, MainWindow
from neurokit.app.desktop.session import Session, Settings
from neurokit.patients.demo_workspace import make_demo
from neurokit.patients.workspace import Workspace
from neurokit.visits.attempts import Candidate
from neurokit.visits.visit import train_visit

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
SETTLE_SECONDS, PATIENCE_SECONDS, ONLINE_SECONDS = 4.0, 400.0, 30.0
SIGNAL_SECONDS = 7.0
TRAINED = ("ts+lr", "csp+lda", "mrmr+lda", "psd+lda", "mdm", "dummy")


def wait(application: QApplication, seconds: float) -> None:
    """Let the window live for a while."""
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        application.processEvents()
        time.sleep(0.01)


def settle(application: QApplication, window: MainWindow) -> None:
    """Let a page draw itself, and its tasks end."""
    wait(application, SETTLE_SECONDS)
    start = time.monotonic()
    while window.desk.tasks.running and time.monotonic() - start < PATIENCE_SECONDS:
        wait(application, 0.1)


def shrink(path: Path) -> None:
    """Keep 128 colours, rare ones too: a third of the size, and the eye sees no difference."""
    from PIL import Image

    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(
            128, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
    small.save(path, optimize=True)


def begin(name: str, application: QApplication, window: MainWindow) -> None:
    """Do what a page is best seen with."""
    session = window.desk.session
    workspace = window.desk.workspace
    if name == "train":
        runs = [workspace.run(number) for number in session.state.runs]
        candidates = [Candidate(pipeline=each) for each in TRAINED]
        train_visit(workspace, workspace.visit(session.state.visit), runs, candidates)
        session.refresh()
        window.page(name).table.selectRow(0)
    if name == "signals":
        wait(application, SIGNAL_SECONDS)
    if name in ("batch", "cohorts", "connectome", "learning"):
        page = window.page(name)
        if name == "batch":
            page.dataset.setEditText("simulated:subjects=1")
        if name == "connectome":
            page.form.editors["most"].box.setValue(6)
            page.form.editors["starts"].box.setValue(3)
        page.start()
        start = time.monotonic()
        while page.process.is_running and time.monotonic() - start < PATIENCE_SECONDS:
            wait(application, 0.1)
    if name == "connectome":
        settle(application, window)
        page.results.table.selectRow(1)
    if name == "online":
        settle(application, window)
        window.page(name).plan.start_button.click()
        wait(application, ONLINE_SECONDS)
    if name == "history":
        visit = window.page(name).visit
        visit.choice.setCurrentIndex(visit.choice.count() - 2)


def draw(asked: argparse.Namespace, application: QApplication, window: MainWindow) -> None:
    """Draw the pages, one file each."""
    for name in asked.pages or PAGES:
        window.go(name)
        begin(name, application, window)
        settle(application, window)
        path = asked.out / f"{name}.png"
        window.grab().save(str(path))
        shrink(path)
        sys.stdout.write(f"{path}\n")
        if window.desk.session.can_stop:
            window.stop_now()
            settle(application, window)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="all of them by default")
    parser.add_argument("--font", type=int, default=100)
    parser.add_argument("--theme", default="light")
    parser.add_argument("--language", default="en")
    parser.add_argument("--out", type=Path, default=PICTURES)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    # one of each checkout, which may make it otherwise
    kept = Path(tempfile.gettempdir()) / f"neurokit-pictures-{zlib.crc32(str(PICTURES).encode())}"
    if not kept.is_dir():
        make_demo(kept)
    application = make_application()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(kept, Path(folder) / "demo")
        with Workspace(Path(folder) / "demo") as workspace:
            session = Session(workspace)
            choose_demo_patient(session)
            settings = Settings(font_percent=asked.font, theme=asked.theme, language=asked.language)
            (_, last, _) = workspace.visits(session.state.patient)
            runs = tuple(run.id for run in workspace.runs(last.id))
            session.go(settings=settings, runs=runs)
            window = MainWindow(session)
            window.show()
            window.desk.tasks.warm()
            draw(asked, application, window)
            window.close()


if __name__ == "__main__":
    main()
