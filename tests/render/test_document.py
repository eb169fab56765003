"""What a document says, and in which order."""

import re
from pathlib import Path

import numpy as np
import pytest

import solver
from solver.formula.functions import FUNCTIONS
from solver.formula.parse import parse
from solver.formula.print.printer_text import words_text
from solver.formula.tree import Call, Name, names
from solver.formula.walks.reduce import Detail
from solver.formula.walks.value import value
from solver.render.blocks import Cases, Equations, Facts, Heading, Inset, Prose, Table
from solver.render.document import View, definition, document
from solver.render.format_text import render as text
from solver.render.views.definitions import slope
from solver.render.views.view import Kind
from solver.rounding import Carry
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.places import PROBLEMS, Q2
from tests.questions import solutions
from tests.tables import each


@pytest.fixture(scope="module")
def q2() -> Solution:
    return solver.solve(Q2)


def words(block: object) -> str:
    return "".join(w if isinstance(w, str) else w.base + w.sub for w in block.words) if isinstance(block, Prose) else ""


def test_marks_add_up(q2: Solution) -> None:
    first = document(q2.title, [q2])[0]
    assert first == Heading(1, ("Question 2",), "25 marks")


def test_given_is_stated_before_it_is_used(q2: Solution) -> None:
    blocks = document(q2.title, [q2], View(parts=("c",)))
    labels = [words(b) for b in blocks if isinstance(b, Prose) and b.role == "label"]
    assert labels == ["Given", "From part (b)", "Summary"]


def test_a_function_is_defined_where_it_first_appears_and_only_there(q2: Solution) -> None:
    blocks = document(q2.title, [q2])
    lefts = [line.left for b in blocks if isinstance(b, Facts) for line in b.lines]
    defined = [left.fn for left in lefts if hasattr(left, "fn")]
    assert defined == ["tanh", "sigmoid"]


def test_each_step_is_introduced(q2: Solution) -> None:
    blocks = document(q2.title, [q2])
    for i, block in enumerate(blocks):
        if isinstance(block, Equations):
            before = [b for b in blocks[max(0, i - 3) : i] if isinstance(b, Prose)]
            assert any(b.role == "title" for b in before)


def test_gradients_end_with_their_proof(q2: Solution) -> None:
    blocks = document(q2.title, [q2], View(parts=("e",)))
    assert "checked by central differences" in words(blocks[-1])


TWICE = """
title: Scores of two examples
parts:
  - {label: a, prompt: One., given: {family: loss, z: [3, 1], label: 1}, find: gradients}
  - {label: b, prompt: Another., given: {family: loss, z: [2, 1], label: 2}, find: gradients}
"""


@each(("detail", "times"), [("brief", 0), ("normal", 1), ("full", 2)])
def test_how_loss_and_activation_cancel_is_shown_once_on_a_page(detail: Detail, times: int) -> None:
    twice = solve_question(load_text(TWICE).questions[0])
    blocks = document(twice.title, [twice], View(detail))
    notes = [line.note for b in blocks if isinstance(b, Equations) for line in b.lines]
    assert sum("the desired outputs sum to 1" in note for note in notes) == times


def test_the_short_form_is_said_once_where_it_is_derived(q2: Solution) -> None:
    """`= -(d - y)` ends the derivation, and the numbers go on from there."""
    page = text(document(q2.title, [q2], View(parts=("e",))))
    assert page.count("-(d - y)") == 1
    assert page.index("cancel") < page.index("-(d - y)") < page.index("-(0 - 0.81)")


def test_a_derivative_is_defined_before_its_first_numbers_and_only_there(q2: Solution) -> None:
    page = text(document(q2.title, [q2]))
    assert page.count("tanh′(u) = 1 - tanh²(u)") == 1
    assert page.index("tanh′(u)") < page.index("f′(u₁) = 1 - h₁ ⊙ h₁")


@each("fn", [n for n, row in FUNCTIONS.items() if row.slopes])
def test_every_slope_is_that_of_its_function(fn: str) -> None:
    """Printed in u and further parameters alone, and as steep as central differences find it, whatever is given."""
    row, u, step_ = FUNCTIONS[fn], np.array([[-1.3], [0.4], [0.9]]), 1e-6
    if row.domain or len(row.params) - len(row.defaults) != 1:
        return
    for given in range(1, len(row.params) + 1):
        for fact in slope(fn, given):
            (line,) = fact.lines
            env = {"u": u, "a": np.array([[0.3]])}
            f = Call(fn, tuple(map(Name, row.params[:given])))
            assert set(names(line.right)) <= set(row.params[:given])
            rise = value(f, {**env, "u": u + step_}) - value(f, {**env, "u": u - step_})
            assert np.allclose(value(line.right, env), rise / (2 * step_), atol=1e-6)


