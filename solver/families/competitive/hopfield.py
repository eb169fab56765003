"""Hopfield networks: Hebb's weights, recall until nothing changes or a cycle, energy, what is stable."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from solver.families.competitive.given import MAX_ENUMERATED, Given, neurons, outputs_of
from solver.formula.print.printer_text import minused
from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Literal_, Tree
from solver.nets.layers import as_array, spread
from solver.rounding import Floats
from solver.spec.nodes import Report
from solver.working.items import Listing, Statement
from solver.working.page import Repeat, Working

if TYPE_CHECKING:
    from solver.working.sketches import Sketch

_MOST = 200
"""So many updates are made where the question does not say how many."""


def _drawn() -> Sketch:
    from solver.working.sketches import Heat  # few questions have a figure

    return Heat("Weights", ("W",), "neuron", "neuron")


class Recalled(Statement):
    """What a network comes to, with the table of all updates: (time, neuron, the names of a row)."""

    rows: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """All that stands in the table."""
        return tuple(dict.fromkeys(name for _, _, names in self.rows for name in names))

    def listing(self, numbers: Mapping[str, Literal_]) -> Listing:
        """A row an update."""
        one_by_one = any(neuron for _, neuron, _ in self.rows)
        header = ("t", *(["neuron"] if one_by_one else []), "s", "E")
        rows: list[tuple[str | Tree, ...]] = []
        for t, neuron, names in self.rows:
            state, energy = (numbers[name] for name in names)
            turned = state.T if isinstance(state, Array) else state
            rows.append((t, *([neuron] if one_by_one else []), turned, energy))
        return Listing(header, tuple(rows))


def hopfield(given: Given, report: Report) -> Working:
    """Weights, recall, stability and capacity."""
    return _Hopfield(given).run()


class _Hopfield:
    """Writes the steps, and looks at the numbers as they come, to know when it is over."""

    def __init__(self, given: Given) -> None:
        self.given, self.working, self.env = given, Working(), dict[str, Floats]()
        self.count, self.lower = neurons(given), outputs_of(given)[0]
        self.whole = given.W is None and given.scale == "none"  # sums of whole numbers

    def run(self) -> Working:
        w, given = self.working, self.given
        self.weights()
        if given.start is not None:
            self.recall()
        else:
            hint = "give the first state as start"
            w.absent |= dict.fromkeys(("recall", "energy", "conclusion"), hint)
        if given.patterns is not None:
            self.step(
                "H", "P @ W" + self.shift(), "Net inputs at each pattern", whole=self.whole and given.theta is None
            )
            kept = f"min_rows(equal({self.output('H', 'P')}, P))"
            self.step("stable", kept, "Whether each pattern stays as it is: 1 for yes", whole=True)
            w.group("stability", ["stable"])
        if self.count <= MAX_ENUMERATED:
            self.attractors()
        else:
            w.absent["attractors"] = f"{self.count} neurons have too many states to be looked at one by one"
        self.step("capacity", f"0.138*{self.count}", "Capacity, in patterns", why="0.138 N, with few errors")
        if self.count > 1:
            self.step(
                "capacity_exact", f"{self.count}/(2*log({self.count}))", "Capacity without errors", why="N/(2 ln N)"
            )
        w.group("capacity", [n for n in ("capacity", "capacity_exact") if n in w.items])
        made = [n for n in ("W",) if not w.items[n].given]
        w.default = (*made, *w.groups.get("recall", w.groups.get("stability", ())))
        return w

    # -- weights ------------------------------------------------------------------------------------------------------
    def weights(self) -> None:
        """Hebb's rule, or weights that are given."""
        w, given, count = self.working, self.given, self.count
        if given.patterns is not None:
            self.state("P", given.patterns, "Stored patterns, one a row")
        if given.W is not None:
            self.state("W", as_array(given.W), "Weights")
        else:
            assert given.patterns is not None
            stored = given.patterns.value.shape[0]
            formula, why = "P.T @ P", "Hebb's rule: the sum of x xᵀ over all patterns"
            if self.lower == 0:
                formula, why = "(2*P - 1).T @ (2*P - 1)", f"{why}, with −1 for 0"
            if given.diagonal == "zero":
                formula += f" - {f'{stored}*' if stored > 1 else ''}eye({count})"
                why += "; without the diagonal, no neuron feeds back to itself"
            if given.scale == "N":
                formula = f"({formula})/{count}"
            self.step("W", formula, "Weights", whole=self.whole, why=why)
            w.group("weights", ["W"])
        w.figures["heatmap"] = _drawn
        if given.theta is not None:
            self.state("theta", spread(given.theta, count), "Thresholds")

    def state(self, name: str, numbers: Array, title: str, symbol: Symbol | None = None) -> None:
        self.working.given(name, numbers, title, symbol)
        self.env[name] = numbers.value

    def step(
        self, name: str, formula: str, title: str, symbol: Symbol | None = None, *, whole: bool = False, why: str = ""
    ) -> str:
        """A step, whose number is known at once; its name."""
        self.working.step(name, formula, title, why=why, symbol=symbol, whole=whole)
        self.working.work_out(name, self.env)
        return name

    def shift(self) -> str:
        """Less the thresholds, in rows."""
        return "" if self.given.theta is None else " - theta.T"

    def output(self, u: str, before: str) -> str:
        """What neurons put out."""
        if self.lower == 0:
            kept = f"greater({u}, 0) + equal({u}, 0)*{before}"
            return {"keep": kept, "1": f"heaviside({u})", "0": f"step({u})"}[self.given.tie]
        return {"keep": f"sign_or({u}, {before})", "1": f"sgn({u})", "-1": f"bipolar({u})"}[self.given.tie]

    # -- recall -------------------------------------------------------------------------------------------------------
    def recall(self) -> None:
        """All updates, and how they end."""
        given, w = self.given, self.working
        assert given.start is not None
        self.state("s", given.start, "First state", Symbol("s", argument="0"))
        one_by_one = given.update == "asynchronous"
        order = given.order or tuple(range(1, self.count + 1))
        rows = [("0", "", ("s", self.energy("s", 0)))]
        now, seen, t = "s", {self.key("s"): 0}, 0
        ended, cycle, quiet = False, -1, 0
        whole = len(set(order)) == self.count  # or some neurons are never asked
        most = given.steps or (max(_MOST, 2 * len(order)) if whole else len(order))
        while t < most and not ended and cycle < 0:
            t += 1
            neuron = order[(t - 1) % len(order)] if one_by_one else 0
            before, now = now, self.updated(now, t, neuron)
            same = self.key(now) == self.key(before)
            quiet = quiet + 1 if same else 0
            rows.append((str(t), str(neuron or ""), (now, self.energy(now, t))))
            ended = quiet >= (len(order) if one_by_one else 1) and whole
            if not one_by_one and not ended:
                cycle = seen.get(self.key(now), -1)
                seen[self.key(now)] = t
        states = [f"s_t{k}" for k in range(1, t + 1)]
        answer = self.ending(now, t - (len(order) if one_by_one else 1) * ended, ended, cycle, t)
        item = Recalled("conclusion", answer, "Recall, update by update", rows=tuple(rows))
        w.add(item)
        w.group("states", states)
        w.group("energy", [names[1] for _, _, names in rows])
        w.group("recall", [*states, "conclusion"])

    def updated(self, before: str, t: int, neuron: int) -> str:
        """The state after update t, of one neuron or of all; its name."""
        symbol = Symbol("u", argument=str(t))
        shift = "" if self.given.theta is None else f" - theta[{neuron}]" if neuron else " - theta"
        counted = self.whole and self.given.theta is None
        if not neuron:
            u = self.step(f"u_t{t}", f"W @ {before}{shift}", f"Update {t}: net inputs", symbol, whole=counted)
            made = self.step(
                f"s_t{t}", self.output(u, before), f"Update {t}: state", Symbol("s", argument=str(t)), whole=True
            )
        else:
            row = f"W[{neuron}, :] @ {before}{shift}" if self.count > 1 else f"W*{before}{shift}"
            u = self.step(f"u_t{t}", row, f"Update {t}: net input of neuron {neuron}", symbol, whole=counted)
            new = self.output(u, f"{before}[{neuron}]" if self.count > 1 else before)
            made = self.step(
                f"s_t{t}",
                self.replaced(before, neuron, new),
                f"Update {t}: state",
                Symbol("s", argument=str(t)),
                whole=True,
            )
        self.working.repeats |= {u: Repeat(t, "u"), made: Repeat(t, "s")}
        return made

    def replaced(self, before: str, neuron: int, new: str) -> str:
        """The state with one neuron's output in its place."""
        above = [f"{before}[1:{neuron - 1}]" if neuron > 2 else f"{before}[1]"] if neuron > 1 else []
        last = self.count
        below = (
            [f"{before}[{neuron + 1}:{last}]" if neuron < last - 1 else f"{before}[{last}]"] if neuron < last else []
        )
        parts = [*above, new, *below]
        return f"vstack({', '.join(parts)})" if len(parts) > 1 else new

    def energy(self, state: str, t: int) -> str:
        """The energy of a state; its name."""
        name = f"E_t{t}" if t else "E"
        formula = f"-({state}.T @ W @ {state})/2" + (f" + theta.T @ {state}" if self.given.theta is not None else "")
        self.step(
            name,
            formula,
            f"Energy after update {t}" if t else "Energy of the first state",
            Symbol("E", argument=str(t)),
        )
        if t:
            self.working.repeats[name] = Repeat(t, "E")
        return name

    def key(self, state: str) -> tuple[float, ...]:
        return tuple(np.ravel(self.env[state]))

    def ending(self, now: str, t: int, ended: bool, cycle: int, last: int) -> str:
        """How recall ends, in words."""
        if cycle >= 0:
            return f"a cycle: after update {last} the state is that {f'after update {cycle}' if cycle else 'at first'}"
        known = self.what(np.ravel(self.env[now]))
        if not ended:
            return f"after {last} update{'s' * (last > 1)}: {known or 'no pattern'}"
        reached = f"stable after {t} update{'s' * (t != 1)}" if t else "the first state is stable"
        return f"{reached}: {known or self.spurious}"

    @property
    def spurious(self) -> str:
        """What a stable state is called that is no pattern."""
        return "a fixed point" if self.given.patterns is None else "a spurious state"

    def what(self, state: Floats) -> str:
        """Which pattern a state is, or its inverse; "" for none."""
        for k, pattern in enumerate([] if self.given.patterns is None else self.given.patterns.value, 1):
            for known, inverted in ((pattern, ""), (1 + self.lower - pattern, " inverted")):
                if np.array_equal(state, known):
                    return f"pattern {k}{inverted}"
        return ""

    # -- all states ---------------------------------------------------------------------------------------------------
    def attractors(self) -> None:
        """Every stable state of a small network, and which are spurious."""
        states = np.array(list(product((float(self.lower), 1.0), repeat=self.count)))
        typed = tuple(tuple(str(int(x)) for x in row) for row in states)
        self.state("S", Array(states, typed), "All states, one a row")
        inputs = f"S @ W.T{self.shift()}"
        output = self.output(f"({inputs})" if self.given.tie != "keep" else inputs, "S")
        self.step("rest", f"min_rows(equal({output}, S))", "Which states stay as they are: 1 for yes", whole=True)
        found = states[np.ravel(self.env["rest"]) == 1]
        points = [
            minused(f"({', '.join(f'{x:.0f}' for x in row)}): {self.what(row) or self.spurious}") for row in found
        ]
        count = f"{len(found)} stable state{'s' * (len(found) != 1)}"
        self.working.statement("attractors", count, "Stable states", points=points)
