"""The floors, the package list and the wheel."""

import ast
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = {
    "kernels": set(),
    "neurokit": {"kernels"},
    "datasets": {"kernels", "neurokit"},
    "pipelines": {"kernels", "neurokit"},
    "app": {"kernels", "neurokit", "datasets", "pipelines"},
}


def modules(floor):
    links = {ROOT / "neurokit" / name for name in FLOORS if name != "neurokit"}
    for path in sorted((ROOT / floor).rglob("*.py")):
        if not any(link in path.parents for link in links):
            yield path


def floors_imported(path):
    """Floors that a module names in its imports, wherever they stand in the file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            pytest.fail(f"{path}: imports by a relative name; write neurokit....")
        else:
            continue
        for name in names:
            first, _, rest = name.partition(".")
            if first == "neurokit":
                below = rest.partition(".")[0]
                yield below if below in FLOORS else "neurokit"


@pytest.mark.parametrize("floor", FLOORS)
def test_arrows_only_go_down(floor):
    upward = {
        f"{path.relative_to(ROOT)} imports {other}"
        for path in modules(floor)
        for other in floors_imported(path)
        if other != floor and other not in FLOORS[floor]
    }
    assert not upward


def test_only_the_gpu_backend_imports_cuda():
    allowed = {ROOT / "kernels" / "backends.py"}
    guilty = [
        path
        for floor in FLOORS
        for path in modules(floor)
        if path not in allowed and ROOT / "kernels" / "gpu" not in path.parents
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.ImportFrom) and node.module == "numba.cuda")
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "numba"
            and any(alias.name == "cuda" for alias in node.names)
        )
    ]
    assert not guilty


def test_no_qt_below_the_app():
    for floor in ("kernels", "neurokit", "datasets", "pipelines"):
        for path in modules(floor):
            assert "PyQt6" not in path.read_text(), path


def packages_in_folders():
    for floor in FLOORS:
        for path in modules(floor):
            if path.name == "__init__.py":
                parts = path.parent.relative_to(ROOT).parts
                yield ".".join(parts if floor == "neurokit" else ("neurokit", *parts))


def test_pyproject_lists_every_package():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    assert sorted(listed) == sorted(packages_in_folders())


def test_every_folder_of_code_is_a_package():
    for floor in FLOORS:
        for path in modules(floor):
            assert (path.parent / "__init__.py").exists(), path


def test_the_wheel_imports_from_elsewhere(tmp_path):
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT]
    # modules that were deleted since would come out of an older build folder
    config = tmp_path / "setup.cfg"
    config.write_text(f"[build]\nbuild_base = {tmp_path / 'built'}\n")
    environment = {**os.environ, "DIST_EXTRA_CONFIG": str(config)}
    subprocess.run(build, check=True, capture_output=True, cwd=tmp_path, env=environment)
    (wheel,) = tmp_path.glob("*.whl")
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(unpacked)
    shipped = {name for name in names if name.endswith(".py")}
    expected = {
        "/".join(("neurokit", *parts[1:]) if parts[0] == "neurokit" else ("neurokit", *parts))
        for floor in FLOORS
        for path in modules(floor)
        for parts in [path.relative_to(ROOT).parts]
    }
    assert shipped == expected
    check = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "import neurokit.app, neurokit.datasets, neurokit.kernels, neurokit.pipelines;"
        "assert neurokit.kernels.__file__.startswith(sys.argv[1]), neurokit.kernels.__file__"
    )
    subprocess.run([sys.executable, "-I", "-c", check, unpacked], check=True, cwd=tmp_path)


def test_the_numba_kernels_are_cached_and_release_the_lock():
    for path in sorted((ROOT / "kernels" / "cpu").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef):
                continue
            for decorator in node.decorator_list:
                text = ast.unparse(decorator)
                if text.startswith(("njit", "numba.njit")):
                    assert "cache=True" in text, f"{path.name}: {node.name}"
                    assert "nogil=True" in text, f"{path.name}: {node.name}"
