"""A list of formulas of the author's own: what no family covers needs no Python.

    quantities: {x: [1.0, 2.0], W: [[0.5, -0.3], [0.2, 0.8]], b: 0.1}
    formulas:
      - u = W.T @ x + b
      - {formula: y = sigmoid(u), title: Output of the neuron}

A quantity is a number, a vector (a list) or a matrix (a list of rows). A formula defines one name from those above it,
in the formula language: names, numbers, + - * / ** @, .T, brackets, and functions such as tanh, log, exp, sum. Constants
are quantities too: give e or pi where a formula uses them.

Formulas repeat over a letter, in a recurrence or for several inputs:

    quantities: {w: 0.5, u: 0.8, h0: 0}
    series: {x: [1, 0.5, -1]}
    formulas:
      - {over: t, formulas: ["h[t] = tanh(w*x[t] + u*h[t-1])", "e[t] = h[t]**2/t"]}
      - J = sum(e)

`series` gives x1, x2, x3; x[t] is one of them (of a quantity x, it is the entry), h[t-1] the h before; t alone is the
number. The letter counts from 1 to the end of the series that the formulas use, or as `over: t = 1..4` says. Behind it,
sum(e) adds e1, e2, e3; mean(e), vstack(e), hstack(e) take them all, too. Answers are h1, h2, …; `find: h` asks for all.

Gradients are derived, of the last formula or of the one named as `output`, which must be a scalar:

    output: J

find: any quantity by name; gradients (by every given quantity that leads to the output); `gradients of: [W, h]` (by
given quantities or by results of formulas), which are called grad_W, grad_h; all formulas if left out.

A question of any family, or a part of it, may have `formulas` of this kind behind its `given`, in the names of that family:

    given: {family: cnn, …}
    parts: [{label: a, formulas: [saving = 1 - flops_separable/flops]}]

With two families side by side, `given: {one: {family: …}, other: {family: …}}`, names are one_flops and other_flops.
"""

from typing import Annotated

from solver.errors import nearest
from solver.formula.parse import member, misnamed
from solver.formula.walks.shape import SCALAR, show
from solver.nets.own_activations import MAX_ACTIVATIONS, read_activations
from solver.spec.fields import AtMost, Quantity
from solver.spec.nodes import Report
from solver.spec.own_formulas import FormulaList, FormulasReader, size_role
from solver.working.gradients import OnDemand
from solver.working.page import Working

EXAMPLE = """
title: One neuron
round: {decimals: 2}
given:
  family: formula
  quantities:
    x: [1.0, 2.0]
    w: [0.4, -0.3]
    b: 0.5
  formulas:
    - {formula: u = w.T @ x + b, title: Synaptic input}
    - {formula: y = sigmoid(u), title: Output}
parts:
  - {label: a, marks: 2, prompt: Find the output of the neuron., find: [u, y]}
"""

MAX_QUANTITIES = 500


class Given(FormulaList):
    """What is given, and the formulas in the order of the page."""

    quantities: Annotated[
        dict[str, Quantity] | None, AtMost(MAX_QUANTITIES), "what is given, by name: a number, a vector or a matrix"
    ] = None
    series: Annotated[
        dict[str, tuple[Quantity, ...]] | None,
        AtMost(MAX_QUANTITIES),
        "what is given again and again, each a list: {x: [1, 2]} is x1 and x2, x[t] in formulas over t",
    ] = None
    output: Annotated[str | None, "the scalar that gradients are taken of; the last formula's if left out"] = None
    activations: Annotated[
        dict[str, str] | None,
        AtMost(MAX_ACTIVATIONS),
        "functions of your own, each a formula in u: {swish: u*sigmoid(u)}",
    ] = None


def work(given: Given, report: Report) -> Working:
    """One step a formula; raises nothing, each formula that cannot be used goes to the report."""
    working = Working()
    reader = FormulasReader(working, report, read_activations(given.activations or {}, given, report))
    _state(given, reader)
    reader.add(given)
    _gradients(given, reader)
    return working


def _state(given: Given, reader: FormulasReader) -> None:
    """States the quantities and the series; a name that cannot be one is noted at its key."""
    working, quantities = reader.made, given.quantities or {}
    for name, numbers in quantities.items():
        problem = misnamed(name)
        if problem:
            reader.report.add(given.place("quantities", name), *problem)
            reader.spoilt.add(name)
        else:
            working.given(name, numbers, role=size_role(name, quantities))
    for name, members in (given.series or {}).items():
        problem = misnamed(name)
        taken = next((n for k in range(len(members)) if (n := member(name, k + 1)) in working.items), None)
        if not problem and (taken or name in working.items):
            problem = f"{taken or name!r} is given twice", f"the series {name} is {name}1, {name}2, …"
        if not problem and not members:
            problem = f"{name} has no members", "such as [1, 2, 3]"
        if problem:
            reader.report.add(given.place("series", name), *problem)
            reader.spoilt.add(name)
            continue
        for k, numbers in enumerate(members, 1):
            working.given(member(name, k), numbers)
        reader.count_as(name, range(1, len(members) + 1))


def _gradients(given: Given, reader: FormulasReader) -> None:
    """Lets parts ask for gradients; an output that has none is noted."""
    output = given.output or (reader.defined[-1] if reader.defined else "")
    if not output or output in reader.spoilt:
        return
    if output not in reader.defined:
        reader.report.add(given.place("output"), f"unknown output {output[:60]!r}", nearest(output, reader.defined))
    elif given.output and reader.made.shapes[output] != SCALAR:
        message = f"{output} is {show(reader.made.shapes[output])}, but only a scalar has a gradient"
        reader.report.add(given.place("output"), message, "sum it, or name another output")
    else:
        reader.made.gradients = OnDemand(reader.made, output)
