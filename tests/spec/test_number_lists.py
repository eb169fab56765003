"""Long lists of numbers, cut out and read as a whole, against the same text read node by node."""

import re
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.errors import SpecError
from solver.spec import nodes, number_lists
from solver.spec.nodes import Node, Report, read_nodes
from solver.spec.quantities import matrix, quantity, vector
from solver.spec.reader import load_text
from tests.tables import each


def tree(node: Node) -> object:
    """All that a node says, its items unfolded."""
    entries = [(tree(key), tree(value)) for key, value in node.entries]
    items = [tree(item) for item in node.items]
    assert node.kind != "list" or node.length == len(items)
    return (node.kind, node.place, node.text, node.plain, node.verbatim, node.found(), items, entries)


def outcome(text: str, whole: bool) -> object:
    with patch("solver.spec.nodes.cut", number_lists.cut if whole else lambda text: (text, {})):
        try:
            return tree(read_nodes(text, "q.yaml"))
        except SpecError as error:
            return error.problems


@pytest.fixture(autouse=True)
def _short_lists_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(number_lists, "LONG", 3)
    monkeypatch.setattr(nodes, "SHORT", 3)


PLACES = [
    "a: [1, 2, 3]",
    "a: [[1, 2], [3, 4]]\nb: [5.50, -.5, +6, 7., 1e5, 2E-3]",
    "a: {b: [[1,\n  2], [3,\r\n 4]], c: [5, 6, 7]}\nd: e",
    "a:\n- [1, 2, 3]\n- [4, 5, 6]",
    "a: [1, 2, 3] # [4, 5, 6]\nb: [7, 8, 9]",
    "# [1, 2, 3]\na: b",
    "a: 'text [1, 2, 3]'\nb: [1, 2, 3]",
    'a: "text\n  [1, 2, 3]"',
    "a: text [1, 2, 3] text",
    "a: |\n  [1, 2, 3]\n  [[1, 2], [3, 4]]\nb: c",
    "a: |\n  [1,\n2]\nb: c",
    "a: &n [1, 2, 3]\nb: *n\nc: [*n, *n]",
    "a: !!seq [1, 2, 3]",
    "[1, 2, 3]: a",
    "? [1, 2, 3]\n: [[4, 5]]",
    "[1, 2,\n 3]: a",
    "a: [1, 2, 3,]",
    "a: [1, 2 3, 4]",
    "a: [[1, 2], [3, [4, 5]]]",
    "a: [1, 2, 3",
    "a: [[1, 2], [3, 4]\nb: c",
    "a: [1, 2, 3]]",
    "a: [1, 2, 3] b\nc: [4, 5, 6]",
    "a: {b [1, 2, 3]}",
    "a: [1, 2, 3]\n b: c",
    "é: [1, 2, 3]\n\u2028b: [4, 5, 6]\x85c: [7, 8, 9]",
    "a: [1,\t2,\t3]",
    "a: [1, 2, 3]\n---\nb: [1, 2, 3]",
    "a: [1e1000, 1, 2]",
    "a: [٣, 1, 2]",
    "a: [[], [1, 2]]",
    "\ufeffa: [1, 2, 3]",
    "a: [1, 2, 3]\nb: 'c",
]


@each("text", PLACES)
def test_a_text_reads_the_same_with_and_without_cutting(text: str) -> None:
    assert outcome(text, whole=True) == outcome(text, whole=False)


SNIPPETS = ["[1, 2, 3]", "[[1,\n2], [3, 4]]", "[", "]", "{", "}", ", ", ": ", "\n", "\n  ", "- ", "a", "'", '"', "# "]
snippets = st.sampled_from([*SNIPPETS, "&x ", "*x", "? ", "\r\n", "\t", "5", "é", "|"])


@given(st.lists(snippets, max_size=14).map("".join))
def test_any_text_reads_the_same_with_and_without_cutting(text: str) -> None:
    assert outcome(text, whole=True) == outcome(text, whole=False)


def read(text: str, how) -> tuple[object, list[str]]:  # type: ignore[no-untyped-def]
    report = Report()
    node = read_nodes(f"W: {text}", "q.yaml").entries[0][1]
    return how(node, report, "W"), [f"{p.place.line}:{p.place.column} {p.message}" for p in report.problems]


