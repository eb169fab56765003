"""Chains that differ in their names alone are differentiated once: a thousand iterations, the variants of a question."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from solver.formula.calculus.differentiate import differentiate
from solver.formula.calculus.pairs import Distribution
from solver.formula.calculus.reverse import Definition, Derived, Label, Names, Reverse
from solver.formula.tree import Name, names, replace_names
from solver.formula.walks.shape import Shape

LONG = 60
"""A longer chain is not worth keeping."""


class _Kind(NamedTuple):
    """A derivation in numbered names: its steps, and what gives them their own names, in the order of their making."""

    derived: tuple[Derived, ...]
    labels: tuple[Label, ...]


def differentiate_alike(
    chain: Sequence[Definition],
    output: str,
    wrt: Sequence[str],
    shapes: Mapping[str, Shape],
    distributions: Collection[Distribution],
    taken: Collection[str],
    ending: str = "",
) -> list[Derived]:
    """As `differentiate`, derived once for all chains of one form; the steps come without their shares."""
    if len(chain) > LONG:
        return differentiate(chain, output, wrt, shapes, distributions, taken, ending)
    numbers = _numbered(chain, wrt)
    new = {name: Name(number) for name, number in numbers.items()}
    made = _derived(
        tuple((numbers[name], replace_names(tree, new)) for name, tree in chain),
        numbers[output],
        tuple(numbers[name] for name in wrt),
        tuple(shapes[name] for name in numbers),
        frozenset((numbers[name], along) for name, along in distributions if name in numbers),
    )
    return _renamed(made, {number: name for name, number in numbers.items()}, Names(shapes, taken, ending=ending))


def _numbered(chain: Sequence[Definition], wrt: Iterable[str]) -> dict[str, str]:
    """A number for each name, in the order of their first use; no author can write such a name."""
    used = (name for defined, tree in chain for name in (*names(tree), defined))
    return {name: f"#{k}" for k, name in enumerate(dict.fromkeys((*used, *wrt)))}


@lru_cache(maxsize=256)
def _derived(
    chain: tuple[Definition, ...],
    output: str,
    wrt: tuple[str, ...],
    shapes: tuple[Shape, ...],
    distributions: frozenset[Distribution],
) -> _Kind:
    labels: list[Label] = []

    def called(label: Label) -> str:
        labels.append(label)
        return f"@{len(labels) - 1}"

    known = {f"#{k}": shape for k, shape in enumerate(shapes)}
    made = Reverse(chain, output, list(wrt), known, distributions, called).run()
    return _Kind(tuple(each._replace(shares=()) for each in made), tuple(labels))


def _renamed(kind: _Kind, real: dict[str, str], called: Names) -> list[Derived]:
    """The steps in the names of another chain."""
    for k, label in enumerate(kind.labels):
        real[f"@{k}"] = called(label._replace(of=real[label.of], own=real[label.own]))
    trees = {name: Name(new) for name, new in real.items()}
    return [
        made._replace(
            name=real[made.name],
            formula=replace_names(made.formula, trees),
            of=real[made.of],
            match=made.match and made.match._replace(output=real[made.match.output], target=real[made.match.target]),
        )
        for made in kind.derived
    ]
