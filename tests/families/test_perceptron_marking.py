"""Perceptrons marked: what follows from a slip, mistakes by their names, a student's own weights."""

import json
from fractions import Fraction
from pathlib import Path

from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.cli.main import main
from solver.families.perceptron.realised import Realised
from solver.families.perceptron.separable import Contradiction, separated
from solver.render.document import View, document
from solver.render.format_text import render as text_of
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.families.test_perceptron import solved
from tests.tables import each
from tests.trials import times

QUESTION = """title: t
round: {{decimals: 2}}
given: {{family: perceptron, {}}}
parts: [{{label: a, marks: 4, find: {}}}]
"""


def graded(tmp_path: Path, fields: str, find: str, given_: dict[str, object]) -> str:
    spec, sheet = tmp_path / "q.yaml", tmp_path / "answers.json"
    spec.write_text(QUESTION.format(fields, find), encoding="utf-8")
    sheet.write_text(json.dumps([{"student": "s1", **given_}]), encoding="utf-8")
    done = CliRunner().invoke(main, ["grade", str(spec), str(sheet), "--explain"])
    assert done.exit_code == 0, done.output
    return done.output


LEARN = "X: [[2, 1], [-1, 1]], d: [0, 1], w: [1, -1], b: 0, learn: {rate: 0.5, epochs: 1}"
RIGHT: dict[str, object] = {"a/w_t1": [[0], [-1.5]], "a/b_t1": -0.5, "a/w_t2": [[-0.5], [-1]], "a/b_t2": 0}
FOLLOWED: dict[str, object] = {"a/w_t1": [[0], [-1]], "a/b_t1": -0.5, "a/w_t2": [[-0.5], [-0.5]], "a/b_t2": 0}


def test_right_and_followed(tmp_path: Path) -> None:
    assert "None of 4 answers is wrong" in graded(tmp_path, LEARN, "weights", RIGHT)
    assert "follow" in graded(tmp_path, LEARN, "weights", FOLLOWED)


def test_a_mistake_by_its_name(tmp_path: Path) -> None:
    fields = "x: [2.13, 1.47], d: 0, w: [1.25, -1], b: 0.41, activation: sigmoid, learn: {rate: 0.5}"
    slipped: dict[str, object] = {"a/u_t1": 1.19, "a/y_t1": 0.77, "a/delta_t1": -0.14}  # for 1.60, without 0.41
    said = graded(tmp_path, fields, "[u_t1, y_t1, deltas]", slipped)
    assert "bias forgotten" in said
    assert "a/delta_t1: follows" in said


# -- weights of a student's own -----------------------------------------------------------------------------------------
def realised(fields: str) -> Realised:
    item = solved(fields, "solution")["a/solution"].item
    assert isinstance(item, Realised)
    return item


@each(
    ("fields", "said", "share"),
    [
        ("gate: NAND", "w = [-1, -1], b = 1.5", 1),
        ("gate: NAND", "-2,-2,3", 1),
        ("gate: NAND", "w1=-1, w2=-1, theta=-1.5", 1),
        ("gate: NAND", "b = 3; w = (-2, -2)", 1),
        ("gate: NAND", "W2: -1 W1: −1 bias 3/2", 1),
        ("gate: NAND", "1, 1, -1.5", 0),
        ("gate: NAND", "-1, -1, 1", 0),  # (1, 0) has u = 0, which puts out 0
        ("gate: NAND, tie: 1", "-1, -1, 1", 1),
        ("gate: NAND", "no weights", 0),
        ("gate: NAND", "w = [-1, -1]", None),
        ("gate: NAND", "1/0, 1, 1", None),
        ("gate: NAND", "hmm", None),
        ("gate: NAND", "1" * 400, None),
        ("gate: XOR", "there are no weights that do", 1),
        ("gate: XOR", "It is impossible", 1),
        ("gate: XOR", "1, 1, -1.5", 0),
        ("gate: OR, inputs: 3", "w1 = 1 w2 = 1 w3 = 1 b = -0.5", 1),
        ("gate: OR, inputs: 3", "1, 1, -0.5", None),
    ],
)
def test_a_student_s_own_weights(fields: str, said: str, share: float | None) -> None:
    item = realised(fields)
    understood = item.understood(said)
    assert (understood == "") == (share is None), understood
    if share is not None:
        assert item.share(understood) == share


