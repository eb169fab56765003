"""The layers of a network one after the other: every volume's size, and the unknowns that follow from given outputs."""

from typing import Any, NamedTuple

import numpy as np

from solver.equation import Floored, equation, unfloored
from solver.errors import FormulaError, Place
from solver.families._cnn_fields import MAX_SIZE, Given, Layer, Misfit
from solver.formula.parse import parse
from solver.formula.source import source
from solver.formula.tree import Num, Tree, names, replace_names
from solver.formula.value import value
from solver.rounding import EXACT, Floats
from solver.working import Step, Working

LARGEST = 10**15
"""Counts beyond this cannot be told apart as floats."""

Pair = tuple[str, str]


class Volume(NamedTuple):
    """The names of a volume's channels, height and width."""

    D: str
    H: str
    W: str


class Conv(NamedTuple):
    """A convolution: its kind and names, and the volumes before and after it."""

    k: int
    kind: str
    title: str
    F: Pair
    before: Volume
    after: Volume
    bias: bool
    place: Place

    @property
    def tag(self) -> str:
        """What stands behind params_ and flops_."""
        return f"conv{self.k}"


class Dense(NamedTuple):
    """A fully connected layer: the names of its numbers of inputs and neurons."""

    tag: str
    title: str
    inputs: str
    neurons: str
    bias: bool
    place: Place


class Window(NamedTuple):
    """The names of a filter's size, stride, padding and dilation, each for height and width; None where it has none."""

    F: Pair
    s: Pair
    p: Pair | None
    r: Pair | None
    kind: str
    same: bool

    def extent(self, axis: int) -> str:
        """How far a filter reaches, as a formula."""
        return f"({self.r[axis]}*({self.F[axis]} - 1) + 1)" if self.r else self.F[axis]

    def padded(self, axis: int, size: str) -> str:
        """The padded input less the filter, as a formula."""
        return f"{size} - {self.extent(axis)}" + (f" + 2*{self.p[axis]}" if self.p else "")

    def output(self, axis: int, size: str) -> str:
        """The output's size, as a formula in the input's."""
        if self.kind == "transposed":
            less = f" - 2*{self.p[axis]}" if self.p else ""
            return f"({size} - 1)*{self.s[axis]}{less} + {self.extent(axis)}"
        room = f"({size} - 1)" if self.same else f"({self.padded(axis, size)})"
        return f"floor({room}/{self.s[axis]}) + 1"


