"""``python -m neurokit.app`` is the command ``neurokit``."""

from neurokit.app.cli import main

main()
