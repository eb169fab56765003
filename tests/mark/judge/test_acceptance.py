"""What is accepted: one test a promise, on random questions of every family where it is one of all."""

from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import pytest

from solver.errors import FormulaError, Place
from solver.formula.tree import Num
from solver.mark.judge.acceptance import judge
from solver.mark.judge.grade import grade_batch
from solver.mark.judge.numbers import Batch, Note, Verdict
from solver.mark.records import Graded, Submissions
from solver.mark.sheet import Sheet, sheet
from solver.spec.reader import load_text
from solver.working.equation import equation
from solver.working.page import Working
from solver.working.question import Part, Question, Scheme, Task
from solver.working.solve import solve_question
from tests.mark.planted import SHEETS, key_batch
from tests.tables import each

CORRECT, FOLLOWED, WRONG = Verdict.CORRECT, Verdict.FOLLOWED, Verdict.WRONG


def asked(quantities: str, *formulas: str, rounding: str = "{decimals: 2}", more: str = "") -> Sheet:
    """The sheet of a short question by formulas."""
    lines = "".join(f"\n    - {formula}" for formula in formulas)
    text = (
        f"title: T\nround: {rounding}\ncarry: rounded\n{more}given:\n  family: formula\n  quantities: {{{quantities}}}\n"
        f"  formulas:{lines}\nparts: [{{label: a}}]\n"
    )
    return sheet(solve_question(load_text(text).questions[0]))


def one(made: Sheet, **answers: str | list[str]) -> tuple[dict[str, list[str]], dict[str, Note]]:
    """The verdicts on one student's texts, the others left out, and all notes of each answer."""
    batch = Batch(1)
    for name, texts in answers.items():
        cells = [texts] if isinstance(texts, str) else texts
        shape = (1, *made.answers[f"a/{name}"].shape)
        batch.values[f"a/{name}"] = np.array([float(text) for text in cells]).reshape(shape)
        digits = [len(text.partition(".")[2]) for text in cells]
        batch.decimals[f"a/{name}"] = np.array(digits, dtype=np.int16).reshape(shape)
    judged = judge(made, batch)
    verdicts = {key[2:]: [Verdict(v).name for v in found.verdicts.ravel()] for key, found in judged.items()}
    notes = {key[2:]: Note(int(np.bitwise_or.reduce(found.notes.ravel()))) for key, found in judged.items()}
    return verdicts, notes


# -- precision ---------------------------------------------------------------------------------------------------------
@each(
    ("text", "verdict", "note"),
    [
        ("1.67", CORRECT, Note.NONE),
        ("1.6667", CORRECT, Note.NONE),
        ("1.7", CORRECT, Note.TOO_FEW),
        ("1.6", WRONG, Note.NONE),
        ("2", WRONG, Note.NONE),
        ("1.66", CORRECT, Note.LAST_DIGIT),
        ("1.68", WRONG, Note.NONE),
    ],
)
def test_digits_asked_count(text: str, verdict: Verdict, note: Note) -> None:
    found, notes = one(asked("x: [1.0, 2.0]", "q = x.T @ x/3"), q=text)
    assert (found["q"], notes["q"]) == ([verdict.name], note)


@each(
    ("text", "verdict", "note"),
    [
        ("167", CORRECT, Note.NONE),
        ("170", CORRECT, Note.NONE),
        ("166.7", CORRECT, Note.NONE),
        ("200", WRONG, Note.NONE),
    ],
)
def test_figures_asked_count(text: str, verdict: Verdict, note: Note) -> None:
    """Zeros at the end of a whole number are digits; 170 is not 167."""
    found, notes = one(asked("x: 500", "q = x/3", rounding="{figures: 3}"), q=text)
    assert found["q"] == [verdict.name if text != "170" else "WRONG"]
    assert notes["q"] == note


def test_one_digit_where_more_are_asked_is_wrong() -> None:
    made = asked("x: 0.8125", "q = x*1")
    assert one(made, q="0.8")[0]["q"] == ["WRONG"]
    assert one(made, q="0.81")[0]["q"] == ["CORRECT"]
    assert one(asked("x: 0.8", "q = x*1"), q="0.8")[0]["q"] == ["CORRECT"]  # 0.80


