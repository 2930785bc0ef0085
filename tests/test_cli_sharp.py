"""``neurokit sharp``: pages and runs from the command line."""

import numpy as np
from typer.testing import CliRunner

from neurokit.app import codes_page
from neurokit.app.cli.main import cli


def sharp(*words):
    return CliRunner().invoke(cli, ["sharp", *map(str, words)])


def test_the_page_of_codes_draws_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(codes_page, "RANKS", [1, 20])
    monkeypatch.setattr(codes_page, "WIDTHS", [30])
    monkeypatch.setattr(codes_page, "DILUTIONS", np.array([0.2, 0.9]))
    result = sharp("codes", "--out", tmp_path / "codes.html", "--seed", 1)
    assert result.exit_code == 0, result.output
    page = (tmp_path / "codes.html").read_text()
    assert page.count("<svg") == 5
    assert "1e9 or more" in page
