"""Long JSON taken apart item by item: the same items as json's, however the text is cut, and errors where they are."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.errors import SpecError
from solver.mark.read import read_blocks, read_json
from solver.mark.read.json_items import items_of
from solver.mark.read.read_blocks import pieces
from solver.mark.run import Options, run
from tests.questions import asked_of
from tests.tables import each
from tests.trials import CHARACTERS

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(CHARACTERS, max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(CHARACTERS, max_size=3), inner, max_size=3),
    max_leaves=6,
)


def cut(text: str, size: int) -> list[str]:
    return [text[i : i + size] for i in range(0, len(text), size)]


@given(
    st.lists(VALUES, max_size=5) | st.dictionaries(st.text(CHARACTERS, max_size=3), VALUES, max_size=5),
    st.integers(1, 30),
    st.sampled_from([None, 1]),
)
def test_the_items_of_a_text(value: object, size: int, indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    found = list(items_of(iter(cut(text, size)), "a.json"))
    values = [json.loads(item) for _, _, item in found]
    assert values == (list(value.values()) if isinstance(value, dict) else value)
    assert [key for _, key, _ in found] == (list(value) if isinstance(value, dict) else [None] * len(values))
    lines = text.split("\n")
    for place, _, item in found:
        assert lines[place.line - 1][place.column - 1] == item[0]


@each(
    ("text", "message"),
    [
        ("3", "a.json:1:1: expected a list of students"),
        ("", "a.json:1:1: expected a list of students"),
        ("[1,\n 2 3]", "a.json:2:4: not JSON: expected ,"),
        ("[1,\n {oops}]", "a.json:2:3: not JSON: Expecting property name"),
        ("[1,]", "not JSON: a comma before the end"),
        ('{"a" 1}', "not JSON: expected :"),
        ("[1", "not JSON: expected ,"),
        ("[" * 100_000, "not answers: nested too deeply"),
    ],
)
def test_what_is_no_json(text: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        list(items_of(iter(cut(text, 7)), "a.json"))
    assert message in str(caught.value)


@given(st.text(CHARACTERS, max_size=60), st.integers(1, 9), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_pieces_of_any_text(text: str, size: int, encoding: str) -> None:
    before, read_blocks.BLOCK = read_blocks.BLOCK, max(size, 4)
    try:
        assert "".join(pieces(io.BytesIO(text.encode(encoding)), "a")) == text.removeprefix("\ufeff")
    finally:
        read_blocks.BLOCK = before


@pytest.mark.parametrize("shape", ["list", "map"])
def test_a_long_file_gives_the_same_marks(shape: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list and an object of students, on one line or on many, longer than what is parsed as one."""
    question = asked_of("q2")
    students = {f"s{i:03d}": {"c/y": "0.81" if i % 3 else "0.82", "c/J": [1.66, "oops"][i % 7 == 0]} for i in range(90)}
    value = students if shape == "map" else [{"student": s, "answers": a} for s, a in students.items()]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(value, indent=None if shape == "map" else 1))
    texts = []
    for long in (1 << 22, 400):
        monkeypatch.setattr(read_json, "LONG_JSON", long)
        monkeypatch.setattr(read_json, "BLOCK", 800)
        stream = io.StringIO()
        summary = run(question, [str(path)], Options(form="long"), stream)
        assert (summary.students, summary.trouble_count) == (90, 13)
        texts.append(stream.getvalue())
    assert texts[0] == texts[1]