def test_half_of_the_marks_for_one_digit_too_few() -> None:
    made = SHEETS["q2"]
    batch = key_batch(made)
    batch.values["c/J"][:], batch.decimals["c/J"][:] = 1.7, 1
    assert lost(made, batch) == {"c/J": 0.62}


def test_what_is_written_coarsely_widens_nothing() -> None:
    """z = 10·q is judged from 1.7 as it is written, half a unit of the digits asked for: 17, or 16.67; never 16.5."""
    made = asked("x: [1.0, 2.0]", "q = x.T @ x/3", "z = 10*q")
    for z, verdict in (("17.00", "CORRECT"), ("16.67", "CORRECT"), ("16.50", "WRONG"), ("17.40", "WRONG")):
        assert one(made, q="1.7", z=z)[0]["z"] == [verdict], z


# -- exact -------------------------------------------------------------------------------------------------------------
BITS = asked(
    "w: [1, 1], x: [1, 0]",
    "u = w.T @ x",
    "y = step(u - 1.5)",
    "z = step(0.3*u)",
    "s = 3*u + y",
    rounding="{decimals: 0}",
)


@each(("name", "right", "wrong"), [("y", "0", "1"), ("z", "1", "0"), ("u", "1", "2"), ("s", "3", "4")])
def test_exact_is_exact(name: str, right: str, wrong: str) -> None:
    assert one(BITS, **{name: right})[0][name] == ["CORRECT"]
    assert one(BITS, **{name: wrong})[0][name] == ["WRONG"]


def test_exact_follows_exactly() -> None:
    found, _ = one(BITS, u="2", y="1", s="7")
    assert (found["u"], found["y"], found["s"]) == (["WRONG"], ["FOLLOWED"], ["FOLLOWED"])
    assert one(BITS, u="2", y="1", s="8")[0]["s"] == ["WRONG"]


def test_whole_numbers_from_a_value_that_is_none_are_rounded() -> None:
    made = asked("w: 3", "u = 2*w", "s = w*u")
    assert one(made, u="6.333", s="19.00")[0]["s"] == ["FOLLOWED"]


# -- the last digit ----------------------------------------------------------------------------------------------------
def test_the_last_digit_is_wrong_only_where_two_are_right() -> None:
    made = asked("x: 0.0166, v: 12.346", "q = x*1", "r = v*1")
    assert one(made, q="0.01")[0]["q"] == ["WRONG"]
    assert one(made, q="0.00")[0]["q"] == ["WRONG"]
    assert one(made, r="12.34") == ({"r": ["CORRECT"]}, {"r": Note.LAST_DIGIT})


# -- routes ------------------------------------------------------------------------------------------------------------
def test_intermediates_may_be_rounded() -> None:
    """e^−2.60 = 0.07, e^−3.10 = 0.05; 0.07/0.12 = 0.58 where the key has 0.62."""
    made = asked("u: [-2.60, -3.10]", "y = softmax(u)")
    assert one(made, y=["0.58", "0.42"]) == ({"y": ["CORRECT", "CORRECT"]}, {"y": Note.NONE})
    assert one(made, y=["0.62", "0.38"]) == ({"y": ["CORRECT", "CORRECT"]}, {"y": Note.NONE})
    assert one(made, y=["0.55", "0.45"])[0] == {"y": ["WRONG", "WRONG"]}


def test_a_power_may_be_rounded() -> None:
    """cos(5/1.0366) = cos(4.8235) = 0.1109, where the key has 0.1107."""
    made = asked("pos: 5", "p = cos(pos/10000**(1/256))", rounding="{decimals: 4}")
    assert one(made, p="0.1109") == ({"p": ["CORRECT"]}, {"p": Note.NONE})


@pytest.mark.parametrize("q", ["1.12", "1.13"])
def test_half_up_and_half_to_even(q: str) -> None:
    assert one(asked("x: 0.75, v: 1.5", "q = x*v"), q=q)[1]["q"] == Note.NONE
    assert one(asked("x: 0.75, v: 1.5", "q = x*v"), q=q)[0]["q"] == ["CORRECT"]


