"""The steps of every layer: sums of products, activations, pooled maps, flat vectors, dense layers; loss and gradients."""

from __future__ import annotations

from collections.abc import Sequence

from solver.errors import FormulaError
from solver.families.convolution.filters import Bank, bank, both, check_place, options, rounded_up, sliding
from solver.families.convolution.given import Given, Sliding, maps
from solver.families.convolution.kinds import check_kinds, kind_of
from solver.families.convolution.table import MapStep
from solver.formula.functions.windows import Pair, Windows
from solver.formula.symbol import Symbol
from solver.formula.tree import Bin, Call, Name, Num, Options, Tree
from solver.formula.walks.shape import shape
from solver.nets.layers import activated, neurons_inputs, spread, weights_of
from solver.nets.recurrent import added, size, weighted
from solver.spec.fields import Spec
from solver.spec.nodes import Report
from solver.working.page import Working

MAX_KERNELS = 200
FN = {"cross-correlation": "correlate", "convolution": "convolve", "transposed": "correlate_transposed"}
MANNER = {"cross-correlation": "", "convolution": ", true convolution", "transposed": ", transposed convolution"}
_POOLS = {
    "max": ("max_pool", "largest of each window"),
    "average": ("average_pool", "mean of each window"),
    "global-max": ("largest", "maximum of the whole map"),
    "global-average": ("mean", "mean of the whole map"),
}
"""The function of each kind of pooling, and what it makes."""


