"""Whether this computer can draw the window, and the line that mends it; Qt need not load."""

from __future__ import annotations

import ctypes
import os
import sys

from neurokit.doctor import Check

QT_PACKAGES = (
    "libegl1", "libgl1", "libglib2.0-0", "libfontconfig1", "libxkbcommon0", "libdbus-1-3",
    "fonts-dejavu-core",
)  # fmt: skip
X11_PACKAGES = ("libxcb-cursor0", "libxkbcommon-x11-0", "libxcb-icccm4", "libxcb-keysyms1")


def check_window() -> Check:
    """Look for the system libraries that Qt needs."""
    try:
        from PyQt6 import QtCore, QtWidgets  # noqa: F401
    except ModuleNotFoundError:
        return Check("window", "PyQt6 is not installed", None, "pip install pyqt6 pyqtgraph")
    except ImportError as error:
        cure = f"apt-get install {' '.join(QT_PACKAGES)}"
        return Check("window", f"Qt lacks system libraries ({error})", None, cure)
    if has_x11() and not _has_library("libxcb-cursor.so.0"):
        found = "Qt cannot draw on this screen without libxcb-cursor"
        return Check("window", found, None, f"apt-get install {' '.join(X11_PACKAGES)}")
    return Check("window", f"Qt {QtCore.QT_VERSION_STR}")


def has_screen() -> bool:
    """Whether there is a screen to draw on."""
    return not sys.platform.startswith("linux") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def has_x11() -> bool:
    """Whether Qt would choose X11."""
    linux = sys.platform.startswith("linux") and "QT_QPA_PLATFORM" not in os.environ
    return linux and bool(os.environ.get("DISPLAY")) and not os.environ.get("WAYLAND_DISPLAY")


def _has_library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    # for the Makefile: whether a window would be seen
    sys.exit(0 if has_screen() and check_window().fine else 1)
