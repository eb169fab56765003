"""YAML as a tree that can be mutated: texts, lists and maps whose keys may stand twice; and back to YAML."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import yaml

Style = Literal["block", "flow", "line"]
STYLES: tuple[Style, ...] = ("block", "flow", "line")
"""Maps and lists of maps over several lines; everything below the top in one line each; the whole file in one line."""


class Raw(str):
    """Text that stands in the file as it is: an alias, a tag, half a bracket."""

    __slots__ = ()


@dataclass
class Map:
    """A map, its pairs in order."""

    pairs: list[tuple[Tree, Tree]] = field(default_factory=list)


@dataclass
class Anchored:
    """A tree with a name for aliases."""

    name: str
    tree: Tree


Tree: TypeAlias = "str | list[Tree] | Map | Anchored"
Path = tuple[int, ...]
"""Positions of children, from the root; those of a map count its keys and values in turn."""

_PLAIN = re.compile(r"[\w.+-][\w.+*/()@-]*( [\w.+*/()=@-]+)*", re.ASCII)
_SPECIAL = ("~", "null", "", "-", "---", "...", "=", "<<")


def tree_of(text: str) -> Tree:
    """The tree of a YAML text that can be read."""
    return _of(yaml.compose(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def _of(node: Any) -> Tree:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_of(item) for item in node.value]
    return Map([(_of(key), _of(value)) for key, value in node.value])


# -- places -----------------------------------------------------------------------------------------------------------
def children(tree: Tree) -> list[Tree]:
    """What stands directly inside."""
    if isinstance(tree, Map):
        return [each for pair in tree.pairs for each in pair]
    if isinstance(tree, Anchored):
        return [tree.tree]
    return tree if isinstance(tree, list) else []


def paths(tree: Tree, at: Path = ()) -> Iterator[Path]:
    """Every place in a tree, the root first."""
    yield at
    for i, child in enumerate(children(tree)):
        yield from paths(child, (*at, i))


def at(tree: Tree, path: Path) -> Tree:
    """What stands at a place."""
    for i in path:
        tree = children(tree)[i]
    return tree


def put(tree: Tree, path: Path, new: Tree | None) -> Tree:
    """The tree with something else at a place, or with nothing there: a list's item or a map's pair goes."""
    if not path:
        return tree if new is None else new
    i, *rest = path
    if isinstance(tree, Anchored):
        return Anchored(tree.name, put(tree.tree, tuple(rest), new))
    if isinstance(tree, Map):
        pairs = list(tree.pairs)
        if new is None and not rest:
            del pairs[i // 2]
        else:
            key, value = pairs[i // 2]
            changed = put((key, value)[i % 2], tuple(rest), new)
            pairs[i // 2] = (changed, value) if i % 2 == 0 else (key, changed)
        return Map(pairs)
    assert isinstance(tree, list)
    if new is None and not rest:
        return [*tree[:i], *tree[i + 1 :]]
    return [*tree[:i], put(tree[i], tuple(rest), new), *tree[i + 1 :]]


def get(tree: Tree, key: str) -> Tree | None:
    """The value of a map's key."""
    pairs = tree.pairs if isinstance(tree, Map) else []
    return next((value for name, value in pairs if name == key), None)


def copied(tree: Tree) -> Tree:
    """A tree that shares nothing with the first."""
    return copy.deepcopy(tree)


# -- to YAML ----------------------------------------------------------------------------------------------------------
def emit(tree: Tree, style: Style = "block") -> str:
    """The YAML text of a tree."""
    if style == "line":
        return _flow(tree) + "\n"
    return "".join(f"{line}\n" for line in _block(tree, style == "flow", 0))


def _block(tree: Tree, flow: bool, depth: int) -> list[str]:
    if isinstance(tree, Map) and tree.pairs and not (flow and depth):
        lines = []
        for key, value in tree.pairs:
            inner = _block(value, flow, depth + 1)
            nested = not _inline(value, flow)
            lines += [f"{_flow(key)}:", *(f"  {each}" for each in inner)] if nested else [f"{_flow(key)}: {inner[0]}"]
        return lines
    if isinstance(tree, list) and any(isinstance(each, Map) for each in tree) and not (flow and depth > 1):
        lines = []
        for each in tree:
            first, *rest = _block(each, flow, depth + 1)
            lines += [f"- {first}", *(f"  {line}" for line in rest)]
        return lines
    return [_flow(tree)]


def _inline(tree: Tree, flow: bool) -> bool:
    """Whether a value stands behind its key."""
    if isinstance(tree, Map):
        return flow or not tree.pairs
    return not (isinstance(tree, list) and any(isinstance(each, Map) for each in tree))


def _flow(tree: Tree) -> str:
    if isinstance(tree, Anchored):
        return f"&{tree.name} {_flow(tree.tree)}"
    if isinstance(tree, Map):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(value)}" for key, value in tree.pairs) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(_flow, tree)) + "]"
    if isinstance(tree, Raw) or (_PLAIN.fullmatch(tree) and tree not in _SPECIAL):
        return str(tree)
    return '"' + "".join(map(_escaped, tree)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    code = ord(char)
    if char.isprintable() and not 0xD800 <= code < 0xE000:
        return char
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
