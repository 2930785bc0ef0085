import pytest

from neurokit.app.desktop.history import History
from neurokit.app.desktop.session import Feature, Session, Settings


class Kept:
    def __init__(self, state=None):
        self.state, self.saves = state, 0

    def save_state(self, state):
        self.state = state
        self.saves += 1

    def load_state(self):
        return self.state


def test_listeners_hear_the_state_now_and_after_each_change():
    session = Session()
    heard = []
    forget = session.listen(lambda state: heard.append(state.page))
    session.go(page="train")
    session.go(page="train")
    forget()
    session.go(page="online")
    assert heard == ["patients", "train"]


def test_an_edit_is_undone_and_done_again_and_a_look_is_not():
    session = Session()
    picked = (Feature(channel="C3", low=8, high=12),)
    session.change("picking C3", features=picked)
    session.go(page="train")
    assert session.undo_text == "picking C3"
    session.undo()
    assert (session.state.features, session.state.page) == ((), "train")
    session.redo()
    assert session.state.features == picked
    session.change("nothing", features=picked)
    session.undo()
    assert session.undo_text is None


def test_a_new_edit_forgets_what_was_undone():
    session = Session()
    session.change("dark", settings=Settings(theme="dark"))
    session.undo()
    session.change("french", settings=Settings(language="fr"))
    assert session.redo_text is None


def test_work_on_the_workspace_can_be_undone():
    session, notes, told = Session(), [], []
    session.listen(lambda state: told.append(len(notes)))
    session.do("a note", lambda: notes.append("x"), notes.pop)
    session.undo()
    session.redo()
    assert notes == ["x"]
    assert told[-1] == 1


def test_the_state_comes_back_as_it_was_left():
    workspace = Kept()
    session = Session(workspace)
    session.change("picking", features=(Feature(channel="C4", low=18, high=22),))
    session.go(page="train", rejected=frozenset({(1, 4)}), recording="x.recording", message="hello")
    assert session.save()
    assert not session.save()
    again = Session(Kept(workspace.state))
    again.restore()
    assert again.state == session.state.model_copy(update={"recording": "", "message": ""})


def test_what_an_older_program_kept_is_taken_as_far_as_it_fits():
    session = Session(Kept({"page": "train", "features": "nonsense", "horoscope": 7}))
    session.restore()
    assert (session.state.page, session.state.features) == ("train", ())


def test_a_field_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="the state has no horoscope"):
        Session().go(horoscope=7)


def test_the_history_writes_a_script_with_each_import_once():
    history = History()
    history.append("Record", "from neurokit import a\na.record()", "neurokit record")
    history.append("Train", "from neurokit import a\na.train()", "neurokit train")
    script = history.as_python()
    assert script.count("import") == 1
    assert script.index("a.record()") < script.index("a.train()")
    assert history.as_commands().splitlines()[1] == "neurokit record"


def test_the_runs_in_view_while_features_are_picked_are_kept():
    session = Session()
    c3, c4 = (Feature(channel=name, low=8, high=12) for name in ("C3", "C4"))
    session.go(runs=(1, 2))
    assert session.state.picked_on is None  # not known: every run may have been looked at
    session.change("picking C3", features=(c3,))
    assert session.state.picked_on == (1, 2)
    session.go(runs=(2, 3))
    session.change("picking C4", features=(c3, c4))
    assert session.state.picked_on == (1, 2, 3)
    session.change("beforehand", picked_on=())
    assert session.state.features == (c3, c4)
    session.undo()
    session.go(features=())
    assert session.state.picked_on == ()
