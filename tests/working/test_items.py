"""A new kind of item is one class: defined here, it is solved, rendered, asked for and graded, and nothing else changes."""

from __future__ import annotations

import json as json_
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest

from solver.errors import Place
from solver.formula.parse import parse
from solver.formula.tree import Literal_, Name, Num, literal
from solver.formula.walks.bounds import Interval
from solver.formula.walks.reduce import Detail, Operands
from solver.formula.walks.value import Env
from solver.mark.judge.grade import grade_batch
from solver.mark.judge.numbers import Batch, Note, Verdict
from solver.mark.out.template import template
from solver.mark.records import Graded, Submissions
from solver.mark.sheet import Sheet, sheet
from solver.mark.tell.explain import explain
from solver.mark.tell.feedback import feedback
from solver.render import format_json as json
from solver.render import format_markdown as markdown
from solver.render import format_terminal as terminal
from solver.render import format_text as text
from solver.render.document import document
from solver.rounding import EXACT, Floats, Format, Rounding
from solver.spec.reader import load_text
from solver.working.items import Item, Kind, Line, Listing, Step
from solver.working.page import Working
from solver.working.question import Part, Question, Task
from solver.working.solution import Solution
from solver.working.solve import solve_question


@dataclass
class Choice(Item):
    """One of several options, answered by its letter."""

    name: str
    options: tuple[str, ...]
    right: int
    title: str = ""

    @property
    def kind(self) -> Kind:
        return "word"

    @property
    def answer(self) -> str:  # type: ignore[override]
        return "ABCDEFGH"[self.right]

    @property
    def points(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(f"{letter}: {option}" for letter, option in zip("ABCDEFGH", self.options, strict=False))


@dataclass
class Largest(Item):
    """Which cell of a vector is the largest, counted from 1: a number that no formula of the language gives."""

    name: str
    of: str
    title: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.of,)

    def value(self, env: Env) -> Floats:
        return np.asarray(1.0 + np.argmax(env[self.of], axis=-2, keepdims=True))

    def bounds(self, env: Mapping[str, Interval]) -> Interval:
        low, high = env[self.of]
        first = 1.0 + np.argmax(high > low.max(axis=-2, keepdims=True), axis=-2, keepdims=True)
        reach = (high >= low.max(axis=-2, keepdims=True))[..., ::-1, :]
        return Interval(first, low.shape[-2] - np.argmax(reach, axis=-2, keepdims=True) + 0.0)

    def form(self, policy: Format) -> Format:
        return EXACT

    def lines(self, operands: Operands, result: Floats, form: Format, detail: Detail) -> list[Line]:
        return [
            Line(operands(0)[self.of], left=Name(self.of)),
            Line(Num(form.text(float(result[0, 0]))), Name(self.name)),
        ]


@dataclass
class Layers(Item):
    """A table of layers with computed sizes: shown, not asked for."""

    name: str
    rows: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    answer: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(self.rows.values())

    def listing(self, numbers: Mapping[str, Literal_]) -> Listing:
        return Listing(("layer", "output"), tuple((layer, numbers[name]) for layer, name in self.rows.items()))


def page() -> Working:
    working = Working()
    working.given("x", literal(np.array([[0.5], [2.0]]), Rounding(1)))
    working.step("u", "2*x + 1")
    working.add(Largest("top", "u", "Predicted class"))
    working.step("c", "top + 1", whole=True)
    working.add(Choice("task", ("regression", "classification"), 1, "What is learnt?"))
    working.add(Layers("layers", {"hidden": "u"}, "The layers"))
    return working


@pytest.fixture
def solution() -> Solution:
    asked = ["u", "top", "c", "task", "layers"]
    part = Part("a", Place("t.yaml"), task=Task("test", page()), find=asked)
    return solve_question(Question("T", "t.yaml", parts=[part]))


@pytest.fixture
def made(solution: Solution) -> Sheet:
    return sheet(solution)


def test_it_is_solved(solution: Solution) -> None:
    assert solution.answers == {
        "a/u": [[2.0], [5.0]], "a/top": 2, "a/c": 3, "a/task": "B", "a/layers": "",
    }  # fmt: skip


def test_it_is_rendered_in_every_format(solution: Solution) -> None:
    blocks = document("T", [solution])
    for shown in (text.render(blocks), terminal.render(blocks, 100), markdown.render(blocks)):
        for words in ("Predicted class", "classification", "Answer: B", "The layers", "hidden"):
            assert words in shown.replace("\\", "")
    steps = {step["name"]: step for step in json_.loads(json.render("T", [solution]))["parts"][0]["steps"]}
    assert steps["top"]["value"] == steps["top"]["exact"] == 2
    assert steps["top"]["text"] == "2"
    assert steps["top"]["lines"][-1] == "top = 2"
    assert steps["task"]["lines"] == ["A: regression", "B: classification"]


