"""Fields as families declare them: any value of the declared type, whether or not it fits the others."""

from __future__ import annotations

from random import Random
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from solver.spec.fields import AtLeast, AtMost, Kind, Spec, fields_of
from solver.spec.registry import families, family
from tests.fuzz.formulas import expression
from tests.fuzz.trees import Map, Tree, get

NUMBERS = ("0", "1", "2", "-1", "0.5", "-0.25", "3", "0.1", "10", "1e-8", "1e308", "0.999", "-0", "100")
NAMES = ("x", "w", "W", "b", "u", "J", "g", "d", "f", "y")


def refit(rng: Random, given: Map) -> Map:
    """A `given` with one field of its family set anew, dropped or added."""
    name = get(given, "family")
    return _refit(rng, given, family(name).Given) if name in families() else given  # type: ignore[arg-type]


def _refit(rng: Random, node: Map, spec: type[Spec]) -> Map:
    fields = list(fields_of(spec).values())
    there = {key for key, _ in node.pairs if isinstance(key, str)}
    inside = [(field, kind) for field in fields if field.name in there for kind in _specs(field.type)]
    if inside and rng.random() < 0.5:  # one of a layer, of a training, …
        field, kind = rng.choice(inside)
        return _set(node, field.name, _within(rng, get(node, field.name), kind))
    field = rng.choice(fields)
    if field.name in there and not field.required and rng.random() < 0.4:
        return Map([pair for pair in node.pairs if pair[0] != field.name])
    return _set(node, field.name, value(rng, field.type, field.notes))


def _within(rng: Random, old: Tree | None, kind: type[Spec]) -> Tree:
    if isinstance(old, Map):
        return _refit(rng, old, kind)
    items = old if isinstance(old, list) else []
    maps = [i for i, item in enumerate(items) if isinstance(item, Map)]
    if not maps:
        return value(rng, kind, ())
    i = rng.choice(maps)
    item = items[i]
    assert isinstance(item, Map)
    return [*items[:i], _refit(rng, item, kind), *items[i + 1 :]]


def _set(node: Map, key: str, new: Tree) -> Map:
    if get(node, key) is None:
        return Map([*node.pairs, (key, new)])
    return Map([(k, new if k == key else v) for k, v in node.pairs])


def _specs(kind: Any) -> list[type[Spec]]:
    """The maps that may stand in a field."""
    if isinstance(kind, type) and issubclass(kind, Spec):
        return [kind]
    return [found for arg in get_args(kind) for found in _specs(arg)]


def value(rng: Random, kind: Any, notes: tuple[Any, ...]) -> Tree:
    """Any value of a field's type."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return value(rng, args[0], (*args[1:], *notes))
    for note in notes:
        if isinstance(note, Kind):
            return _quantity(rng, note.name)
    if origin in (Union, UnionType):
        return value(rng, rng.choice([arg for arg in args if arg is not NoneType]), notes)
    if origin is Literal:
        return str(rng.choice(args))
    if origin is tuple:
        return [value(rng, args[0], ()) for _ in range(rng.choice((1, 1, 2, 3)))]
    if origin is dict:
        return Map([(name, value(rng, args[1], ())) for name in rng.sample(NAMES, rng.randint(1, 3))])
    if kind is int:
        least = max((note.least for note in notes if isinstance(note, AtLeast)), default=-2)
        most = min((note.most for note in notes if isinstance(note, AtMost)), default=1000)
        return str(rng.choice((least, most, min(least + 1, most), min(least + rng.randrange(9), most))))
    if kind is bool:
        return rng.choice(("true", "false"))
    if _specs(kind):
        fields = fields_of(kind).values()
        some = [field for field in fields if field.required or rng.random() < 0.3]
        return Map([(field.name, value(rng, field.type, field.notes)) for field in some])
    return rng.choice(
        (rng.choice(NAMES), expression(rng, NAMES, 2), f"{rng.choice(NAMES)} = {expression(rng, NAMES, 2)}")
    )


def _quantity(rng: Random, kind: str) -> Tree:
    if kind == "number" or (kind == "quantity" and rng.random() < 0.4):
        return rng.choice(NUMBERS)
    rows = rng.randint(1, 3)
    if kind == "vector" or (kind == "quantity" and rng.random() < 0.5):
        return [rng.choice(NUMBERS) for _ in range(rows)]
    columns = rng.randint(1, 3)
    return [[rng.choice(NUMBERS) for _ in range(columns)] for _ in range(rows)]
