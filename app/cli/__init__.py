"""The command line: one file a command, and nothing imported before it is needed."""

from neurokit.app.cli.main import main

__all__ = ["main"]
