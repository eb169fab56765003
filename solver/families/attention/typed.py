"""Queries, keys, values and projections as they are typed, and whether they fit together."""

import numpy as np

from solver.families.attention.given import Given
from solver.formula.tree import Array, Num
from solver.nets.layers import as_array, neurons_inputs, weights_of
from solver.nets.recurrent import size
from solver.spec.fields import Spec
from solver.spec.nodes import Report
from solver.working.page import Working

MAX_PAIRS = 10_000


class Checked:
    """A question of attention, read; `fits` notes what does not go together."""

    def __init__(self, given: Given, report: Report) -> None:
        self.given, self.report, self.working = given, report, Working()
        self.kinds: dict[str, list[str]] = {}  # steps by what parts call them
        self.paired = given.score in ("additive", "concat")
        self.Q, self.K, self.V = (_array(value) for value in (given.Q, given.K, given.V))
        self.Q = _as_row(self.Q, self._width_of_a_query())
        if self.V is None and self.paired and given.Wv is None:
            self.V = self.K
        self.mask = None if given.mask is None or given.mask == "causal" else as_array(given.mask)
        self.listed = given.heads if isinstance(given.heads, tuple) else ()
        self.count = len(self.listed) or (given.heads if isinstance(given.heads, int) else 1)
        self.projected = bool(self.listed) or (not self.paired and given.Wq is not None)

    def _width_of_a_query(self) -> int:
        """How many numbers a query has, by what it is compared with; 0 where that is unknown."""
        given = self.given
        if given.score == "dot":
            return 0 if self.K is None else int(self.K.value.shape[1])
        weights = given.Wq if given.score == "additive" else given.Wa
        if weights is None:
            return 0
        rows, columns = as_array(weights).value.shape
        if given.score == "concat":
            keys = 0 if self.K is None else int(self.K.value.shape[1])
            return int(rows if given.weights == "inputs x neurons" else columns) - keys
        return int(rows if given.score == "general" or given.weights == "inputs x neurons" else columns)

    # -- what fits ----------------------------------------------------------------------------------------------------
    def fits(self) -> bool:
        """Whether sizes fit; every misfit is noted."""
        before = len(self.report.problems)
        self._sources()
        if len(self.report.problems) == before:
            self._sizes()
        return len(self.report.problems) == before

    def _sources(self) -> None:
        """Notes what is missing, or given twice."""
        given, add = self.given, self.report.add
        if self.projected:
            if given.X is None:
                add(
                    given.place(), "'X' is missing: the tokens that are projected", "or give Q, K and V, and no weights"
                )
            for letter in "QKV":
                if getattr(given, letter) is not None:
                    add(
                        given.place(letter),
                        f"{letter} is given, and the weights to project it",
                        "give X, or Q, K and V",
                    )
            if not self.listed:
                for name in ("Wk", "Wv"):
                    if getattr(given, name) is None:
                        add(given.place(), f"{name!r} is missing: Wq, Wk and Wv go together")
            for name in ("Wq", "Wk", "Wv", "bq", "bk", "bv") if self.listed else ():
                if getattr(given, name) is not None:
                    add(given.place(name), f"{name} is given, and heads with weights of their own")
        else:
            needed = [("Q", self.Q, "the queries"), ("K", self.K, "the keys"), ("V", self.V, "the values")]
            missing = [(name, what) for name, value, what in needed if value is None]
            hint = "" if self.paired else "or X with Wq, Wk and Wv to project them"
            for name, what in missing:
                add(given.place(), f"{name!r} is missing: {what}", hint)
            for name in ("X", "memory", "bq", "bk", "bv", *(("Wk", "Wv") if given.score != "additive" else ("Wv",))):
                if getattr(given, name) is not None:
                    add(
                        given.place(name), f"{name} is given, but Q, K and V are not projected", "give X and Wq, Wk, Wv"
                    )
        for name, scores in (("Wa", ("general", "concat")), ("v", ("additive", "concat"))):
            value = getattr(given, name)
            if given.score in scores and value is None:
                add(given.place("score"), f"{name!r} is missing: score: {given.score} needs it")
            elif given.score not in scores and value is not None:
                add(given.place(name), f"{name} is for score: {' or '.join(scores)}")
        for name in ("Wq", "Wk") if given.score == "additive" else ():
            if getattr(given, name) is None:
                add(given.place("score"), f"{name!r} is missing: score: additive needs it")
        if self.paired and self.count > 1:
            add(given.place("heads"), f"{given.score} scores have one head")
        if given.bo is not None and given.Wo is None:
            add(given.place("bo"), "bo is given without Wo")
        if given.loss != "none" and given.D is None:
            add(given.place("loss"), "'D' is missing: a loss needs the desired output")
        if given.loss != "none" and given.gradient is not None:
            add(given.place("gradient"), "a loss and a given gradient", "gradients start from one of them")

    def _sizes(self) -> None:
        given, add = self.given, self.report.add
        if self.projected:
            widths = self._projections()
        else:
            assert self.Q is not None
            assert self.K is not None
            assert self.V is not None
            widths = (self.Q.value.shape[1], self.K.value.shape[1], self.V.value.shape[1])
            if self.K.value.shape[0] != self.V.value.shape[0]:
                message = f"K has {self.K.value.shape[0]} rows, but V has {self.V.value.shape[0]}"
                add(given.place("V"), message, "each key has one value")
        if widths is None:
            return
        dq, dk, dv = widths
        if given.score == "dot" and dq != dk:
            names = ("Wk", "columns of weights") if self.projected else ("K", "numbers")
            message = f"queries have {dq} numbers, but keys have {dk}"
            add(given.place(names[0]), message, "a dot product needs as many of each")
        if given.score == "general" and given.Wa is not None and as_array(given.Wa).value.shape != (dq, dk):
            add(given.place("Wa"), f"Wa is {size(as_array(given.Wa))}, but {dq}×{dk} is expected: queries × keys")
        if self.paired:
            self._additive(dq, dk)
        for letter, width in zip("QKV", widths, strict=True):
            if not self.listed and width % self.count:
                place = given.place("heads")
                add(place, f"{self.count} heads cannot share the {width} columns of {letter} equally")
        rows, keys = self.sizes()
        if self.mask is not None:
            self.mask = _for_every_query(self.mask, rows, keys)
            if self.mask.value.shape != (rows, keys):
                add(
                    given.place("mask"),
                    f"the mask is {size(self.mask)}, expected {rows}×{keys}",
                    "a row for each query, a column for each key",
                )
            elif not np.isin(self.mask.value, (0, 1)).all():
                add(
                    given.place("mask"),
                    "the mask has other numbers than 0 and 1",
                    "1 where a query may look, 0 elsewhere",
                )
            elif not self.mask.value.any(axis=1).all():
                row = int(np.flatnonzero(~self.mask.value.any(axis=1))[0]) + 1
                add(given.place("mask"), f"row {row} of the mask hides every key", "each query looks at one at least")
        together = dv * (self.count if self.listed else 1)
        if given.Wo is not None:
            Wo = weights_of(given.Wo, together, given.weights)
            out, found = neurons_inputs(Wo, given.weights)
            if found != together:
                add(given.place("Wo"), f"Wo is {size(Wo)}, but the heads have {together} numbers together")
            together = out
        if given.bo is not None and given.bo.value.shape[0] not in (1, together):
            add(given.place("bo"), f"bo is {size(given.bo)}, but the output has {together} numbers")
        for field in ("D", "gradient"):
            value = self.desired(field, rows, together)
            if value is not None and value.value.shape != (rows, together):
                add(given.place(field), f"{field} is {size(value)}, but the output is {rows}×{together}")

    def _projections(self) -> tuple[int, int, int] | None:
        """How many numbers a projected query, key and value have; None where a projection does not fit."""
        given, before = self.given, len(self.report.problems)
        assert given.X is not None
        memory = given.X if given.memory is None else given.memory
        found: dict[str, int] = {}
        for spec in self.listed or (given,):
            for name, source, tokens in (("Wq", "X", given.X), ("Wk", "memory", memory), ("Wv", "memory", memory)):
                source = source if given.memory is not None else "X"
                width = tokens.value.shape[1]
                W = weights_of(getattr(spec, name), width, given.weights)
                neurons, inputs = neurons_inputs(W, given.weights)
                if inputs != width:
                    hint = f"weights are stored {given.weights}" + ("; is it transposed?" if neurons == width else "")
                    message = f"{name} is {size(W)}, but a token of {source} has {width} numbers"
                    self.report.add(spec.place(name), message, hint)
                elif found.setdefault(name, neurons) != neurons:
                    self.report.add(
                        spec.place(name), f"{name} makes {neurons} numbers, that of the first head {found[name]}"
                    )
                bias = getattr(given, f"b{name[1]}")
                if bias is not None and bias.value.shape[0] not in (1, neurons):
                    message = f"b{name[1]} is {size(bias)}, but {name} is {size(W)}: {neurons}×1 expected"
                    self.report.add(given.place(f"b{name[1]}"), message)
        return None if len(self.report.problems) > before else (found["Wq"], found["Wk"], found["Wv"])

    def _additive(self, dq: int, dk: int) -> None:
        given, units = self.given, None
        pairs = (("Wq", dq, "a query"), ("Wk", dk, "a key"))
        for name, width, what in pairs if given.score == "additive" else (("Wa", dq + dk, "a query with its key"),):
            value = getattr(given, name)
            if value is None:
                continue
            W = weights_of(value, width, given.weights)
            neurons, inputs = neurons_inputs(W, given.weights)
            if inputs != width:
                hint = f"weights are stored {given.weights}"
                self.report.add(given.place(name), f"{name} is {size(W)}, but {what} has {width} numbers", hint)
            elif units is not None and neurons != units:
                self.report.add(given.place(name), f"{name} makes {neurons} numbers, but Wq makes {units}")
            else:
                units = neurons
        if given.v is not None and units is not None and given.v.value.shape[0] != units:
            made = "Wq" if given.score == "additive" else "Wa"
            self.report.add(given.place("v"), f"v is {size(given.v)}, but {made} makes {units} numbers")
        rows, keys = self.sizes()
        if rows * keys > MAX_PAIRS:
            self.report.add(given.place("score"), f"{rows} queries and {keys} keys: more than {MAX_PAIRS:,} pairs")

    def sizes(self) -> tuple[int, int]:
        """How many queries and keys there are."""
        given = self.given
        if self.projected and given.X is not None:
            memory = given.X if given.memory is None else given.memory
            return int(given.X.value.shape[0]), int(memory.value.shape[0])
        assert self.Q is not None
        assert self.K is not None
        return int(self.Q.value.shape[0]), int(self.K.value.shape[0])

    def desired(self, field: str, rows: int, width: int) -> Array | None:
        """What is given at the output; of a single query, a list is a row."""
        value = _array(getattr(self.given, field))
        return _as_row(value, width) if rows == 1 else value

    def together(self, width: int) -> int:
        """How many numbers all heads have side by side."""
        if self.listed:
            return sum(neurons_inputs(head.Wv, self.given.weights)[0] for head in self.listed)
        if self.projected:
            assert self.given.X is not None
            memory = self.given.X if self.given.memory is None else self.given.memory
            assert self.given.Wv is not None
            W = weights_of(self.given.Wv, memory.value.shape[1], self.given.weights)
            return neurons_inputs(W, self.given.weights)[0]
        return width

    def projectors(self) -> list[tuple[str, Spec]]:
        """Who brings projections, each with the ending of their names."""
        return [(str(k), head) for k, head in enumerate(self.listed, 1)] or [("", self.given)]


def _array(value: Num | Array | None) -> Array | None:
    return None if value is None else as_array(value)


def _for_every_query(mask: Array, rows: int, keys: int) -> Array:
    """A mask with a row a query; a list of one number a key is every row."""
    if mask.value.shape != (keys, 1) or (rows, keys) == (keys, 1):
        return mask
    return Array(np.tile(mask.value.T, (rows, 1)), (tuple(mask.text(k, 0) for k in range(keys)),) * rows)


def _as_row(array: Array | None, width: int) -> Array | None:
    """A list of so many numbers as one row."""
    return array.T if array is not None and array.value.shape == (width, 1) else array
