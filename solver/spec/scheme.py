"""How verdicts become marks: the `marking:` block of a question, with defaults that suit most exams.

marking:
  follow: 0.5                 # right work from a wrong value earns half of its marks
  too_few_digits: 0.5         # an answer with one digit too few loses half; with fewer still it is wrong
  last_digit: 0.1             # a wrongly rounded last digit loses a tenth
  reach: 3                    # an answer on no route may be 3 units of its last digit off one, and no more
  fillers: follow             # a value that stands wrong in several places earns follow-on marks all the same
  weights: {f/grad_W1: 2}     # this answer counts twice within its part
  alternatives:               # other conventions, each with its own truth; a right answer by one earns this share
    - {name: log to base 2, answers: [c/J], times: 1/log(2)}
    - {name: no bias at the output, given: {b3: 0}, share: 0.5}
"""

from collections.abc import Collection
from typing import Annotated

from solver.errors import FormulaError, nearest
from solver.formula.parse import parse
from solver.formula.tree import Num
from solver.formula.walks.value import value
from solver.spec.fields import AtMost, Kind, Scalar, Spec, read, text_of
from solver.spec.nodes import Node, Report
from solver.working.question import Alternative, Fillers, Rates, Scheme, Share

MAX_WEIGHTS = 10_000
MAX_WEIGHT = 1000
MAX_REACH = 100
MAX_ALTERNATIVES = 20
MAX_FACTOR = 1e12


def _factor(node: Node, report: Report, name: str) -> float:
    """A formula of numbers."""
    text = text_of(node, report, name)
    try:
        found = float(value(parse(text), {}).reshape(-1)[0]) if text else 1.0
    except (FormulaError, KeyError) as error:
        why = error.message if isinstance(error, FormulaError) else f"{error.args[0]} is no number"
        report.add(node, f"{name} is no factor: {why}", "such as 0.5, -1 or 1/log(2)")
        return 1.0
    if not 0 < abs(found) < MAX_FACTOR:
        report.add(node, f"{name} is {text[:40]}, expected a factor other than 0")
    return found


class Convention(Spec):
    """One of the `alternatives:`."""

    name: Annotated[str, "what the convention is called"]
    answers: Annotated[tuple[str, ...] | None, AtMost(MAX_WEIGHTS), "the answers it is about (all)"] = None
    times: Annotated[float | None, Kind("formula", _factor), "what it multiplies these answers by"] = None
    given: Annotated[Node | None, Kind("map", lambda node, report, name: node), "what is given in another way"] = None
    share: Annotated[Scalar | None, "the share of the marks that it earns (1)"] = None

    @property
    def alternative(self) -> Alternative:
        """What it says."""
        share = 1.0 if self.share is None else float(self.share.text)
        place = self.place("answers" if self.answers else "name")
        return Alternative(self.name, self.answers or (), self.times, share, place)


class Marking(Spec):
    """The `marking:` block."""

    follow: Annotated[Scalar | None, "what right work from a wrong value earns, as a share of its marks (1)"] = None
    too_few_digits: Annotated[Scalar | None, "what an answer with one digit too few loses, as a share (0.5)"] = None
    last_digit: Annotated[Scalar | None, "what a wrongly rounded last digit loses, as a share (0)"] = None
    mistake: Annotated[Scalar | None, "what a wrong answer that a named mistake explains earns, as a share (0)"] = None
    share: Annotated[Share, "an answer's marks are shared over its cells, or given for all of them"] = "cells"
    reach: Annotated[
        Scalar | None,
        "how far off a usual way of rounding an answer may lie, in units of its last digit (as far as honest rounding leads)",
    ] = None
    fillers: Annotated[Fillers, "whether a value that was never worked out earns what follows from it"] = "none"
    weights: Annotated[
        dict[str, Scalar] | None, AtMost(MAX_WEIGHTS), "weights of the answers of a part, by answer name (1 each)"
    ] = None

    alternatives: Annotated[
        tuple[Convention, ...] | None, AtMost(MAX_ALTERNATIVES), "other conventions that answers may follow"
    ] = None

    @property
    def scheme(self) -> Scheme:
        """What it says, the defaults where it says nothing."""
        given = {name: getattr(self, name) for name in Rates._fields}
        rates = Rates(**{name: float(x.text) for name, x in given.items() if x is not None})
        weights = {key: float(x.text) for key, x in (self.weights or {}).items()}
        reach = None if self.reach is None else float(self.reach.text)
        alternatives = tuple(convention.alternative for convention in self.alternatives or ())
        return Scheme(rates, self.share, weights, reach, self.fillers, alternatives=alternatives)


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
    names: set[str] = set()
    for convention in marking.alternatives or ():
        if (convention.times is None) == (convention.given is None):
            report.add(
                convention.place("name"), "an alternative has either times or given", "times: 0.5, or given: {…}"
            )
        if convention.share is not None and not 0 <= float(convention.share.text) <= 1:
            report.add(convention.place("share"), f"share is {convention.share.text}, expected a share of 0 to 1")
        if convention.name in names:
            report.add(convention.place("name"), f"two alternatives are called {convention.name[:60]!r}")
        names.add(convention.name)
    for key, weight in (marking.weights or {}).items():
        if not 0 <= float(weight.text) <= MAX_WEIGHT:
            message = f"the weight of {key[:60]} is {weight.text}, expected 0 to {MAX_WEIGHT}"
            report.add(marking.place("weights", key), message)
    return marking if len(report.problems) == before else None


def check_names(marking: Marking, answers: Collection[str], report: Report) -> None:
    """Notes every name that is of no answer of the question."""
    for key in marking.weights or {}:
        if key not in answers:
            report.add(marking.place("weights", key), f"no answer is called {key[:60]!r}", nearest(key, answers))
    for convention in marking.alternatives or ():
        for key in convention.answers or ():
            if key not in answers:
                report.add(convention.place("answers"), f"no answer is called {key[:60]!r}", nearest(key, answers))
