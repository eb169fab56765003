"""Attention: scores of queries and keys, softmax of each row, the values by their weights; one head or several.

Tokens are rows. Queries, keys and values are given, or projected from X (keys and values from `memory` in
cross-attention); for each query, a row:

    Q = X Wq    K = X Wk    V = X Wv        projections, plus biases where given
    S = Q Kᵀ                                scores; Z = S/√dk scaled ones, Zm masked ones (−∞ where not to look)
    A = softmax(Z)                          attention weights, each row by itself
    C = A V                                 context: the output of the head

score: general has S = Q Wa Kᵀ (Luong); additive (Bahdanau) has a score of its own for each query and key,
e = vᵀ tanh(Wq q + Wk k), concat e = vᵀ tanh(Wa [q; k]), and the values are the keys where V is left out. Several heads: `heads: 2` takes the columns of
Q, K and V in equal parts, a list of heads brings projections of its own; H = [C1 C2 …] is what they see together, and
Y = H Wo the output. With desired outputs D and a loss, or with a `gradient` at the output, gradients are derived.

Quantities: X memory Wq Wk Wv Wo … (given), Q K V S Z Zm A C, of head 2 Q2 … C2, H Y; additive q1 k1 e1 e2 … (of several
queries e1_2: query 1, key 2); J, grad_A grad_S grad_Q grad_Wq …; n m dk dv d (sizes) and mult_S mult_C … mult
(multiplications).

find: projections, scores (S, Z and Zm), weights (A), context (C), output (the last of C, H, Y), forward, operations (how many
multiplications each product takes), loss, gradients (by what is given), backward, or any quantity by name; everything
forward if left out.
"""

from solver.families.attention.given import Given, Head
from solver.families.attention.heads import Attention
from solver.spec.nodes import Report
from solver.working.page import Working

__all__ = ["EXAMPLE", "Given", "Head", "work"]

EXAMPLE = """
title: Scaled dot-product attention
round: {decimals: 3}
given:
  family: attention
  Q: [[1, 0], [0, 2]]
  K: [[1, 1], [0, 1], [2, 0]]
  V: [[1, 0], [0, 1], [1, 1]]
parts:
  - {label: a, marks: 3, prompt: Find the scaled scores., find: scores}
  - {label: b, marks: 3, prompt: Find the attention weights., find: weights}
  - {label: c, marks: 2, prompt: Find the output for both queries., find: context}
"""


def work(given: Given, report: Report) -> Working:
    """Scores, weights and context, forward and backward; raises nothing, misfits go to the report."""
    made = Attention(given, report)
    if not made.fits():
        return Working()
    made.givens()
    made.forward()
    return made.finish() if not report.problems else Working()
