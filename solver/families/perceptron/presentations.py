"""The learning rule: one pattern after the other, until an epoch without a mistake, or as often as asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from solver.families.perceptron.found import contradiction, found_for
from solver.families.perceptron.given import MAX_PRESENTATIONS, Data, Given, column, discrete, function, table
from solver.families.perceptron.separable import Contradiction
from solver.families.perceptron.unit import boundary, cells, headings
from solver.formula.functions import FUNCTIONS
from solver.formula.parse import parse
from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Literal_, Name, Num, Tree, replace_names
from solver.formula.walks.shape import SCALAR
from solver.nets.layers import activated, put
from solver.nets.losses import loss
from solver.rounding import Floats
from solver.spec.nodes import Report
from solver.working.gradients import OnDemand
from solver.working.items import Listing, Statement
from solver.working.page import Repeat, Working
from solver.working.roles import Role

if TYPE_CHECKING:
    from solver.working.sketches import Sketch

MAX_EPOCHS = 200
"""So many are tried where the question does not say how many."""


class Conclusion(Statement):
    """How learning ends, with the table of all presentations: (epoch, pattern, the names of a row)."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """All that stands in the table."""
        return tuple(dict.fromkeys(name for _, _, names in self.rows for name in names))

    def listing(self, numbers: Mapping[str, Literal_]) -> Listing:
        """A row a presentation; a column each for the parts of a vector."""
        header, rows = ["epoch", "x"], []
        for heading, name in zip(self.columns, self.rows[0][2], strict=True):
            header += headings(heading, numbers[name])
        for epoch, pattern, names in self.rows:
            rows.append((epoch, pattern, *(cell for name in names for cell in cells(numbers[name]))))
        return Listing(tuple(header), tuple(rows))


def learned(given: Given, data: Data, report: Report) -> Working:
    """All presentations, and how they end."""
    return _Learner(given, data, report).run()


class _Learner:
    """Presents patterns; looks at the numbers as they come, to know when it is over."""

    def __init__(self, given: Given, data: Data, report: Report) -> None:
        assert given.learn is not None
        assert data.d is not None
        self.given, self.data, self.report, self.rule, self.d = given, data, report, given.learn, data.d
        self.working, self.env = Working(), dict[str, Floats]()
        self.f, self.hebb, self.margin = function(given), self.rule.rule == "hebb", self.rule.margin is not None
        self.discrete = discrete(given) and not self.hebb
        self.patterns = len(data.X.value)
        self.groups: dict[str, list[str]] = {key: [] for key in ("weights", "errors", "deltas", "epochs", "loss")}
        self.rows: list[tuple[str, str, tuple[str, ...]]] = []
        self.corrected = False
        self.alone = self.patterns == 1 and self.rule.epochs in (None, 1) and not self.discrete

    def run(self) -> Working:
        """The working; empty, and a problem noted, where there is too much to present."""
        if (self.rule.epochs or 0) * self.patterns > MAX_PRESENTATIONS:
            message = f"{self.rule.epochs:,} epochs of {self.patterns} patterns, expected at most"
            hint = "fewer epochs or patterns"
            self.report.add(self.rule.place("epochs"), f"{message} {MAX_PRESENTATIONS:,} presentations", hint)
            return Working()
        self.start()
        most = self.rule.epochs or (MAX_EPOCHS if self.discrete else 1)
        seen: dict[tuple[float, ...], int] = {self.state(): 0}
        ended, again, t, epoch = 0, None, 0, 0
        for epoch in range(1, most + 1):
            if t + self.patterns > MAX_PRESENTATIONS:
                epoch -= 1
                break
            wrong = 0
            for k in range(self.patterns):
                t += 1
                wrong += self.present(t, k, epoch)
            self.groups["epochs"] += self.current
            if self.discrete and not wrong:
                ended = epoch
                break
            if self.discrete and (again := seen.get(self.state())) is not None:
                break
            seen[self.state()] = epoch
        self.conclude(epoch, ended, again)
        return self.working

    # -- what it starts from ------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Patterns, desired outputs, the rate, and the first weights."""
        given, data, inputs = self.given, self.data, int(self.data.X.value.shape[1])
        for k in range(self.patterns):
            self.state_given(f"x{k + 1}", data.row(k), Symbol("x", argument=str(k + 1)))
            desired = column([self.d.text(k, j) for j in range(data.neurons)])
            self.state_given(f"d{k + 1}", desired, Symbol("d", argument=str(k + 1)))
        self.state_given("eta", self.rule.rate, None)
        if self.rule.margin is not None:
            self.state_given("gamma", self.rule.margin, None)
        W = data.W or table([["0"] * data.neurons] * inputs)
        free = data.W is None and given.bias_input is None and given.theta is None
        b = data.b if not free else column(["0"] * data.neurons)
        if b is not None and data.neurons > 1 and b.value.shape == (1, 1):
            b = column([b.text(0, 0)] * data.neurons)
        if given.theta is not None:
            self.state_given("theta", given.theta, None)
        self.names = ["w", *([] if b is None else ["b"])]
        self.state_given("w", W, Symbol("w", argument="0"))
        if b is not None:
            self.state_given("b", b, Symbol("b", argument="0"))
        self.current = list(self.names)

    def state_given(self, name: str, numbers: Array | Num, symbol: Symbol | None) -> None:
        self.working.given(name, numbers, symbol=symbol)
        self.env[name] = numbers.value

    # -- one presentation ---------------------------------------------------------------------------------------------
    def present(self, t: int, k: int, epoch: int) -> bool:
        """Presents pattern k as number t; whether it was a mistake."""
        before, d = len(self.working.items), f"d{k + 1}"
        names, moved = self.by_hebb(t, k) if self.hebb else self.by_margin(t, k) if self.margin else self.by_error(t, k)
        mistake = not self.hebb and bool((self.env[names[-1]] != 0).any())
        self.current = moved
        self.groups["weights"] += moved
        self.rows.append((str(epoch), self.data.named(k), (d, *names, *moved)))
        shown = mistake and not self.corrected  # the first correction is worked out, as the first presentation is
        self.corrected = self.corrected or mistake
        for name in list(self.working.items)[before:]:
            self.working.repeats[name] = self.working.repeats[name]._replace(shown=shown)
        return mistake

    def net_input(self, t: int, k: int) -> str:
        """The step of the net input to presentation t of pattern k; its name."""
        w, x = self.current[0], f"x{k + 1}"
        net = f"{w}*{x}" if self.working.shapes["w"] == SCALAR else f"{w}.T @ {x}"
        net += " - theta" if self.given.theta is not None else ""
        return self.step("u", t, parse(net + (f" + {self.current[1]}" if len(self.current) > 1 else "")), "net input")

    def by_hebb(self, t: int, k: int) -> tuple[list[str], list[str]]:
        """What is desired, times the input, whatever the output is."""
        return [], self.moved(t, k, f"d{k + 1}", "+")

    def by_margin(self, t: int, k: int) -> tuple[list[str], list[str]]:
        """What is desired, times the input, where the net input is not beyond the margin on the right side."""
        d, u = f"d{k + 1}", self.net_input(t, k)
        near = put("1 - step(d*u - gamma)", d=d, u=u)
        m = self.step("m", t, near, "whether the weights change", why="1 unless d u is above the margin", whole=True)
        self.groups["errors"].append(m)
        return [u, m], self.moved(t, k, f"{m}*{d}", "+")

    def by_error(self, t: int, k: int) -> tuple[list[str], list[str]]:
        """The error, or the delta, times the input."""
        d, u = f"d{k + 1}", self.net_input(t, k)
        minus = self.given.errors == "y - d"
        y = self.step("y", t, activated(self.f, Name(u)), "output", whole=self.discrete)
        error = put("y - d" if minus else "d - y", d=d, y=y)
        used = e = self.step("e", t, error, "error", whole=self.discrete)
        names = [u, y, e]
        self.groups["errors"].append(e)
        if not self.discrete:
            formula, why = self.delta(e, u, y)
            used = self.step("delta", t, formula, "delta", why=why)
            self.groups["deltas"].append(used)
            names.append(used)
            if self.given.loss != "none":
                self.loss(t, d, y)
        return names, self.moved(t, k, used, "-" if minus else "+")

    def moved(self, t: int, k: int, used: str, sign: str) -> list[str]:
        """The steps of the new weights; their names."""
        x, several, moved = f"x{k + 1}", self.data.neurons > 1, list[str]()
        for base, old in zip(self.names, self.current, strict=True):
            change = f"eta*{used}" if base == "b" else f"eta*({x} @ ({used}).T)" if several else f"eta*{used}*{x}"
            title = "new weights" if base == "w" else "new biases" if several else "new bias"
            role = Role("update", base, t)
            moved.append(self.step(base, t, parse(f"{old} {sign} {change}"), title, role=role))
        return moved

    def loss(self, t: int, d: str, y: str) -> None:
        """The loss of the pattern before the weights change; gradients can be asked for of the first."""
        formula, title = loss(self.given.loss, self.data.neurons, softmax=self.f == "softmax")
        J = self.step("J", t, put(formula, d=d, y=y), f"{title[0].lower()}{title[1:]}")
        self.groups["loss"].append(J)
        if t == 1:
            self.working.gradients = OnDemand(self.working, J, self.names)

    def delta(self, e: str, u: str, y: str) -> tuple[Tree, str]:
        """The delta of a unit, e f′(u), or e after cross-entropy; and why."""
        sign = "∂J/∂u" if self.given.errors == "y - d" else "−∂J/∂u"
        if self.given.loss == "cross-entropy":
            return Name(e), f"{sign} of the cross-entropy: the slope cancels"
        if self.f == "linear":
            return Name(e), f"{sign} of half the squared error: the slope is 1"
        slope = FUNCTIONS[self.f].slopes[0]
        assert isinstance(slope, str)
        tree = replace_names(parse(f"e*({slope})"), {"e": Name(e), "u": Name(u), "y": Name(y)})
        return tree, f"{sign} of half the squared error: the error times the slope"

    def step(
        self, base: str, t: int, formula: Tree, title: str, *, why: str = "", whole: bool = False,
        role: Role | None = None,
    ) -> str:  # fmt: skip
        """A step of presentation t; its name."""
        name = f"{base}_t{t}"
        symbol = Symbol(base, argument=str(t))
        title = title.capitalize() if self.alone else f"Presentation {t}: {title}"
        self.working.step(name, formula, title, why=why, symbol=symbol, whole=whole, role=role)
        self.working.work_out(name, self.env)
        self.working.repeats[name] = Repeat(t, base)
        return name

    def state(self) -> tuple[float, ...]:
        """The weights as they are, free of the noise of floats."""
        return tuple(round(float(cell), 9) + 0.0 for name in self.current for cell in np.ravel(self.env[name]))

    # -- the end ------------------------------------------------------------------------------------------------------
    def conclude(self, epochs: int, ended: int, again: int | None) -> None:
        """What comes of it, and the words of `find`."""
        working, points = self.working, []
        many = f"{epochs} epoch{'s' if epochs > 1 else ''}"
        if ended:
            answer = f"no {'change' if self.margin else 'mistake'} in epoch {ended}: it has converged"
        elif not self.discrete:
            answer = f"{many} of learning"
        else:
            answer = f"not converged after {many}"
            if again is not None:
                answer = f"it never converges: after epoch {epochs} the weights are those after epoch {again}, a cycle"
                if again == 0:
                    answer = f"it never converges: after epoch {epochs} the weights are those it started from, a cycle"
            points = self.reasons()
        made = () if self.hebb else ("u", "m") if self.margin else ("u", "y", "e", *(() if self.discrete else ("δ",)))
        columns = ("d", *made, *self.names)
        item = Conclusion(
            "conclusion",
            answer,
            "Learning, presentation by presentation",
            tuple(points),
            columns=columns,
            rows=tuple(self.rows),
        )
        working.add(item)
        working.group("epochs", self.groups["epochs"])
        for word in ("errors", "deltas", "loss"):
            working.group(word, self.groups[word])
        working.group("weights", self.groups["weights"])
        working.group("final", self.current)
        for base in self.names:
            working.offer(f"{base}_mean", self.mean(base))
        working.group("average", [f"{base}_mean" for base in self.names])
        working.group("table", [*self.groups["weights"], "conclusion"])
        working.default = (*self.current, "conclusion")
        if self.data.neurons == 1 and working.shapes["w"] == (2, 1):
            working.figures["boundary"] = self.drawn
            last = dict(zip(self.names, self.current, strict=True))
            theta = "theta" if self.given.theta is not None else ""
            boundary(working, self.env[last["w"]], last["w"], last.get("b", ""), theta)

    def mean(self, base: str) -> Callable[[Working], None]:
        """Adds the mean of the weights after each presentation."""
        repeats, b = self.working.repeats, base == "b"
        after = [name for name in self.groups["weights"] if name in repeats and repeats[name].series == base]

        def add(working: Working) -> None:
            title = f"Average of the {'bias' if b else 'weights'} after each presentation"
            formula = f"({' + '.join(after)})/{len(after)}"
            working.step(f"{base}_mean", formula, title, symbol=Symbol(base, "mean"))

        return add

    def drawn(self) -> Sketch:
        """The patterns and the line, before learning and after."""
        from solver.working.sketches import Boundary, PlaceOf  # few questions have a figure

        theta = "theta" if self.given.theta is not None else ""
        lines = [(*names, theta)[:2] if len(names) == 1 else names for names in (self.names, self.current)]
        rows = range(1, self.patterns + 1)
        return Boundary(
            tuple(PlaceOf(f"x{k}") for k in rows),
            tuple(PlaceOf(f"d{k}") for k in rows),
            tuple((line[0], line[1]) for line in lines),
            -1 if theta else 1,
        )

    def reasons(self) -> list[str]:
        """Why no weights would do, where that is so."""
        bias = "b" in self.names
        if self.data.neurons > 1 or self.given.theta is not None:
            return []
        found = found_for(self.data, bias)
        if not isinstance(found, Contradiction):
            return []
        for j in range(self.data.X.value.shape[1]):
            self.working.symbols[f"w_{j + 1}"] = Symbol("w", str(j + 1))
        told = contradiction(self.given, self.data, found, bias)
        return told if "b" not in self.names else [text.replace("{b}", "b") for text in told]
