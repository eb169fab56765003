"""The update rules of gradient descent, as formulas: what optimizers do with a gradient, line by line.

Time t counts updates: W1 is given, W1_t1 stands after the first update (written W₁(1)), and everything computed with
those weights has the same ending: J_t1, grad_W1_t1. What an optimizer keeps starts at 0: v_W1_t0, then v_W1_t1.

Sources: momentum and Nesterov as in Sutskever et al. 2013 (velocity) and in lecture notes (heavy-ball, averaged);
AdaGrad, Duchi et al. 2011; RMSprop, Hinton 2012; Adam, Kingma & Ba 2015; AdamW, Loshchilov & Hutter 2019;
Adadelta, Zeiler 2012; AdaMax as in Kingma & Ba; Nadam, Dozat 2016, and AMSGrad, Reddi et al. 2018, as in Ruder 2016.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import Annotated, Literal

import numpy as np

from solver.formula.parse import parse
from solver.formula.symbol import Accent, Symbol
from solver.formula.tree import Array, Literal_, Name, Num, Tree, replace_names
from solver.named import NamedTuple
from solver.nets.clipping import Clip, check_clip, clipped, norm
from solver.nets.schedules import Schedule, check_schedule, in_range, schedule_givens, scheduled
from solver.spec.fields import AtLeast, AtMost, Quantity, Scalar, Spec
from solver.spec.nodes import Report
from solver.working.page import MAX_NUMBERS, MAX_QUANTITIES, Repeat, Working
from solver.working.roles import Role

Kind = Literal[
    "sgd", "momentum", "velocity", "heavy-ball", "averaged", "nesterov", "nesterov-shifted",
    "adagrad", "rmsprop", "adadelta", "adam", "adamw", "adamax", "nadam", "amsgrad",
]  # fmt: skip

MAX_ITERATIONS = 100_000


class UpdateLine(NamedTuple):
    """One line of an update: what it makes, by which formula, and what that is called.

    letter: how it is written, where not by its name; mark: what stands over that.
    """

    made: str
    formula: str
    title: str
    letter: str = ""
    mark: Accent = ""


class Update(NamedTuple):
    """An update rule.

    lines: what comes before the parameter, in w (the parameter), g (its gradient), t and the settings; the name of a
    state stands for its last value on the right, and for its new one in every line below.
    change: what is added to w, or with `sign` "-" taken from it; decayed: the same where weight decay joins it.
    state: what the optimizer keeps from one update to the next. ahead: the gradient is taken at w + beta·v.
    root: whose root divides, with ε; it is called `root` in the formulas.
    """

    change: str
    sign: Literal["+", "-"] = "-"
    lines: tuple[UpdateLine, ...] = ()
    settings: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    ahead: bool = False
    root: str = ""
    decayed: str = ""


_VELOCITY = (UpdateLine("v", "beta*v - alpha*g", "velocity of {w}"),)
_HEAVY_BALL = (UpdateLine("v", "beta*v + g", "momentum of {w}"),)
_AVERAGED = (UpdateLine("v", "beta*v + (1 - beta)*g", "averaged gradient of {w}"),)
_SQUARES = (UpdateLine("s", "s + g**2", "sum of the squared gradients of {w}"),)
_MEAN_SQUARES = (UpdateLine("s", "beta*s + (1 - beta)*g**2", "average of the squared gradients of {w}"),)
_DELTAS = (
    *_MEAN_SQUARES,
    UpdateLine("dx", "sqrt(r + eps)/sqrt(s + eps)*g", "step of {w}, in the units of {w}", "Delta"),
    UpdateLine("r", "beta*r + (1 - beta)*dx**2", "average of the squared steps of {w}"),
)
_MOMENTS = (
    UpdateLine("m", "beta1*m + (1 - beta1)*g", "first moment of {w}"),
    UpdateLine("v", "beta2*v + (1 - beta2)*g**2", "second moment of {w}"),
    UpdateLine("mhat", "m/(1 - beta1**t)", "bias-corrected first moment of {w}", "m", "hat"),
    UpdateLine("vhat", "v/(1 - beta2**t)", "bias-corrected second moment of {w}", "v", "hat"),
)
_LARGEST = (
    _MOMENTS[0],
    UpdateLine("q", "max(beta2*q, abs(g))", "largest absolute gradient of {w}, decaying"),
    _MOMENTS[2],
)
_AHEAD = (
    *_MOMENTS,
    UpdateLine("mbar", "beta1*mhat + (1 - beta1)*g/(1 - beta1**t)", "first moment of {w}, looking ahead", "m", "bar"),
)
_NEVER_LESS = (*_MOMENTS[:2], UpdateLine("q", "max(q, v)", "largest second moment of {w} so far"))
_B, _V, _S, _ADAM, _MV = ("beta",), ("v",), ("s",), ("beta1", "beta2", "eps"), ("m", "v")

UPDATES: dict[str, Update] = {
    "sgd": Update("alpha*g"),
    "momentum": Update("v", "+", _VELOCITY, _B, _V),
    "velocity": Update("v", "+", _VELOCITY, _B, _V),
    "heavy-ball": Update("alpha*v", "-", _HEAVY_BALL, _B, _V),
    "averaged": Update("alpha*v", "-", _AVERAGED, _B, _V),
    "nesterov": Update("v", "+", _VELOCITY, _B, _V, ahead=True),
    "nesterov-shifted": Update("beta*v - alpha*g", "+", _VELOCITY, _B, _V),
    "adagrad": Update("alpha*g/root", "-", _SQUARES, ("eps",), _S, root="s"),
    "rmsprop": Update("alpha*g/root", "-", _MEAN_SQUARES, ("beta", "eps"), _S, root="s"),
    "adadelta": Update("alpha*dx", "-", _DELTAS, ("beta", "eps"), ("s", "r")),
    "adam": Update("alpha*mhat/root", "-", _MOMENTS, _ADAM, _MV, root="vhat"),
    "adamw": Update("alpha*mhat/root", "-", _MOMENTS, _ADAM, _MV, root="vhat", decayed="alpha*(mhat/root + lam*w)"),
    "adamax": Update("alpha*mhat/q", "-", _LARGEST, ("beta1", "beta2"), ("m", "q")),
    "nadam": Update("alpha*mbar/root", "-", _AHEAD, _ADAM, _MV, root="vhat"),
    "amsgrad": Update("alpha*m/root", "-", _NEVER_LESS, _ADAM, ("m", "v", "q"), root="q"),
}

DEFAULT_DECAY = "the weight decay λ of adamw is 0.01, as none is given"
_DEFAULTS = {"beta": "0.9", "beta1": "0.9", "beta2": "0.999", "eps": "1e-8"}
_TITLES = {
    "beta": "Momentum",
    "beta1": "Decay of the first moment",
    "beta2": "Decay of the second moment",
    "eps": "Term against a division by 0",
    "lam": "Weight decay",
}
_SYMBOLS = {
    "eps": Symbol("epsilon"),
    "beta1": Symbol("beta", "1"),
    "beta2": Symbol("beta", "2"),
    "lam": Symbol("lambda"),
}


class Rule(Spec):
    """An optimizer and its settings."""

    rate: Annotated[
        tuple[Scalar, ...], AtLeast(1), AtMost(MAX_ITERATIONS), "the learning rate α, or a list: one an iteration"
    ]
    optimizer: Annotated[
        Kind,
        "the update rule; momentum is v = βv − αg, w = w + v (velocity), or v = βv + g, w = w − αv (heavy-ball), or "
        "v = βv + (1 − β)g, w = w − αv (averaged); nesterov takes the gradient at w + βv, nesterov-shifted at w; adadelta "
        "has a rate of 1",
    ] = "sgd"
    beta: Annotated[Scalar | None, "β of momentum, Nesterov, RMSprop and Adadelta (0.9 if left out)"] = None
    beta1: Annotated[Scalar | None, "β₁ of Adam and its kin (0.9 if left out)"] = None
    beta2: Annotated[Scalar | None, "β₂ of Adam and its kin (0.999 if left out)"] = None
    eps: Annotated[Scalar | None, "ε of AdaGrad, RMSprop, Adadelta and Adam (1e-8 if left out)"] = None
    eps_in_root: Annotated[bool, "whether ε stands under the root: √(v + ε) instead of √v + ε"] = False
    weight_decay: Annotated[
        Scalar | None,
        "λ of weight decay: g + λw takes the place of the gradient; in adamw λw joins the step instead, and λ is 0.01 if "
        "left out. In a network weights decay, biases and thresholds do not",
    ] = None
    clip: Annotated[Clip | None, "gradient clipping, before anything else is made of the gradient"] = None
    schedule: Annotated[Schedule | None, "how the learning rate falls; constant if left out"] = None
    iterations: Annotated[int, AtLeast(1), AtMost(MAX_ITERATIONS), "how many updates are made"] = 1


# -- checks -------------------------------------------------------------------------------------------------------------
def check(rule: Rule, report: Report) -> None:
    """Notes each setting that is out of its range, or that the chosen optimizer does not use, at its line."""
    update = UPDATES[rule.optimizer]
    for i, rate in enumerate(rule.rate):
        if not float(rate.text) > 0:
            report.add(rule.place("rate", i), f"rate is {rate.text}, expected more than 0")
    if 1 < len(rule.rate) < rule.iterations:
        report.add(rule.place("rate"), f"rate lists {len(rule.rate)} rates, but iterations is {rule.iterations}")
    if len(rule.rate) > 1 and rule.schedule is not None:
        report.add(rule.schedule.place(), "a schedule and a list of rates", "give one of them")
    for name in _DEFAULTS:
        value = getattr(rule, name)
        if value is None:
            continue
        if name not in update.settings:
            used = ", ".join(update.settings) or "none of beta, beta1, beta2, eps"
            report.add(rule.place(name), f"{rule.optimizer} has no {name}", f"it uses {used}")
        elif name == "eps":
            in_range(rule, name, 0, np.inf, report)
        else:
            in_range(rule, name, 0, 1, report)
    if rule.eps_in_root and not update.root:
        what = "always has eps in the roots" if "eps" in update.settings else "has no eps"
        report.add(rule.place("eps_in_root"), f"{rule.optimizer} {what}")
    in_range(rule, "weight_decay", 0, np.inf, report)
    check_clip(rule.clip, report)
    if rule.schedule is not None:
        check_schedule(rule.schedule, report)


def within_budget(working: Working, before: int, rule: Rule, report: Report) -> bool:
    """Whether all iterations together stay within bounds, by what the first one has added to the working."""
    made = list(working.items)[before:]
    numbers = sum(int(rows) * int(columns) for rows, columns in (working.shapes[name] for name in made))
    rooms = (
        (len(made), MAX_QUANTITIES - before, "steps"),
        (numbers, MAX_NUMBERS - working.numbers + numbers, "numbers"),
    )
    for count, most, what in rooms:
        if count * rule.iterations > most:
            message = f"{rule.iterations:,} iterations make about {count * rule.iterations:,} {what}"
            report.add(
                rule.place("iterations"), message, f"there is room for {most:,}: about {most // count:,} iterations"
            )
            return False
    return True


# -- the updates --------------------------------------------------------------------------------------------------------
def at(name: str, t: int) -> str:
    """The name of a quantity after t updates: w, w_t1, w_t2 …"""
    return f"{name}_t{t}" if t else name


def at_symbol(symbol: Symbol, t: int) -> Symbol:
    """Its symbol: w, w(1), w(2) …"""
    return symbol._replace(argument=str(t)) if t else symbol


class Optimizer:
    """Writes updates into a working. `current`: the name of each parameter's latest value.

    known: the parameters whose value is known; of others only the change is computed. decayed: those that weight
    decay applies to. initial: the first values of states, by state or `state_parameter`, instead of 0.
    """

    def __init__(
        self,
        working: Working,
        rule: Rule,
        parameters: Sequence[str],
        *,
        decayed: Collection[str],
        initial: Mapping[str, Quantity] | None = None,
        known: bool = True,
    ) -> None:
        self.working, self.rule, self.update = working, rule, UPDATES[rule.optimizer]
        self.parameters, self.decayed, self.initial, self.known = parameters, decayed, initial or {}, known
        self.decaying = rule.weight_decay is not None or rule.optimizer == "adamw"
        self.current = {name: name for name in parameters}
        self.states = {(state, name): f"{state}_{name}_t0" for state in self.update.state for name in parameters}

    def givens(self) -> None:
        """States the settings and the first values of what the optimizer keeps."""
        w, rule = self.working, self.rule
        if len(rule.rate) == 1:
            w.given("alpha", rule.rate[0], "Learning rate")
        else:
            for t, rate in enumerate(rule.rate[: rule.iterations], 1):
                w.given(f"alpha_t{t}", rate, f"Learning rate of iteration {t}", Symbol("alpha", argument=str(t)))
        for name in self.update.settings:
            w.given(name, getattr(rule, name) or Num(_DEFAULTS[name]), _TITLES[name], _SYMBOLS.get(name))
        if self.decaying:
            w.given("lam", rule.weight_decay or Num("0.01"), _TITLES["lam"], _SYMBOLS["lam"])
        if rule.clip is not None:
            w.given("c_max", rule.clip.at, "Where gradients are clipped", Symbol("c", "max"))
        self._schedule_givens()
        for (state, name), made in self.states.items():
            start = self.initial.get(f"{state}_{name}", self.initial.get(state, Num("0")))
            w.given(made, _spread(start, w.shapes[name]), "", self._symbol(state, name, 0))

    def _schedule_givens(self) -> None:
        if self.rule.schedule is not None:
            schedule_givens(self.working, self.rule.schedule, "alpha")

    def _symbol(self, base: str, name: str, t: int, mark: Accent = "") -> Symbol:
        """v(1) of the only parameter, v with the parameter below where there are several."""
        of = self.working.symbols[name]
        sub = of.base + of.sub if len(self.parameters) > 1 else ""
        return Symbol(base, sub, argument=str(t), mark=mark)

    def rate(self, t: int) -> str:
        """The name of the rate of update t, a step of its own where it changes."""
        if len(self.rule.rate) > 1:
            return f"alpha_t{t}"
        if self.rule.schedule is None:
            return "alpha"
        symbol = Symbol("alpha", argument=str(t))
        formula = scheduled(self.rule.schedule, "alpha", t - 1)
        return self.step(t, "alpha", formula, "learning rate", symbol, heading=Symbol("alpha"))

    def ahead(self, t: int) -> dict[str, str]:
        """Where the gradients of update t are taken: the parameters themselves, or for Nesterov w + beta·v."""
        if not self.update.ahead or (t == 1 and not self.initial):
            return dict(self.current)
        made = {}
        for name in self.parameters:
            of = self.working.symbols[name]
            symbol = of._replace(sub=f"{of.sub},ahead".removeprefix(","), argument=str(t))
            filled = {"w": Name(self.current[name]), "v": Name(self.states["v", name])}
            formula = replace_names(parse("w + beta*v"), filled)
            made[name] = self.step(t, f"{name}_ahead", formula, f"look ahead of {{{name}}}", symbol)
        return made

    def advance(self, t: int, gradients: Mapping[str, str]) -> None:
        """Update t: every parameter by its gradient, the name of which is given."""
        rate, gradients = self.rate(t), self._clipped(t, gradients)
        for name in self.parameters:
            self._parameter(t, name, gradients[name], rate)

    def _clipped(self, t: int, gradients: Mapping[str, str]) -> Mapping[str, str]:
        """The gradients as they are used, clipped where that is asked for."""
        clip, made, size = self.rule.clip, dict[str, str](), ""
        if clip is None:
            return gradients
        if clip.by == "norm":
            title, symbol = "norm of the gradient", Symbol("norm", argument=str(t))
            size = self.step(
                t, "norm", parse(norm(self.working, [gradients[name] for name in self.parameters])), title, symbol
            )
        for name in self.parameters:
            if clip.by == "norm of each":
                title, symbol = f"norm of the gradient with respect to {{{name}}}", self._symbol("norm", name, t)
                size = self.step(t, f"norm_{name}", parse(norm(self.working, [gradients[name]])), title, symbol)
            formula = replace_names(
                parse(clipped(clip, "n")), {"g": Name(gradients[name]), "c": Name("c_max"), "n": Name(size)}
            )
            title, symbol = f"clipped gradient with respect to {{{name}}}", self._symbol("g", name, t, "hat")
            made[name] = self.step(t, f"ghat_{name}", formula, title, symbol)
        return made

    def _parameter(self, t: int, name: str, gradient: str, rate: str) -> None:
        update, symbol = self.update, self.working.symbols[name]
        decays = self.decaying and name in self.decayed
        filled: dict[str, Tree] = {"w": Name(self.current[name]), "g": Name(gradient), "alpha": Name(rate)}
        filled["t"] = Num(str(t))
        filled |= {state: Name(self.states[state, name]) for state in update.state}
        if decays and not update.decayed:
            self._line(t, name, UpdateLine("g", "g + lam*w", "gradient with respect to {w}, with weight decay"), filled)
        for line in update.lines:
            self._line(t, name, line, filled)
        if update.root:
            root = "sqrt(x + eps)" if self.rule.eps_in_root else "sqrt(x) + eps"
            filled["root"] = replace_names(parse(root), {"x": filled[update.root]})
        change = update.decayed if decays and update.decayed else update.change
        if self.known:
            formula = replace_names(parse(f"w {update.sign} {change}"), filled)
            title, made, role = f"new {{{name}}}", at_symbol(symbol, t), Role("update", name, t)
            why = self._convention(t, decays)
            self.current[name] = self.step(t, name, formula, title, made, heading=symbol, role=role, why=why)
            return
        formula = replace_names(parse(f"-{change}" if update.sign == "-" else change), filled)
        moved = Symbol("Delta", symbol.base + symbol.sub)
        self.step(t, f"change_{name}", formula, f"change of {{{name}}}", at_symbol(moved, t), heading=moved)

    def _convention(self, t: int, decays: bool) -> str:
        """What weight decay is taken to mean."""
        if self.decaying and not decays:
            return "weight decay leaves biases as they are"
        return DEFAULT_DECAY if self.decaying and self.rule.weight_decay is None and t == 1 else ""

    def _line(self, t: int, name: str, line: UpdateLine, filled: dict[str, Tree]) -> None:
        """One line before the parameter itself; what it makes takes the place of the value before."""
        symbol = self._symbol(line.letter or line.made, name, t, line.mark)
        formula, title = replace_names(parse(line.formula), filled), line.title.replace("{w}", f"{{{name}}}")
        made = self.step(t, f"{line.made}_{name}", formula, title, symbol, heading=symbol._replace(argument=""))
        filled[line.made] = Name(made)
        if line.made in self.update.state:
            self.states[line.made, name] = made

    def step(
        self,
        t: int,
        series: str,
        formula: Tree,
        title: str,
        symbol: Symbol,
        *,
        heading: Symbol | None = None,
        role: Role | None = None,
        why: str = "",
    ) -> str:
        """A step of iteration t, in the column of its heading where the iterations stand in a table; gives its name."""
        name = at(series, t)
        self.working.step(name, formula, f"{iteration(self.rule, t)}{title}", symbol=symbol, role=role, why=why)
        self.working.repeats[name] = Repeat(t, series, heading and heading.shaped(self.working.shapes[name]))
        return name


def repeat(working: Working, since: int, t: int, time: int, headings: Mapping[str, Symbol]) -> None:
    """Marks what was added since the working had so many items as part of iteration t; their names tell `time`."""
    for name in islice(reversed(working.items), len(working.items) - since):
        working.repeats[name] = Repeat(t, name.removesuffix(at("", time)), headings.get(name))


def iteration(rule: Rule, t: int) -> str:
    """How a title begins: with the number of the iteration, where there are several."""
    return f"Iteration {t}: " if rule.iterations > 1 else "Update: "


def updated(rule: Rule, t: int) -> str:
    """How a title begins behind the update of an iteration."""
    return f"Iteration {t}, with the new parameters: " if rule.iterations > 1 else "With the new parameters: "


def _spread(start: Quantity, shape: tuple[int | str, int | str]) -> Literal_:
    """A first value for every cell; one number counts for all."""
    if isinstance(start, Array) or shape == (1, 1):
        return start
    rows, columns = int(shape[0]), int(shape[1])
    return Array(np.full((rows, columns), start.value.item()), ((start.text,) * columns,) * rows)
