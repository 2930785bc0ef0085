"""Names for what a score depends on: parameters, data files, and the version of the code."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
import sys
from collections.abc import Mapping
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import numpy as np

LIBRARIES = ("numpy", "scipy", "scikit-learn", "pyriemann", "mne", "moabb")
# where a score is made; what they import counts too
_MAKERS = ("studies/folds.py", "studies/paradigms.py", "studies/pseudo_online.py")
# how fast, how loud: no parameter of these names changes a score
_WITHOUT_EFFECT = {"n_jobs", "verbose", "memory"}
_KNOWN = {"builtins", "numpy", "scipy", "sklearn", "pyriemann", "mne", "moabb", "neurokit"}


def digest(*values: Any) -> str:
    """Name values by their contents, the same in every process.

    Parameters
    ----------
    *values
        Anything that ``token`` understands.

    Returns
    -------
    name : str
        32 hexadecimal letters.
    """
    text = json.dumps([token(value) for value in values], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def token(value: Any) -> Any:
    """Write a value in JSON so that equal values are written equally.

    Parameters
    ----------
    value
        Numbers, text, containers, arrays, functions, estimators with their deep parameters, and
        any object by its class and attributes. Paths count for nothing: what lies there does.

    Returns
    -------
    token
        Numbers, text, lists and dicts only.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float | complex):
        return ["number", repr(value)]
    if isinstance(value, np.ndarray):
        return ["array", str(value.dtype), list(value.shape), _array_digest(value)]
    if isinstance(value, Mapping):
        pairs = [[token(key), token(item)] for key, item in value.items()]
        return ["dict", sorted(pairs, key=json.dumps)]
    if isinstance(value, list | tuple):
        return ["list", [token(item) for item in value]]
    if isinstance(value, set | frozenset):
        return ["set", sorted((token(item) for item in value), key=json.dumps)]
    if isinstance(value, Path):
        return ["path"]
    return _object_token(value)


def _object_token(value: Any) -> Any:
    if isinstance(value, type):
        return ["class", _name(value), _source(value)]
    if isinstance(value, FunctionType):
        return ["function", _name(value), _code(value), _source(value)]
    if isinstance(value, partial):
        return ["partial", token(value.func), token(value.args), token(value.keywords)]
    if isinstance(value, np.random.RandomState):
        return ["random", token(value.get_state(legacy=False))]
    if hasattr(value, "get_params"):
        parameters = value.get_params(deep=False)
        kept = {name: parameters[name] for name in parameters if name not in _WITHOUT_EFFECT}
        return ["estimator", token(type(value)), token(kept)]
    if hasattr(value, "__dict__"):
        return ["object", token(type(value)), token(vars(value))]
    return ["other", token(type(value)), repr(value)]


def _array_digest(array: np.ndarray) -> str:
    if array.dtype.hasobject:
        return digest(array.tolist())
    contents = np.ascontiguousarray(array)
    return hashlib.blake2b(contents.view(np.uint8).data, digest_size=16).hexdigest()


def _name(thing: Any) -> str:
    return f"{thing.__module__}.{thing.__qualname__}"


def _code(function: FunctionType) -> Any:
    """Say what a function does, for those that have no name of their own."""
    closure = [cell.cell_contents for cell in function.__closure__ or ()]
    return [_code_object(function.__code__), token(function.__defaults__), token(closure)]


def _code_object(code: CodeType) -> Any:
    constants = [
        _code_object(constant) if isinstance(constant, CodeType) else token(constant)
        for constant in code.co_consts
    ]
    return [code.co_code.hex(), list(code.co_names), constants]


def _source(thing: Any) -> str:
    """Name the source of what stands in no library whose version is in the key."""
    if thing.__module__.partition(".")[0] in _KNOWN:
        return ""
    module = sys.modules.get(thing.__module__)
    path = getattr(module, "__file__", None)
    if path and Path(path).is_file():
        return file_digest(Path(path))
    try:
        return digest(inspect.getsource(thing))
    except (OSError, TypeError):  # typed into a console that keeps no source
        return ""


def file_digest(path: Path) -> str:
    """Name a file by its contents."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


@cache
def code_version() -> str:
    """Name the code that makes a score: our sources below the app, and the libraries' versions."""
    return digest(_our_sources(), versions())


@cache
def versions() -> dict[str, str]:
    """Versions of Python, of this distribution and of the libraries that make a score."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in ("neurokit-bci", *LIBRARIES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # a checkout that was never installed
            found[name] = "unknown"
    return found


def _our_sources() -> dict[str, str]:
    """Digest the three floors that make a score, and what they import of the fourth."""
    home = Path(__file__).parent
    files = {name: home / name for name in _MAKERS if (home / name).is_file()}
    for floor in ("kernels", "datasets", "pipelines"):
        spec = find_spec(f"neurokit.{floor}")
        for folder in map(Path, (spec.submodule_search_locations if spec else None) or ()):
            files |= {f"{floor}/{p.relative_to(folder)}": p for p in sorted(folder.rglob("*.py"))}
    found: dict[str, str] = {}
    waiting = list(files)
    for name in waiting:  # grows while it is walked
        text = files[name].read_text(encoding="utf-8")
        found[name] = digest(text)
        for folder, module in re.findall(r"\bneurokit\.(\w+)(?:\.(\w+))?", text):
            for other in (f"{folder}.py", f"{folder}/{module}.py"):
                if other not in files and (home / other).is_file():
                    files[other] = home / other
                    waiting.append(other)
    return found
