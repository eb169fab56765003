"""Optimizers: gradient descent, momentum, Nesterov, AdaGrad, RMSprop, Adam and AdamW, step by step.

Either the gradients are given, one for each iteration:

    g: [4, 3.5]                      a number, or a vector each: [[1, 2], [0.5, 1]]
    w: 1.0                           where the parameter starts; without it only its change is found

or a loss, whose gradient is derived and computed anew in every iteration:

    quantities: {x: [3, 2], w: [0, 0], b: 0}
    formulas: [y = sigmoid(w.T @ x + b)]
    loss: -log(y)
    parameters: [w, b]

Time counts updates. Quantities: w, w_t1, w_t2 … (a parameter, after one update, after two); grad_w, grad_w_t1 … (the
gradient there); J, J_t1 … (the loss there; a loss written NAME = FORMULA has its own name); v_w_t1, m_w_t1, s_w_t1 …
(what the optimizer keeps, from 0 or from `initial`); mhat_w_t1 vhat_w_t1 (bias corrected); alpha_t1 (a rate that
changes); w_ahead_t2 (Nesterov's look ahead); change_w_t1 (the change, where w is not given).

Weight decay applies to all parameters; adamw has one of 0.01 where none is given, and needs w for it.

Squares of small gradients vanish at a few decimals: AdaGrad, RMSprop and Adam want significant figures, or carry: exact.

find: gradients (of the first iteration), states, updates (the parameters after each iteration), loss_after, history
(updates and loss_after), final (the parameters at the end), or any quantity by name.
"""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated

from solver.errors import FormulaError, nearest
from solver.families import formula as formulas_
from solver.formula.parse import is_name, parse, split_equation
from solver.formula.symbol import Symbol
from solver.formula.tree import Name, Tree, replace_names
from solver.formula.walks.shape import SCALAR, show
from solver.nets.network import begun
from solver.nets.training import MAX_ITERATIONS, UPDATES, Optimizer, Rule, at, check, iteration, repeat, within_budget
from solver.spec.fields import AtLeast, AtMost, Quantity
from solver.spec.nodes import Report
from solver.spec.own_formulas import PlainFormula
from solver.working.gradients import add_gradients
from solver.working.items import Item
from solver.working.page import Repeat, Working

if TYPE_CHECKING:
    from solver.working.sketches import Sketch

EXAMPLE = """
title: Momentum
round: {decimals: 2}
given:
  family: optimizer
  quantities: {x: 10}
  loss: f = (x - 4)**2
  parameters: x
  optimizer: velocity
  rate: 0.2
  beta: 0.9
  iterations: 4
parts:
  - {label: a, marks: 4, prompt: Find x after each of four iterations., find: history}
"""


class Given(Rule):
    """Gradients, or a loss and its parameters; and the optimizer."""

    g: Annotated[
        tuple[Quantity, ...] | None,
        AtLeast(1),
        AtMost(MAX_ITERATIONS),
        "the gradients, one for each iteration",
    ] = None
    w: Annotated[Quantity | None, "with g: where the parameter starts"] = None
    quantities: Annotated[
        dict[str, Quantity] | None, AtMost(500), "with a loss: what is given, the parameters' first values among it"
    ] = None
    formulas: Annotated[
        tuple[PlainFormula, ...], AtMost(500), "with a loss: formulas it needs, each `NAME = FORMULA`"
    ] = ()
    loss: Annotated[str | None, "a scalar: a formula (then called J), NAME = FORMULA, or the name of a formula"] = None
    parameters: Annotated[tuple[str, ...] | None, AtLeast(1), AtMost(100), "the names that are learnt"] = None
    initial: Annotated[
        dict[str, Quantity] | None, "first values of what the optimizer keeps, such as {v: 0} or {v_w: 0, v_b: 0}"
    ] = None


def work(given: Given, report: Report) -> Working:
    """Every iteration; raises nothing, misfits go to the report."""
    before = len(report.problems)
    if given.g is not None and given.w is not None and "iterations" not in given.written:
        given.iterations = len(given.g)
    check(given, report)
    source = _Gradients(given) if given.g is not None else _Loss(given)
    source.read(report)
    if len(report.problems) == before:
        _check_initial(given, source, report)
    if len(report.problems) > before:
        return Working()
    try:
        return _run(given, source, report)
    except FormulaError as error:
        place = given.place("loss" if given.loss is not None else "g")
        report.add(place, error.message, error.hint)
        return Working()