class Maps:
    """Goes through the layers; `now` are the names of the present maps, or of one vector."""

    def __init__(self, given: Given, report: Report) -> None:
        self.given, self.report, self.working = given, report, Working()
        self.flat = given.flat_input
        self.now: list[str] = []
        self.inputs: list[str] = []
        self.weights: list[str] = []  # kernels too
        self.vector = False  # whether what is there is one column, and no maps
        self.pooled: list[tuple[list[str], Windows]] = []
        self.kernels = 0
        self.nets: list[str] = []
        self.label = ""
        self.activation = "linear"  # of the last dense layer

    def finish(self) -> None:
        """What comes behind the layers."""

    def run(self) -> Working:
        """The whole working; nothing but the report where something does not fit."""
        before = len(self.report.problems)
        check_kinds(self.given, self.report)
        if len(self.report.problems) == before:
            self._input()
        stages = self.given.layers or (self.given,)
        for k, stage in enumerate(stages, 1):
            if len(self.report.problems) > before:
                return self.working
            self.label = str(k) if self.given.layers else ""
            made = len(self.working.items)
            self._stage(stage, last=k == len(stages))
            if self.label:
                names = list(self.working.items)[made:]
                self.working.group(f"layer{k}", [n for n in names if not self.working.items[n].given])
        if len(self.report.problems) == before:
            self.finish()
        return self.working

    # -- what is given ------------------------------------------------------------------------------------------------
    def _input(self) -> None:
        try:
            channels = maps(self.given, "X", self.flat)
        except FormulaError as error:
            self.note(self.given, "X", error)
            return
        for c, channel in enumerate(channels, 1):
            name = "X" if len(channels) == 1 else f"X{c}"
            self.working.given(name, channel, "Input" if len(channels) == 1 else f"Channel {c} of the input")
            self.now.append(name)
            self.inputs.append(name)

    # -- names --------------------------------------------------------------------------------------------------------
    def _name(self, letter: str, *indices: int) -> tuple[str, Symbol]:
        """A quantity of this layer: its name and symbol; an index is 0 where there is only one."""
        below = [self.label] * bool(self.label) + [str(k) for k in indices if k]
        return letter + "_".join(below), Symbol(letter, ",".join(below))

    def _title(self, what: str, channel: int = 0, word: str = "channel") -> str:
        parts = [f"Layer {self.label}"] * bool(self.label) + [f"{word} {channel}"] * bool(channel)
        return f"{', '.join(parts)}: {what}" if parts else what[:1].upper() + what[1:]

    def _step(
        self, letter: str, k: int, count: int, formula: Tree, what: str, word: str = "channel", terms: int = 1
    ) -> str:
        index = k if count > 1 else 0
        name, symbol = self._name(letter, index)
        title = self._title(what, index, word)
        step = MapStep(name, formula, title[:1].upper() + title[1:], terms=terms)
        self.working.add(step, shape(formula, self.working.shapes), symbol)
        return name

    def note(self, spec: Spec, field: str, error: FormulaError) -> None:
        """Notes an error at a field."""
        self.report.add(spec.place(field), error.message, error.hint)

    def _where(self) -> str:
        return f" of layer {self.label}" if self.label else ""

    # -- layers -------------------------------------------------------------------------------------------------------
    def _stage(self, stage: Sliding | str, last: bool) -> None:
        if not isinstance(stage, Sliding):
            self._flatten()
            return
        field = kind_of(stage)
        if self.vector and field != "W":
            self.report.add(
                stage.place(field), f"layer {self.label} needs maps, but what comes before it is a flat vector"
            )
            return
        try:
            if field == "K":
                self._kernels(stage)
            elif field == "W":
                self._dense(stage, last)
            else:
                self._pooling(stage)
        except FormulaError as error:
            self.note(stage, field, error)

    def size(self) -> Pair:
        """Rows and columns of the present maps."""
        rows, columns = self.working.shapes[self.now[0]]
        return (int(rows), int(columns))

    def _kernels(self, stage: Sliding) -> None:
        filters = bank(stage, len(self.now), self.flat)
        self.kernels += sum(map(len, filters.filters))
        if self.kernels > MAX_KERNELS:
            found = f"{self.kernels:,} kernels{' up to here' if self.label else ''}, expected at most {MAX_KERNELS:,}"
            raise FormulaError(found, "fewer channels, filters or layers; the family cnn counts what large ones cost")
        kernel = filters.filters[0][0].value.shape
        windows = sliding(stage, (kernel[0], kernel[1]), self.flat)
        chosen = self._spread(stage, windows) if stage.operation == "transposed" else options(windows, self.flat)
        if stage.operation != "transposed":
            check_place("filter", windows, self.size(), self._where())
        count, fn = len(filters.filters), FN[stage.operation]
        if stage.b is not None and stage.b.value.shape[0] not in (1, count):
            found = f"b has {stage.b.value.shape[0]} numbers, but K has {count} filter{'s' * (count > 1)}"
            self.report.add(stage.place("b"), found, "one number for each filter, or one for all")
            return
        names = self._filters_given(stage, filters)
        sums, title = [], "sums of products" + MANNER[stage.operation]
        for f, kernels in enumerate(names):
            over = self.now[filters.first[f] :][: len(kernels)]
            terms: list[Tree] = [Call(fn, (Name(x), Name(k)), chosen) for x, k in zip(over, kernels, strict=True)]
            if stage.b is not None:
                terms.append(Name(self._bias(f + 1, count)))
            sums.append(added(terms))
        products = len(filters.filters[0]) * kernel[0] * kernel[1]
        self._outputs(stage, sums, self._letter("H"), title, "filter", products)

    def _letter(self, letter: str) -> str:
        """Y of a single layer."""
        return letter if self.label else "Y"

    def _outputs(
        self, stage: Sliding, sums: Sequence[Tree], letter: str, what: str, word: str = "channel", terms: int = 1
    ) -> None:
        """The maps of a layer: what it sums up, so many terms a cell, and the activation of that."""
        now, count = [], len(sums)
        for k, formula in enumerate(sums, 1):
            if stage.activation != "linear":
                net = self._step("U", k, count, formula, what, word, terms)
                self.nets.append(net)
                now.append(self._step(letter, k, count, activated(stage.activation, Name(net)), "output", word))
            else:
                now.append(self._step(letter, k, count, formula, what, word, terms))
        self.now = now

    def _spread(self, stage: Sliding, windows: Windows) -> Options:
        """Of a transposed convolution, with the size where output_padding makes it larger."""
        more = both(stage, "output_padding", self.flat, 0, (0, 0))
        rows, columns = windows.whole(self.size())
        if min(rows, columns) < 1:
            raise FormulaError(
                f"padding takes away the whole output{self._where()}: it is {rows}×{columns}", "less padding"
            )
        chosen = options(windows, self.flat)
        if any(more):
            steps = [max(s, d) for s, d in zip(windows.stride, windows.dilation, strict=True)]
            if more[1] >= steps[1] or (not self.flat and more[0] >= steps[0]):
                raise FormulaError("output_padding is not smaller than stride or dilation")
            chosen = (*chosen, ("size", (rows + (0 if self.flat else more[0]), columns + more[1])))
        return chosen

    def _filters_given(self, stage: Sliding, filters: Bank) -> list[list[str]]:
        """States kernels and biases; returns the kernels' names."""
        w, count = self.working, len(filters.filters)
        names: list[list[str]] = []
        for f, kernels in enumerate(filters.filters, 1):
            row = []
            for c, kernel in enumerate(kernels, 1):
                name, symbol = self._name("K", f if count > 1 else 0, c if len(kernels) > 1 else 0)
                parts = [f"filter {f}"] * (count > 1) + [f"channel {c}"] * (len(kernels) > 1)
                title = "Kernel" + (f" of {', '.join(parts)}" if parts else "")
                w.given(name, kernel, title + (f" (layer {self.label})" if self.label else ""), symbol)
                row.append(name)
            names.append(row)
            self.weights += row
        if stage.b is not None:
            b = spread(stage.b, count)
            for f in range(1, count + 1):
                _, symbol = self._name("b", f if count > 1 else 0)
                w.given(
                    self._bias(f, count), Num(b.text(f - 1, 0)), f"Bias{f' of filter {f}' if count > 1 else ''}", symbol
                )
        return names

    def _bias(self, f: int, count: int) -> str:
        return self._name("b", f if count > 1 else 0)[0]

    def _pooling(self, stage: Sliding) -> None:
        """Pooling or unpooling of every map."""
        names = list(map(Name, self.now))
        fn, what = _POOLS.get(stage.pool or "", ("", ""))
        if fn in ("largest", "mean"):
            self._outputs(stage, [Call(fn, (x,)) for x in names], self._letter("P"), what)
            return
        size = both(stage, "size", self.flat, 1, (2, 2))
        if self.flat:
            size = (1, size[1])
        if stage.unpool == "max":
            self._max_unpooling(stage)
            return
        window = sliding(stage, size, self.flat)
        stride = both(stage, "stride", self.flat, 1, size)
        stride = (1, stride[1]) if self.flat else stride
        window = window._replace(stride=stride)
        if stage.ceil:
            window = rounded_up(window, self.size())
        chosen: Options = () if size == (2, 2) else (("window", size[0] if size[0] == size[1] else size),)
        if stride != size:
            chosen = (*chosen, ("stride", stride[0] if stride[0] == stride[1] else stride))
        if any(window.padding):
            if any(2 * p > n for p, n in zip(window.padding, size, strict=True)):
                raise FormulaError("padding is more than half the window", "a window would hold zeros alone")
            chosen = (*chosen, *options(window, self.flat, ("padding",)))
        if any(window.after):
            chosen = (*chosen, *options(window, self.flat, ("after",)))
        if stage.pool:
            check_place("pooling window", window, self.size(), self._where())
            what += ", one that stands out at the end as well" * any(window.after)
            if stage.pool == "max":
                self.pooled.append((self.now, window))
            cells = size[0] * size[1]
            self._outputs(stage, [Call(fn, (x,), chosen) for x in names], self._letter("P"), what, terms=cells)
            return
        if stage.unpool == "average":
            made: list[Tree] = [Call("average_unpool", (x,), chosen) for x in names]
            what = "each number in equal shares over its window"
        else:
            made, what = self._repeated(stage, names, size, stride)
        self._outputs(stage, made, self._letter("P"), what)

    def _repeated(self, stage: Sliding, names: Sequence[Tree], size: Pair, stride: Pair) -> tuple[list[Tree], str]:
        """Nearest neighbour and bed of nails: transposed convolutions with a kernel of ones."""
        nails = stage.unpool == "nails"
        ones = Call("ones", (), (("size", (1, 1) if nails else size),))
        chosen: Options = () if stride == (1, 1) else (("stride", stride[0] if stride[0] == stride[1] else stride),)
        if nails:
            rows, columns = (n * s for n, s in zip(self.size(), stride, strict=True))
            chosen = (*chosen, ("size", (rows, columns)))
        what = (
            "each number in the first cell of its window, 0 elsewhere" if nails else "each number over its whole window"
        )
        return [Call("correlate_transposed", (x, ones), chosen) for x in names], what

    def _max_unpooling(self, stage: Sliding) -> None:
        if not self.pooled:
            raise FormulaError(
                "there is no max pooling before it that says where the maxima were", "put a layer {pool: max} above"
            )
        sources, window = self.pooled.pop()
        count = window.places(self._as_pair(sources[0]))
        if count != self.size() or len(sources) != len(self.now):
            found = f"{len(self.now)} maps of {self.size()[0]}×{self.size()[1]}"
            raise FormulaError(
                f"max unpooling has {found}, but the pooling made {len(sources)} of {count[0]}×{count[1]}"
            )
        chosen: Options = () if window.size == (2, 2) else (("window", window.size),)
        if window.stride != window.size:
            chosen = (*chosen, ("stride", window.stride))
        if any(window.padding):
            chosen = (*chosen, ("padding", window.padding))
        if any(window.after):
            chosen = (*chosen, ("after", window.after))
        made = [Call("max_unpool", (Name(x), Name(y)), chosen) for x, y in zip(self.now, sources, strict=True)]
        self._outputs(stage, made, self._letter("P"), "each number where the maximum of its window was, 0 elsewhere")

    def _as_pair(self, name: str) -> Pair:
        rows, columns = self.working.shapes[name]
        return (int(rows), int(columns))

    def _flatten(self) -> None:
        if self.vector:
            return
        parts: list[Tree] = [x if self.size() == (1, 1) else Call("flatten", (x,)) for x in map(Name, self.now)]
        name, symbol = self._name("f")
        formula = parts[0] if len(parts) == 1 else Call("vstack", tuple(parts))
        self.working.step(name, formula, self._title("all maps as one vector, row by row"), symbol=symbol)
        self.now, self.vector = [name], True

    def _dense(self, stage: Sliding, last: bool) -> None:
        if not self.vector:
            self._flatten()
        w, inputs = self.working, self.size()[0]
        assert stage.W is not None
        W = weights_of(stage.W, inputs, stage.weights)
        neurons, found = neurons_inputs(W, stage.weights)
        if found != inputs:
            raise FormulaError(f"W is {size(W)}, but {inputs} numbers come in", f"weights are stored {stage.weights}")
        name, symbol = self._name("W")
        w.given(name, W, "Weights" + (f" of layer {self.label}" if self.label else ""), symbol)
        self.weights.append(name)
        formula = weighted(w, name, Name(self.now[0]), stage.weights)
        if stage.b is not None:
            if stage.b.value.shape[0] not in (1, neurons):
                found_b = f"b has {stage.b.value.shape[0]} numbers, but W is {size(W)}: {neurons} expected"
                self.report.add(stage.place("b"), found_b)
                return
            bias, symbol = self._name("b")
            w.given(
                bias, spread(stage.b, neurons), "Biases" + (f" of layer {self.label}" if self.label else ""), symbol
            )
            formula = Bin("+", formula, Name(bias))
        if stage.activation != "linear":
            net, symbol = self._name("u")
            w.step(net, formula, self._title("net input"), symbol=symbol)
            self.nets.append(net)
            formula = activated(stage.activation, Name(net))
        made, symbol = ("y", Symbol("y")) if last else self._name("h")
        w.step(made, formula, self._title("output"), symbol=symbol)
        self.now, self.activation = [made], stage.activation
