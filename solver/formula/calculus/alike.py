"""What differs in its names alone is differentiated once: a thousand iterations, the time steps of a long sequence."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import lru_cache

from solver.formula.calculus.derived import Definition, Derived, Label, Names
from solver.formula.calculus.differentiate import check_scalar
from solver.formula.calculus.pairs import ALONG, Distribution, sharing
from solver.formula.calculus.reverse import Reverse
from solver.formula.form import renamed
from solver.formula.tree import Name, names, replace_names, walk
from solver.formula.walks.shape import Shape
from solver.named import NamedTuple

LONG = 60
"""Of a longer chain, it is each definition that is passed through once for all like it."""


class _Kind(NamedTuple):
    """A derivation in numbered names: its steps, and what gives them their own names, in the order of their making."""

    derived: tuple[Derived, ...]
    labels: tuple[Label, ...]


def differentiate_alike(
    chain: Sequence[Definition],
    output: str,
    wrt: Sequence[str],
    shapes: Mapping[str, Shape],
    distributions: Container[Distribution],
    taken: Container[str],
    ending: str = "",
) -> list[Derived]:
    """As `differentiate`, derived once for all chains of one form; the steps come without their shares."""
    check_scalar(output, shapes)
    if len(chain) > LONG:
        from solver.formula.calculus.remembering import Remembering  # few chains are so long

        made = Remembering(chain, output, list(wrt), shapes, distributions, Names(shapes, taken, ending=ending)).run()
        return [each._replace(shares=()) if each.shares else each for each in made]
    numbers = _numbered(chain, wrt)
    new = {name: Name(number) for name, number in numbers.items()}
    looked = numbers if any(sharing(node) for _, tree in chain for node in walk(tree)) else ()
    kept = _derived(
        tuple((numbers[name], replace_names(tree, new)) for name, tree in chain),
        numbers[output],
        tuple(numbers[name] for name in wrt),
        tuple(shapes[name] for name in numbers),
        frozenset((numbers[name], along) for name in looked for along in ALONG if (name, along) in distributions),
    )
    return _renamed(kept, {number: name for name, number in numbers.items()}, Names(shapes, taken, ending=ending))


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
    return [_step(made, real) for made in kind.derived]


def _step(made: Derived, real: Mapping[str, str]) -> Derived:
    formula, match = renamed(made.formula, real), made.match and made.match.renamed(real)
    name, of = real[made.name], real[made.of]
    return Derived(name, formula, made.kind, of, match, (), made.kinked, made.reasons, made.flat)
