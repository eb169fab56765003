"""What mutation starts from: every problem, published case and family example; and the words of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin

from solver.spec.fields import Spec, fields_of
from solver.spec.registry import families, family
from tests.fuzz.trees import Map, Tree, at, get, paths, put, tree_of
from tests.places import ROOT


@dataclass(frozen=True)
class Corpus:
    """specs: whole questions; givens: their `given` blocks; words: of keys, choices and texts."""

    specs: list[Tree]
    givens: list[Map]
    fields: list[str]
    words: list[str]


@cache
def corpus() -> Corpus:
    """Everything there is, read once."""
    files = sorted((ROOT / "problems").glob("*.yaml")) + sorted((ROOT / "tests" / "cases").glob("*.yaml"))
    specs = [tree_of(path.read_text(encoding="utf-8")) for path in files]
    specs += [tree_of(family(name).EXAMPLE) for name in families()]
    specs = [_brief(spec) for spec in specs]
    givens = [given for spec in specs for path in paths(spec) if isinstance(given := get(at(spec, path), "given"), Map)]
    fields, words = _declared()
    written = (node for spec in specs for path in paths(spec) if isinstance(node := at(spec, path), str))
    words |= {text for text in written if len(text) <= 40}
    return Corpus(specs, givens, sorted(fields), sorted(words))


def _brief(spec: Tree) -> Tree:
    """A spec with two iterations at the most: more take their time, and change little."""
    for path in [path for path in paths(spec) if path and get(at(spec, path[:-1]), "iterations") is not None]:
        parent = at(spec, path[:-1])
        if isinstance(parent, Map) and path[-1] % 2 and parent.pairs[path[-1] // 2][0] == "iterations":
            spec = put(spec, path, "2")
    return spec


def _declared() -> tuple[set[str], set[str]]:
    """The names of all fields, and the words of all choices, that families declare."""
    fields: set[str] = set()
    words: set[str] = {"gradients", "unknown", "family", *families()}
    waiting: list[Any] = [family(name).Given for name in families()]
    known = set()
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, Spec) and kind not in known:
            known.add(kind)
            for field in fields_of(kind).values():
                fields.add(field.name)
                waiting.append(field.type)
        elif get_origin(kind) is Literal:
            words.update(map(str, get_args(kind)))
        else:
            waiting.extend(arg for arg in get_args(kind) if not isinstance(arg, str))
    return fields, words | fields