@each(("find", "summaries"), [("u1", 0), ("[u1, y]", 1), ("y", 0)])
def test_one_value_at_the_end_is_not_said_again(find: str, summaries: int) -> None:
    net = "{family: mlp, x: [1, 2], layers: [{W: [[1], [2]], b: 0, activation: tanh}], loss: none}"
    spec = f"title: Short\nparts: [{{label: a, prompt: Find it., given: {net}, find: {find}}}]"
    solution = solve_question(load_text(spec).questions[0])
    said = [words(b) for b in document(solution.title, [solution])]
    assert said.count("Summary") == summaries


def test_compare_adds_one_table(q2: Solution) -> None:
    blocks = document(q2.title, [q2], View(compare=True))
    (table,) = [b for b in blocks if isinstance(b, Table)]
    assert len(table.rows) == 8


@each("fn", [n for n, row in FUNCTIONS.items() if row.definition])
def test_definitions(fn: str) -> None:
    blocks = list(definition(fn))
    assert bool(blocks) == (fn != "linear")
    assert all(isinstance(b, Cases) or all(line.left is not None for line in b.lines) for b in blocks)


def test_carried_exactly_the_digits_that_are_used_are_shown() -> None:
    """Before, part (b) gave 0.99, and the next line used 0.9863."""
    made = text(document("t", [solver.solve(Q2, carry="exact")], View(parts=("c",))), 90)
    assert "From part (b), unrounded\n  h₂ ≈ ⎡ 0.9863 ⎤" in made
    assert "= (2.0)(0.9863)" in made
    assert "≈ 1.47" in made
    assert "u₃ ≈ 1.47    y ≈ 0.81    J ≈ 1.68" in made
    assert "every step uses the unrounded values, of which some more digits are shown" in " ".join(made.split())


def test_what_is_rounded_is_said(q2: Solution) -> None:
    made = text(document("t", [q2], View(parts=("c",))), 200)
    assert "Each named result is rounded half up to 2 decimal places" in made
    assert "the lines between show more digits" in made
    assert "From part (b)\n" in made
    assert "≈" not in made


@each("kind", ["answer", "question"])
def test_where_rounding_changes_the_page_says_so(kind: Kind) -> None:
    spec = """
    title: Rounding
    round: {decimals: 2}
    given: {family: formula, quantities: {a: 1.5}, formulas: [b = a/7, c = b/3, d = b/9, e = a/2]}
    parts:
      - {label: a, find: b}
      - label: b
        round: {figures: 3}
        parts: [{label: i, prompt: First, find: c}, {label: ii, prompt: Then, find: d}]
      - {label: c, find: e}
      - {label: d, round: {figures: 3}, given: {family: concept, points: [Yes.]}}
    """
    solution = solve_question(load_text(spec).questions[0])
    made = text(document("t", [solution], View(kind=kind)), 200)
    said = [line for line in made.splitlines() if "half up" in line]
    assert [re.search(r"\d (decimal|sig)", line)[0] for line in said] == ["2 decimal", "3 sig", "2 decimal"]
    assert made.index(said[1]) < made.index("First")


def test_a_definition_by_cases() -> None:
    (block,) = definition("step")
    assert isinstance(block, Cases)
    said = [(value, words_text(condition)) for value, condition in block.cases]
    assert said == [(parse("1"), "if u > 0"), (parse("0"), "otherwise")]


def test_a_definition_says_the_usual_number() -> None:
    """The slope that a network's leaky ReLU has when none is given."""
    (usual,), (given,) = definition("leaky_relu", 1), definition("leaky_relu", 2)
    assert isinstance(usual, Cases)
    assert isinstance(given, Cases)
    assert (usual.left, usual.cases[1][0]) == (parse("leaky_relu(u)"), parse("0.01*u"))
    assert (given.left, given.cases[1][0]) == (parse("leaky_relu(u, a)"), parse("a*u"))
    (huber,) = definition("huber", 1)
    assert isinstance(huber, Cases)
    assert [words_text(said) for _, said in huber.cases] == ["if |u| ≤ 1", "otherwise"]
    (elu,) = definition("elu", 1)
    assert isinstance(elu, Cases)
    assert elu.cases[1][0] == parse("exp(u) - 1")


