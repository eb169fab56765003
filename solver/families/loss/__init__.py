"""Losses of scores, probabilities or numbers, of one example or several; options compared.

    z: [2.0, 1.0, 0.1]          scores, made probabilities by softmax (temperature: T divides them first)
    x: [1, 2]                   or an input with W and b, whose scores are W x + b
    y: [0.7, 0.2, 0.1]          or probabilities, or predicted numbers
    d: [1, 0, 0]                what is desired: one-hot, probabilities or numbers; label: 1 for a class, counted from 1
                                (labels_from: 0 counts from 0), labels: [1, 3] for several examples, the rows of z or y
    loss: [cross-entropy, hinge]

After scores, cross-entropy is taken of their softmax, binary-cross-entropy of their sigmoid. A one-hot d shows as
−log y_k, since all other terms vanish. hinge and squared-hinge are of scores, over the wrong classes, or of one score and
d = ±1, with the margin `delta`; huber has the threshold `delta`. Of several examples the mean is taken, or average: sum;
`each` asks for the loss of each one. smoothing: 0.1 compares with d smoothed over all classes. `log: 2` or 10 takes another logarithm. KL, D(p‖q), comes with the entropy of p and the cross-entropy H(p, q).
options: {A: [0.7, 0.3], B: [0.4, 0.6]} compares several y for one d in a table.

Quantities: x W b z y d p q (given); z and y where they are made; losses CE BCE SE HSE MSE RMSE AE MAE hinge squared_hinge huber, H, H_pq and
KL; margins; CE_each BCE_each hinge_each … (a row each example); d_smooth; CE_A CE_B … and smallest (options).

find: probabilities (y), loss (all that `loss` names), each, gradients (of the last loss), comparison, or any quantity by name.
"""

from solver.errors import FormulaError
from solver.families.loss.given import Given
from solver.families.loss.worked import Losses
from solver.spec.nodes import Report
from solver.working.page import Working

__all__ = ["EXAMPLE", "Given", "work"]

EXAMPLE = """
title: Softmax and cross-entropy
round: {decimals: 3}
given: {family: loss, z: [2.0, 1.0, 0.1], label: 1}
parts:
  - {label: a, marks: 2, prompt: Turn the scores into probabilities., find: probabilities}
  - {label: b, marks: 2, prompt: The first class is right. Find the cross-entropy., find: loss}
"""


def work(given: Given, report: Report) -> Working:
    """Probabilities and losses; raises nothing, what does not fit goes to the report."""
    before = len(report.problems)
    made = Losses(given, report)
    try:
        made.run()
    except FormulaError as error:
        report.add(given.place(), error.message, error.hint)
    return made.working if len(report.problems) == before else Working()
