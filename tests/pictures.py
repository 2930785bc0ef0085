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
from neurokit.app.desktop.main_window import PLANNED, MainWindow
from neurokit.app.desktop.session import PAGES, Session, Settings
from neurokit.demo_workspace import make_demo
from neurokit.workspace import Workspace

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
SETTLE_SECONDS, PATIENCE_SECONDS = 4.0, 120.0


def settle(application: QApplication, window: MainWindow) -> None:
    """Let a page draw itself, and its tasks end."""
    page = window.page(window.desk.session.state.page)
    start = time.monotonic()
    while time.monotonic() - start < SETTLE_SECONDS or (
        (window.desk.tasks.running or not getattr(page, "is_settled", True))
        and time.monotonic() - start < PATIENCE_SECONDS
    ):
        application.processEvents()
        time.sleep(0.02)


def shrink(path: Path) -> None:
    """Keep 64 colours: a third of the size, and the eye sees no difference."""
    from PIL import Image

    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(64, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


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
            for name in asked.pages or [page for page in PAGES if page not in PLANNED]:
                window.go(name)
                settle(application, window)
                path = asked.out / f"{name}.png"
                window.grab().save(str(path))
                shrink(path)
                sys.stdout.write(f"{path}\n")
            window.close()


if __name__ == "__main__":
    main()
