"""Weights for what is desired, with their check; or why there are none."""

from __future__ import annotations

from fractions import Fraction

from solver.families.perceptron.given import Data, Given, column, exact
from solver.families.perceptron.realised import Realised
from solver.families.perceptron.separable import Contradiction, Weights, separated
from solver.families.perceptron.unit import forward
from solver.formula.print.printer_text import minused
from solver.formula.symbol import Symbol
from solver.formula.tree import Array
from solver.working.page import Working


def solved(given: Given, data: Data) -> Working:
    """Weights and the table that checks them, or the conditions that contradict each other."""
    bias = given.bias_input is None
    assert data.d is not None
    found = found_for(data, bias)
    working = Working()
    if isinstance(found, Weights):
        words = f"w = [{', '.join(map(typed, found.w))}]" + (f", b = {typed(found.b)}" if found.b is not None else "")
        why = "many others do as well"
    else:
        words, why = "no weights", ""
    points = [_condition(given, data, k, bias) for k in range(len(data.X.value))]
    if isinstance(found, Contradiction):
        points += contradiction(given, data, found, bias)
    elif found is None:
        words, why = "not decided", "neither weights nor a contradiction were found"
    title = "Weights that fulfil all conditions"
    if found is None:
        working.statement("solution", words, title, points=points, why=why)
    else:
        item = Realised("solution", words, title, tuple(points), why)
        item.patterns, item.high = data.fractions, tuple(bool(cell == 1) for cell in data.d.value[:, 0])
        item.bias, item.closed = bias, given.tie == "1"
        working.add(item)
    if isinstance(found, Weights):
        forward(given, data._replace(W=column([typed(v) for v in found.w]), b=_bias(found)), working)
    _symbols(working, data)
    working.group("conditions", ["solution"])
    working.default = ("solution", *(["y"] if isinstance(found, Weights) else []))
    return working


def found_for(data: Data, bias: bool) -> Weights | Contradiction | None:
    """Weights for one neuron, or a contradiction."""
    assert data.d is not None
    high = [bool(cell == 1) for cell in data.d.value[:, 0]]
    found = separated(list(data.fractions), high, bias)
    if isinstance(found, Contradiction) and len({high[k] for k in found.counts}) == 1:
        return None  # a sum of 0 on one side: what holds then is a matter of ties
    return found


def _bias(found: Weights) -> Array | None:
    return None if found.b is None else column([typed(found.b)])


def typed(value: Fraction) -> str:
    """A fraction as a decimal number."""
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.12g}"


def _symbols(working: Working, data: Data) -> None:
    for j in range(data.X.value.shape[1]):
        working.symbols[f"w_{j + 1}"] = Symbol("w", str(j + 1))
    working.symbols.setdefault("b", Symbol("b"))


def _relation(given: Given, high: bool) -> str:
    closed = given.tie == "1"
    return ("≥ 0" if closed else "> 0") if high else ("< 0" if closed else "≤ 0")


def _condition(given: Given, data: Data, k: int, bias: bool) -> str:
    assert data.d is not None
    counts = {k: 1}
    wanted = minused(data.d.text(k, 0))
    return f"{data.named(k)} → {wanted}: {_sum(data, counts, bias)} {_relation(given, data.d.value[k, 0] == 1)}"


def _sum(data: Data, counts: dict[int, int], bias: bool) -> str:
    """The net inputs of some patterns added up, in symbols."""
    totals = [sum(n * exact(data.X.text(k, j)) for k, n in counts.items()) for j in range(data.X.value.shape[1])]
    terms = [(Fraction(total), f"{{w_{j + 1}}}") for j, total in enumerate(totals)]
    terms += [(Fraction(sum(counts.values())), "{b}")] if bias else []
    text = ""
    for factor, name in terms:
        if factor == 0:
            continue
        sign = (" − " if factor < 0 else " + ") if text else ("−" if factor < 0 else "")
        text += sign + ("" if abs(factor) == 1 else typed(abs(factor))) + name
    return text or "0"


def contradiction(given: Given, data: Data, found: Contradiction, bias: bool) -> list[str]:
    """The sums of both sides, which cannot both be."""
    assert data.d is not None
    points = []
    for high in (True, False):
        counts = {k: n for k, n in found.counts.items() if (data.d.value[k, 0] == 1) == high}
        if counts:
            named = " and ".join(f"{n} × {data.named(k)}" if n > 1 else data.named(k) for k, n in counts.items())
            points.append(f"{named} together: {_sum(data, counts, bias)} {_relation(given, high)}")
    points.append("no weights fulfil both: the patterns are not linearly separable")
    return points
