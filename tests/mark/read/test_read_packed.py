"""Plain rows taken apart by numpy: the same cells as the csv module's, the same codes as a dictionary's."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.mark.read import read_packed
from solver.mark.read.read_batch import NumberTexts
from solver.mark.read.read_packed import CellCodes, plain_columns
from tests.tables import each

CELLS = st.text(alphabet="01.9-−e é日/;x", max_size=14)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(1, 4))
    row = st.lists(CELLS, min_size=width, max_size=width).filter(any)
    return draw(st.lists(row, min_size=1, max_size=12))


@given(tables(), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_the_same_cells_as_the_csv_module(rows: list[list[str]], newline: str, ended: bool) -> None:
    text = newline.join(",".join(row) for row in rows) + (newline if ended else "")
    found = plain_columns(text.encode(), ",", len(rows[0]))
    assert found is not None
    assert [list(row) for row in zip(*found, strict=True)] == rows
    assert list(csv.reader(io.StringIO(text, newline=""))) == rows


@given(tables())
def test_the_same_numbers_as_from_texts(rows: list[list[str]]) -> None:
    found = plain_columns("\n".join(",".join(row) for row in rows).encode(), ",", len(rows[0]))
    assert found is not None
    numbers = NumberTexts("auto")
    for column in found:
        packed = numbers.read(column)
        plain = NumberTexts("auto").read(list(column))
        assert np.array_equal(packed[0], plain[0], equal_nan=True)
        assert np.array_equal(packed[1], plain[1])
        assert packed[2] == plain[2]


@each(
    "data",
    [b'a,"b"\n', b"a,b\nc\n", b"a\nb,c\n", b"a,b,c\n", b"a,b\n\nc,d\n", b"a,\0\n", b"a,b\rc,d\r", b"a,b\r\nc,\rd\n"],
)
def test_rows_that_are_not_plain(data: bytes) -> None:
    assert plain_columns(data, ",", 2) is None


def test_texts_that_share_a_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_packed, "_SLOTS", 1)
    texts = [str(i) for i in range(50)] * 3 + ["", "123456789", "12345678", "12345678"]
    found = plain_columns("".join(f"{text},x\n" for text in texts).encode(), ",", 2)
    assert found is not None
    known: dict[str, int] = {}
    table = CellCodes()
    for _ in range(2):
        codes = table.look_up(found[0], lambda text: known.setdefault(text, len(known))).tolist()
        assert codes == [known[text] for text in texts]
    assert len(known) == 53


def test_a_full_memory_is_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.mark.read.read_batch._MOST_TEXTS", 10)
    numbers = NumberTexts("auto")
    for start in range(0, 200, 20):
        texts = [f"{i / 8}" for i in range(start, start + 20)]
        found = plain_columns("\n".join(texts).encode(), ",", 1)
        assert found is not None
        assert numbers.read(found[0])[0].tolist() == [float(text) for text in texts]
        assert len(numbers) <= 10 + 20