def test_a_long_list_is_never_made_into_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "_nodes_of", None)
    for text, how, shape in [
        ("[1.50, 2, +3]", vector, (3, 1)),
        ("[[1.50], [2], [3]]", vector, (3, 1)),
        ("[[1.50, 2], [3, 4]]", matrix, (2, 2)),
        ("[[1.50, 2], [3, 4]]", quantity, (2, 2)),
        ("[1.50, 2, 3]", quantity, (3, 1)),
        ("\n- [1.50, 2, 3]\n- [4, 5, 6]", matrix, (2, 3)),
        ("\n- [1.50, 2, 3]\n- [4, 5, 6]", quantity, (2, 3)),
    ]:
        made, problems = read(text, how)
        assert problems == []
        assert made.value.shape == shape
        assert made.text(0, 0) == "1.50"
        assert [float(made.text(i, j)) for i in range(shape[0]) for j in range(shape[1])] == made.value.ravel().tolist()


WRONG = [
    ("[1, 2, 1e999]", vector, "1:11 W is 1e999, which is too large"),
    ("[1, 2, word]", vector, "1:11 found 'word' for W, expected a number"),
    ("[[1, 2],\n  [3]]", matrix, "2:3 W has rows of 2 and 1 numbers"),
    ("[[1, 2],\n  [3, 1e999]]", matrix, "2:7 W is 1e999, which is too large"),
    ("\n- [1, 2, 3]\n- [4, 5, 1e999]", matrix, "3:10 W is 1e999, which is too large"),
    ("\n- [1, 2, 3]\n- [4, x, 6]", matrix, "3:7 found 'x' for W, expected a number"),
    ("\n- [1, 2, 3]\n- [4, 5]", matrix, "3:3 W has rows of 3 and 2 numbers"),
    ("[1, 2, 3]", matrix, "1:5 found '1' for W, expected a list of rows"),
    ("[[1, 2], [3, 4]]", vector, "1:5 W has a row of 2 numbers, expected a vector"),
    ("[[[1, 2], [3, 4]], [5, 6]]", matrix, "1:6 found a list of 2 for W, expected a number"),
]


@each(("text", "how", "message"), WRONG)
def test_what_is_wrong_in_a_long_list_has_its_place(text: str, how: object, message: str) -> None:
    _, problems = read(text, how)
    assert problems[0] == message


def test_too_many_numbers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "MAX_NODES", 1_000)
    row = ", ".join(["1"] * 1_000)
    aliases = ", ".join(["*x"] * 10)
    assert read_nodes(f"a: [{row}]", "q.yaml").entries[0][1].length == 1_000
    with pytest.raises(SpecError, match=r"q.yaml:2:\d+: more than 1,000 values"):
        read_nodes(f"a: &x [{row}]\nb: [{aliases}]", "q.yaml")
    with pytest.raises(SpecError, match="more than 1,000 values"):
        _ = read_nodes(f"a: [{row}, 1]", "q.yaml").entries[0][1].items


def test_the_digits_of_a_matrix_as_typed() -> None:
    typed = number_lists.Typed([" 1.0,+2.50", "3,4 "])
    assert list(typed) == [("1.0", "2.50"), ("3", "4")]
    assert typed == (("1.0", "2.50"), ("3", "4"))
    assert typed[1:] == number_lists.Typed(["3, 4"])
    assert typed != number_lists.Typed(["1.0,2.5", "3,4"])


def test_a_network_of_long_lists_is_that_of_short_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    draws = np.random.default_rng(3).normal(size=(3, 40, 40)).round(3)
    layers = "".join(f"    - {{W: {W.tolist()}, b: 0.1, activation: tanh}}\n" for W in draws)
    text = f"title: T\ngiven:\n  family: mlp\n  x: {draws[0][0].tolist()}\n  layers:\n{layers}parts: [{{label: a}}]\n"

    def givens() -> list[tuple[str, str]]:
        [question] = load_text(text).questions
        working = question.parts[0].task.working
        return [(name, repr(item.numbers.text(39, 0))) for name, item in working.items.items() if name[0] in "xW"]

    long = givens()
    monkeypatch.setattr(number_lists, "LONG", 10**9)
    assert givens() == long
    assert re.fullmatch(r"'-?\d\.\d+'", long[0][1])
