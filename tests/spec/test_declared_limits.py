"""Every limit that a field declares: so many are read, and one more is refused where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

import pytest

from solver.errors import Place, SpecError
from solver.spec.fields import AtMost, Spec, fields_of, read
from solver.spec.nodes import Node, Report
from solver.spec.registry import families, family
from solver.spec.scheme import Marking

TOP, HERE = Place("q.yaml", 1, 1), Place("q.yaml", 2, 7)
Limit = tuple[type[Spec], str, str, int]
"""A map, one of its fields, whether that is a number, a list or a map, and the most that it may be."""


def alternatives(kind: Any, notes: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """What a field may be, each with what is noted of it."""
    if get_origin(kind) is Annotated:
        base, *more = get_args(kind)
        yield from alternatives(base, (*more, *notes))
    elif get_origin(kind) in (tuple, dict) or kind in (int, NoneType) or not get_args(kind):
        yield kind, notes
    else:
        for each in get_args(kind):
            yield from alternatives(each, notes)


def specs(kind: Any) -> Iterator[type[Spec]]:
    """The maps that may stand in a field."""
    if isinstance(kind, type) and issubclass(kind, Spec):
        yield kind
    for each in get_args(kind):
        yield from specs(each)


def limits() -> list[Limit]:
    found: dict[Limit, None] = {}
    seen: set[type[Spec]] = set()
    left: list[type[Spec]] = [Marking, *(family(name).Given for name in families())]
    while left:
        cls = left.pop()
        if cls in seen:
            continue
        seen.add(cls)
        for field in fields_of(cls).values():
            left += specs(field.type)
            for kind, notes in alternatives(field.type, field.notes):
                form = {tuple: "list", dict: "map", int: "number"}.get(get_origin(kind) or kind, "")
                most = min((note.most for note in notes if isinstance(note, AtMost)), default=0)
                if form and most:
                    found[cls, field.name, form, most] = None
    return list(found)


def problems(cls: type[Spec], name: str, form: str, count: int) -> list[str]:
    """What is said of a field's value that is too much, at its place."""
    item = Node("map", TOP)  # which most fields refuse: that ends the reading of many
    match form:
        case "number":
            value = Node("scalar", HERE, str(count))
        case "list":
            value = Node("list", HERE, items=[item] * count)
        case _:
            value = Node("map", HERE, entries=[(Node("scalar", TOP, f"a{k}"), item) for k in range(count)])
    report = Report()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("solver.spec.nodes.MAX_PROBLEMS", 20)
        try:
            read(cls, Node("map", TOP, entries=[(Node("scalar", TOP, name), value)]), report)
        except SpecError as error:
            report.problems = list(error.problems)
    return [each.message for each in report.problems if each.place == HERE and "expected at most" in each.message]


def test_each_declared_limit_holds() -> None:
    found = limits()
    assert len(found) > 80
    for cls, name, form, most in found:
        where = f"{cls.__module__}.{cls.__name__}.{name}"
        assert not problems(cls, name, form, most), where
        said = f"{name} is {most + 1}," if form == "number" else f"{name} has {most + 1} items,"
        assert any(each.startswith(said) for each in problems(cls, name, form, most + 1)), where