class Chain:
    """Walks through the layers and writes what is given and what follows into a working.

    known: the value of every name so far, each computed by its own step's formula.
    """

    def __init__(self, given: Given) -> None:
        self.given = given
        self.working = Working()
        self.known: dict[str, Floats] = {}
        self.places: dict[str, Place] = {}
        self.unknowns: list[str] = []
        self.sizes: list[str] = []
        self.layers: list[Conv | Dense] = []
        self.volume: Volume | None = None
        self.flat = ""
        self.volumes = self.convs = self.pools = self.denses = 0

    # -- names and values ---------------------------------------------------------------------------------------------
    def number(self, name: str) -> int:
        """The value of a name."""
        return int(self.known[name].item())

    def state(self, name: str, number: int, title: str = "") -> None:
        """States a given number, once."""
        if name not in self.known:
            self.working.given(name, Num(str(number)), title)
            self.known[name] = self.working.items[name].numbers.value  # type: ignore[union-attr]

    def ask(self, name: str, place: Place) -> None:
        """Notes a name that the question asks for."""
        self.places[name] = place
        self.unknowns.append(name)

    def step(self, name: str, formula: str, title: str, place: Place, **options: Any) -> None:
        """Adds a step for a whole number and evaluates it."""
        made = Floored if "floor" in formula else Step
        why = options.get("why", "")
        step = made(name, parse(formula), title, why, True)
        self.known[name] = step.value(self.known)
        if float(self.known[name].item()) > LARGEST:
            raise Misfit(place, f"{name} is more than {LARGEST:,}", "smaller layers can be counted exactly")
        self.working.add(step, symbol=options.get("symbol"))

    # -- the walk -----------------------------------------------------------------------------------------------------
    def walk(self) -> list[Misfit]:
        """Goes through all layers; what does not fit, as far as it can be told."""
        found = []
        self.start()
        for layer in self.given.layers:
            try:
                self.layer(layer)
            except Misfit as misfit:
                found.append(misfit)
                if not self.resume(layer):
                    break
        return found

    def start(self) -> None:
        """The input: a volume, or the inputs of a dense network."""
        given, place = self.given, self.given.place
        sizes = given.input * 3 if given.input == ("unknown",) else given.input
        if len(sizes) == 1:
            self.flat = "n_in"
            self.state("n_in", int(sizes[0]), "Inputs")
            return
        self.volume = self.next_volume()
        for i, (name, size) in enumerate(zip(self.volume, sizes, strict=True)):
            if size == "unknown":
                self.ask(name, place("input", i))
            else:
                self.state(name, int(size), "Input volume")

    def resume(self, layer: Layer) -> bool:
        """After a misfit: whether the given output lets the later layers be checked all the same."""
        output = layer.output or ()
        if len(output) != 3 or "unknown" in output:
            return False
        self.volume = self.next_volume()
        for name, size in zip(self.volume, output, strict=True):
            self.known[name] = Num(str(size)).value
        return True

    def next_volume(self) -> Volume:
        """The names of the next volume."""
        self.volumes += 1
        return Volume(f"D{self.volumes}", f"H{self.volumes}", f"W{self.volumes}")

    def layer(self, layer: Layer) -> None:
        """One layer, as it is written."""
        match layer.type:
            case "flatten":
                self.flatten(layer)
            case "dense":
                self.dense(layer)
            case "separable":
                self.convolution(layer, "depthwise", closes=False)
                self.convolution(layer, "pointwise")
            case "max-pool" | "average-pool":
                self.pool(layer)
            case _:
                self.convolution(layer, layer.type)

    # -- convolutions and pools ---------------------------------------------------------------------------------------
    def convolution(self, layer: Layer, kind: str, closes: bool = True) -> None:
        """A convolution of any kind. closes: whether the layer's output is this convolution's."""
        before = self.entered(layer)
        self.convs += 1
        k, title = str(self.convs), f"{_TITLES[kind]} {self.convs}"
        after = self.next_volume()
        output = self.expected(layer, after)
        if not closes:
            output.pop(after.D, None)
        elif layer.type == "separable":
            output = {name: size for name, size in output.items() if name == after.D}
        if kind == "depthwise":
            self.one_filter_a_channel(layer, k, title, before, after, output)
        else:
            self.filters(layer, k, title, after, output)
            self.depth(layer, k, title, before)
        window = self.window(layer, kind, k, title)
        self.spatial(layer, window, title, before, after, output)
        bias = layer.bias is not False
        self.layers.append(Conv(self.convs, kind, title, window.F, before, after, bias, layer.place()))
        self.volume = after

    def pool(self, layer: Layer) -> None:
        """Pooling, channel by channel."""
        before = self.entered(layer)
        self.pools += 1
        words = "Max pooling layer" if layer.type == "max-pool" else "Average pooling layer"
        title = f"{words} {self.pools}"
        after = self.next_volume()
        output = self.expected(layer, after)
        if before.D in self.known:
            self.size(layer, after.D, before.D, title, output, "pooling keeps the number of channels")
        elif after.D in output:
            self.state(after.D, output[after.D], f"{title}: output")
            self.step(before.D, after.D, f"{title}: input depth", layer.place(), why="pooling keeps the channels")
        else:
            raise self.undetermined(before.D, "give the depth of the output")
        window = self.window(layer, "pool", f"_pool{self.pools}", title)
        self.spatial(layer, window, title, before, after, output)
        self.volume = after

    def entered(self, layer: Layer) -> Volume:
        """The volume that a layer receives."""
        if self.volume is None:
            raise Misfit(layer.place("type"), f"{layer.type} after the volume was flattened", "it needs D×H×W")
        return self.volume

    def expected(self, layer: Layer, after: Volume) -> dict[str, int]:
        """The numbers of the output that are given; those written as unknown are noted as asked for."""
        given = layer.output or ()
        output = {}
        for i, (name, size) in enumerate(zip(after, given * 3 if len(given) == 1 else given, strict=False)):
            if size == "unknown":
                self.ask(name, layer.place("output", i))
            else:
                output[name] = int(size)
        return output

    def filters(self, layer: Layer, k: str, title: str, after: Volume, output: dict[str, int]) -> None:
        """The number of filters: given, or as many as the output has channels."""
        name = f"n{k}"
        if isinstance(layer.filters, int):
            self.state(name, layer.filters, f"{title}: filters")
            self.size(layer, after.D, name, title, output, "each filter makes one channel of the output")
            return
        if layer.filters == "unknown":
            self.ask(name, layer.place("filters"))
        if after.D not in output:
            place = layer.place("filters")
            raise Misfit(place, f"the filters of {title.lower()} are not given, nor the depth of its output")
        self.state(after.D, output[after.D], f"{title}: output")
        why = f"since the output is {_channels(output[after.D])} deep"
        self.step(name, after.D, f"{title}: number of filters", layer.place("filters"), why=why)

    def depth(self, layer: Layer, k: str, title: str, before: Volume) -> None:
        """The depth of a filter: the input's depth, whichever of the two is given."""
        name = f"d{k}"
        if layer.depth == "unknown":
            self.ask(name, layer.place("depth"))
        if isinstance(layer.depth, int):
            self.state(name, layer.depth, f"{title}: filter depth")
            if before.D not in self.known:
                why = f"since each filter is {_channels(layer.depth)} deep"
                self.step(before.D, name, f"{title}: input depth", layer.place("depth"), why=why)
            elif self.number(before.D) != layer.depth:
                there = _channels(self.number(before.D))
                raise Misfit(
                    layer.place("depth"),
                    f"the filters of {title.lower()} are {layer.depth} deep, but its input has {there}",
                    "a filter is as deep as its input",
                )
            return
        if before.D not in self.known:
            raise self.undetermined(before.D, "give the depth of the first layer's filters")
        why = f"since the input is {_channels(self.number(before.D))} deep"
        self.step(name, before.D, f"{title}: filter depth", layer.place("depth"), why=why)

    def one_filter_a_channel(
        self, layer: Layer, k: str, title: str, before: Volume, after: Volume, output: dict[str, int]
    ) -> None:
        """A depthwise convolution: as many filters as channels, each one channel deep."""
        count = layer.filters if layer.type == "depthwise" else None
        if before.D not in self.known:
            if after.D not in output:
                raise self.undetermined(before.D, "give the depth of the output")
            self.state(after.D, output[after.D], f"{title}: output")
            why = "each channel is filtered on its own"
            self.step(before.D, after.D, f"{title}: input depth", layer.place(), why=why)
        channels = self.number(before.D)
        if isinstance(count, int) and count != channels:
            raise Misfit(layer.place("filters"), f"{count} filters, but the input has {_channels(channels)}",
                         "a depthwise convolution has one filter for each channel")  # fmt: skip
        if isinstance(layer.depth, int) and layer.depth != 1:
            raise Misfit(layer.place("depth"), f"depth is {layer.depth}", "a depthwise filter is 1 channel deep")
        if count == "unknown":
            self.ask(f"n{k}", layer.place("filters"))
        if layer.depth == "unknown":
            self.ask(f"d{k}", layer.place("depth"))
        why = f"one for each of the {_channels(channels)} of the input"
        self.step(f"n{k}", before.D, f"{title}: number of filters", layer.place(), why=why)
        self.step(f"d{k}", "1", f"{title}: filter depth", layer.place(), why="each filter covers one channel")
        if after.D not in self.known:
            self.size(layer, after.D, f"n{k}", title, output, "each filter makes one channel of the output")

    # -- height and width ---------------------------------------------------------------------------------------------
    def window(self, layer: Layer, kind: str, k: str, title: str) -> Window:
        """States a layer's size, stride and padding, and notes which are unknown."""
        point = kind == "pointwise"
        size = (1,) if point or layer.size is None else layer.size
        stride = (1,) if point else layer.stride or (size if kind == "pool" else (1,))
        padding = (0,) if point else layer.padding or (() if kind == "pool" else (0,))
        if kind == "pool" and layer.stride is None and "unknown" in size:
            raise Misfit(layer.place(), f"the size of {title.lower()} is unknown and its stride left out")
        F = self.pair(layer, "size", f"F{k}", size, title)
        s = self.pair(layer, "stride", f"s{k}", stride, title)
        r = None
        if layer.dilation not in (None, 1) and not point:
            r = self.pair(layer, "dilation", f"r{k}", (layer.dilation,), title)
        if padding == ("same",):
            return self.same(layer, Window(F, s, None, r, kind, True), k, title)
        numbers = (0,) if padding == ("valid",) else padding
        p = self.pair(layer, "padding", f"p{k}", numbers, title) if numbers else None
        return Window(F, s, p, r, kind, False)

    def same(self, layer: Layer, window: Window, k: str, title: str) -> Window:
        """Padding that keeps the size, for stride 1 and filters of odd extent; otherwise rounding up says it all."""
        lost = next((f for f in window.F if f not in self.known), None)
        if lost:
            hint = "padding: same makes the output the same for every size; give the padding as a number"
            raise Misfit(self.places[lost], f"{lost} is unknown, but the output does not depend on it", hint)
        strides = [s in self.known and self.number(s) == 1 for s in window.s]
        extents = [int(value(parse(window.extent(axis)), self.known).item()) for axis in (0, 1)]
        if not all(strides) or not all(extent % 2 for extent in extents):
            return window
        square = extents[0] == extents[1]
        p = (f"p{k}", f"p{k}") if square else (f"p{k}_h", f"p{k}_w")
        for axis in (0,) if square else (0, 1):
            formula = f"({window.extent(axis)} - 1)/2"
            why = "with stride 1, this much on each side keeps the size"
            self.step(p[axis], formula, f"{title}: padding", layer.place("padding"), why=why)
        return window._replace(p=p, same=False)

    def pair(self, layer: Layer, field: str, name: str, numbers: tuple[Any, ...], title: str) -> Pair:
        """The names of a field for height and width: one name where both are the same."""
        alike = len(numbers) == 1 or (numbers[0] == numbers[1] and numbers[0] != "unknown")
        made = (name, name) if alike else (f"{name}_h", f"{name}_w")
        for i, (each, number) in enumerate(zip(made[: 1 if alike else 2], numbers, strict=False)):
            if number == "unknown":
                self.ask(each, layer.place(field, i))
            else:
                self.state(each, int(number), f"{title}: {field}")
        return made

    def spatial(
        self, layer: Layer, window: Window, title: str, before: Volume, after: Volume, output: dict[str, int]
    ) -> None:
        """Height and width: unknowns solved for from the given output, then whatever is left computed."""
        axes = [(window.output(i, before[1 + i]), after[1 + i]) for i in (0, 1)]
        self.solve(layer, window, title, before, axes, output)
        for i, (formula, name) in enumerate(axes):
            if name in self.known:
                continue
            room = int(value(parse(window.padded(i, before[1 + i])), self.known).item())
            if window.kind != "transposed" and not window.same and room < 0:
                raise self.too_large(layer, window, i, before, title)
            if i == 1 and self.with_numbers(formula) == self.with_numbers(axes[0][0]):
                self.size(layer, name, axes[0][1], title, output, "height and width are alike", "width")
            else:
                self.size(layer, name, formula, title, output, "", "width" if i else "height")

    def too_large(self, layer: Layer, window: Window, axis: int, before: Volume, title: str) -> Misfit:
        size, word = self.number(before[1 + axis]), ("height", "width")[axis]
        padding = self.number(window.p[axis]) if window.p else 0
        extent = int(value(parse(window.extent(axis)), self.known).item())
        padded = f"{size} + 2·{padding} = {size + 2 * padding}" if padding else str(size)
        message = f"the {word} of {title.lower()}'s filter is {extent}, but its input's is only {padded}"
        return Misfit(layer.place("size"), message, "a filter must fit into its padded input")

    def size(
        self, layer: Layer, name: str, formula: str, title: str, output: dict[str, int], why: str, word: str = "depth"
    ) -> None:
        """A step for one size of the output; it must be at least 1 and be the given one."""
        self.step(name, formula, f"{title}: output {word}", layer.place(), why=why)
        found = self.number(name)
        shown = self.with_numbers(formula)
        if found < 1:
            raise Misfit(layer.place(), f"the output's {word} is {shown} = {found}", "an output is at least 1×1")
        if self.given.division == "exact" and "floor" in formula:
            plain = float(value(unfloored(parse(formula)), self.known).item())
            if plain != found:
                where = layer.place("stride" if layer.stride else "")
                raise Misfit(where, f"{shown} leaves a remainder, and division is exact", "division: floor rounds down")
        if output.get(name, found) != found:
            axis = ("depth", "height", "width").index(word)
            raise Misfit(
                layer.place("output", axis),
                f"the output's {word} is given as {output[name]}, but {name} = {shown} = {found}",
            )

    def with_numbers(self, formula: str | Tree) -> str:
        """A formula with the numbers known so far in it, as it would be typed."""
        numbers = {name: Num(EXACT.text(float(v.item()))) for name, v in self.known.items()}
        return source(replace_names(parse(formula) if isinstance(formula, str) else formula, numbers))

    # -- unknowns -----------------------------------------------------------------------------------------------------
    def solve(
        self, layer: Layer, window: Window, title: str, before: Volume, axes: list[Pair], output: dict[str, int]
    ) -> None:
        """Finds each unknown of the two equations, height first, wherever one of them has no other."""
        while True:
            missing = [self.missing(formula) for formula, _ in axes]
            if not any(missing):
                return
            alone = next((m[0] for m in missing if len(m) == 1), None)
            if alone is None:
                first, second = next(m for m in missing if m)[:2]
                raise Misfit(self.places[second], f"{first} and {second} are both unknown", "give one of the two")
            used = [axes[i] for i, m in enumerate(missing) if m == [alone]]
            for _, name in used:
                if name not in output:
                    raise self.undetermined(alone, "give this layer's output")
                self.state(name, output[name], f"{title}: output")
            distinct = list({self.with_numbers(f) + f" = {output[name]}": (f, name) for f, name in reversed(used)}.values())
            self.solve_one(alone, [f"{name} = {formula}" for formula, name in reversed(distinct)], window, before, title)

    def solve_one(self, name: str, equations: list[str], window: Window, before: Volume, title: str) -> None:
        word = {"F": "filter size", "s": "stride", "p": "padding", "H": "input height", "W": "input width"}[name[0]]
        most = MAX_SIZE
        if name[0] in "Fs" and window.kind != "transposed" and before.H in self.known and before.W in self.known:
            pads = [self.number(p) for p in window.p or () if p in self.known]
            most = max(self.number(before.H), self.number(before.W)) + 2 * max(pads, default=0)
        exact, least = self.given.division == "exact", int(name[0] != "p")
        made = equation(name, *equations, title=f"{title}: {word}", least=least, most=most, exact=exact)
        try:
            self.known[name] = made.value(self.known)
        except FormulaError as error:
            raise Misfit(self.places[name], error.message, error.hint) from None
        self.working.add(made)

    def missing(self, formula: str) -> list[str]:
        return [name for name in names(parse(formula)) if name not in self.known]

    def undetermined(self, name: str, hint: str) -> Misfit:
        return Misfit(self.places[name], f"{name} is unknown, and what follows from it is not given", hint)

    # -- dense layers -------------------------------------------------------------------------------------------------
    def flatten(self, layer: Layer) -> None:
        """A volume as one long vector."""
        volume = self.entered(layer)
        for name in volume:
            if name not in self.known:
                raise self.undetermined(name, "a layer that follows must tell the size of the input")
        self.flat, self.volume = "n_flat", None
        why = "all values of the volume in one vector"
        self.step("n_flat", f"{volume.D}*{volume.H}*{volume.W}", "Flattened size", layer.place(), why=why)
        self.agrees(layer, "n_flat")

    def dense(self, layer: Layer) -> None:
        """A fully connected layer; a volume in front of it is flattened first."""
        if self.volume is not None:
            self.flatten_before(layer)
        self.denses += 1
        several = sum(other.type == "dense" for other in self.given.layers) > 1
        number = f"{self.denses}" if several else ""
        title = f"Fully connected layer {number}".strip()
        name = f"n_fc{number}"
        assert layer.neurons is not None  # checked before the walk
        self.state(name, layer.neurons, f"{title}: neurons")
        self.agrees(layer, name)
        self.layers.append(Dense(f"fc{number}", title, self.flat, name, layer.bias is not False, layer.place()))
        self.flat = name

    def flatten_before(self, layer: Layer) -> None:
        output, layer_output = layer.output, None
        layer.output = layer_output
        try:
            self.flatten(layer)
        finally:
            layer.output = output

    def agrees(self, layer: Layer, name: str) -> None:
        """Refuses a given output that is not the computed one."""
        given = (layer.output or ("unknown",))[0]
        if given != "unknown" and given != self.number(name):
            found = f"the output is given as {given}, but {name} = {self.number(name)}"
            raise Misfit(layer.place("output"), found)


_TITLES = {
    "conv": "Convolution layer",
    "depthwise": "Depthwise convolution layer",
    "pointwise": "Pointwise convolution layer",
    "transposed": "Transposed convolution layer",
}


def _channels(count: int) -> str:
    return f"{count} channel{'' if count == 1 else 's'}"
