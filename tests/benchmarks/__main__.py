"""``python -m tests.benchmarks [NAME...]`` runs bench_NAME.py, each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)

found = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
# what takes an hour comes last
names = sys.argv[1:] or sorted(found, key=lambda name: name.endswith("_hour"))
failed = [
    name
    for name in names
    if subprocess.run(
        [sys.executable, "-m", f"tests.benchmarks.bench_{name}"], env={**os.environ, **ONE_THREAD}
    ).returncode
]
if failed:
    sys.exit(f"these benchmarks did not finish: {', '.join(failed)}")
