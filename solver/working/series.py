"""Quantities that are made again at every time: their symbols, and which of a long series are worked out in full."""

from collections.abc import Iterable

from solver.formula.parse import member
from solver.formula.symbol import Symbol
from solver.working.page import Repeat, Working

LONG = 12
"""Of a longer sequence, only some times are worked out in full, unless full detail is asked for."""


def symbol_at(base: str, t: int) -> Symbol:
    """h₁: a quantity at time t; ĥ₁ where its name ends in hat."""
    hat = base.endswith("hat") and len(base) > 3
    return Symbol(base.removesuffix("hat") if hat else base, str(t), mark="hat" if hat else "")


def shorten(working: Working, bases: Iterable[tuple[str, bool]], times: range, counts: str = "time") -> None:
    """Leaves the first two times and the last one of a long series in full; a table has the numbers between.

    bases: what stands there at each time, and whether it has a column in the table.
    """
    if len(times) <= LONG:
        return
    for base, column in bases:
        for t in times:
            name = member(base, t)
            if name in working.items:
                symbol = working.symbols[name]
                sub = symbol.sub.removesuffix(str(t)).removesuffix(",")
                heading = symbol._replace(sub=sub) if column else None
                full = t < times[2] or t == times[-1]
                working.repeats[name] = Repeat(t, base, heading, full, counts)
