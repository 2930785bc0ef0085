"""Brain signals into decisions: sessions, batch evaluations, pipelines."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("neurokit-bci")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0+unknown"
