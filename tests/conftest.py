import os

# one thread each: two test processes on two cores, and the same sums on every machine
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
# without a device the gpu kernels run in the simulator, chosen before numba is imported
if not os.path.exists("/dev/nvidia0"):
    os.environ.setdefault("NUMBA_ENABLE_CUDASIM", "1")

import uuid
from pathlib import Path

import pytest


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
