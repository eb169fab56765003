"""Long short-term memory (LSTM): gates, cell state and hidden state over several steps, forward and backward.

With x the input at time t, h and c the hidden and the cell state before it, each gate by weights of its own:

    f = σ(Wf x + Uf h + bf)     forget gate        c = f ⊙ c + i ⊙ g    the new cell state
    i = σ(Wi x + Ui h + bi)     input gate         h = o ⊙ tanh(c)      the new hidden state
    g = tanh(Wg x + Ug h + bg)  candidate          y = V h + by         an output layer, where V is given
    o = σ(Wo x + Uo h + bo)     output gate

The candidate goes by the letter that W gives it: g, a, c. W, U and b are given by gate; or stacked, all gates in one
matrix, in the order that `order` names; or W acts on [x; h] or [h; x] (`concatenated`), and there is no U. With `peephole`
weights p, the gates see the cell state as well: p ⊙ c, the output gate the new one. With desired outputs and a loss (of
h where there is no V), gradients are derived back through time, and `train` makes one update.

Quantities: Wf Uf bf … (given), x1 x2 …, h0 c0; f1 i1 g1 o1 c1 h1 y1 f2 …; J1 J2 … J; delta_f1 … (gradients at the
gates' net inputs), grad_c1 grad_h1 grad_x1 grad_Wf …; Wf_t1 … (after the update). `names` renames x, h, c, y, d: with
{h: out}, out1 out2 ….

find: parameters, gates, cell (all c), hidden (all h), output (all y), states (c, h and y in the order of time), forward,
loss, deltas, gradients (by all weights and biases), gradients_x, backward (all of these), updates, `gradients of: [Wf]`,
or any quantity by name; everything forward if left out.
"""

from typing import Annotated

from solver.formula.symbol import Symbol
from solver.formula.tree import Bin, Call, Name, Tree
from solver.nets.gated import Gated, GatedCell
from solver.nets.layers import spread
from solver.nets.recurrent import check_vector
from solver.spec.fields import Vector
from solver.spec.nodes import Report
from solver.working.page import Working

EXAMPLE = """
title: Two steps of an LSTM cell
round: {decimals: 4}
given:
  family: lstm
  W: {f: [0.7, 0.4], i: [0.9, 0.8], g: [0.4, 0.2], o: [0.6, 0.4]}
  U: {f: 0.1, i: 0.8, g: 0.2, o: 0.3}
  b: {f: 0.2, i: 0.6, g: 0.2, o: 0.1}
  x: [[1, 2], [0.5, 3]]
  d: [0.5, 1.2]
  loss: half-square-error
parts:
  - {label: a, marks: 6, prompt: Compute all gates and states., find: forward}
  - {label: b, marks: 4, prompt: Find the gradients at the net inputs of the gates., find: deltas}
"""

GATES = {"f": "forget gate", "i": "input gate", "o": "output gate"}


class Given(Gated):
    """The cell, its states before the first step, one input sequence, and what it learns from."""

    c0: Annotated[Vector | None, "the cell state before the first step, or one number for all; 0 if left out"] = None
    peephole: Annotated[dict[str, Vector] | None, "weights from the cell state to gates, by gate: {i: 0.1, f: 0.2}"] = (
        None
    )


def work(given: Given, report: Report) -> Working:
    """Gates and states in the order of time; raises nothing, misfits go to the report."""
    cell = GatedCell(given, tuple(GATES), ("h", "c"), report)
    peephole = given.peephole or {}
    if cell.ok:
        for gate, weights in peephole.items():
            place = given.place("peephole", gate)
            if gate not in GATES:
                report.add(place, f"there is no gate {gate[:60]!r} with a peephole", f"gates are {', '.join(GATES)}")
            check_vector(f"peephole of {gate}", weights, cell.hidden, f"h is {cell.hidden}×1", place, report)
    if not cell.ok:
        return Working()
    titles = {**GATES, cell.candidate: "candidate"}
    cell.givens(titles)
    for gate, weights in peephole.items():
        title = f"Peephole weights of the {titles[gate]}"
        cell.working.given(f"p{gate}", spread(weights, cell.hidden), title, Symbol("p", gate))
    cell.sequence()
    late = [gate for gate in ("o",) if gate in peephole]
    for t in range(1, cell.length + 1):
        for gate in cell.gates:
            if gate not in late:
                _gate(cell, gate, t, titles[gate])
        kept = Bin("*", Name(cell.gate_at("f", t)), Name(cell.at("c", t - 1)))
        new = Bin("*", Name(cell.gate_at("i", t)), Name(cell.gate_at(cell.candidate, t)))
        cell.step("c", t, Bin("+", kept, new), "cell state")
        for gate in late:
            _gate(cell, gate, t, titles[gate])
        seen = Call("tanh", (Name(cell.at("c", t)),))
        cell.step("h", t, Bin("*", Name(cell.gate_at("o", t)), seen), "hidden state")
        cell.output(t)
    return cell.finish()


def _gate(cell: GatedCell, gate: str, t: int, title: str) -> None:
    """A gate, or the candidate, at a time."""
    if gate == cell.candidate:
        cell.candidate_step(t, cell.fed(gate, t, Name(cell.at("h", t - 1))))
        return
    more: list[Tree] = []
    if f"p{gate}" in cell.working.items:
        more = [Bin("*", Name(f"p{gate}"), Name(cell.at("c", t if gate == "o" else t - 1)))]
    cell.gate(gate, t, title, more)
