"""Scalars of names and whole numbers as polynomials: 4·n·d² + 2·n²·d, and what of it grows fastest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from solver.formula.parse import parse
from solver.formula.tree import Bin, Group, Name, Neg, Num, Sum, Tree

Monomial = tuple[tuple[str, int], ...]
"""Names with their powers, sorted by name; a power below 0 divides."""
Polynomial = dict[Monomial, Fraction]

MOST_TERMS = 200


def polynomial(tree: Tree) -> Polynomial | None:
    """A formula under + − · / and whole powers as a polynomial; None where it is none, or a long one."""
    match tree:
        case Num(text):
            return _clean({(): Fraction(text)})
        case Name(id=name):
            return {((name, 1),): Fraction(1)}
        case Group(x):
            return polynomial(x)
        case Neg(x):
            inner = polynomial(x)
            return None if inner is None else {m: -c for m, c in inner.items()}
        case Sum(terms):
            parts = [polynomial(term) for term in terms]
            return None if any(part is None for part in parts) else _added([part for part in parts if part is not None])
        case Bin(op, x, y):
            a, b = polynomial(x), polynomial(y)
            return None if a is None or b is None else _joined(op, a, b)
        case _:
            return None


def _joined(op: str, a: Polynomial, b: Polynomial) -> Polynomial | None:
    match op:
        case "+":
            return _added([a, b])
        case "-":
            return _added([a, {m: -c for m, c in b.items()}])
        case "*" | "@":
            return _times(a, b)
        case "/":
            if len(b) != 1:
                return None
            ((below, number),) = b.items()
            return _times(a, {tuple((name, -power) for name, power in below): 1 / number})
        case _:
            power = b.get(()) if set(b) <= {()} else None
            if power is None or power.denominator != 1 or not 0 <= power <= 20:
                return None
            made: Polynomial | None = {(): Fraction(1)}
            for _ in range(int(power)):
                made = made and _times(made, a)
            return made


def _times(a: Polynomial, b: Polynomial) -> Polynomial | None:
    if len(a) * len(b) > MOST_TERMS:
        return None
    return _added([{_product(m, n): c * d} for m, c in a.items() for n, d in b.items()])


def _product(a: Monomial, b: Monomial) -> Monomial:
    powers = dict(a)
    for name, power in b:
        powers[name] = powers.get(name, 0) + power
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def _added(parts: Sequence[Polynomial]) -> Polynomial:
    made: Polynomial = {}
    for part in parts:
        for monomial, number in part.items():
            made[monomial] = made.get(monomial, Fraction(0)) + number
    return _clean(made)


def _clean(made: Mapping[Monomial, Fraction]) -> Polynomial:
    return {monomial: number for monomial, number in made.items() if number}


def written(made: Polynomial, order: Sequence[str]) -> Tree:
    """A polynomial as a formula, the highest powers first. order: of the names in a product."""
    place = {name: k for k, name in enumerate(order)}

    def degree(monomial: Monomial) -> tuple[int, list[int]]:
        powers = dict(monomial)
        return -sum(powers.values()), [-powers.get(name, 0) for name in order]

    text = ""
    for monomial in sorted(made, key=degree):
        number = made[monomial]
        factors = sorted(monomial, key=lambda x: place.get(x[0], len(place)))
        above = [name + (f"**{power}" if power > 1 else "") for name, power in factors if power > 0]
        below = [name + (f"**{-power}" if power < -1 else "") for name, power in factors if power < 0]
        if abs(number.numerator) != 1 or not above:
            above.insert(0, str(abs(number.numerator)))
        if number.denominator != 1:
            below.insert(0, str(number.denominator))
        term = "*".join(above) + (f"/({'*'.join(below)})" if len(below) > 1 else f"/{below[0]}" if below else "")
        text += (" - " if number < 0 else " + ") * bool(text) + ("-" if number < 0 and not text else "") + term
    return parse(text or "0")


def leading(made: Polynomial) -> Polynomial:
    """What of it grows fastest, without its constants: terms that no other one outgrows in every name."""

    def outgrown(monomial: Monomial) -> bool:
        powers = dict(monomial)
        return any(
            other != monomial and all(dict(other).get(name, 0) >= powers.get(name, 0) for name in powers | dict(other))
            for other in made
        )

    return {monomial: Fraction(1) for monomial in made if not outgrown(monomial)}
