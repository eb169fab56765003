"""Every node, function and kind of item through every printer: one that is missing is named by the test that fails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, get_args

import numpy as np

from solver.files import registered
from solver.formula.functions import FUNCTIONS
from solver.formula.parse import parse
from solver.formula.print.printer_text import TextPrinter
from solver.formula.print.setter import Setter
from solver.formula.tree import Array, Bin, Dots, Group, Name, Neg, Num, Sum, Transpose, Tree, Written
from solver.render import format_json
from solver.render.blocks import Block, Equations, Facts
from solver.render.format import Shown, formats
from solver.render.setter_pieces import PieceSetter
from solver.render.views.view_answer import step_blocks
from solver.spec.registry import families, family
from solver.working.items import Item
from solver.working.solution import Solved
from tests.formula.print.test_setters import NODES
from tests.questions import solutions
from tests.reader.page import FORMATS
from tests.render.test_prompts import made_by
from tests.tables import each

PAIR = Array(np.array([[1.0], [-2.0]]))
X = Name("x")
TREES: list[Tree] = [
    X, Num("2.5"), Neg(X), Bin("+", X, PAIR), Sum((X, PAIR, X)), Transpose(X), parse("tanh(x)"), Group(Bin("+", X, PAIR)),
    PAIR, Written(PAIR, ((Neg(X),), (None,)), (0, None), (0,)), Dots(),
]  # fmt: skip


COMMON = {"Worded"}
"""What several kinds of items have in common, and no item is."""
PROBLEMS_OF_ALL = (
    "competitive",
    "concept",
    "convolution",
    "count",
    "loss",
    "perceptron",
    "positional",
    "q3",
    "q4",
    "recurrence",
)
"""Problems in which every kind of item stands."""
BY_SOLUTION = {"exam", "json"}
"""Formats that set no blocks; an exam's are those of latex."""


def below(kind: type) -> Iterator[type]:
    """The classes of the package that are made of one."""
    for made in kind.__subclasses__():
        if made.__module__.startswith("solver."):
            yield made
        yield from below(made)


def setters() -> list[type[Setter[Any]]]:
    for name in registered("solver.formula.print", "setter_"):
        import_module(f"solver.formula.print.setter_{name}")
    return [
        PieceSetter,
        *(each for each in Setter.__subclasses__() if each.__module__.startswith("solver.formula.print")),
    ]


def test_every_node_has_a_tree_and_every_setter_is_known() -> None:
    assert {type(tree) for tree in TREES} == set(get_args(Tree))
    assert {each for each in Setter.__subclasses__() if each.__module__.startswith("solver.")} == set(setters())


@each("form", FORMATS)
def test_every_node_and_every_function_of_a_formula(form: str) -> None:
    examples = [parse(example) for row in FUNCTIONS.values() for example in row.examples]
    for tree in [*TREES, *examples]:
        assert FORMATS[form].printer({}, 8)(tree), tree


@each("setter", setters())
def test_every_node_of_typeset_mathematics(setter: type[Setter[Any]]) -> None:
    for node, *_ in NODES:
        assert setter().set(node) is not None, node


class Page(Shown):
    """A page of blocks."""

    def blocks(self, pictures: bool = True) -> list[Block]:
        return [block for solved in kinds().values() for block in step_blocks(solved)]


@cache
def kinds() -> Mapping[str, Solved]:
    """A solved item of each kind that there is, by the name of its class."""
    found: dict[str, Solved] = {}
    for name in PROBLEMS_OF_ALL:
        for solution in solutions(name):
            for part in solution.parts:
                for solved in (*part.uses, *part.steps):
                    found.setdefault(type(solved.item).__name__, solved)
    wanted = {kind.__name__ for name in families() if family(name) for kind in below(Item)} - COMMON
    assert set(found) == wanted, f"of kinds and problems only one has {wanted ^ set(found)}"
    return found


def test_every_kind_of_item_says_something() -> None:
    assert not [kind for kind, solved in kinds().items() if not step_blocks(solved)]
    assert not [kind for kind, solved in kinds().items() if not format_json.step(solved, "normal")["text"]]


@each("form", sorted({*formats()} - BY_SOLUTION))
def test_every_kind_of_item_in_every_format(form: str) -> None:
    made = made_by(form, Page("Items", ()))
    missing = [kind for kind, solved in kinds().items() if isinstance(made, str) and not _last(solved) <= _digits(made)]
    assert not missing


def _last(solved: Solved) -> set[str]:
    """The numbers in which its working ends."""
    blocks = [block for block in step_blocks(solved) if isinstance(block, Equations | Facts)]
    return _digits(TextPrinter({}, 8).print(blocks[-1].lines[-1].right)) if blocks else set()


def _digits(text: str) -> set[str]:
    return set(re.findall(r"\d+\.\d+", text))
