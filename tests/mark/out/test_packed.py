"""Lines that are packed as they are written come back as they were."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from solver.mark.out import packed
from solver.mark.out.packed import Packing, unpacked

TEXTS = st.lists(st.text(st.characters(), max_size=30), max_size=8)  # halves of characters too


@given(TEXTS, st.integers(1, 9))
def test_what_was_written_is_read(texts: list[str], piece: int) -> None:
    packing, before = Packing(), packed._PIECE
    packed._PIECE = piece
    try:
        assert sum(map(packing.stream.write, texts)) == len("".join(texts))
        found = packing.packed()
        assert "".join(unpacked(found)) == "".join(texts)
    finally:
        packed._PIECE = before
    assert bool(found) == any(texts)


def test_lines_of_a_class_take_little() -> None:
    packing = Packing()
    for student in range(5_000):
        packing.stream.write("".join(f"s{student},b/u1[{k}],1.30,CORRECT,,0.25,0.25\n" for k in range(20)))
    found = packing.packed()
    pieces = list(map(len, unpacked(found)))
    assert len(found) < sum(pieces) / 8
    assert max(pieces) <= packed._PIECE
