"""Classes of named fields do what those of the standard library do, and cost a start next to nothing."""

from __future__ import annotations

import copy
import pickle
import re
import typing
from dataclasses import dataclass
from dataclasses import field as made
from typing import Any

import pytest

from solver.named import NamedTuple, Structure, field
from tests.places import ROOT
from tests.tables import each


class Place(NamedTuple):
    """As the package makes them."""

    file: str
    line: int = 0
    column: int = 0

    @property
    def said(self) -> str:
        return f"{self.file}:{self.line}"


class Known(typing.NamedTuple):
    """As `typing` makes them."""

    file: str
    line: int = 0
    column: int = 0


class Further(Place):
    """One with a method more."""

    def twice(self) -> int:
        return 2 * self.line


FITTING: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    (("a",), {}),
    (("a", 1), {}),
    (("a", 1, 2), {}),
    (("a",), {"column": 2}),
    ((), {"line": 1, "file": "a"}),
]
UNFIT: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((), {}),
    (("a", 1, 2, 3), {}),
    (("a",), {"file": "b"}),
    (("a",), {"row": 1}),
    (("a", 1, 2), {"row": 1}),
    (("a", 1, 2), {"line": 1}),
    ((), {"line": 1}),
]


@each(("values", "named"), FITTING)
def test_a_tuple_is_made_as_typing_makes_it(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    ours, theirs = Place(*values, **named), Known(*values, **named)
    assert tuple(ours) == theirs
    assert hash(ours) == hash(theirs)
    assert (ours.file, ours.line, ours.column) == (theirs.file, theirs.line, theirs.column)
    assert repr(ours) == repr(theirs).replace("Known", "Place")
    assert (ours._fields, ours._field_defaults) == (theirs._fields, theirs._field_defaults)
    assert tuple(ours._replace(line=7)) == theirs._replace(line=7)
    for again in (pickle.loads(pickle.dumps(ours)), copy.copy(ours), copy.deepcopy(ours)):
        assert again == ours
        assert type(again) is Place


@each(("values", "named"), UNFIT)
def test_what_fits_no_fields_is_refused(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    for kind in (Place, Known, Part, KnownPart):
        with pytest.raises(TypeError):
            kind(*values, **named)


def test_a_tuple_is_unpacked_matched_and_never_changed() -> None:
    file, line, column = place = Place("a", 1, 2)
    assert (file, line, column, place.said) == ("a", 1, 2, "a:1")
    match place:
        case Place("a", row, column=2):
            assert row == 1
        case _:
            pytest.fail("no match")
    for change in ("line", "new"):
        with pytest.raises(AttributeError):
            setattr(place, change, 3)
    with pytest.raises(TypeError):
        place._replace(row=1)


def test_a_tuple_below_another_has_its_fields() -> None:
    assert Further("a", 2).twice() == 4
    assert Further("a")._replace(line=3) == Place("a", 3)


class Part(Structure):
    """As the package makes them."""

    file: str
    line: int = 0
    cells: list[int] = field(default_factory=list)


@dataclass(eq=False)
class KnownPart:
    """As `dataclasses` makes them."""

    file: str
    line: int = 0
    cells: list[int] = made(default_factory=list)


class Base:
    """What a structure may stand on: its annotations are no fields."""

    file: str = "none"
    other: int = 5


class Standing(Base, Structure):
    """A field that must be given, although what is below it has a value."""

    line: int
    file: str = field()


class Grown(Standing):
    """A field more, and another default."""

    line: int = 4
    more: str = "m"


@each(
    ("values", "named"), [(("a",), {}), (("a", 1, [2]), {}), ((), {"file": "a", "cells": [1]}), (("a",), {"line": 3})]
)
def test_a_structure_is_made_as_a_dataclass_is(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    ours, theirs = Part(*values, **named), KnownPart(*values, **named)
    assert (ours.file, ours.line, ours.cells) == (theirs.file, theirs.line, theirs.cells)
    assert Part("a").cells is not Part("a").cells
    changed = ours.replaced(line=9)
    assert (changed.file, changed.line, changed.cells, ours.line) == (ours.file, 9, ours.cells, theirs.line)
    assert ours != Part(*values, **named)
    assert vars(pickle.loads(pickle.dumps(ours))).keys() == vars(ours).keys()


def test_structures_stand_on_each_other() -> None:
    assert vars(Standing(1, "a")) == {"line": 1, "file": "a"}
    assert Standing(1, "a").other == 5
    with pytest.raises(TypeError):
        Standing(line=1)
    grown = Grown(file="a")
    assert (grown.line, grown.file, grown.more) == (4, "a", "m")
    assert Grown(1, "a", "b").more == "b"


def test_every_class_on_the_floors_of_formulas_and_pages_is_made_so() -> None:
    """One compiled class costs each start as much as reading two modules."""
    taken = re.compile(r"^ *from typing import (?:\([^)]*|.*)\bNamedTuple\b", re.MULTILINE)
    folders = [ROOT / "solver" / folder for folder in ("formula", "spec", "working", "nets", "render")]
    found = [path for folder in folders for path in folder.rglob("*.py") if taken.search(path.read_text("utf-8"))]
    assert not found
