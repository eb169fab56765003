"""Units that compete for inputs: winner-take-all, SOM, LVQ1, one presentation after the other; k-means, all at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from solver.families.competitive.given import Given, inputs_of, units_of
from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Call, Literal_, Name, Num, Tree
from solver.formula.walks.shape import shape
from solver.nets.layers import as_array, rows_of
from solver.nets.schedules import Schedule, schedule_givens, scheduled
from solver.rounding import Floats
from solver.spec.nodes import Report
from solver.working.items import Listing, Step
from solver.working.page import Repeat, Working
from solver.working.roles import Role

if TYPE_CHECKING:
    from solver.working.sketches import Sketch

_MOST = 100
"""So many iterations of k-means are tried where the question does not say how many."""


class Winners(Step):
    """The winner of every presentation, with a table. rows: an epoch, and the names of what is shown of it."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """What its formula uses, and what the table shows."""
        return tuple(dict.fromkeys([*super().needs, *(name for _, names in self.rows for name in names)]))

    def listing(self, numbers: Mapping[str, Literal_]) -> Listing:
        """A row a presentation."""
        made: list[tuple[str | Tree, ...]] = []
        for t, (epoch, names) in enumerate(self.rows, 1):
            cells = (numbers[name] for name in names)
            made.append((str(t), epoch, *(x.T if isinstance(x, Array) and x.value.shape[1] == 1 else x for x in cells)))
        return Listing(("t", "epoch", *self.columns), tuple(made))


def prototypes(given: Given) -> Working:
    """All presentations, and their table."""
    return _Presented(given).run()


class _Presented:
    """Presents the inputs one after the other."""

    def __init__(self, given: Given) -> None:
        self.given, self.working = given, Working()
        self.inputs = inputs_of(given).value.shape[0]
        self.groups: dict[str, list[str]] = {key: [] for key in ("distances", "winners", "neighbourhood", "weights")}
        self.rows: list[tuple[str, tuple[str, ...]]] = []
        self.counted = 1

    def run(self) -> Working:
        """The working."""
        w, given = self.working, self.given
        self.start()
        now, t = "W", 0
        for epoch in range(1, (given.epochs or 1) + 1):
            for k in range(1, self.inputs + 1):
                t += 1
                self.counted = epoch if given.per == "epoch" else t
                before = len(w.items)
                now = self.present(t, k, now, epoch)
                for name in list(w.items)[before:]:
                    w.repeats[name] = w.repeats[name]._replace(iteration=t)
        shown = self.groups["winners"]
        if t > 1:
            tree, learns = Call("vstack", tuple(map(Name, shown))), ("W",) if given.rate else ()
            rows, columns = tuple(self.rows), ("x", "d", "winner", *learns)
            title = "The winners, one after the other"
            w.add(Winners("winners", tree, title, "", True, columns=columns, rows=rows), shape(tree, w.shapes))
            self.groups["winners"] = shown = ["winners"]
        for word, names in self.groups.items():
            if names:
                w.group(word, names)
        w.group("table", [*self.groups["weights"], *shown])
        if given.rate:
            w.group("final", [now])
        else:
            w.absent |= dict.fromkeys(("weights", "final"), "give a rate: without it nothing is learnt")
        w.default = (*([now] if given.rate else []), *shown)
        if units_of(given).value.shape[1] == 2:
            w.figures["map"] = partial(self.drawn, now)
        return w

    def drawn(self, last: str) -> Sketch:
        """The units in the plane of their inputs, before learning and after."""
        from solver.working.sketches import Map  # few questions have a figure

        inputs = tuple(f"x{k}" for k in range(1, self.inputs + 1))
        return Map(inputs, tuple(dict.fromkeys(("W", last))), tuple(self.joined()))

    def joined(self) -> Iterator[tuple[int, int]]:
        """The pairs of units that are neighbours on the grid of a self-organising map."""
        if self.given.kind != "som":
            return
        units, grid = units_of(self.given).value.shape[0], self.given.grid
        columns = grid[1] if len(grid) > 1 else units
        for k in range(units):
            if (k + 1) % columns and k + 1 < units:
                yield k, k + 1
            if k + columns < units:
                yield k, k + columns

    def start(self) -> None:
        """States inputs, units, rates, the grid and the classes."""
        w, given = self.working, self.given
        array = inputs_of(given)
        for k in range(1, self.inputs + 1):
            w.given(f"x{k}", rows_of(array, k - 1, k).T, f"Input {k}", Symbol("x", argument=str(k)))
            if given.classes:
                w.given(f"class{k}", Num(str(given.classes[k - 1])), f"Class of input {k}")
        w.given("W", units_of(given), "Units, one a row", Symbol("W", argument="0"))
        if given.labels:
            w.given("L", _column([str(label) for label in given.labels]), "Class of each unit")
        if given.window is not None:
            w.given("window", given.window, "Width of the window", Symbol("w"))
        if len(given.rate) == 1:
            w.given("eta", given.rate[0], "Learning rate")
        for t, rate in enumerate(given.rate, 1):
            if len(given.rate) > 1:
                w.given(f"eta_t{t}", rate, "", Symbol("eta", argument=str(t)))
        if given.kind == "som" and given.rate:
            w.given("G", self.places(), "Places on the grid")
            if given.sigma is not None:
                w.given("sigma", as_array(given.sigma), "Width of the neighbourhood")
            elif given.radius is not None:
                w.given("rho", given.radius, "Radius of the neighbourhood")
        if given.schedule is not None:
            schedule_givens(w, given.schedule, "eta")
        if given.shrink is not None:
            schedule_givens(w, given.shrink, "sigma", "_sigma")

    def places(self) -> Array:
        """Row and column of each unit; of a chain its number."""
        units, grid = units_of(self.given).value.shape[0], self.given.grid
        if len(grid) < 2:
            return _column([str(k) for k in range(1, units + 1)])
        cells = [(str(i), str(j)) for i in range(1, grid[0] + 1) for j in range(1, grid[1] + 1)]
        return Array(np.array(cells, dtype=float), tuple(cells))

    def step(
        self,
        base: str,
        t: int,
        formula: str,
        title: str,
        *,
        whole: bool = False,
        why: str = "",
        role: Role | None = None,
    ) -> str:
        """A step of presentation t; its name."""
        name = f"{base}_t{t}"
        symbol = Symbol(base, argument=str(t))
        self.working.step(name, formula, f"Presentation {t}: {title}", why=why, symbol=symbol, whole=whole, role=role)
        self.working.repeats[name] = Repeat(t, base)
        return name

    def present(self, t: int, k: int, W: str, epoch: int) -> str:
        """Presents input k as number t; the name of the units after it."""
        given, x = self.given, f"x{k}"
        distance = {
            "squared": "squared_distances({})",
            "euclidean": "sqrt(squared_distances({}))",
            "city": "city_distances({})",
        }
        title = "squared distances" if given.distance == "squared" else "distances"
        d = self.step("d", t, distance[given.distance].format(f"{W}, {x}.T"), f"{title} of all units")
        self.groups["distances"].append(d)
        c = self.step("c", t, f"argmin({d})", "the winner", whole=True, why="the unit that is nearest")
        self.groups["winners"].append(c)
        shown = (x, d, c)
        made = W
        if given.rate or given.kind == "lvq":
            made = self.learn(t, k, W, d)
        self.rows.append((str(epoch), (*shown, made) if given.rate else shown))
        return made

    def learn(self, t: int, k: int, W: str, d: str) -> str:
        """Moves the winner, and with it its neighbours; the name of the units after it."""
        given = self.given
        s = self.step("s", t, f"is_smallest({d})", "the winner, one-hot", whole=True)
        factor, why = s, "the winner moves towards the input"
        if given.kind == "lvq":
            found = self.step("k", t, f"{s}.T @ L", "class of the winner", whole=True)
            if not given.rate:
                return W
            if given.rule != "lvq1":
                return self.both(t, k, W, d, s, found)
            a = self.step(
                "a", t, f"2*equal({found}, class{k}) - 1", "sign, 1 for the right class and −1 for another", whole=True
            )
            factor, why = f"{a}*{s}", "the winner moves towards an input of its class, and away from any other"
        if given.kind == "som":
            r = self.step("r", t, f"squared_distances(G, {s}.T @ G)", "squared distances from the winner on the grid")
            sigma = self.fallen(given.shrink, "sigma", "width of the neighbourhood", "_sigma")
            formula = f"bell({r}, 2*{sigma}**2)" if given.sigma is not None else f"1 - greater({r}, rho**2)"
            factor = self.step("h", t, formula, "neighbourhood")
            why = "each unit moves towards the input, and the less, the farther it is from the winner on the grid"
            self.groups["neighbourhood"] += [r, factor]
        return self.moved(t, k, W, factor, why)

    def both(self, t: int, k: int, W: str, d: str, s: str, found: str) -> str:
        """LVQ2 moves the winner away and the runner-up near, where x lies between both; the name of the units after it."""
        given, square = self.given, self.given.distance == "squared"
        others, why = (
            f"{d} + (largest({d}) + 1)*{s}",
            "adding more than the largest distance puts the winner behind all others",
        )
        r = self.step("r", t, f"is_smallest({others})", "the runner-up, one-hot", whole=True, why=why)
        second = self.step("l", t, f"{r}.T @ L", "class of the runner-up", whole=True)
        ratio = f"({s}.T @ {d})/({r}.T @ {d})"
        why = "the smaller distance divided by the larger one" + (", each the root of a squared one" if square else "")
        q = self.step("q", t, f"sqrt({ratio})" if square else ratio, "ratio of the distances", why=why)
        border = given.nearness.replace("w", "window")
        v = self.step("v", t, f"greater({q}, {border})", "1 if the input is in the window", whole=True)
        right = f"equal({second}, class{k}) - equal({found}, class{k})"
        if given.rule == "lvq2":
            title, right = "1 if the winner is wrong and the runner-up right", f"max(0, {right})"
        else:
            title, right = "1 if only the runner-up is right, −1 if only the winner is", f"({right})"
        a = self.step("a", t, f"{v}*{right}", f"{title}, in the window", whole=True)
        why = "the unit of the right class moves towards the input, the other one away from it"
        return self.moved(t, k, W, f"{a}*({r} - {s})", why)

    def moved(self, t: int, k: int, W: str, factor: str, why: str) -> str:
        """The units after presentation t, each moved by its factor; their name."""
        given, x = self.given, f"x{k}"
        listed = len(given.rate) > 1
        eta = f"eta_t{self.counted}" if listed else self.fallen(given.schedule, "eta", "learning rate")
        role = Role("update", "W", t)
        made = self.step("W", t, f"{W} + {eta}*{factor}*({x}.T - {W})", "new units", why=why, role=role)
        self.groups["weights"].append(made)
        return made

    def fallen(self, schedule: Schedule | None, base: str, title: str, ending: str = "") -> str:
        """The name of what a schedule has left of a rate or a width by now; a step of its own where it falls."""
        if schedule is None:
            return base
        n, name = self.counted, f"{base}_t{self.counted}"
        if name not in self.working.items:
            what = "Epoch" if self.given.per == "epoch" else "Presentation"
            formula, symbol = scheduled(schedule, base, n - 1, ending), Symbol(base, argument=str(n))
            self.working.step(name, formula, f"{what} {n}: {title}", symbol=symbol)
            self.working.repeats[name] = Repeat(n, base)
        return name


def clustered(given: Given, report: Report) -> Working:
    """k-means: the nearest unit of every input, then the means of what each unit has won."""
    w, env = Working(), dict[str, Floats]()
    w.given("X", inputs_of(given), "Inputs, one a row")
    w.given("W", units_of(given), "Units, one a row", Symbol("W", argument="0"))
    env |= {name: value for name in ("X", "W") if (value := w.items[name].value({})) is not None}

    def step(base: str, t: int, formula: str, title: str, *, whole: bool = False, why: str = "") -> str:
        name = f"{base}_t{t}"
        w.step(name, formula, f"Iteration {t}: {title}", why=why, symbol=Symbol(base, argument=str(t)), whole=whole)
        w.work_out(name, env)
        w.repeats[name] = Repeat(t, base, Symbol(base, shape=w.shapes[name]) if base in "AW" else None)
        return name

    now, last, names = "W", None, dict[str, list[str]](D=[], A=[], W=[], J=[])
    for t in range(1, (given.epochs or _MOST) + 1):
        D = step("D", t, f"squared_distances(X, {now})", "squared distances of inputs (rows) from units (columns)")
        A = step("A", t, f"is_min_rows({D})", "the nearest unit of each input, one-hot", whole=True)
        J = step("J", t, f"sum(min_rows({D}))", "sum of the smallest squared distances")
        for base, name in (("D", D), ("A", A), ("J", J)):
            names[base].append(name)
        if given.epochs is None and last is not None and np.array_equal(env[A], last):
            break
        last = env[A]
        idle = np.flatnonzero(last.sum(axis=0) == 0)
        if len(idle):
            hint = "start it nearer to the inputs"
            report.add(given.place("W"), f"unit {idle[0] + 1} wins no input in iteration {t}: it has no mean", hint)
            return Working()
        now = step(
            "W", t, f"({A}.T @ X)/sum_columns({A}).T", "new units", why="the means of the inputs that each has won"
        )
        names["W"].append(now)
    w.group("distances", names["D"])
    w.group("clusters", names["A"])
    w.group("weights", names["W"])
    w.group("loss", names["J"])
    w.group("final", [now])
    w.default = (*names["A"], now)
    if units_of(given).value.shape[1] == 2:
        w.figures["map"] = partial(_clusters, now)
    return w


def _clusters(last: str) -> Sketch:
    """The centres in the plane of their inputs, at first and at last."""
    from solver.working.sketches import Map  # few questions have a figure

    return Map(("X",), tuple(dict.fromkeys(("W", last))), matrix="X")


def _column(texts: list[str]) -> Array:
    return Array(np.array(texts, dtype=float).reshape(-1, 1), tuple((text,) for text in texts))
