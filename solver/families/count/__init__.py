"""What a network costs, layer by layer: sizes, parameters, operations, memory, receptive fields.

Dense networks are `inputs` and `layers: [8, 3]`; every other network is an `input` and `layers`, each a short text, such
as conv 64@7x7 stride 2 padding 3, max-pool 2, batch-norm, dense 10, embedding 5000x32, lstm 100, attention 8 (heads),
encoder heads 8 neurons 2048, feed-forward 512 experts 8 active 2, or a map with a `type`. `tokens` makes a sequence of a volume's
places, class-token adds one, `crop 64` cuts out the middle. A network is a graph: an entry may be {layers: […], repeat: 3, shortcut: true}, where a shortcut adds the input (or what layers make of it), or
{branches: [[…], […]], join: concat}, or {block: NAME, where: {c: 64}}, a block of `blocks` in whose sizes c stands for
64 and 4*c for 256; `after: NAME` lets a layer take another one's output. encoder and decoder are the blocks of a
transformer.

One table has a row for every layer, and its columns add up to the totals. A MAC is one multiplication with the addition
of its product; FLOPs count both, 2 a MAC. Operations are those of weights and of attention's products: not biases
(unless bias_operations: true), activations, norms, pooling, softmax, sums and look-ups. A norm's running averages are
no parameters; active parameters are those that one token uses, where experts are chosen. Activations are what layers put out for one example, kept once each; sums, flatten, dropout and
activations need no memory of their own.

Where a size is a word, as in input: [n, d] or [c, h, w] (strides are taken to divide), operations are formulas: macs, flops and order, O(n²d); of attention,
recurrent layers and convolutions along a sequence also sequential operations and the longest path between two positions:
sequential and path (steps_NAME, path_NAME, order_steps_NAME, order_path_NAME), and growth, a table of the orders of all.

Quantities: for layer NAME (conv1 pool1 fc1 bn1 …, or its own name) D_NAME H_NAME W_NAME (channels, height, width; T_NAME
steps of a sequence, L_NAME a length), weights_NAME biases_NAME params_NAME, neurons_NAME, connections_NAME, macs_NAME
flops_NAME, activations_NAME, memory_NAME (bytes), cache_NAME (bytes of attention's keys and values), active_NAME, reach_NAME (receptive field); params_total flops_total … for all.
Of a dense network by inputs: params1 … (each layer), params.

find: sizes, parameters, weights, biases, neurons, connections, macs, flops, activations, memory, cache, active, receptive fields, total
(parameters of all), totals, layers (parameters of each), a layer's name, or any quantity by name; order with symbols.
"""

from solver.families.count import dense
from solver.families.count.architecture import Given, check
from solver.families.count.costs import HEADINGS
from solver.families.count.net import UnfitError
from solver.families.count.orders import formulas
from solver.families.count.totals import closed
from solver.families.count.walk import network
from solver.formula.tree import names
from solver.spec.nodes import Report
from solver.working.page import Working

EXAMPLE = """
title: A small convolutional network
given:
  family: count
  input: [3, 32, 32]
  layers:
    - conv 8@5x5
    - max-pool 2
    - conv 16@3x3 same no-bias
    - batch-norm
    - max-pool 2
    - flatten
    - dense 10
parts:
  - {label: a, marks: 3, prompt: Find the size of every volume., find: sizes}
  - {label: b, marks: 4, prompt: Count the parameters of every layer and of all., find: parameters}
  - {label: c, marks: 3, prompt: How many FLOPs are there in all?, find: flops_total}
"""

__all__ = ["EXAMPLE", "HEADINGS", "Given", "work"]


def work(given: Given, report: Report) -> Working:
    """The sizes and counts of every layer and of all; what does not fit goes to the report."""
    if given.input is None:
        return dense.work(given, report)
    if given.inputs is not None:
        report.add(given.place("inputs"), "a network has inputs (dense) or an input, not both")
    if given.recurrent != "none":
        report.add(given.place("recurrent"), "recurrent goes with inputs", "among layers stand rnn, lstm and gru")
    before = len(report.problems)
    check(given.layers, report)
    for layers in (given.blocks or {}).values():
        check(layers, report)
    if len(report.problems) > before:
        return Working()
    net = network(given, report)
    if net is None:
        return Working()
    sizes = [tree for each in (net.given.input or {}).values() for tree in each]
    taken = next((word for tree in sizes for word in names(tree) if word in net.definitions), None)
    if taken is not None:
        report.add(given.place("input"), f"{taken!r} is what this network counts, and no size", "take another word")
        return Working()
    try:
        return formulas(net) if net.symbolic else closed(net)
    except UnfitError as error:
        report.add(error.place, error.message, error.hint)
        return Working()