@settings(max_examples=times(8))
@given(st.tuples(*[st.integers(-4, 4)] * 3), st.sampled_from(["AND", "OR", "NAND", "NOR"]), st.booleans())
def test_own_weights_are_right_where_their_truth_table_is(w: tuple[int, ...], gate: str, closed: bool) -> None:
    truth = {"AND": lambda a, b: a and b, "OR": lambda a, b: a or b}
    key = truth[gate.removeprefix("N") if gate != "NOR" else "OR"]
    right = all(
        ((u := w[0] * a + w[1] * b + w[2]) > 0 or (u == 0 and closed)) == (bool(key(a, b)) != gate.startswith("N"))
        for a in (0, 1)
        for b in (0, 1)
    )
    item = realised(f"gate: {gate}" + ", tie: 1" * closed)
    assert item.share(item.understood(f"w = [{w[0]}, {w[1]}], b = {w[2]}")) == float(right)


def test_what_is_no_answer_earns_nothing() -> None:
    for said in ("neither of them", "", "1, 2", "1, 1, 1/0", "nan, 1, 1"):
        assert realised("gate: AND").share(said) == 0


XOR = "layers: [{W: [[1, 1], [1, 1]], theta: [0.5, 1.5]}, {W: [1, -1], theta: 0.5}]"
BIPOLAR = "layers: [{W: [[1, 1], [1, 1]], b: [1, -1]}, {W: [1, -1], b: -1}]"


@each(
    ("given", "mistakes"),
    [
        (f"gate: XOR, {XOR}", 0),
        (f"gate: OR, {XOR}", 1),
        (f"gate: XNOR, {XOR}", 4),
        (f"gate: XOR, outputs: -1/1, {BIPOLAR}", 0),
        (f"gate: AND, outputs: -1/1, {BIPOLAR}", 3),
        ("gate: NAND, w: [-1, -1], b: 1.5", 0),
        ("inputs: 2, d: [[0, 1], [0, 0], [0, 1], [1, 1]], w: [[1, -1], [1, -1]], b: [-1.5, 1]", 2),
    ],
)
def test_given_weights_are_checked(given: str, mistakes: int) -> None:
    text = f"title: t\ngiven: {{family: perceptron, {given}}}\nparts: [{{label: a, find: check}}]"
    made = solve_question(load_text(text).questions[0]).answers
    assert made["a/mistakes"] == mistakes
    assert list(made) == ["a/y", "a/mistakes"]


@each("bias", [True, False])
@each("high", [(True, False, True), (True, False, False)])
def test_parts_of_a_unit_change_nothing_of_what_separates(high: tuple[bool, ...], bias: bool) -> None:
    """Fractions are worked with as whole numbers; what is found holds for the patterns as they are given."""
    patterns = [(Fraction(1, 3), Fraction(5, 7)), (Fraction(-2, 3), Fraction(1, 2)), (Fraction(9, 4), Fraction(1))]
    found = separated(patterns, high, bias)
    if isinstance(found, Contradiction):
        signed = [[v if up else -v for v in (*x, *([1] if bias else []))] for x, up in zip(patterns, high, strict=True)]
        for column in zip(*signed, strict=True):
            assert sum(often * column[k] for k, often in found.counts.items()) == 0
        return
    assert found is not None
    sums = [sum(w * a for w, a in zip(found.w, x, strict=True)) + (found.b or 0) for x in patterns]
    assert [u > 0 for u in sums] == list(high)


def test_a_question_hands_out_no_weights_that_are_to_be_found() -> None:
    solution = solved("gate: NOR", "[solution, y]")
    handed = text_of(document("t", [solution], View(kind="question")))
    assert "w =" not in handed.replace("such as w =", "")
    answered = text_of(document("t", [solution], View()))
    assert answered.index("Answer: w = [-1, -1], b = 0.5") < answered.index("b = 0.5\n\nNet input")
