"""Papers: marks that add up at every level, and what stands below the title, in every format."""

from __future__ import annotations

import json
import re
from pathlib import Path

import solver
from solver.render.blocks import Heading
from solver.render.document import document
from solver.render.format import Shown, format_file
from solver.render.views.view import Kind, View
from solver.spec.reader import load, load_text
from solver.working.solution import Solution
from solver.working.solve import solve_paper
from tests.tables import each

NESTED = """title: Nested
given: {family: formula, quantities: {a: 1}, formulas: [b = a + 1, c = b + 1, d = c + 1, e = d + 1]}
parts:
  - label: a
    parts:
      - {label: i, marks: 1.5, find: b}
      - label: ii
        parts: [{label: x, marks: 2, find: c}, {label: y, find: d}]
  - {label: b, marks: 4, parts: [{label: i, marks: 4, find: e}]}
  - {label: c, find: e}
"""
WORTH = {"a": 3.5, "a.i": 1.5, "a.ii": 2, "a.ii.x": 2, "a.ii.y": None, "b": 4, "b.i": 4, "c": None}


def nested() -> list[Solution]:
    return solve_paper(load_text(NESTED))


@each("kind", ["answer", "question"])
def test_marks_add_up_at_every_level(kind: Kind) -> None:
    blocks = [b for b in document("Paper", nested() * 2, View(kind=kind)) if isinstance(b, Heading)]
    assert [b.aside for b in blocks[:2]] == ["15 marks", "7.5 marks"]
    asides = {b.part: b.aside for b in blocks if b.part}
    assert asides == {label: "" if worth is None else f"{worth:g} marks" for label, worth in WORTH.items()}


def test_json_has_the_marks_of_all_levels() -> None:
    made = json.loads(format_file("json").page(Shown("Paper", nested() * 2)))
    assert made["marks"] == 15
    assert [question["marks"] for question in made["questions"]] == [7.5, 7.5]
    assert {part["label"]: part["marks"] for part in made["questions"][0]["parts"]} == WORTH


HEAD = {"course": "EE5001", "date": "3 May", "duration": "2 hours", "instructions": "Answer *all* of $x$."}


def test_the_head_of_a_paper_in_json_and_notebooks(tmp_path: Path) -> None:
    path = tmp_path / "q.yaml"
    path.write_text("\n".join(f'{key}: "{said}"' for key, said in HEAD.items()) + "\n" + NESTED)
    paper = load(str(path))
    made = json.loads(format_file("json").page(Shown("Nested", solve_paper(paper), head=paper.head)))
    assert {key: made[key] for key in HEAD} == HEAD
    exam = json.loads(format_file("json").page(Shown("Exam", nested() * 2, head=paper.head)))
    assert {key: exam[key] for key in HEAD} == HEAD
    shown = solver.solve(path)
    assert "EE5001 · 3 May · 2 hours" in (shown._repr_markdown_() or "")
    assert re.search("EE5001 · 3 May · 2 hours.*Answer <em>all</em>", shown._repr_html_() or "", re.DOTALL)


def test_a_question_without_a_head_has_none_in_json() -> None:
    made = json.loads(format_file("json").page(Shown("Nested", nested())))
    assert HEAD.keys().isdisjoint(made)
