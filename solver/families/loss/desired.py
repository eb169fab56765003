"""Whether outputs, losses and what is desired fit together."""

import numpy as np

from solver.families.loss.given import ERRORS, Given, Kind
from solver.formula.tree import Array, Num
from solver.nets.layers import as_array, neurons_inputs
from solver.nets.recurrent import size
from solver.spec.nodes import Report
from solver.working.page import Working


class LossChecks:
    """Reads what is given. kinds: the losses that are asked for; d: what is desired; hot: one class of each is right."""

    def __init__(self, given: Given, report: Report) -> None:
        self.given, self.report, self.working = given, report, Working()
        default: tuple[Kind, ...] = ()
        if given.p is not None:
            default = ("KL",)
        elif given.d is not None or given.label is not None or given.labels or given.options:
            default = ("cross-entropy",)
        self.kinds = given.loss or default
        self.made: list[str] = []
        self.each: list[str] = []
        self.right = -1  # of one example: the right class, from 0; −1 where d is not one-hot

    def output(self) -> tuple[int, int]:
        """Rows and columns of what is put out; of options, of the first."""
        given = self.given
        if given.W is not None:
            return neurons_inputs(given.W, given.weights)[0], 1
        first = next(iter(given.options.values())) if given.options else given.y if given.z is None else given.z
        assert first is not None
        rows, columns = first.value.shape
        return rows, columns

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
            elif ((given.q.value == 0) & (given.p.value > 0)).any():
                add(given.place("q"), "q is 0 where p is not", "what is possible needs a probability above 0 in q")
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
        if given.smoothing is not None:
            if "cross-entropy" not in self.kinds:
                add(given.place("smoothing"), "smoothing is of a cross-entropy of classes", "loss: cross-entropy")
            if not 0 < float(given.smoothing.text) < 1:
                add(given.place("smoothing"), f"smoothing is {given.smoothing.text}, expected one between 0 and 1")
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
