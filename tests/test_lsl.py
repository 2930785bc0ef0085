"""How far streams are looked for: what the user set, and this machine otherwise."""

import os

import pytest

from neurokit.live import lsl


@pytest.fixture
def told(monkeypatch):
    """What LSL is configured with, in a process that has not looked for a stream yet."""
    configured = []
    monkeypatch.setattr("mne_lsl.lsl.set_config_content", configured.append)
    monkeypatch.setattr(lsl, "_configured", [])
    monkeypatch.delenv("LSLAPICFG", raising=False)
    monkeypatch.delenv(lsl.SCOPE_VARIABLE, raising=False)
    return configured


def test_streams_are_looked_for_on_this_machine_until_the_user_says_otherwise(told):
    lsl.use_scope()
    assert "ResolveScope = machine" in told[0]
    assert "127.0.0.1" in told[0]


def test_a_window_tells_its_processes_how_far_to_look(told, monkeypatch):
    application = pytest.importorskip("neurokit.app.desktop.application")
    from neurokit.app.desktop.session import Session, Settings, State

    monkeypatch.setenv(lsl.SCOPE_VARIABLE, "machine")  # and taken back after the test
    application.set_scope(Session(state=State(settings=Settings(lsl_scope="site"))))
    assert os.environ[lsl.SCOPE_VARIABLE] == "site"
    lsl.use_scope()
    assert "ResolveScope = site" in told[0]
    assert "127.0.0.1" not in told[0]


def test_an_unknown_scope_is_refused(told, monkeypatch):
    monkeypatch.setenv(lsl.SCOPE_VARIABLE, "moon")
    with pytest.raises(ValueError, match="must be one of machine, link, site, got 'moon'"):
        lsl.use_scope()
    assert not told
