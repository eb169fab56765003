"""Limits of what a question adds up to: so much is read, and a little more is refused where it stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import pytest

from solver.errors import FormulaError, SpecError
from solver.formula.parse import MAX_DEPTH, MAX_LENGTH, parse
from solver.mark.asked import asked
from solver.spec.reader import load_text
from tests.tables import each

Made = Callable[[int], str]

QUESTION = "title: T\ngiven: {family: %s}\nparts: [{label: a%s}]\n"


def given(fields: str, part: str = "") -> str:
    return QUESTION % (fields, part)


def problems(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        load_text(text)
    return str(caught.value)


def formulas(listed: Iterable[str], quantities: str = "{a: 2}") -> str:
    return given(f"formula, quantities: {quantities}, formulas: {json.dumps(list(listed))}")


def ones(rows: int, columns: int = 1) -> str:
    return str([[1] * columns] * rows)


def kernels(count: int) -> str:
    return given(f"convolution, X: [[1]], K: {[[[1]]] * count}")


def pairs(keys: int) -> str:
    fields = f"attention, score: additive, Q: {ones(2, 2)}, K: {ones(keys, 2)}, V: {ones(keys)}"
    return given(f"{fields}, Wq: {ones(2, 2)}, Wk: {ones(2, 2)}, v: [1, 1]")


def learnt(epochs: int) -> str:
    return given(f"competitive, kind: winner-take-all, X: {ones(4)}, W: [[1], [2]], rate: 0.1, epochs: {epochs}")


def repeated(times: int) -> str:
    return given(f"count, input: [4], layers: [{{repeat: {times}, layers: [dense 4, relu]}}]", ", find: parameters")


def counted(size: int) -> str:
    return given(f"count, input: [{size}], layers: [dense 1]")


def dense(neurons: int) -> str:
    return given(f"count, input: [1], layers: [dense {neurons}]")


def entries(count: int) -> str:
    return given(f"count, input: [1], layers: {['relu'] * count}")


def confusion(classes: int) -> str:
    return given(f"metrics, confusion: {ones(classes, classes)}")


def patterns(count: int) -> str:
    return given(f"perceptron, X: {ones(count)}, w: [1], b: 0")


def outputs(neurons: int) -> str:
    return given(f"perceptron, inputs: 3, layers: [{{W: {ones(3, neurons)}}}, {{W: {ones(neurons)}}}]")


def epochs(count: int) -> str:
    fields = f"perceptron, X: {ones(100)}, d: {[1] * 100}, w: [1], b: 0, learn: {{rate: 1, epochs: {count}}}"
    return given(fields, ", find: table")


def positions(count: int) -> str:
    return given(f"positional, positions: {[*range(count)]}, d_model: 2", ", find: encoding")


def dimensions(last: int) -> str:
    return given(f"positional, position: 1, d_model: 100000, dimensions: [0, {last}]")


def elements(count: int) -> str:
    return given(f"tensor, shape: [2, {count}], elements: integer")


def size(rows: int) -> str:
    return given(f"gradient, symbols: {{x: {rows}}}, J: x.T @ x, by: x")


def deep(levels: int) -> str:
    inner = "{label: a, find: b}"
    for _ in range(levels):
        inner = f"{{label: a, parts: [{inner}]}}"
    return f"title: T\ngiven: {{family: formula, formulas: [b = 1]}}\nparts: [{inner}]\n"


def label(length: int) -> str:
    return f"title: T\ngiven: {{family: formula, formulas: [b = 1]}}\nparts: [{{label: {'a' * length}}}]\n"


def over(times: int) -> str:
    loop = f"{{over: k = 1..{times}, formulas: ['b[k] = k']}}"
    return f"title: T\ngiven: {{family: formula, formulas: [{loop}]}}\nparts: [{{label: a}}]\n"


def filled(rows: int) -> str:
    return formulas(["b = sum(x)"], f"{{x: {{zeros: [{rows}, 2]}}}}")


def marked(rule: str) -> str:
    return f"title: T\nmarking: {{{rule}}}\n" + formulas(["b = 1"]).partition("\n")[2]


def weight(worth: int) -> str:
    return marked(f"weights: {{a/b: {worth}}}")


def reach(units: int) -> str:
    return marked(f"reach: {units}")


def answers(count: int) -> str:
    return formulas([f"b{k} = {k}" for k in range(count)])


def cells(rows: int) -> str:
    return formulas(["b = x*2"], f"{{x: {{zeros: [{rows}, 100]}}}}")


LIMITS = [
    (kernels, 200, 201, "2:43: 201 kernels, expected at most 200"),
    (entries, 1000, 1001, "2:44: layers has 1,001 items, expected at most 1,000"),
    (counted, 10**7, 10**7 + 1, "2:31: input is 10000001, expected 1 to 10,000,000"),
    (dense, 10**7, 10**7 + 1, "2:51: neurons of fc1 is 10000001, expected a whole number from 1 to 10,000,000"),
    (confusion, 50, 51, "2:37: the confusion matrix is 51×51, expected 2×2 to 50×50, and square"),
    (patterns, 1000, 1001, "2:32: 1,001 patterns, expected at most 1,000"),
    (outputs, 2499, 2500, "2:48: 20,008 outputs of all neurons for all patterns, expected at most 20,000"),
    (elements, 500, 501, "2:32: shape [2, 501] has 1,002 elements, expected at most 1,000"),
    (size, 100, 101, "2:37: x has a size of 101"),
    (deep, 3, 4, "3:84: parts within parts go 4 levels deep at the most"),
    (label, 12, 13, "3:17: found 'aaaaaaaaaaaaa' for label, expected letters or digits, at most 12"),
]


@each(("made", "most", "more", "message"), LIMITS)
def test_so_much_and_no_more(made: Made, most: int, more: int, message: str) -> None:
    load_text(made(most))
    assert f"question:{message}" in problems(made(more))


SMALL = [
    ("solver.families.attention.typed.MAX_PAIRS", 6, pairs, 3, "2 queries and 4 keys: more than 6 pairs"),
    ("solver.families.competitive.given.MAX_LEARNT", 24, learnt, 3, "expected at most 24"),
    ("solver.families.competitive.given.MAX_PRESENTATIONS", 12, learnt, 3, "16 presentations, expected at most 12"),
    ("solver.families.count.branches.MOST_LAYERS", 7, repeated, 3, "more than 7 layers, with all that repeat"),
    (
        "solver.families.perceptron.presentations.MAX_PRESENTATIONS",
        300,
        epochs,
        3,
        "expected at most 300 presentations",
    ),
    ("solver.families.positional.MAX_CELLS", 6, positions, 3, "8 numbers, expected at most 6"),
    ("solver.families.positional.MAX_DIMENSIONS", 10, dimensions, 9, "11 dimensions, expected at most 10"),
    ("solver.spec.quantities.MAX_FILLED", 6, filled, 3, "found a list of 2 for zeros of x, expected rows and columns"),
    ("solver.spec.own_formulas.MAX_STEPS", 3, over, 3, "formulas are repeated more than 3 times in all"),
    ("solver.spec.scheme.MAX_WEIGHT", 3, weight, 3, "the weight of a/b is 4, expected 0 to 3"),
    ("solver.spec.scheme.MAX_REACH", 3, reach, 3, "reach is 4, expected 0 to 3 units of the last digit"),
]
"""Limits whose questions take their time, each made smaller."""


@each(("name", "limit", "made", "most", "message"), SMALL)
def test_so_much_and_no_more_where_it_is_less(name: str, limit: int, made: Made, most: int, message: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(name, limit)
        load_text(made(most))
        assert message in problems(made(most + 1))


@each(("made", "most", "message"), [(answers, 300, "301 quantities"), (cells, 200, "20,100 numbers")])
def test_so_much_is_marked_and_no_more(made: Made, most: int, message: str) -> None:
    assert asked(load_text(made(most)).questions[0]).sheet.answers
    with pytest.raises(SpecError, match=f"{message}.*too many to be marked"):
        asked(load_text(made(most + 1)).questions[0])


@each(("text", "more", "message"), [
    ("a" * MAX_LENGTH, "a", "a formula of 4001 characters is too long"),
    ("-" * MAX_DEPTH + "1", "-", "the formula is nested too deeply"),
])  # fmt: skip
def test_a_formula_has_an_end(text: str, more: str, message: str) -> None:
    parse(text)
    with pytest.raises(FormulaError, match=message):
        parse(more + text)
