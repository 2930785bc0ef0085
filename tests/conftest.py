import os

# one thread each: two test processes on two cores, and the same sums on every machine
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
# without a device the gpu kernels run in the simulator, chosen before numba is imported
if not os.path.exists("/dev/nvidia0"):
    os.environ.setdefault("NUMBA_ENABLE_CUDASIM", "1")

# windows are drawn without a screen, so that no test opens one on somebody's desk
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYTEST_QT_API", "pyqt6")

import uuid
from contextlib import suppress
from pathlib import Path

import pytest

try:
    import PyQt6.QtWidgets  # noqa: F401

    HAS_QT = True
except ImportError:
    HAS_QT = False


def pytest_report_header():
    """Say so where the window cannot be tested."""
    return [] if HAS_QT else "Qt cannot be loaded: tests of the window are left out (make qt)"


def pytest_ignore_collect(collection_path):
    """Leave the window's tests out where Qt lacks system libraries."""
    if not HAS_QT and collection_path.suffix == ".py" and collection_path.stem != "conftest":
        text = collection_path.read_text(encoding="utf-8")
        return True if "PyQt6" in text or "qtbot" in text else None
    return None


@pytest.fixture(scope="session")
def real_data():
    """Folder of real recordings; the test skips where there is none."""
    folder = os.environ.get("NEUROKIT_DATA")
    if not folder:
        pytest.skip("NEUROKIT_DATA is not set: no real recordings to read")
    return Path(folder)


@pytest.fixture(autouse=True, scope="session")
def _quiet_home(tmp_path_factory):
    """Keep MNE's and MOABB's settings out of the user's home, and MOABB off the network."""
    home = tmp_path_factory.mktemp("home")
    os.environ["_MNE_FAKE_HOME_DIR"] = str(home)
    os.environ["MOABB_DOWNLOAD_PROVIDER"] = "upstream"
    os.environ.setdefault("MNE_DATA", str(home / "mne_data"))


@pytest.fixture(autouse=True, scope="session")
def _own_lsl_session(tmp_path_factory):
    """Let this process's LSL streams, and its children's, be heard by nobody else."""
    config = tmp_path_factory.mktemp("lsl") / "lsl_api.cfg"
    config.write_text(
        "[multicast]\nResolveScope = machine\n[lab]\nKnownPeers = {127.0.0.1}\n"
        f"SessionID = {uuid.uuid4()}\n[log]\nlevel = -2\n"
    )
    os.environ["LSLAPICFG"] = str(config)


@pytest.fixture(autouse=True)
def _recorders_end_with_their_test(request):
    """A recorder outlives its window, but must not outlive a test that failed."""
    yield
    folder = request.node.funcargs.get("tmp_path")
    for sidecar in [] if folder is None else folder.rglob("*.recording"):
        from neurokit.live.recording_process import RecorderClient

        with suppress(OSError, KeyError, ValueError):
            client = RecorderClient(sidecar)
            client.stop()
            client.close()


@pytest.fixture
def workspace(tmp_path):
    """A new workspace with one patient, in a folder whose name has spaces and accents."""
    from neurokit.patients.workspace import Workspace

    with Workspace(tmp_path / "cabinet d'été", create=True) as workspace:
        workspace.add_patient("P-001")
        yield workspace


@pytest.fixture
def window(qtbot, workspace):
    """The program's window on a new workspace; what it started ends with it.

    ``window.desk`` is what a page takes, ``window.page("explore")`` the page itself.
    """
    from neurokit.app.desktop.main_window import MainWindow
    from neurokit.app.desktop.session import Session

    window = MainWindow(Session(workspace))
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


@pytest.fixture
def desk(window):
    """Session, tasks, history and workspace, as every page is given them."""
    return window.desk


def pytest_collection_modifyitems(items):
    """Begin with what takes its time in the background, and look at it last."""
    items.sort(key=lambda item: bool(item.get_closest_marker("last")))
    items.sort(key=lambda item: not item.get_closest_marker("first"))


@pytest.fixture(scope="session")
def demo_workspace(tmp_path_factory):
    """The demo workspace; whoever writes to it copies it first."""
    from neurokit.patients.demo_workspace import make_demo

    return make_demo(tmp_path_factory.mktemp("demo") / "demo")