def _run(given: Given, source: "_Gradients | _Loss", report: Report) -> Working:
    w = source.working
    optimizer = Optimizer(
        w, given, source.parameters, decayed=source.parameters, initial=given.initial, known=source.known
    )
    optimizer.givens()
    before = len(w.items)
    for t in range(1, given.iterations + 1):
        optimizer.advance(t, source.gradients(t, optimizer))
        source.after(t, optimizer)
        if t == 1 and not within_budget(w, before, given, report):
            return Working()
    _groups(given, source, optimizer)
    return w


def _check_initial(given: Given, source: "_Gradients | _Loss", report: Report) -> None:
    """The first values belong to a state of the optimizer and have the shape of its parameter."""
    states = UPDATES[given.optimizer].state
    known = {state: list(source.parameters) for state in states}
    known |= {f"{state}_{name}": [name] for state in states for name in source.parameters}
    for key, value in (given.initial or {}).items():
        place = given.place("initial", key)
        if key not in known:
            report.add(place, f"{given.optimizer} keeps no {key[:60]!r}", nearest(key, known))
            continue
        for name in known[key]:
            size, shape = value.value.shape, source.working.shapes[name]
            if size not in (SCALAR, shape):
                report.add(place, f"{key} is {show((size[0], size[1]))}, but {name} is {show(shape)}")


def _groups(given: Given, source: "_Gradients | _Loss", optimizer: Optimizer) -> None:
    w, times = source.working, range(1, given.iterations + 1)
    updates = [at(name if source.known else f"change_{name}", t) for t in times for name in source.parameters]
    after = [name for t in times if (name := at(source.loss, t)) in w.items]
    lines = ("g", *(line.made for line in optimizer.update.lines))
    states = [f"{made}_{name}_t{t}" for t in times for name in source.parameters for made in lines]
    w.group("updates", updates)
    w.group("states", [name for name in states if name in w.items])
    w.group("final", updates[-len(source.parameters) :])
    if after:
        w.group("loss_after", after)
        w.figures["loss"] = lambda: _curve(source.loss, after)
        w.group("gradients", [f"grad_{name}" for name in source.parameters])
    w.group("history", [*updates, *after])


def _curve(loss: str, after: list[str]) -> "Sketch":
    from solver.working.sketches import Curve  # few questions have a figure

    return Curve(loss, (loss, *after), "updates")


class _Gradients:
    """Gradients that the question gives."""

    parameters = ("w",)
    loss = ""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.known = given.w is not None
        self.working = Working()

    def read(self, report: Report) -> None:
        given, w = self.given, self.working
        assert given.g is not None
        for field in ("quantities", "formulas", "loss", "parameters"):
            if getattr(given, field):
                report.add(given.place(field), f"gradients are given, so {field} is not used", "give g, or a loss")
        if len(given.g) != given.iterations:
            message = f"g lists {len(given.g)} gradients, but iterations is {given.iterations}"
            report.add(given.place("g"), message, "one for each iteration; a single vector is [[1, 2]]")
        if given.w is None and (given.weight_decay is not None or given.optimizer == "adamw"):
            place = given.place("optimizer" if given.weight_decay is None else "weight_decay")
            report.add(place, "weight decay needs the parameter", "give w: λ w joins the step")
        first = (given.w or given.g[0]).value.shape
        for t, g in enumerate(given.g):
            if g.value.shape != first:
                size, other = show((g.value.shape[0], g.value.shape[1])), show((first[0], first[1]))
                what = "w" if given.w is not None else "g(1)"
                report.add(given.place("g", t), f"g({t + 1}) is {size}, but {what} is {other}")
        if given.w is not None:
            w.given("w", given.w, "Parameter")
        else:  # its shape and symbol, for the change that is found
            w.shapes["w"] = (first[0], first[1])
            w.symbols["w"] = Symbol("w").shaped(w.shapes["w"])
        for t, g in enumerate(given.g, 1):
            w.given(f"g_t{t}", g, f"Gradient of iteration {t}", Symbol("g", argument=str(t)))

    def gradients(self, t: int, optimizer: Optimizer) -> dict[str, str]:
        return {"w": f"g_t{t}"}

    def after(self, t: int, optimizer: Optimizer) -> None:
        """Nothing: the next gradient is given too."""


