"""Convolutional networks counted: layer sizes, unknowns solved for, parameters, FLOPs, separability.

A volume is D×H×W, channels by height by width; with order: channels-last it is given as [H, W, D]. An output is
floor((H - F + 2·p)/s) + 1 high; where the division leaves no remainder the working does not show the rounding down.
padding: same gives the input's size divided by the stride, rounded up, and the working says what padding that takes.
FLOPs (2 for each use of a weight) and MACs leave out biases, activations and pooling. Whatever is the word unknown is
solved for from the layer's given output.

Quantities: D1 H1 W1 (input), D2 H2 W2 (output of the first layer) …; for convolution k (of any kind) n1 filters, d1
filter depth, F1 size, s1 stride, p1 padding, r1 dilation (F1_h and F1_w where height and width differ); for pool k
F_pool1 s_pool1 p_pool1; n_flat (flattened size), n_fc (neurons; n_fc1 … if several dense layers). Then
params_filter1 params_conv1 … params_fc params_total (a long sum by params_subtotal1 …); flops_conv1 … flops_fc
flops_total (macs_… with count: macs);
depthwise_filters depthwise_size pointwise_filters pointwise_size, flops_depthwise flops_pointwise flops_separable,
ratio and ratio_short, for a convolution made depthwise separable. A separable layer counts as two convolutions.

find: unknowns, sizes, parameters, flops (or macs), separable (filters of the replacement), flops_separable (its FLOPs
in steps), ratio, or any quantity by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.families.cnn.chain import Chain, Dense
from solver.families.cnn.counts import flops, parameters, separable
from solver.families.cnn.given import Given, MisfitError, channels_first, check_layers
from solver.spec.nodes import Report
from solver.working.page import Working
from solver.working.roles import Role

if TYPE_CHECKING:
    from solver.working.sketches import Sketch

EXAMPLE = """
title: A small convolutional network
round: {decimals: 3}
given:
  family: cnn
  input: [3, 32, 32]
  layers:
    - {type: conv, filters: 8, size: unknown, padding: 0, output: [8, 28, 28]}
    - {type: max-pool, size: 2}
    - {type: flatten}
    - {type: dense, neurons: 10}
parts:
  - {label: a, marks: 1, prompt: Find the size of the filters., find: unknowns}
  - {label: b, marks: 2, prompt: Find the size of every volume., find: sizes}
  - {label: c, marks: 3, prompt: Count the parameters of every layer and of all., find: [parameters, params_total]}
  - {label: d, marks: 2, prompt: Make the convolution depthwise separable., find: separable}
  - {label: e, marks: 3, prompt: Compare the FLOPs., find: [flops_conv1, flops_separable, ratio]}
"""

__all__ = ["EXAMPLE", "Given", "work"]


def work(given: Given, report: Report) -> Working:
    """All sizes, unknowns and counts; raises nothing, misfits go to the report."""
    before = len(report.problems)
    given = channels_first(given, report)
    check_layers(given, report)
    if len(report.problems) > before:
        return Working()
    chain = Chain(given)
    misfits = chain.walk()
    if not misfits:
        try:
            parameters(chain)
            flops(chain)
            separable(chain)
        except MisfitError as error:
            misfits.append(error)
    for misfit in misfits:
        report.add(misfit.place, misfit.message, misfit.hint)
    _groups(chain)
    chain.working.figures["network"] = lambda: _network(chain)
    return chain.working


def _network(chain: Chain) -> Sketch:
    from solver.families.cnn.drawn_maps import network  # few questions have a figure

    return network(chain)


def _groups(chain: Chain) -> None:
    """Lets a part ask for all unknowns, or all sizes, as they come on the page."""
    items = chain.working.items
    chain.working.group("unknowns", [name for name in chain.unknowns if name in items])
    volumes = [f"{letter}{i}" for i in range(2, chain.volumes + 1) for letter in "DHW"]
    neurons = {"n_flat", *(layer.neurons for layer in chain.layers if isinstance(layer, Dense))}
    dense = [name for name in items if name in neurons]
    chain.working.group("sizes", [name for name in (*volumes, *dense) if name in items])
    for letter in "HW":
        for i in range(2, chain.volumes + 1):
            chain.working.roles[f"{letter}{i}"] = Role("size", f"{letter}{i - 1}")