def test_a_convention_is_said_once(q2: Solution) -> None:
    made = text(document(q2.title, [q2]), 200)
    assert made.count("ln is the natural logarithm; 0 ln 0 counts as 0") == 1
    assert made.index("ln is the natural") < made.index("J = -d ln(y)")


def test_an_exam_has_a_title_of_its_own(q2: Solution) -> None:
    blocks = document("Exam", [q2, q2])
    assert blocks[0] == Heading(1, ("Exam",), "50 marks")
    assert [b.level for b in blocks if isinstance(b, Heading)][1] == 2


ADAM = """title: Adam
round: {decimals: 2}
given:
  family: optimizer
  g: [0.06]
  w: 1.0
  optimizer: adam
  rate: 0.1
parts:
  - {label: a, find: updates}
"""


def test_a_result_that_rounding_overwhelms_is_warned_of() -> None:
    """v = 0.001 g² rounds to 0, so that the step divides by ε alone."""
    solution = solve_question(load_text(ADAM).questions[0])
    said = [words(b.blocks[0]) for b in document("Adam", [solution]) if isinstance(b, Inset)]
    assert any("overwhelms" in w for w in said)
    exact = solve_question(load_text(ADAM).questions[0], carry="exact")
    assert abs(float(exact["a/w_t1"].value) - 0.9) < 1e-6


def test_a_summary_of_training_holds_the_last_values() -> None:
    solution = solver.solve(Q2.parent / "training.yaml")
    blocks = document(solution.title, [solution], View(parts=("b",)))
    summary = [b for b in blocks if isinstance(b, Facts)][-1]
    assert [line.left.id for line in summary.lines] == ["J_all_t10"]


def overwhelmed(solution: Solution) -> bool:
    return any("overwhelms" in words(b.blocks[0]) for b in document("t", [solution]) if isinstance(b, Inset))


@pytest.mark.parametrize("carry", ["rounded", "exact"])
@pytest.mark.parametrize(
    ("factor", "warned"), [(60_000, True), (30_000, False), (-60_000, True), (-30_000, False), (1, False)]
)
def test_only_what_is_another_number_altogether_is_warned_of(factor: int, carry: Carry, warned: bool) -> None:
    """r = 0.0051 is written 0.01, so that k r² is 3.8 times too large: off by 4.4 at k = 60000, by 2.2 at 30000."""
    formulas = f'given: {{family: formula, quantities: {{a: 0.0051}}, formulas: ["r = 1*a", "y = ({factor})*r**2"]}}'
    spec = f"title: t\n{formulas}\nparts: [{{label: a, find: y}}]\n"
    assert overwhelmed(solve_question(load_text(spec).questions[0], carry=carry)) == (warned and carry == "rounded")


@each("path", sorted(PROBLEMS.glob("q?.yaml")))
def test_no_problem_of_the_exam_is_warned_of(path: Path) -> None:
    assert not overwhelmed(solver.solve(path))


def test_a_page_says_nothing_twice() -> None:
    """A reason once in a part, an answer in words where it is found."""
    recall = text(document("t", solutions("competitive"), View(parts=("a.iii",))), 90)
    assert recall.count("stable after 1 update: pattern 2") == 1
    network = text(document("t", solutions("convolution"), View(parts=("e",))), 90)
    assert network.count("ReLU has no slope at exactly 0") == 1


def test_every_iteration_of_k_means_stands_in_a_table() -> None:
    page = text(document("t", solutions("competitive"), View(parts=("d",))), 90)
    assert re.search(r"^ +2 .* 1\.500 ", page, re.M)
    assert "Every iteration" in page


def test_letters_of_a_count_are_explained_and_every_number_is_stated() -> None:
    page = text(document("t", solutions("count"), View(parts=("a", "e"))), 200)
    assert page.count("filter size; s: stride; p: padding") == 1
    assert re.search(r"Given\n(.*\n)*.*s_conv4 = 2(.*\n)*\nconv1: output channels", page)
    assert "R_in = 1" in page