def test_no_interval_is_infinite() -> None:
    made = asked("u: 7.0", "y = sigmoid(u)", "J = -log(1 - y)", rounding="{decimals: 3}")
    right = {"J": "7.001"}
    assert one(made, y="0.999", **right)[0]["J"] == ["CORRECT"]
    made = asked("u: 5.0", "y = sigmoid(u)", "J = -log(1 - y)")
    for text, verdict in (("5.01", "CORRECT"), ("4.61", "CORRECT"), ("1000000", "WRONG"), ("9.00", "WRONG")):
        assert one(made, y="0.99", J=text)[0]["J"] == [verdict], text


def test_the_interval_is_capped_and_flagged() -> None:
    """Of −1.0..1.0 in steps, what is on no route is flagged; beyond three units nothing but what honest rounding gives."""
    made = asked("x: 1.234, v: 40.0", "h = tanh(x)", "z = v*h")
    verdicts = {}
    for k in range(-60, 61):
        text = f"{33.6 + k / 100:.2f}"
        found, notes = one(made, h="0.84", z=text)
        verdicts[text] = (found["z"][0], notes["z"])
    routes = {x for x, (v, n) in verdicts.items() if v == "CORRECT" and n == Note.NONE}
    assert {"33.60", "33.75"} <= routes  # 40·0.84; 40·0.84385
    reached = sorted(float(x) for x, (v, n) in verdicts.items() if v == "CORRECT" and Note.LAST_DIGIT not in n)
    assert reached[0] >= 33.57 - 1e-9
    assert reached[-1] <= 33.80 + 1e-9  # 40·0.845: 0.84 comes of no more
    assert all(
        n == Note.FLAGGED
        for x, (v, n) in verdicts.items()
        if v == "CORRECT" and x not in routes and Note.LAST_DIGIT not in n
    )


def test_what_cancels_is_accepted_however_far_it_leads_and_is_for_a_person() -> None:
    """1 − 0.997² in three figures is 0.00599; by 0.994 0.00600, by 0.99668 0.00663, by both and 0.9965 0.00700."""
    made = asked("u: 3.2", "h = tanh(u)", "g = 1 - h**2", rounding="{figures: 3}")
    for g, verdict in (("0.00600", "CORRECT"), ("0.00650", "CORRECT"), ("0.00750", "WRONG"), ("0.00450", "WRONG")):
        assert one(made, h="0.997", g=g)[0]["g"] == [verdict], g
    batch = key_batch(made)
    batch.values["a/g"][:], batch.decimals["a/g"][:] = 0.00650, 5
    assert any("far from" in why for why in graded(made, batch).review[0])
    assert not graded(made, key_batch(made)).review


def test_long_chains_that_nobody_wrote_down() -> None:
    """No limit of nested calls is met."""
    steps = [f"h{k + 1} = tanh(0.5*h{k} + 0.3*x)" for k in range(150)]
    made = asked("h0: 0.1, x: 1.5", *steps)
    last = made.answers["a/h150"].solved.written.item()
    assert one(made, h150=f"{last + 0.01:.2f}")[1]["h150"] == Note.FLAGGED
    assert one(made, h150=f"{last + 0.3:.2f}")[0]["h150"] == ["WRONG"]


def test_an_operand_that_stands_twice_is_one() -> None:
    """h·(1 − h) at h = 0.50 ± 0.005 is between 0.24998 and 0.25, not 0.245 to 0.255."""
    made = asked("u: [0.0]", "h = sigmoid(u)", "g = 40*(h*(1 - h))")
    assert one(made, h="0.50", g="10.00")[0]["g"] == ["CORRECT"]
    assert one(made, h="0.50", g="10.03")[0]["g"] == ["WRONG"]


# -- guards ------------------------------------------------------------------------------------------------------------
CHAIN = ("u = W.T @ x", "h = tanh(u)", "z = v.T @ h", "y = sigmoid(z)", "g = y - 1", "k = v*g")
GIVEN = "x: [1.0, 2.0], W: [[0.4, -0.3], [0.2, 0.5]], v: [1.5, -0.7]"


