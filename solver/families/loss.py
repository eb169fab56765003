"""Losses of scores, probabilities or numbers, of one example or several; options compared.

    z: [2.0, 1.0, 0.1]          scores, made probabilities by softmax (temperature: T divides them first)
    x: [1, 2]                   or an input with W and b, whose scores are W x + b
    y: [0.7, 0.2, 0.1]          or probabilities, or predicted numbers
    d: [1, 0, 0]                what is desired: one-hot, probabilities or numbers; label: 1 for a class, counted from 1
                                (labels_from: 0 counts from 0), labels: [1, 3] for several examples, the rows of z or y
    loss: [cross-entropy, hinge]

After scores, cross-entropy is taken of their softmax, binary-cross-entropy of their sigmoid. A one-hot d shows as
−log y_k, since all other terms vanish. hinge and squared-hinge are of scores, over the wrong classes, or of one score and
d = ±1, with the margin `delta`; huber has the threshold `delta`. Of several examples the mean is taken, or average: sum.
`log: 2` or 10 takes another logarithm. KL, D(p‖q), comes with the entropy of p and the cross-entropy H(p, q).
options: {A: [0.7, 0.3], B: [0.4, 0.6]} compares several y for one d in a table.

Quantities: x W b z y d p q (given); z and y where they are made; losses CE BCE SE HSE MSE RMSE AE MAE hinge squared_hinge huber, H, H_pq and
KL; margins; CE_A CE_B … and smallest (options).

find: probabilities (y), loss (all that `loss` names), gradients (of the last loss), comparison, or any quantity by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from solver.errors import FormulaError
from solver.formula.parse import parse
from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Literal_, Name, Num, Tree
from solver.formula.walks.reduce import Detail, Operands, reduce
from solver.formula.walks.shape import SCALAR, shape
from solver.nets.network import Stored
from solver.nets.recurrent import as_array, neurons_inputs, size
from solver.rounding import Floats, Format
from solver.spec.fields import AtLeast, AtMost, Matrix, Quantity, Scalar, Spec, Vector
from solver.spec.nodes import Report
from solver.working.gradients import OnDemand
from solver.working.items import Line, Listing, Step
from solver.working.page import Working

EXAMPLE = """
title: Softmax and cross-entropy
round: {decimals: 3}
given: {family: loss, z: [2.0, 1.0, 0.1], label: 1}
parts:
  - {label: a, marks: 2, prompt: Turn the scores into probabilities., find: probabilities}
  - {label: b, marks: 2, prompt: The first class is right. Find the cross-entropy., find: loss}
