"""Files whole or not at all; links and devices stay what they are."""

import os
import stat
from pathlib import Path

import pytest

from solver import files
from solver.errors import SpecError
from solver.files import whole_file


def test_a_file_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.md"
    with whole_file(target) as stream:
        stream.write("one")
        assert not target.exists()
    assert target.read_text() == "one"
    assert [p.name for p in tmp_path.iterdir()] == ["a.md"]
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~mask


def test_an_interruption_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.md"
    target.write_text("old")

    def interrupted() -> None:
        with whole_file(target) as stream:
            stream.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.md"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.md", tmp_path / "link.md"
    target.write_text("old")
    link.symlink_to(target)
    with whole_file(link) as stream:
        stream.write("new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with whole_file(pipe) as stream:
        stream.write("text")
    assert os.read(reader, 10) == b"text"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="cannot be written"), whole_file(tmp_path / "missing" / "a.md"):
        pass


def test_a_draft_that_is_to_be_named_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, replace = tmp_path / "a.md", os.replace

    def meanwhile(draft: str, path: str) -> None:
        monkeypatch.setattr(os, "replace", replace)
        with whole_file(target) as other:
            other.write("other")
        replace(draft, path)

    monkeypatch.setattr(os, "replace", meanwhile)
    with whole_file(target) as stream:
        stream.write("one")
    assert target.read_text() == "one"
    assert [p.name for p in tmp_path.iterdir()] == ["a.md"]


def test_a_draft_that_is_removed_before_it_is_held_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, lock = tmp_path / "a.md", files._lock

    def late(handle: int, wait: bool = False) -> bool:
        if wait:
            monkeypatch.setattr(files, "_lock", lock)
            with whole_file(target) as other:
                other.write("other")
        return lock(handle, wait)

    monkeypatch.setattr(files, "_lock", late)
    with whole_file(target) as stream:
        stream.write("one")
    assert target.read_text() == "one"
    assert [p.name for p in tmp_path.iterdir()] == ["a.md"]