def test_a_guard_withholds_the_empty_step_alone() -> None:
    """h = 0 leaves z = v·0 empty; y = sigmoid(0) is worked out from it, and so is all that follows."""
    made = asked(GIVEN, *CHAIN)
    found, notes = one(made, u=["0.80", "0.70"], h=["0.00", "0.00"], z="0.00", y="0.50", g="-0.50", k=["-0.75", "0.35"])
    assert found["h"] == ["WRONG", "WRONG"]
    assert (found["z"], notes["z"]) == (["WRONG"], Note.GUARDED)
    assert [found[name] for name in "yg"] == [["FOLLOWED"]] * 2
    assert found["k"] == ["FOLLOWED"] * 2


def test_a_guard_leaves_alone_what_a_route_from_the_truth_gives() -> None:
    made = asked("x: 0.001, v: 3.0", "u = 2*x", "z = v*u", "y = sigmoid(z)")
    assert one(made, u="0.00", z="0.00", y="0.50")[0] == {"u": ["CORRECT"], "z": ["CORRECT"], "y": ["CORRECT"]}


def test_outside_a_functions_range() -> None:
    """What follows from 1.04, and what follows from the right one, are both followed."""
    made = asked(GIVEN, *CHAIN)
    h = ["1.04", "0.60"]
    assert one(made, h=h, z="1.14", y="0.76")[0] == {"h": ["WRONG", "CORRECT"], "z": ["FOLLOWED"], "y": ["FOLLOWED"]}
    assert one(made, h=h, z="0.57")[0] == {"h": ["WRONG", "CORRECT"], "z": ["CORRECT"]}


SLIPS = (
    lambda x: x + 1, lambda x: x - 1, lambda x: x + 0.05, lambda x: x - 0.05, lambda x: x + 0.3, lambda x: -x - 0.2,
    lambda x: 2*x + 0.1, lambda x: 10*x + 1, lambda x: x/2 + 0.2, lambda x: x + 7.77, lambda x: 1.04 - 2*x,
)  # fmt: skip


def followed(made: Sheet, key: str, at: tuple[int, int], wrong: float) -> dict[str, np.ndarray]:
    """The key's numbers with one cell wrong, and all that follows from it, rounded as they are written."""
    env: dict[str, np.ndarray] = {}
    values = {}
    for _, chain in made.chains:
        for quantity in chain:
            if not quantity.solved.numeric:
                continue
            found = quantity.solved.written
            if quantity.solved.item.definition is not None:
                made_ = quantity.solved.item.value({n: env[n] for n in quantity.solved.item.needs})
                assert made_ is not None
                found = quantity.solved.form.round(made_)
            if quantity.key == key:
                found = found.copy()
                found[at] = wrong
            env[quantity.name] = found
            if quantity.key:
                values[quantity.key] = found
    return values


def lost(made: Sheet, batch: Batch, scheme: Scheme | None = None) -> dict[str, float]:
    """The marks that the first student does not get, by answer."""
    found = graded(made, batch, scheme)
    most = graded(made, key_batch(made), None)
    return {
        k: round(float(most.marks[k][0] - found.marks[k][0]), 4)
        for k in most.marks
        if found.marks[k][0] < most.marks[k][0]
    }


def graded(made: Sheet, batch: Batch, scheme: Scheme | None = None) -> Graded:
    words: dict[str, list[str | None]] = {
        a.key: [a.solved.text] * batch.count for a in made.answers.values() if a.kind == "word"
    }
    return grade_batch(made, scheme, Submissions([str(i) for i in range(batch.count)], batch, words))


def slipped_students(made: Sheet) -> Iterator[tuple[str, tuple[int, int], dict[str, np.ndarray]]]:
    for key, answer in made.answers.items():
        for cell in answer.cells:
            at = (cell.row, cell.column)
            for slip in SLIPS:
                wrong = round(float(slip(answer.solved.written[at])), 2)
                if wrong != 0:
                    with suppress(FormulaError):  # log(1 − 1.04): the student could not go on
                        yield key, at, followed(made, key, at, wrong)


