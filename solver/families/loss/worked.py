"""Scores, probabilities, losses, divergences, comparisons: every step in the order of the page."""

import numpy as np

from solver.families.loss.desired import LossChecks
from solver.families.loss.given import ERRORS, Kind
from solver.families.loss.one_class import Comparison, RightClass
from solver.formula.parse import parse
from solver.formula.symbol import Symbol
from solver.formula.walks.shape import SCALAR, shape
from solver.nets.layers import as_array
from solver.working.gradients import OnDemand

MAX_TERMS = 40
"""Of a cross-entropy, that are written out one by one; of more it is the sum over all entries."""


class Losses(LossChecks):
    """States and computes what fits."""

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
        w.group("each", self.each)
        if self.made and given.options is None:
            by = [name for name in ("z", "y", "q") if name in w.items][:1]
            w.gradients = OnDemand(w, self.made[-1], by)
        w.default = (*w.groups.get("probabilities", ()), *self.made, *w.groups.get("comparison", ()))

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
            if not one and not mark and self.d is not None and self.d.value.shape[1] == 1:
                self.offer_each(name, alone, title)
        elif kind == "huber":
            self.state_desired()
            self.state_delta("Threshold")
            term = f"huber(d - {y}, Delta)"
            one = self.working.shapes[y] == SCALAR
            self.step("huber", term if one else self.over(term), f"Huber loss{of}", mark)
            if not one and not mark:
                self.offer_each("huber", term, "Huber loss")
        elif kind == "binary-cross-entropy":
            self.state_desired()
            terms = f"d*{self.log(y)} + (1 - d)*{self.log(f'1 - {y}')}"
            one = self.working.shapes[y] == SCALAR
            formula = f"-d*{self.log(y)} - (1 - d)*{self.log(f'1 - {y}')}" if one else f"-{self.over(terms)}"
            self.step("BCE", formula, f"Binary cross-entropy{of}", mark)
            if not one and not mark:
                self.offer_each(
                    "BCE", "-d*{} - (1 - d)*{}".format(self.log(y), self.log(f"1 - {y}")), "Binary cross-entropy"
                )
        elif kind == "cross-entropy":
            self.cross_entropy(y, mark, of)
        else:
            self.hinge(kind)

    def offer_each(self, name: str, formula: str, title: str) -> None:
        """Offers the losses of each example, a row each."""
        symbol = Symbol(name, "each")
        title = f"{title} of each example"
        self.each.append(f"{name}_each")
        self.working.offer(f"{name}_each", lambda w: w.step(f"{name}_each", formula, title, symbol=symbol))

    def smoothed(self) -> str:
        """What a cross-entropy compares with: d, or d smoothed; its name."""
        w, given = self.working, self.given
        if given.smoothing is None:
            return "d"
        if "d_smooth" not in w.items:
            assert self.d is not None
            w.given("eps", given.smoothing, "Label smoothing", Symbol("epsilon"))
            classes = self.d.value.shape[1 if self.d.value.shape[1] > 1 else 0]
            why = "each class gets its part of ε, and the right one what is left"
            formula = f"(1 - eps)*d + eps/{classes}"
            w.step("d_smooth", formula, "Desired output, smoothed", why=why, symbol=Symbol("d", "smooth"))
        return "d_smooth"

    def cross_entropy(self, y: str, mark: str, of: str) -> None:
        """Of classes: the whole sum, of which one-hot desired outputs leave one term an example."""
        w = self.working
        self.state_desired()
        assert self.d is not None
        d = self.smoothed()
        many = self.d.value.shape[1] > 1
        divided = f"/{w.shapes[y][0]}" if many and self.given.average == "mean" else ""
        based = "" if self.given.log == "natural" else f"/log({self.given.log})"
        whole = f"-sum({d}*log({y})){divided}{based}"
        if many and not mark:
            self.offer_each("CE", f"-sum_rows({d}*log({y})){based}", "Cross-entropy")
        places = np.argwhere(self.d.value == 1) + 1
        if not self.hot or d != "d" or len(places) > MAX_TERMS:
            self.step("CE", whole, f"Cross-entropy{of}", mark)
            return
        logs = [f"log({y}[{i}, {j}])" if many else f"log({y}[{i}])" for i, j in places]
        short = f"-{logs[0]}" if len(logs) == 1 else f"-({' + '.join(logs)})"
        name, tree = f"CE{mark}", parse(whole)
        each = " of each example" if len(logs) > 1 else ""
        step = RightClass(
            name, tree, f"Cross-entropy{of}", f"d is one-hot: what is left is the term of the right class{each}"
        )
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
            right = f"z[{self.right + 1}]" if not self.many else "z_right"
            if self.many:
                symbol = Symbol("z", "right")
                w.step(right, "sum_rows(d*z)", "Score of the right class of each example", symbol=symbol)
            w.step(
                "margins",
                f"(1 - d)*max(0, z - {right} + Delta)",
                "By how much each wrong class violates the margin",
                why="the right class itself does not count",
            )
        if self.many:
            self.offer_each(name, f"sum_rows(margins{squared})", title)
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
        if self.d is not None:
            self.state_desired()
        for option, numbers in given.options.items():
            y = f"y_{option}"
            w.given(y, numbers, f"Option {option}", Symbol("y", option))
            self.loss(self.kinds[0], y, f"_{option}")
            rows.append((option, y, self.made[-1]))
        tree = parse(f"smallest(vstack({', '.join(self.made)}))")
        w.add(Comparison("smallest", tree, "The smallest loss", options=tuple(rows)), shape(tree, w.shapes))
        w.group("comparison", ["smallest"])
