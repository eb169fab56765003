"""One case of a run: made from its seed and number alone, tried, and made smaller while it shows the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

from tests.fuzz.corpus import Corpus
from tests.fuzz.fresh import fresh
from tests.fuzz.mutate import edited, fewer_parts, mutated
from tests.fuzz.trees import STYLES, Anchored, Map, Style, Tree, at, children, copied, emit, paths, put
from tests.fuzz.trial import Finding, Options, trial

MINIMISING = 45
"""Seconds that are spent on making one finding smaller."""


@dataclass(frozen=True)
class Case:
    """A question as a tree, or as text where that was edited; and how it is run."""

    tree: Tree
    style: Style
    options: Options
    edited: str | None = None

    @property
    def source(self) -> str:
        """The YAML."""
        return self.edited if self.edited is not None else emit(self.tree, self.style)


def case(seed: int, number: int, corpus: Corpus) -> Case:
    """The case of a number."""
    rng = Random(f"{seed}:{number}")
    if rng.random() < 0.3:
        tree = fresh(rng)
        if rng.random() < 0.3:
            tree = mutated(rng, tree, corpus)
    else:
        tree = mutated(rng, fewer_parts(rng, copied(rng.choice(corpus.specs))), corpus)
    style = rng.choices(STYLES, (6, 3, 1))[0]
    carry = rng.choice((None, None, None, "exact", "rounded"))
    decimals = rng.choice((None, None, None, None, 0, 1, 4, 12))
    made = Case(tree, style, Options(carry, decimals, rng.randrange(1 << 30)))
    return replace(made, edited=edited(rng, made.source)) if rng.random() < 0.05 else made


def minimised(found: Case, kind: str) -> Case:
    """The smallest case that can be found in a while, that shows the same kind of finding."""
    end = time.monotonic() + MINIMISING

    def shows(other: Case) -> bool:
        finding, _ = trial(other.source, other.options)
        return finding is not None and finding.kind == kind

    plain = replace(found, options=Options(rolls=found.options.rolls))
    if plain != found and shows(plain):
        found = plain
    if found.edited is not None:
        return _shorter(found, shows, end)
    again = True
    while again and time.monotonic() < end:
        again = False
        for smaller in _smaller(found.tree):
            if time.monotonic() > end:
                break
            other = replace(found, tree=smaller)
            if shows(other):
                found, again = other, True
                break
    return found


def _smaller(tree: Tree) -> Iterator[Tree]:
    """Trees with something less, the largest steps first."""
    places = sorted(paths(tree), key=len)
    for path in places[1:]:
        parent = at(tree, path[:-1])
        if not (isinstance(parent, Map) and path[-1] % 2):  # a pair goes by its key
            yield put(tree, path, None)
    for path in places:
        node = at(tree, path)
        if isinstance(node, Anchored):
            yield put(tree, path, node.tree)
        elif not isinstance(node, str):
            for child in children(node):
                if not isinstance(child, str) or isinstance(node, list):
                    yield put(tree, path, child)
        elif node not in ("0", "1", "x"):
            if len(node) > 4:
                yield put(tree, path, node[: len(node) // 2])
                yield put(tree, path, node[len(node) // 2 :])
            yield from (put(tree, path, new) for new in ("1", "0", "x"))


def _shorter(found: Case, shows: Callable[[Case], bool], end: float) -> Case:
    """The text with as many pieces left out as can be, ever smaller ones."""
    source = found.source
    size = max(len(source) // 2, 1)
    while size and time.monotonic() < end:
        start = 0
        while start < len(source) and time.monotonic() < end:
            less = source[:start] + source[start + size :]
            if shows(replace(found, edited=less)):
                source = less
            else:
                start += size
        size //= 2
    return replace(found, edited=source)


def told(number: int, seed: int, smallest: Case, finding: Finding) -> str:
    """A finding as it is printed."""
    how = f"carry: {smallest.options.carry}, decimals: {smallest.options.decimals}"
    again = f"python -m tests.fuzz --seed {seed} --only {number}"
    return f"{finding.kind}\n{finding.detail.rstrip()}\n--- {how}; again by {again}\n{smallest.source.rstrip()}\n"