class _Loss:
    """A loss whose gradients are derived; what depends on the parameters is computed again after each update."""

    known = True

    def __init__(self, given: Given) -> None:
        self.given = given
        self.working = Working()
        self.parameters = given.parameters or ()
        self.loss = "J"
        self.chain: list[tuple[Item, Tree]] = []
        self.followed: set[str] = set()

    def read(self, report: Report) -> None:
        given, before = self.given, len(report.problems)
        if given.loss is None:
            report.add(given.place(), "'g' or 'loss' is missing", "gradients, or a loss to take them from")
            return
        if given.w is not None:
            report.add(given.place("w"), "w is used with g only", "give w among the quantities")
        if given.parameters is None:
            report.add(given.place("loss"), "'parameters' is missing: the names that are learnt")
        plain = formulas_.Given(quantities=given.quantities, formulas=given.formulas)
        plain._nodes = given._nodes
        self.working = formulas_.work(plain, report)
        self.working.gradients = None  # the family derives its own, in every iteration
        if len(report.problems) > before:
            return
        self._read_loss(given.loss, report)
        stated = given.quantities or {}
        for i, name in enumerate(self.parameters):
            if name not in stated:
                report.add(given.place("parameters", i), f"{name[:60]!r} is not given", nearest(name, stated))
        if len(set(self.parameters)) < len(self.parameters):
            report.add(given.place("parameters"), "a parameter stands twice")
        if len(report.problems) == before:
            self._follow()
            if self.parameters and self.loss not in (step.name for step, _ in self.chain):
                hint = "a loss that learns from them has them in its formula"
                report.add(given.place("loss"), f"{self.loss} does not depend on any parameter", hint)

    def _read_loss(self, text: str, report: Report) -> None:
        place = self.given.place("loss")
        name, start = split_equation(text)
        name = name if start else "J"
        if not start and text.strip() in self.working.items:
            self.loss = name = text.strip()
        elif not is_name(name):
            report.add(place, f"{name[:60]!r} cannot be a name", "write the loss as NAME = FORMULA, or as a formula")
            return
        else:
            self.loss = name
            try:
                self.working.step(name, parse(text[start:]), "Loss")
            except FormulaError as error:
                report.add(place, error.message, error.hint)
                return
        if self.working.shapes[name] != SCALAR:
            size = show(self.working.shapes[name])
            report.add(place, f"the loss {name} is {size}, but only a scalar has a gradient", "sum it")

    def _follow(self) -> None:
        """Finds what depends on the parameters, in the order of the page."""
        followed = set(self.parameters)
        for name in self.working.closure([self.loss]):
            item = self.working.items[name]
            if item.definition is not None and not followed.isdisjoint(item.needs):
                self.chain.append((item, item.definition))
                followed.add(name)
        self.followed = followed

    def gradients(self, t: int, optimizer: Optimizer) -> dict[str, str]:
        """Adds the gradients that update t uses."""
        point = optimizer.ahead(t)
        ahead = point != optimizer.current
        if ahead:
            self._compute(t, "_ahead", point, f"{t},ahead")
        time, w = t if ahead else t - 1, self.working
        begins = iteration(self.given, t) if self.given.iterations > 1 else ""
        before = len(w.items)
        wrt = [point[name] for name in self.parameters]
        output = at(f"{self.loss}_ahead" if ahead else self.loss, time)
        add_gradients(w, output, wrt, inputs=set(wrt), begins=partial(begun, begins))
        repeat(w, before, t, time, {f"grad_{point[name]}": self._heading(name) for name in self.parameters})
        return {name: f"grad_{point[name]}" for name in self.parameters}

    def _heading(self, name: str) -> Symbol:
        symbol = self.working.symbols[self.loss]
        return symbol._replace(wrt=self.working.symbols[name]).shaped(self.working.shapes[name])

    def after(self, t: int, optimizer: Optimizer) -> None:
        """Computes the loss with the new parameters."""
        self._compute(t, "", optimizer.current, str(t))

    def _compute(self, t: int, mark: str, parameters: Mapping[str, str], time: str) -> None:
        w = self.working
        new: dict[str, Tree] = {name: Name(at(name + mark, t)) for name in self.followed}
        new |= {name: Name(value) for name, value in parameters.items()}
        for step, tree in self.chain:
            formula, symbol = replace_names(tree, new), w.symbols[step.name]._replace(argument=time)
            title = step.title or f"{{{step.name}}} again"
            title = f"{iteration(self.given, t)}{title[0].lower()}{title[1:]} with the new parameters"
            series = step.name + mark
            w.step(at(series, t), formula, title, why=step.why, symbol=symbol, whole=step.whole)
            w.repeats[at(series, t)] = Repeat(t, series, w.symbols[self.loss] if series == self.loss else None)