"""

Kind = Literal[
    "cross-entropy", "binary-cross-entropy", "hinge", "squared-hinge", "huber", "KL", "square-error",
    "half-square-error", "mean-square-error", "root-mean-square-error", "absolute-error", "mean-absolute-error",
]  # fmt: skip

ERRORS = {
    "square-error": ("SE", "sum((d - y)**2)", "(d - y)**2", "Square error"),
    "half-square-error": ("HSE", "sum((d - y)**2)/2", "(d - y)**2/2", "Half the square error"),
    "mean-square-error": ("MSE", "mean((d - y)**2)", "(d - y)**2", "Mean square error"),
    "root-mean-square-error": ("RMSE", "sqrt(mean((d - y)**2))", "abs(d - y)", "Root of the mean square error"),
    "absolute-error": ("AE", "sum(abs(d - y))", "abs(d - y)", "Absolute error"),
    "mean-absolute-error": ("MAE", "mean(abs(d - y))", "abs(d - y)", "Mean absolute error"),
}
CLASSES = ("cross-entropy", "hinge", "squared-hinge")


class Given(Spec):
    """What was put out, and what should have been."""

    z: Annotated[Quantity | None, "scores: a list, or a row for each example"] = None
    x: Annotated[Vector | None, "or an input, whose scores are W x + b"] = None
    W: Annotated[Matrix | None, "its weights"] = None
    b: Annotated[Vector | None, "its biases"] = None
    weights: Annotated[Stored, "how W is stored"] = "inputs x neurons"
    y: Annotated[Quantity | None, "probabilities, or predicted numbers: a list, or a row for each example"] = None
    options: Annotated[dict[str, Quantity] | None, AtLeast(2), AtMost(20), "several y, compared by the loss"] = None
    d: Annotated[Quantity | None, "what is desired, of the same form"] = None
    label: Annotated[int | None, AtLeast(0), "the right class of one example"] = None
    labels: Annotated[tuple[int, ...], AtMost(10_000), "the right class of each example"] = ()
    labels_from: Annotated[Literal["1", "0"], "what the first class is counted as"] = "1"
    p: Annotated[Vector | None, "KL: the true distribution"] = None
    q: Annotated[Vector | None, "KL: the one that stands for it"] = None
    loss: Annotated[tuple[Kind, ...], AtMost(12), "which losses; cross-entropy, or KL, if left out"] = ()
    temperature: Annotated[Scalar | None, "T: scores are divided by it before softmax"] = None
    delta: Annotated[Scalar, "the margin of hinge, the threshold of huber"] = Num("1")
    log: Annotated[Literal["natural", "2", "10"], "the logarithm's base"] = "natural"
    average: Annotated[Literal["mean", "sum"], "how several examples are put together"] = "mean"


@dataclass(eq=False, repr=False)
class RightClass(Step):
    """A cross-entropy with one-hot desired outputs. short: the terms that are left."""

    short: Tree | None = None

    def lines(self, operands: Operands, result: Floats, form: Format, detail: Detail) -> list[Line]:
        """The whole sum, then what is left of it with the numbers in it."""
        first, *rest = reduce(self.short or self.formula, operands, result, form, detail)
        made = [Line(self.formula, left=Name(self.name)), Line(first.tree)]
        return [*made, *(Line(tree, relation=sign) for tree, sign in rest)]


@dataclass(eq=False, repr=False)
class Comparison(Step):
    """The smallest of some losses, with a table of all. options: each option's name, what it puts out, its loss."""

    options: tuple[tuple[str, str, str], ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """What stands in the table."""
        return tuple(dict.fromkeys([*super().needs, *(name for _, y, J in self.options for name in (y, J))]))

    def listing(self, numbers: Mapping[str, Literal_]) -> Listing:
        """A row an option."""
        rows: list[tuple[str | Tree, ...]] = []
        for option, y, J in self.options:
            made = numbers[y]
            turned = made.T if isinstance(made, Array) and made.value.shape[1] == 1 else made
            rows.append((option, turned, numbers[J]))
        return Listing(("option", "y", "loss"), tuple(rows))


def work(given: Given, report: Report) -> Working:
    """Probabilities and losses; raises nothing, what does not fit goes to the report."""
    before = len(report.problems)
    made = _Losses(given, report)
    try:
        made.run()
    except FormulaError as error:
        report.add(given.place(), error.message, error.hint)
    return made.working if len(report.problems) == before else Working()


class _Losses:
    """Reads what is given, then states and computes."""

    def __init__(self, given: Given, report: Report) -> None:
        self.given, self.report, self.working = given, report, Working()
        default: tuple[Kind, ...] = ()
        if given.p is not None:
            default = ("KL",)
        elif given.d is not None or given.label is not None or given.labels or given.options:
            default = ("cross-entropy",)
        self.kinds = given.loss or default
        self.made: list[str] = []
        self.right = -1  # of one example: the right class, from 0; −1 where d is not one-hot

    def run(self) -> None:
        """Everything that is asked for."""
        given, w = self.given, self.working
        if not self.fits():
            return
        if given.p is not None:
            self.divergence()
        elif given.options is not None:
            self.compare()
        else:
            rows, columns = self.output()
            self.many, self.single = columns > 1, rows == columns == 1
            if given.x is not None:
                self.scores()
            elif given.z is not None:
                w.given("z", given.z, "Scores")
            elif given.y is not None:
                w.given("y", given.y, "Output")
            if given.y is None:
                self.probabilities()
            for kind in self.kinds:
                self.loss(kind, "y", "")
        w.group("loss", self.made)
        if self.made and given.options is None:
            by = [name for name in ("z", "y", "q") if name in w.items][:1]
            w.gradients = OnDemand(w, self.made[-1], by)
        w.default = (*w.groups.get("probabilities", ()), *self.made, *w.groups.get("comparison", ()))

    def output(self) -> tuple[int, int]:
        """Rows and columns of what is put out; of options, of the first."""
        given = self.given
        if given.W is not None:
            return neurons_inputs(given.W, given.weights)[0], 1
        first = next(iter(given.options.values())) if given.options else given.y if given.z is None else given.z
        assert first is not None
        rows, columns = first.value.shape
        return rows, columns

    def scores(self) -> None:
        """W x + b of an input."""
        given, w = self.given, self.working
        assert given.x is not None
        assert given.W is not None
        w.given("x", given.x, "Input")
        w.given("W", given.W, "Weights")
        if given.b is not None:
            w.given("b", given.b, "Biases")
        W = "W" if given.weights == "neurons x inputs" else "W.T"
        w.step("z", f"{W} @ x{'' if given.b is None else ' + b'}", "Scores")

    # -- what fits ----------------------------------------------------------------------------------------------------
    def fits(self) -> bool:
        """Whether all that is needed is there, once, and of one size; what is not is noted."""
        given, add, before = self.given, self.report.add, len(self.report.problems)
        sources = [name for name in ("z", "x", "y", "options", "p") if getattr(given, name) is not None]
        if not sources:
            add(
                given.place(),
                "nothing is put out",
                "give z (scores), y (probabilities or numbers), x with W, options, or p and q",
            )
            return False
        if len(sources) > 1:
            add(given.place(sources[1]), f"{sources[0]} and {sources[1]} are given", "losses are of one of them")
        if given.p is not None:
            if given.q is None:
                add(given.place("p"), "'q' is missing: KL compares two distributions")
            elif given.q.value.shape != given.p.value.shape:
                add(given.place("q"), f"q is {size(given.q)}, but p is {size(given.p)}")
            if any(kind != "KL" for kind in self.kinds):
                add(given.place("loss"), "p and q have the loss KL alone")
            for name in ("p", "q"):
                if (numbers := getattr(given, name)) is not None:
                    self.sums(name, numbers)
            return len(self.report.problems) == before
        self.linear()
        if "KL" in self.kinds:
            add(given.place("loss"), "'p' is missing: KL compares p and q")
        scored = given.z is not None or given.x is not None
        desired = [name for name in ("d", "label", "labels") if getattr(given, name) not in (None, ())]
        if len(desired) > 1:
            add(given.place(desired[1]), f"{desired[0]} and {desired[1]} are given", "one of them says what is right")
        if self.kinds and not desired:
            add(given.place("loss"), "'d' or 'label' is missing: a loss needs what is desired")
        if given.temperature is not None:
            if not scored:
                add(given.place("temperature"), "a temperature without scores", "give z")
            elif float(given.temperature.text) <= 0:
                add(given.place("temperature"), f"the temperature is {given.temperature.text}, expected one above 0")
        if given.options is not None and len(self.kinds) > 1:
            add(given.place("loss"), "options are compared by one loss")
        for kind in self.kinds:
            if kind in ("hinge", "squared-hinge") and not scored:
                add(given.place("loss"), f"{kind} needs scores", "give z")
            if kind in ERRORS or kind == "huber":
                if given.d is None:
                    add(given.place("loss"), f"'d' is missing: {kind} needs the desired numbers")
                if scored:
                    add(given.place("loss"), f"{kind} needs outputs, not scores", "give y")
        if len(self.report.problems) == before:
            self.desired()
        return len(self.report.problems) == before

    def linear(self) -> None:
        """Notes what x and W lack, or where they do not fit together."""
        given, add = self.given, self.report.add
        if given.x is not None and given.W is None:
            add(given.place("x"), "'W' is missing: the scores of x are W x + b")
        for name in ("W", "b"):
            if given.x is None and getattr(given, name) is not None:
                add(given.place(name), f"{name} is given without x")
        if given.x is None or given.W is None:
            return
        neurons, inputs = neurons_inputs(given.W, given.weights)
        if inputs != given.x.value.shape[0]:
            message = f"W is {size(given.W)}, but x has {given.x.value.shape[0]} numbers"
            add(given.place("W"), message, f"weights are stored {given.weights}")
        elif given.b is not None and given.b.value.shape[0] != neurons:
            add(given.place("b"), f"b is {size(given.b)}, but there are {neurons} scores")

    def sums(self, name: str, numbers: Num | Array, field: str = "", index: str | None = None) -> None:
        """Warns where probabilities do not sum to 1, and notes those that are none."""
        array, place = as_array(numbers), self.given.place(field or name, index)
        if array.value.size == 1:
            return
        if (array.value < 0).any() or (array.value > 1).any():
            self.report.add(place, f"{name} has a number outside 0 to 1, which is no probability")
            return
        totals = array.value.sum(axis=0 if array.value.shape[1] == 1 else 1)
        off = np.flatnonzero(np.abs(totals - 1) > 1e-6)
        if len(off):
            where = f"row {off[0] + 1} of {name}" if array.value.shape[1] > 1 else name
            self.report.warn(
                place, f"{where} sums to {totals[off[0]]:.6g}, not to 1", "probabilities of classes sum to 1"
            )

    def desired(self) -> None:
        """Reads d or the labels; what does not fit the output is noted."""
        given = self.given
        rows, columns = self.output()
        for name, value in (given.options or {}).items():
            if value.value.shape != (rows, columns):
                found = f"{name} is {size(as_array(value))}, but the first option is {rows}×{columns}"
                self.report.add(given.place("options", name), found)
        classes, examples = (rows, 1) if columns == 1 else (columns, rows)
        self.d: Array | None = None
        labels = given.labels or (() if given.label is None else (given.label,))
        low = int(given.labels_from)
        if labels:
            field = "labels" if given.labels else "label"
            if classes == 1:
                self.report.add(given.place(field), "a label for one number", "give d: 0 or 1")
                return
            if len(labels) != examples:
                what = "is one example" if examples == 1 else f"are {examples} examples"
                listed = f"{len(labels)} label{'s' * (len(labels) > 1)}"
                self.report.add(given.place(field), f"{listed}, but there {what}")
                return
            for i, label in enumerate(labels):
                if not low <= label < low + classes:
                    place = given.place(field, i) if given.labels else given.place(field)
                    self.report.add(
                        place, f"there is no class {label}", f"they count from {low} to {low + classes - 1}"
                    )
                    return
            cells = [["1" if k == label - low else "0" for k in range(classes)] for label in labels]
            self.d = Array(np.array(cells, dtype=float), tuple(map(tuple, cells)))
            self.d = self.d.T if columns == 1 else self.d
        elif given.d is not None:
            self.d = as_array(given.d)
            if self.d.value.shape != (rows, columns):
                self.report.add(given.place("d"), f"d is {size(self.d)}, but the output is {rows}×{columns}")
                return
        if self.d is None:
            return
        hot = np.isin(self.d.value, (0, 1)).all() and (self.d.value.sum(axis=1 if columns > 1 else 0) == 1).all()
        self.hot = bool(hot) and classes > 1
        if self.hot and examples == 1:
            self.right = int(np.argmax(self.d.value[:, 0]))
        kinds = set(self.kinds)
        if kinds & {"hinge", "squared-hinge"} and not self.hot and not (classes == examples == 1):
            self.report.add(given.place("d"), "hinge needs one right class", "a label, or a one-hot d")
        if "cross-entropy" in kinds and classes == 1:
            self.report.add(given.place("loss"), "cross-entropy of one number", "binary-cross-entropy is of one output")
        if "cross-entropy" in kinds:
            for name, value in (given.options or ({"y": given.y} if given.y is not None else {})).items():
                self.sums(name, value, "options" if given.options else "", name if given.options else None)
            if given.d is not None:
                self.sums("d", given.d)
        if "binary-cross-entropy" in kinds and not ((self.d.value >= 0) & (self.d.value <= 1)).all():
            self.report.add(given.place("d"), "binary cross-entropy needs a desired output between 0 and 1")

    # -- what is computed ---------------------------------------------------------------------------------------------
    def probabilities(self) -> None:
        """Softmax of the scores, or their sigmoid."""
        given, w = self.given, self.working
        scaled = "z"
        if given.temperature is not None:
            w.given("T", given.temperature, "Temperature")
            scaled = "z/T"
        if self.kinds and set(self.kinds) <= {"hinge", "squared-hinge"}:
            return
        binary = self.single or self.kinds == ("binary-cross-entropy",)
        fn = "sigmoid" if binary else "softmax_rows" if self.many else "softmax"
        w.step("y", f"{fn}({scaled})", "Probability" if self.single else "Probabilities")
        w.group("probabilities", ["y"])

    def state_desired(self) -> None:
        """States what is desired, once."""
        if "d" not in self.working.items:
            assert self.d is not None
            hot = self.hot and self.given.d is None
            self.working.given("d", self.d, "Desired output" + (", one-hot" if hot else ""))

    def state_delta(self, title: str) -> None:
        """States the margin or the threshold, once."""
        if "Delta" not in self.working.items:
            self.working.given("Delta", self.given.delta, title)

    def log(self, inner: str) -> str:
        """A logarithm by the base that is asked for."""
        return f"log({inner})" if self.given.log == "natural" else f"log({inner})/log({self.given.log})"

    def over(self, term: str) -> str:
        """A term of each example, put together."""
        return f"mean({term})" if self.given.average == "mean" else f"sum({term})"

    def step(self, name: str, formula: str, title: str, mark: str, why: str = "") -> None:
        """A loss; of an option with its mark."""
        base, sub = (name, mark.removeprefix("_"))
        self.working.step(name + mark, formula, title, why=why, symbol=Symbol(base.replace("_", " "), sub))
        self.made.append(name + mark)

    def loss(self, kind: Kind, y: str, mark: str) -> None:
        """One loss of an output y."""
        of = f" of {mark.removeprefix('_')}" if mark else ""
        if kind in ERRORS:
            name, formula, alone, title = ERRORS[kind]
            self.state_desired()
            one = self.working.shapes[y] == SCALAR
            self.step(name, (alone if one else formula).replace("y", y), title + of, mark)
        elif kind == "huber":
            self.state_desired()
            self.state_delta("Threshold")
            term = f"huber(d - {y}, Delta)"
            one = self.working.shapes[y] == SCALAR
            self.step("huber", term if one else self.over(term), f"Huber loss{of}", mark)
        elif kind == "binary-cross-entropy":
            self.state_desired()
            terms = f"d*{self.log(y)} + (1 - d)*{self.log(f'1 - {y}')}"
            one = self.working.shapes[y] == SCALAR
            formula = f"-d*{self.log(y)} - (1 - d)*{self.log(f'1 - {y}')}" if one else f"-{self.over(terms)}"
            self.step("BCE", formula, f"Binary cross-entropy{of}", mark)
        elif kind == "cross-entropy":
            self.cross_entropy(y, mark, of)
        else:
            self.hinge(kind)

    def cross_entropy(self, y: str, mark: str, of: str) -> None:
        """Of classes: the whole sum, of which one-hot desired outputs leave one term an example."""
        w = self.working
        self.state_desired()
        assert self.d is not None
        many = self.d.value.shape[1] > 1
        divided = f"/{w.shapes[y][0]}" if many and self.given.average == "mean" else ""
        based = "" if self.given.log == "natural" else f"/log({self.given.log})"
        whole = f"-sum(d*log({y})){divided}{based}"
        if not self.hot:
            self.step("CE", whole, f"Cross-entropy{of}", mark)
            return
        places = np.argwhere(self.d.value == 1) + 1
        logs = [f"log({y}[{i}, {j}])" if many else f"log({y}[{i}])" for i, j in places]
        short = f"-{logs[0]}" if len(logs) == 1 else f"-({' + '.join(logs)})"
        name, tree = f"CE{mark}", parse(whole)
        each = " of each example" if len(logs) > 1 else ""
        step = RightClass(name, tree, f"Cross-entropy{of}", f"d leaves the term of the right class{each}")
        step.short = parse(f"{short}{divided}{based}")
        w.add(step, shape(tree, w.shapes), Symbol("CE", mark.removeprefix("_")))
        self.made.append(name)

    def hinge(self, kind: Kind) -> None:
        """Over the wrong classes, or of one score and d = ±1."""
        w, squared = self.working, "**2" if kind == "squared-hinge" else ""
        name, title = kind.replace("-", "_"), "Hinge loss" if kind == "hinge" else "Squared hinge loss"
        self.state_desired()
        self.state_delta("Margin")
        if self.single:
            self.step(name, f"max(0, Delta - d*z){squared}", title, "")
            return
        if "margins" not in w.items:
            right = f"z[{self.right + 1}]" if not self.many else "sum_rows(d*z)"
            w.step(
                "margins",
                f"(1 - d)*max(0, z - {right} + Delta)",
                "What each wrong class comes too near",
                why="the right class itself does not count",
            )
        total = f"sum(margins{squared})"
        if self.many and self.given.average == "mean":
            total += f"/{w.shapes['z'][0]}"
        self.step(name, total, title, "")

    def divergence(self) -> None:
        """KL of two distributions, with the entropies whose difference it is."""
        given, w = self.given, self.working
        assert given.p is not None
        assert given.q is not None
        w.given("p", given.p, "True distribution")
        w.given("q", given.q, "Approximation")
        w.step("H", f"-sum(p*{self.log('p')})", "Entropy of {p}", symbol=Symbol("H", argument="p"))
        w.step("H_pq", f"-sum(p*{self.log('q')})", "Cross-entropy", symbol=Symbol("H", argument="p, q"))
        w.step("KL", f"sum(p*{self.log('p/q')})", "Kullback-Leibler divergence", why="it is H(p, q) − H(p)")
        self.made = ["H", "H_pq", "KL"]

    def compare(self) -> None:
        """One loss of every option, and the smallest."""
        given, w = self.given, self.working
        assert given.options is not None
        first = as_array(next(iter(given.options.values())))
        self.many = first.value.shape[1] > 1
        rows = []
        for option, numbers in given.options.items():
            y = f"y_{option}"
            w.given(y, numbers, f"Option {option}", Symbol("y", option))
            self.loss(self.kinds[0], y, f"_{option}")
            rows.append((option, y, self.made[-1]))
        tree = parse(f"smallest(vstack({', '.join(self.made)}))")
        w.add(Comparison("smallest", tree, "The smallest loss", options=tuple(rows)), shape(tree, w.shapes))
        w.group("comparison", ["smallest"])
