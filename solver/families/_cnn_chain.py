"""The layers of a network one after the other: every volume's size, and the unknowns that follow from given outputs."""

from typing import NamedTuple

from solver.errors import Place
from solver.families._cnn_fields import Layer, MisfitError
from solver.formula.tree import Num

LARGEST = 10**15
"""Counts beyond this cannot be told apart as floats."""

Pair = tuple[str, str]


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


class Chain(Sizes):
    """Walks through the layers and writes what is given and what follows into a working.

    known: the value of every name so far, each computed by its own step's formula.
    """

    # -- the walk -----------------------------------------------------------------------------------------------------
    def walk(self) -> list[MisfitError]:
        """Goes through all layers; what does not fit, as far as it can be told."""
        found = []
        self.start()
        for layer in self.given.layers:
            try:
                self.layer(layer)
            except MisfitError as misfit:
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
            raise MisfitError(layer.place("type"), f"{layer.type} after the volume was flattened", "it needs D×H×W")
        return self.volume

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
            raise MisfitError(place, f"the filters of {title.lower()} are not given, nor the depth of its output")
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
                raise MisfitError(
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
            raise MisfitError(layer.place("filters"), f"{count} filters, but the input has {_channels(channels)}",
                         "a depthwise convolution has one filter for each channel")  # fmt: skip
        if isinstance(layer.depth, int) and layer.depth != 1:
            raise MisfitError(layer.place("depth"), f"depth is {layer.depth}", "a depthwise filter is 1 channel deep")
        if count == "unknown":
            self.ask(f"n{k}", layer.place("filters"))
        if layer.depth == "unknown":
            self.ask(f"d{k}", layer.place("depth"))
        why = f"one for each of the {_channels(channels)} of the input"
        self.step(f"n{k}", before.D, f"{title}: number of filters", layer.place(), why=why)
        self.step(f"d{k}", "1", f"{title}: filter depth", layer.place(), why="each filter covers one channel")
        if after.D not in self.known:
            self.size(layer, after.D, f"n{k}", title, output, "each filter makes one channel of the output")

    # -- dense layers -------------------------------------------------------------------------------------------------
    def flatten(self, layer: Layer, closes: bool = True) -> None:
        """A volume as one long vector. closes: whether the layer's output is this vector."""
        volume = self.entered(layer)
        for name in volume:
            if name not in self.known:
                raise self.undetermined(name, "a layer that follows must tell the size of the input")
        self.flat, self.volume = "n_flat", None
        why = "all values of the volume in one vector"
        self.step("n_flat", f"{volume.D}*{volume.H}*{volume.W}", "Flattened size", layer.place(), why=why)
        if closes:
            self.agrees(layer, "n_flat")

    def dense(self, layer: Layer) -> None:
        """A fully connected layer; a volume in front of it is flattened first."""
        if self.volume is not None:
            self.flatten(layer, closes=False)
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

    def agrees(self, layer: Layer, name: str) -> None:
        """Refuses a given output that is not the computed one."""
        given = (layer.output or ("unknown",))[0]
        if given != "unknown" and given != self.number(name):
            found = f"the output is given as {given}, but {name} = {self.number(name)}"
            raise MisfitError(layer.place("output"), found)


_TITLES = {
    "conv": "Convolution layer",
    "depthwise": "Depthwise convolution layer",
    "pointwise": "Pointwise convolution layer",
    "transposed": "Transposed convolution layer",
}


def _channels(count: int) -> str:
    return f"{count} channel{'' if count == 1 else 's'}"
