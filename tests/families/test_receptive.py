"""Stacks of equal layers: known answers, cells counted one by one, what does not fit, marking."""

from typing import Any

import pytest

from solver.errors import SpecError
from solver.families import receptive
from solver.mark.sheet import sheet
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.mark.simulate import lost_beyond
from tests.tables import each


def solved(fields: str, find: str = "") -> Solution:
    part = "{label: a" + (f", find: {find}" if find else "") + "}"
    text = f"title: t\ngiven: {{family: receptive, {fields}}}\nparts: [{part}]"
    return solve_question(load_text(text).questions[0])


def answers(fields: str, find: str = "") -> dict[str, Any]:
    return {key.removeprefix("a/"): value for key, value in solved(fields, find).answers.items()}


@each(
    ("fields", "expected"),
    [
        ("size: 3, layers: 2", {"R": 5}),  # two layers of 3×3 see as much as one of 5×5 (VGG)
        ("size: 3, layers: 3", {"R": 7}),
        ("size: 3, covers: 224", {"n": 112, "R": 225}),
        ("size: 2, covers: 1", {"n": 0, "R": 1}),
        ("size: 2, growth: 2, layers: 10", {"R10": 1024}),  # a block of WaveNet
        ("size: 2, growth: 2, covers: 1024", {"n": 10}),
        ("size: 2, growth: 2, covers: 1025", {"n": 11}),
        ("size: 1, layers: 4", {"R": 1}),
    ],
)
def test_known_answers(fields: str, expected: dict[str, int]) -> None:
    found = answers(fields)
    assert {name: found[name] for name in expected} == expected


@each("size", [2, 3])
@each(("stride", "dilation", "growth"), [(1, 1, 1), (1, 3, 1), (2, 1, 1), (1, 2, 2), (2, 2, 3), (3, 1, 2)])
def test_cells_counted_one_by_one(size: int, stride: int, dilation: int, growth: int) -> None:
    """A cell's own inputs, layer by layer down, from the first to the last of them."""
    fields = f"size: {size}, stride: {stride}, dilation: {dilation}, growth: {growth}"
    sees = [1]
    for depth in range(1, 5):
        cells = {0}
        for k in range(depth, 0, -1):
            apart = dilation * growth ** (k - 1)
            cells = {i * stride + j * apart for i in cells for j in range(size)}
        sees.append(max(cells) + 1)
    last = "R" if stride == growth == 1 else "R4"
    assert answers(f"{fields}, layers: 4", "receptive_field")[last] == sees[4]
    for wanted in {sees[2], sees[2] + 1, sees[3]}:
        assert answers(f"{fields}, covers: {wanted}", "layers")["n"] == next(
            k for k, n in enumerate(sees) if n >= wanted
        )


@each(
    ("fields", "message"),
    [
        ("size: 3", "expected layers or covers"),
        ("size: 3, layers: 2, covers: 9", "expected layers or covers"),
        ("size: 1, covers: 9", "a filter of one cell never sees more than one"),
        ("size: 0, layers: 9", "size is 0, expected at least 1"),
        ("size: 3, layers: 201", "layers is 201, expected at most 200"),
        (
            "size: 3, growth: 2, layers: 200",
            "layer 39 sees 1,099,511,627,775 cells, expected at most 1,000,000,000,000",
        ),
        ("covers: 9", "'size' is missing: of the filter, along one side"),
        ("size: 3, stride: 0, layers: 2", "stride is 0, expected at least 1"),
    ],
)
def test_what_does_not_fit(fields: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        solved(fields)
    assert [p.message for p in caught.value.problems] == [message]


def test_the_example_and_marking() -> None:
    assert solve_question(load_text(receptive.EXAMPLE).questions[0]).answers == {"a/n": 7}
    assert not lost_beyond(sheet(solved("size: 3, dilation: 2, covers: 32")), "a/n")
    assert not lost_beyond(sheet(solved("size: 3, stride: 2, layers: 4")), "a/R2")
