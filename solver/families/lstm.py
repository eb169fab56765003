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

Several layers: `layers`, a list of maps with W, U, b … each; both directions: `backward`, with its own W, U, b, of a layer or
of the single one. The states of both directions stand one below the other for the layer above, and for V.

Quantities: Wf Uf bf … (given), x1 x2 …, h0 c0; f1 i1 g1 o1 c1 h1 y1 f2 …; J1 J2 … J; delta_f1 … (gradients at the
gates' net inputs), grad_c1 grad_h1 grad_x1 grad_Wf …; Wf_t1 … (after the update). `names` renames x, h, c, y, d: with
{h: out}, out1 out2 …. With several layers h2_1 (layer 2, time 1), Wf2; with both directions hf1 hb1 and h1 of both, Wff Wfb.

find: parameters, gates, cell (all c), hidden (all h), output (all y), states (c, h and y in the order of time), forward,
loss, deltas, gradients (by all weights and biases), gradients_x, backward (all of these), updates, `gradients of: [Wf]`,
or any quantity by name; everything forward if left out.
"""

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from solver.formula.tree import Array, Bin, Call, Name, Tree
from solver.nets.gated import MAX_LAYERS, CellFields, Gated, GatedCell, GatedLayer
from solver.nets.gated_drawn import figures
from solver.nets.gated_net import GatedNet
from solver.nets.layers import spread
from solver.nets.recurrent import check_vector
from solver.spec.fields import AtMost, Vector
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


Peephole: TypeAlias = Annotated[
    dict[str, Vector] | None, "weights from the cell state to gates, by gate: {i: 0.1, f: 0.2}"
]
CellState: TypeAlias = Annotated[
    Vector | None, "the cell state before the first step, or one number for all; 0 if left out"
]


class LstmDirection(CellFields):
    """One direction of a layer."""

    c0: CellState = None
    peephole: Peephole = None


class LstmLayer(GatedLayer):
    """One layer of several."""

    c0: CellState = None
    peephole: Peephole = None
    backward: Annotated[LstmDirection | None, "the same layer from the end of the sequence"] = None


class Given(Gated):
    """The cells, their states before the first step, one input sequence, and what they learn from."""

    c0: CellState = None
    peephole: Peephole = None
    layers: Annotated[
        tuple[LstmLayer, ...], AtMost(MAX_LAYERS), "instead of W, U, b, h0 and c0, several layers, the first one first"
    ] = ()
    backward: Annotated[LstmDirection | None, "the layer that reads the sequence from its end"] = None


def work(given: Given, report: Report) -> Working:
    """Gates and states in the order of time; raises nothing, misfits go to the report."""
    net = GatedNet(given, tuple(GATES), ("h", "c"), report)
    if net.ok:
        for cell in net.cells:
            _check_peepholes(cell, report)
    if not net.ok:
        return Working()
    titles = {**GATES, net.candidate: "candidate"}
    net.givens(titles)
    for cell in net.cells:
        for gate, weights in _peephole(cell).items():
            title = f"Peephole weights of the {titles[gate]}{cell.where}"
            symbol = cell.weight_symbol("p", gate)
            net.working.given(cell.weight("p", gate), spread(weights, cell.hidden), title, symbol)
    net.sequence()
    for cell, t in net.steps():
        late = [gate for gate in ("o",) if gate in _peephole(cell)]
        for gate in net.gates:
            if gate not in late:
                _gate(net, cell, gate, t, titles[gate])
        kept = Bin("*", Name(cell.gate_at("f", t)), Name(cell.at("c", cell.before(t))))
        new = Bin("*", Name(cell.gate_at("i", t)), Name(cell.gate_at(net.candidate, t)))
        net.step(cell, "c", t, Bin("+", kept, new), "cell state")
        for gate in late:
            _gate(net, cell, gate, t, titles[gate])
        seen = Call("tanh", (Name(cell.at("c", t)),))
        net.step(cell, "h", t, Bin("*", Name(cell.gate_at("o", t)), seen), "hidden state")
    working = net.finish()
    working.figures |= figures(net)
    return working


def _peephole(cell: GatedCell) -> Mapping[str, Array]:
    assert isinstance(cell.spec, Given | LstmLayer | LstmDirection)
    return cell.spec.peephole or {}


def _check_peepholes(cell: GatedCell, report: Report) -> None:
    for gate, weights in _peephole(cell).items():
        place = cell.spec.place("peephole", gate)
        if gate not in GATES:
            report.add(place, f"there is no gate {gate[:60]!r} with a peephole", f"gates are {', '.join(GATES)}")
        check_vector(f"peephole of {gate}", weights, cell.hidden, f"h is {cell.hidden}×1", place, report)


def _gate(net: GatedNet, cell: GatedCell, gate: str, t: int, title: str) -> None:
    """A gate, or the candidate, at a time."""
    if gate == net.candidate:
        net.candidate_step(cell, t, net.fed(cell, gate, t, Name(cell.at("h", cell.before(t)))))
        return
    more: list[Tree] = []
    if cell.weight("p", gate) in net.working.items:
        seen = Name(cell.at("c", t if gate == "o" else cell.before(t)))
        more = [Bin("*", Name(cell.weight("p", gate)), seen)]
    net.gate(cell, gate, t, title, more)
