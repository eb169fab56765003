"""Convolution by hand, in one dimension or two: kernels, pooling, unpooling, transposed; small networks.

One layer stands in the question itself, several in `layers`:

    X: [[1, 0, 2], [0, 1, 1], [3, 0, 1]]     a map; a list of maps for several channels; a flat list is of one dimension
    K: [[1, 0], [0, -1]]                     a kernel; a list of kernels, one for each channel or, of one channel, one for
                                             each filter; a list of such lists for several filters over several channels
    b: 1                                     a number for each filter, or one for all; no term if left out
    stride, padding, dilation, groups        a number, or [rows, columns]; padding also same, valid or full
    operation: cross-correlation             as networks do; convolution turns the kernel by 180°; transposed
    activation: relu                         U are the sums, Y = φ(U)

    pool: max, size: 2                       max, average, global-max, global-average; stride as large as size; ceil: true
                                             counts windows that stand out at the end
    unpool: max, size: 2                     max (back to where the last max pooling found them), average, nearest, nails
    W: [[…]], b: […]                         a dense layer, after `flatten` (row by row, channel by channel)

A filter over several channels adds up one correlation a channel. With a loss and the desired output d, or with `gradient`
(that at the output), gradients are derived.

Quantities: X K b (given), U Y; with several channels or filters, X1 X2, K1 K2, Y1 Y2, and K2_1 of filter 2 and channel 1. In a
network the layer comes first: K1_2 is filter 2 of layer 1, H1 U1 are outputs and net inputs, P2 a pooled map, f3 a flat
vector, W4 b4 u4 h4 of a dense layer; y is the last one's output. d or D, J, grad_K, grad_X ….

find: output, forward (all maps), net_inputs, layer1 layer2 …, loss, gradients (by kernels, weights and biases),
gradients_x (by the input), backward (all gradients), or any quantity by name; everything forward if left out.
"""

from solver.families.convolution.given import Given
from solver.families.convolution.learnt import LearntMaps
from solver.spec.nodes import Report
from solver.working.page import Working

__all__ = ["EXAMPLE", "Given", "work"]

EXAMPLE = """
title: A kernel slides over an image
given:
  family: convolution
  X: [[1, 2, 0], [0, 1, 3], [2, 1, 1]]
  K: [[1, 0], [-1, 2]]
  b: 1
  activation: relu
parts:
  - {label: a, marks: 4, prompt: Find the output of the layer., find: output}
"""


def work(given: Given, report: Report) -> Working:
    """Every map in the order of the layers; raises nothing, misfits go to the report."""
    return LearntMaps(given, report).run()