def test_one_slip_costs_its_own_marks() -> None:
    """704 students of question 2 with one slip each: nothing beyond that answer."""
    made = SHEETS["q2"]
    students = list(slipped_students(made))
    assert len(students) > 600
    batch = key_batch(made, len(students))
    for i, (_, _, values) in enumerate(students):
        for key, numbers in values.items():
            batch.values[key][i] = numbers
    found = graded(made, batch)
    beyond = []
    for i, (key, at, values) in enumerate(students):
        for other, judged in found.judged.items():
            wrong = judged.verdicts[i] == WRONG
            if other == key:
                wrong[at] = False
            if wrong.any():
                beyond.append((key, at, float(values[key][at]), other))
    assert not beyond, (len(beyond), beyond[:10])


# -- equations ---------------------------------------------------------------------------------------------------------
def test_an_equation_is_solved_from_the_students_own_number() -> None:
    working = Working()
    working.given("a", Num("3"))
    working.step("b", "4*a", whole=True)
    working.add(equation("F", "2*F + 2 = b"))
    part = Part("a", Place("q"), task=Task("formula", working), find=["b", "F"])
    made = sheet(solve_question(Question("T", "q", parts=[part])))
    assert one(made, b="12", F="5")[0] == {"b": ["CORRECT"], "F": ["CORRECT"]}
    assert one(made, b="14", F="6")[0] == {"b": ["WRONG"], "F": ["FOLLOWED"]}
    assert one(made, b="14", F="7")[0] == {"b": ["WRONG"], "F": ["WRONG"]}
    assert one(made, b="13", F="7") == ({"b": ["WRONG"], "F": ["WRONG"]}, {"b": Note.NONE, "F": Note.GUARDED})


# -- reach -------------------------------------------------------------------------------------------------------------
@each(
    ("text", "reach", "verdict"),
    [("1000.03", None, CORRECT), ("1000.04", None, WRONG), ("1000.00", 3, CORRECT), ("1000.03", 3, CORRECT), ("1000.04", 3, WRONG), ("-333.36", 3, CORRECT), ("-333.37", 3, WRONG),
     ("1000.10", 10, CORRECT), ("1000.11", 10, WRONG), ("1000.03", 0, WRONG), ("1000000", 100, WRONG)],
)  # fmt: skip
def test_where_honest_rounding_has_no_end_the_reach_is_one(text: str, reach: int | None, verdict: Verdict) -> None:
    """y = 0.00 may be 0.003, so that z has no end; it is 1000 where y is carried, -333.33 where it is not."""
    made = asked("x: 0.004", "y = 1*x", "z = 1/(y - 0.003)")
    batch = key_batch(made)
    batch.values["a/z"][:] = float(text)
    batch.decimals["a/z"][:] = 2
    found = judge(made, batch, Scheme(reach=reach))["a/z"]
    assert found.verdicts[0, 0, 0] == verdict


@each(
    ("text", "reach", "verdict"),
    [("33.60", 0, CORRECT), ("33.75", 0, CORRECT), ("33.62", None, CORRECT), ("33.62", 2, CORRECT), ("33.62", 1, WRONG),
     ("33.68", None, CORRECT), ("33.68", 6, WRONG), ("33.68", 8, CORRECT), ("33.80", None, CORRECT), ("33.80", 4, WRONG)],
)  # fmt: skip
def test_a_reach_that_the_author_says_is_a_limit(text: str, reach: int | None, verdict: Verdict) -> None:
    """40·0.84 is 33.60, 40·0.84385 is 33.75, and whatever lies between 40·0.835 and 40·0.845 may be honest."""
    made = asked("u: [1.234]", "h = tanh(u)", "z = 40*h")
    batch = key_batch(made)
    batch.values["a/z"][:] = float(text)
    found = judge(made, batch, Scheme(reach=reach))["a/z"]
    assert found.verdicts[0, 0, 0] == verdict
    assert (found.notes[0, 0, 0] == Note.FLAGGED) == (verdict == CORRECT and text not in ("33.60", "33.75"))
