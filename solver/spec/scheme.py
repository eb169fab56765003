"""How verdicts become marks: the `marking:` block of a question, with defaults that suit most exams.

marking:
  follow: 0.5                 # right work from a wrong value earns half of its marks
  too_few_digits: 0.5         # an answer with one digit too few loses half; with fewer still it is wrong
  last_digit: 0.1             # a wrongly rounded last digit loses a tenth
  reach: 3                    # an answer on no usual route may be 3 units of its last digit off one, and is flagged
  fillers: none               # a value that was never worked out earns no follow-on marks
  weights: {f/grad_W1: 2}     # this answer counts twice within its part
"""

from collections.abc import Collection
from typing import Annotated

from solver.errors import nearest
from solver.formula.tree import Num
from solver.spec.fields import AtMost, Scalar, Spec, read
from solver.spec.nodes import Node, Report
from solver.working.question import Fillers, Rates, Scheme, Share

MAX_WEIGHTS = 10_000
MAX_WEIGHT = 1000
MAX_REACH = 100


class Marking(Spec):
    """The `marking:` block."""

    follow: Annotated[Scalar | None, "what right work from a wrong value earns, as a share of its marks (1)"] = None
    too_few_digits: Annotated[Scalar | None, "what an answer with one digit too few loses, as a share (0.5)"] = None
    last_digit: Annotated[Scalar | None, "what a wrongly rounded last digit loses, as a share (0)"] = None
    mistake: Annotated[Scalar | None, "what a wrong answer that a named mistake explains earns, as a share (0)"] = None
    share: Annotated[Share, "an answer's marks are shared over its cells, or given for all of them"] = "cells"
    reach: Annotated[Scalar | None, "how far from a usual way of rounding an answer may lie, in its last digit (3)"] = (
        None
    )
    fillers: Annotated[Fillers, "whether a value that was never worked out earns what follows from it"] = "follow"
    weights: Annotated[
        dict[str, Scalar] | None, AtMost(MAX_WEIGHTS), "weights of the answers of a part, by answer name (1 each)"
    ] = None

    @property
    def scheme(self) -> Scheme:
        """What it says, the defaults where it says nothing."""
        given = {name: getattr(self, name) for name in Rates._fields}
        rates = Rates(**{name: float(x.text) for name, x in given.items() if x is not None})
        weights = {key: float(x.text) for key, x in (self.weights or {}).items()}
        reach = Scheme().reach if self.reach is None else float(self.reach.text)
        return Scheme(rates, self.share, weights, reach, self.fillers)


def read_scheme(node: Node, report: Report) -> Marking | None:
    """The scheme of a `marking:` block; None, and the problems in the report, where it cannot be read."""
    marking = read(Marking, node, report)
    if marking is None:
        return None
    before = len(report.problems)
    for name in Rates._fields:
        share: Num | None = getattr(marking, name)
        if share is not None and not 0 <= float(share.text) <= 1:
            report.add(marking.place(name), f"{name} is {share.text}, expected a share of 0 to 1")
    if marking.reach is not None and not 0 <= float(marking.reach.text) <= MAX_REACH:
        message = f"reach is {marking.reach.text}, expected 0 to {MAX_REACH} units of the last digit"
        report.add(marking.place("reach"), message)
    for key, weight in (marking.weights or {}).items():
        if not 0 <= float(weight.text) <= MAX_WEIGHT:
            message = f"the weight of {key[:60]} is {weight.text}, expected 0 to {MAX_WEIGHT}"
            report.add(marking.place("weights", key), message)
    return marking if len(report.problems) == before else None


def check_weights(marking: Marking, answers: Collection[str], report: Report) -> None:
    """Notes every weight that is of no answer of the question."""
    for key in marking.weights or {}:
        if key not in answers:
            report.add(marking.place("weights", key), f"no answer is called {key[:60]!r}", nearest(key, answers))
