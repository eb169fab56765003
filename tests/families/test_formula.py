"""An author's own formulas: what they give, and every way in which they can be wrong, at its place."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.api import solve
from solver.errors import Problem, SpecError
from solver.families import formula
from solver.formula.functions import FUNCTIONS
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.places import PROBLEMS
from tests.tables import each
from tests.trials import times

QUANTITIES = "{x: [1.0, 2.0], W: [[1, 2, 3], [4, 5, 6]], a: 3}"


def spec(formulas: list[object], quantities: str = QUANTITIES, head: str = "round: {decimals: 4}") -> str:
    body = f"given:\n  family: formula\n  quantities: {quantities}\n  formulas: {json.dumps(formulas)}"
    return f"title: t\n{head}\n{body}\nparts: [{{label: p}}]"


def solved(formulas: list[object], quantities: str = QUANTITIES, head: str = "round: {decimals: 4}") -> Solution:
    solution = solve_question(load_text(spec(formulas, quantities, head)).questions[0])
    for part in solution.parts:
        for step in part.steps:
            assert step.lines("full")
    return solution


def problems(text: str) -> list[Problem]:
    with pytest.raises(SpecError) as caught:
        solve_question(load_text(text).questions[0])
    return caught.value.problems


# -- values -------------------------------------------------------------------------------------------------------------


@each(
    ("text", "value"),
    [
        ("u = W.T @ x", [[9], [12], [15]]),
        ("u = x*x - 1/a", [[0.6667], [3.6667]]),
        ("u = x.T @ x", 5),
        ("u = a**2**0.5", 4.7288),
        ("u = -a**2", -9),
        ("u = sum(W)/norm(x)", 9.3915),
        ("u = max(x, 1.5)", [[1.5], [2.0]]),
        ("u=softmax( 0*x )", [[0.5], [0.5]]),
    ],
)
def test_values(text: str, value: object) -> None:
    assert solved([text]).answers == {"p/u": value}


def test_quantities_are_read_by_their_form() -> None:
    working = load_text(spec(["u = a"], "{n: 3, v: [1, 2], m: [[1, 2]], c: [[1], [2]]}").replace("u = a", "u = n"))
    task = working.questions[0].parts[0].task
    assert task is not None
    shapes = {name: task.working.shapes[name] for name in ("n", "v", "m", "c")}
    assert shapes == {"n": (1, 1), "v": (2, 1), "m": (1, 2), "c": (2, 1)}


def test_what_is_no_whole_number_says_so_alone() -> None:
    with pytest.raises(SpecError) as error:
        solved([{"formula": "n = a/4", "whole": True}], head="carry: rounded")
    assert error.value.problems[0].hint == "whole: true is for counts; leave it out, or use floor"


def test_titles_reasons_and_whole_numbers() -> None:
    solution = solved([{"formula": "n = 2*a + 2", "title": "Count", "why": "because", "whole": True}], head="")
    step = solution["p/n"].item
    assert (step.title, step.why, step.whole) == ("Count", "because", True)  # type: ignore[union-attr]
    assert solution["p/n"].value == 8


def test_quantities_may_be_left_out() -> None:
    text = "title: t\ngiven: {family: formula, formulas: [u = 2 + 3]}\nparts: [{label: p}]"
    assert solve_question(load_text(text).questions[0]).answers == {"p/u": 5}


def test_the_examples_run() -> None:
    assert solve_question(load_text(formula.EXAMPLE).questions[0]).answers == {"a/u": 0.3, "a/y": 0.57}
    answers = solve(PROBLEMS / "formula.yaml").answers
    scores = np.array([0.5, 2.0]) / 3**0.5
    assert np.allclose(np.ravel(answers["a/s"]), scores, atol=5e-4)
    assert answers["d/n"] == 18


# -- errors, each at its place ------------------------------------------------------------------------------------------


@each(
    ("text", "message", "hint", "column"),
    [
        ("u = W.T @ xx", "'xx' is not given yet", "did you mean 'x'?", 10),
        ("u = a + e", "'e' is not given yet", "known here: W, a, x", 8),
        ("u = u + 1", "'u' is not given yet", "it is defined below: a formula uses what stands above it", 4),
        ("u = tanhh(x)", "unknown function 'tanhh'", "did you mean 'tanh'?", 4),
        ("u = __import__('os')", "unknown function '__import__'", "known here", 4),
        ("u = a.real", "'a.real' is not part of the formula language", "a formula has names", 4),
        ("u = x[0]", "'0' is not part", "entries are counted from 1: the first is x[1]", 6),
        ("u = a < 3", "'a < 3' is not part", "a formula has names", 4),
        ("u = lambda: 0", "'lambda: 0' is not part", "a formula has names", 4),
        ("u = a + 'b'", "\"'b'\" is not part", "a formula has names", 8),
        ("u = tanh(x=a)", "'x=a' is not part", "tanh has no options", 9),
        ("u = max(a)", "'max(a)' is not part", "max takes (u, v)", 4),
        ("u = a % 2", "'a % 2' is not part", "a formula has names", 4),
        ("u = a ^ 2", "'^' is not part", "write ** for a power", 6),
        ("u = a + 1_000", "'1_000' is not part", "a formula has names", 8),
        ("u = x @ x", "shapes 2×1 and 2×1 do not fit in x @ x", "the 1 columns on the left", 0),
        ("u = x + W.T", "shapes 2×1 and 3×2 do not fit in x + W.T", "+ needs equal shapes", 0),
        ("x = 3", "'x' is defined twice", "a name stands for one quantity", 0),
        ("2u = 3", "'2u' cannot be a name", "a name has letters", 0),
        ("if = 3", "'if' cannot be a name", "a name has letters", 0),
        ("lambda = 3", "'lambda' cannot be a name", "write lam for λ", 0),
        ("sum = 3", "'sum' is a function, not a name", "choose another name", 0),
        ("just words", "'just words' does not define a name", "write NAME = FORMULA", 0),
        ("u =", "the formula is empty", "a formula has names", 0),
        ("u = (a", "'(a' is not a formula", "close the bracket", 4),
    ],
)
def test_what_is_wrong_and_where(text: str, message: str, hint: str, column: int) -> None:
    quoted, plain = (
        f"title: t\ngiven:\n  family: formula\n  quantities: {QUANTITIES}\n  formulas:\n{item}\nparts: [{{label: p}}]"
        for item in (f'    - "{text}"', f"    - {{why: no, formula: '{text.replace(chr(39), chr(39) * 2)}'}}")
    )
    (problem,) = problems(quoted)
    assert message in problem.message
    assert hint in problem.hint
    assert (problem.place.line, problem.place.column) == (6, 7 + (column and column + 1))
    (inside,) = problems(plain)
    assert inside.message == problem.message
    if "'" not in text:
        assert inside.place.column == 26 + (column and column + 1)


def test_the_column_of_plain_text() -> None:
    text = "title: t\ngiven:\n  family: formula\n  formulas:\n    - u =  2 + b\nparts: [{label: p}]"
    (problem,) = problems(text)
    assert (problem.place.line, problem.place.column) == (5, 16)


def test_folded_text_knows_its_lines() -> None:
    text = "title: t\ngiven:\n  family: formula\n  formulas:\n    - u = 2\n        + b\nparts: [{label: p}]"
    (problem,) = problems(text)
    assert (problem.place.line, problem.place.column) == (6, 11)


def test_every_error_in_one_run_and_none_that_follows_from_another() -> None:
    formulas = [
        "u = bb + 1",
        "v = u*2",
        "w = v @ W",
        "u = 3",
        "q = tanhh(a) + v",
        "r = later + 1",
        "later = a",
        "s = x @ x",
    ]
    found = [p.message for p in problems(spec([*formulas, "t = q + r + s + zz"]))]
    assert found == [
        "'bb' is not given yet",
        "'u' is defined twice",
        "unknown function 'tanhh'",
        "'later' is not given yet",
        "shapes 2×1 and 2×1 do not fit in x @ x",
        "'zz' is not given yet",
    ]


def test_a_bad_name_of_a_quantity_stands_at_its_key() -> None:
    text = "title: t\ngiven:\n  family: formula\n  quantities:\n    2x: 1\n    tanh: 2\n  formulas: [u = tanh + 1]\nparts: [{label: p}]"
    assert [(p.place.line, p.place.column, p.message) for p in problems(text)] == [
        (5, 5, "'2x' cannot be a name"),
        (6, 5, "'tanh' is a function, not a name"),
    ]


@each(
    ("quantities", "message"),
    [
        ("{v: []}", "v is empty, expected numbers"),
        ("{v: abc}", "found 'abc' for v, expected a number"),
        ("{v: .inf}", "found '.inf' for v, expected a number"),
        ("{v: 1e999}", "v is 1e999, which is too large"),
        ("{v: {a: 1}}", "found a map of 1 for v, expected a number"),
        ("{v: [[1, 2], [3]]}", "v has rows of 2 and 1 numbers"),
        ("{v: [[1, 2], 3]}", "found '3' for v, expected a list of rows"),
        ("{v: 1, v: 2}", "the key 'v' stands twice in one map"),
        ("[1, 2]", "found a list of 2 for quantities, expected a map of names"),
    ],
)
def test_a_quantity_that_cannot_be_read(quantities: str, message: str) -> None:
    assert [p.message for p in problems(spec(["u = 1"], quantities))] == [message]


@each("item", [[1], {"title": "no formula"}, {"formula": "u = 1", "tilte": "x"}])
def test_an_item_that_is_no_formula(item: object) -> None:
    assert len(problems(spec([item]))) == 1


# -- hostile formulas ---------------------------------------------------------------------------------------------------


@each(
    ("text", "message"),
    [
        ("u = 2**99999", "p/u: 2**99999 has no value"),
        ("u = 10**400", "p/u: 10**400 has no value"),
        ("u = 9**9**9**9", "p/u: 9**9**9 has no value"),
        ("u = 1e308*10", "p/u: overflow in 1e308*10"),
        ("u = ones(a)", "ones(a) would be a single number: a is no size"),
        ("u = 2*eye(-a)", "eye(-a) would be a single number: -a is no size"),
        ("u = eye(-1)", "eye(-1) would be a single number: -1 is no size"),
        ("u = ones(2*3)", "ones(2*3) would be a single number: 2*3 is no size"),
        ("u = 1e999", "'1e999' is not part of the formula language"),
        ("u = 1/(a - 3)", "p/u: a division by 0 in 1/(a - 3)"),
        ("u = log(-a)", "p/u: log(-3) has no value, in log(-a)"),
        ("u = " + "1+" * 1500 + "1", "the formula is nested too deeply"),
        ("u = " + "-" * 3000 + "1", "the formula is nested too deeply"),
        ("u = " + "a" * 5000, "a formula of 5001 characters is too long"),
        ("u = a\n+ 1", "a formula stands on one line"),
        ("u = a; b = 3", "a formula stands on one line"),
        ("u = é", "'é' is not part of the formula language"),
        ("u = \u202ea", "is not part of the formula language"),
        ("u = a\x00", "is not a formula"),
        ("ü = a", "'ü' cannot be a name"),
    ],
)
def test_hostile_formulas_are_refused_in_words(text: str, message: str) -> None:
    (problem,) = problems(spec([text]))
    assert message in problem.message
    assert len(problem.message) < 300


@each(
    "text",
    ["u = 1/((((9**64)**64)**64)**64)", "u = 1/10**400", "u = 1/(1 + exp(1000))", "u = sigmoid(-1000)", "u = 1e-320*a"],
)
@each("rounding", ["decimals: 2", "decimals: 12", "figures: 3", "figures: 12"])
def test_what_vanishes_is_zero_without_a_warning(text: str, rounding: str) -> None:
    assert solved([text], head=f"round: {{{rounding}}}").answers == {"p/u": 0}


def test_results_are_bounded_before_they_are_computed() -> None:
    long = "{x: [" + ", ".join(["1"] * 3000) + "]}"
    messages = [p.message for p in problems(spec(["m = x @ x.T", "s = sum(x @ x.T)"], long))]
    assert messages == ["x @ x.T has 3000×3000 numbers"] * 2
    many = "{x: [" + ", ".join(["1"] * 1500) + "]}"
    messages = [p.message for p in problems(spec([f"m{k} = x @ x.T" for k in range(500)], many))]
    assert messages == ["this is too much to work out"]


def test_thousands_of_unknown_names_are_named() -> None:
    formulas: list[object] = [f"m{i} = " + " + ".join(f"n{i}_{j}" for j in range(50)) for i in range(500)]
    assert len(problems(spec(formulas))) >= 1_000


@settings(max_examples=times(20))
@given(st.lists(st.sampled_from([*"ax W12.+-*/@()=,T'\"[]{}:;#\\\n_^é<e", *FUNCTIONS, "**"]), max_size=30))
def test_no_text_gets_past_the_reader_as_anything_but_a_formula(pieces: list[str]) -> None:
    text = "".join(pieces)
    try:
        names = list(solved([f"r = {text}"]).answers)
        places = []
    except SpecError as error:
        names, places = [], [p.place.line for p in error.problems]
    assert names == ["p/r"] or (places and all(places))
