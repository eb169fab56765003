"""What never ends is refused: standard input, a pipe, a device."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from solver.errors import SpecError
from solver.mark.read import chunks as reading
from solver.mark.read.chunks import chunks, text_lines
from solver.mark.read.read_names import names
from tests.questions import asked_of

MOST = 1 << 16
ROW = b"student,c/J\n"


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ANSWERS", MOST)
    monkeypatch.setattr(reading, "MOST_LINES", MOST)


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[str]:
    """A pipe into which somebody writes for as long as it is read."""
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)

    def write() -> None:
        try:
            with open(path, "wb") as into:
                while True:
                    into.write(ROW * 1000)
        except BrokenPipeError:
            pass

    writer = threading.Thread(target=write)
    writer.start()
    yield str(path)
    writer.join(10)
    assert not writer.is_alive()


def refused(path: str) -> str:
    with pytest.raises(SpecError) as caught:
        list(chunks([path], names(asked_of("q2").sheet), []))
    return str(caught.value)


def test_a_device() -> None:
    assert "/dev/zero: goes on for more than 65,536 bytes" in refused("/dev/zero")


def test_a_pipe(pipe: str) -> None:
    assert f"{pipe}: goes on for more than 65,536 bytes" in refused(pipe)


def test_lines_of_a_pipe(pipe: str) -> None:
    with pytest.raises(SpecError, match="goes on for more than 65,536 bytes"):
        list(text_lines(pipe))


@pytest.mark.parametrize("more", [0, 1])
def test_standard_input(monkeypatch: pytest.MonkeyPatch, more: int) -> None:
    data = ROW + b"ann," + b"1" * (MOST - len(ROW) - 5 + more) + b"\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(data))))
    if more:
        assert "standard input: goes on for more than 65,536 bytes" in refused("-")
    else:
        (batch,) = (texts for chunk in chunks(["-"], names(asked_of("q2").sheet), []) for texts in chunk.texts())
        assert batch.students == ["ann"]


def test_a_long_file_is_no_endless_one(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(ROW * MOST)
    assert sum(1 for _ in text_lines(str(path))) == MOST