def test_it_has_its_place_on_the_template(made: Sheet) -> None:
    assert template(made, "csv").strip() == "student,a/u[1],a/u[2],a/top,a/c,a/task,a/layers"
    assert "a/top:   # a number" in template(made, "yaml") or "a/top:  # a number" in template(made, "yaml")
    assert "a word or a letter" in template(made, "markdown")


def graded(made: Sheet, u: tuple[float, float], largest: float, c: float, task: str) -> Graded:
    numbers = {"a/u": np.array([u]).reshape(1, 2, 1), "a/top": np.array([[[largest]]]), "a/c": np.array([[[c]]])}
    decimals = {key: np.full(v.shape, 2, dtype=np.int16) for key, v in numbers.items()}
    return grade_batch(made, None, Submissions(["s"], Batch(1, numbers, decimals), {"a/task": [task]}))


@pytest.mark.parametrize(
    ("u", "largest", "c", "task", "verdicts"),
    [
        ((2.0, 5.0), 2, 3, "b", ["CORRECT"] * 5),
        ((6.0, 5.0), 1, 2, "A", ["WRONG", "CORRECT", "FOLLOWED", "FOLLOWED", "WRONG"]),
        ((6.0, 5.0), 2, 3, "B", ["WRONG", "CORRECT", "CORRECT", "CORRECT", "CORRECT"]),
    ],
)
def test_it_is_graded_with_errors_carried_forward(
    made: Sheet, u: tuple[float, float], largest: float, c: float, task: str, verdicts: list[str]
) -> None:
    found = graded(made, u, largest, c, task)
    assert [Verdict(v).name for judged in found.judged.values() for v in judged.verdicts.ravel()] == verdicts
    assert "top" in markdown.render(feedback(made, found, 0)) + markdown.render(explain(made, found, 0))


# -- the unknown of an equation is an answer like any other ------------------------------------------------------------
NETWORK = """
title: T
given:
  family: cnn
  input: [1, 20, 20]
  layers:
    - {type: conv, filters: 2, size: 5}
    - {type: conv, filters: 3, size: unknown, output: [3, 12, 12]}
parts:
  - {label: a, find: [H2, W2]}
  - {label: b, find: [F2, params_filter2]}
"""


@pytest.mark.parametrize(
    ("height", "size", "count", "verdicts", "guarded"),
    [
        (16, 5, 51, "CORRECT CORRECT", False),
        (15, 4, 33, "FOLLOWED FOLLOWED", False),  # 12 = 15 - 4 + 1, and 2·4² + 1
        (15, 5, 51, "CORRECT CORRECT", False),  # the key's own
        (15, 6, 73, "WRONG FOLLOWED", False),
        (9, 5, 51, "CORRECT CORRECT", True),  # no filter makes 12 of 9
        (9, 4, 33, "WRONG FOLLOWED", True),
    ],
)
def test_an_unknown_is_solved_for_from_the_students_own_numbers(
    height: int, size: int, count: int, verdicts: str, guarded: bool
) -> None:
    made = sheet(solve_question(load_text(NETWORK).questions[0]))
    written = {"a/H2": height, "a/W2": height, "b/F2": size, "b/params_filter2": count}
    numbers = {key: np.full((1, 1, 1), float(n)) for key, n in written.items()}
    decimals = {key: np.zeros((1, 1, 1), dtype=np.int16) for key in numbers}
    found = grade_batch(made, None, Submissions(["s"], Batch(1, numbers, decimals)))
    judged = [found.judged[key] for key in ("b/F2", "b/params_filter2")]
    assert " ".join(Verdict(int(j.verdicts.item())).name for j in judged) == verdicts
    assert bool(judged[0].notes.item() & Note.GUARDED) == (guarded and verdicts.startswith("WRONG"))


@pytest.mark.parametrize(
    ("size", "height", "answer", "named"),
    [
        ("100, 100", 90.0, 78.0, {(0, 0, 0): "+ 1 left out"}),  # 12 = 90 - 78
        ("100, 100", 90.0, 77.0, {}),
        ("20, 20", 15.0, 3.0, {}),  # 12 = 15 - 3, but one of nine mistakes gives such a small number by chance
    ],
)
def test_a_mistake_in_an_unknown_is_named_from_the_students_own_numbers(
    size: str, height: float, answer: float, named: dict[tuple[int, int, int], str]
) -> None:
    made = sheet(solve_question(load_text(NETWORK.replace("20, 20", size)).questions[0]))
    numbers = {key: np.full((1, 1, 1), n) for key, n in {"a/H2": height, "a/W2": height, "b/F2": answer}.items()}
    decimals = {key: np.zeros((1, 1, 1), dtype=np.int16) for key in numbers}
    found = grade_batch(made, None, Submissions(["s"], Batch(1, numbers, decimals)))
    assert found.mistakes.get("b/F2", {}) == named


def test_a_step_says_what_it_is() -> None:
    step = Step("u", parse("2*x"))
    assert (step.kind, step.needs, step.source, step.given) == ("number", ("x",), "2*x", False)
