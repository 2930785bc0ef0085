"""Files that are there whole or not at all."""

import pytest

from neurokit.files.whole_files import write_whole, written_whole


def test_a_file_is_written_with_its_folder_and_its_rights(tmp_path):
    path = write_whole(tmp_path / "été" / "a.txt", "né", mode=0o600)
    assert path.read_text(encoding="utf-8") == "né"
    assert path.stat().st_mode & 0o777 == 0o600
    assert write_whole(path, b"other").read_bytes() == b"other"


def fail_half_way(path):
    with written_whole(path) as place:
        place.write_text("half")
        raise RuntimeError


def test_what_was_there_stays_when_writing_fails(tmp_path):
    path = write_whole(tmp_path / "a.txt", "before")
    with pytest.raises(RuntimeError):
        fail_half_way(path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
