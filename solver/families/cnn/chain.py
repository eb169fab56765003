"""The layers of a network one after the other: every volume's size, and the unknowns that follow from given outputs."""

from typing import NamedTuple

from solver.errors import Place
from solver.families.cnn.dimensions import AXES, Pair, Sizes, Stage, Volume, Window
from solver.families.cnn.given import CnnLayer, Given, MisfitError
from solver.formula.tree import Num


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


class Slide(NamedTuple):
    """A layer whose window slides: what it is and makes. k: the number of its filters, empty for a pool."""

    title: str
    k: str
    window: Window
    after: Volume


class Chain(Sizes):
    """Walks through the layers and writes what is given and what follows into a working."""

    def __init__(self, given: Given) -> None:
        super().__init__(given)
        self.layers: list[Conv | Dense] = []
        self.drawn: list[Slide | Dense] = []  # pools, too
        self.volume: Volume | None = None
        self.flat = ""
        self.volumes = self.convs = self.pools = self.denses = 0

    # -- the walk -----------------------------------------------------------------------------------------------------
    def walk(self) -> list[MisfitError]:
        """Goes through all layers; gives what does not fit, as far as it can be told."""
        found = []
        self.start()
        for layer in self.given.layers:
            volumes = self.volumes
            try:
                self.layer(layer)
            except MisfitError as misfit:
                found.append(misfit)
                if not self.resume(layer, volumes):
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
                self.ask(name, place("input", i), f"input {AXES[i]}")
            else:
                self.state(name, int(size), "Input volume")

    def resume(self, layer: CnnLayer, volumes: int) -> bool:
        """After a misfit: whether the given output lets the later layers be checked all the same."""
        output = layer.output or ()
        if len(output) != 3 or "unknown" in output:
            return False
        self.volumes = volumes + (layer.type == "separable")
        self.volume = self.next_volume()
        self.known.update((name, Num(str(size)).value) for name, size in zip(self.volume, output, strict=True))
        return True

    def next_volume(self) -> Volume:
        """The names of the next volume."""
        self.volumes += 1
        return Volume(f"D{self.volumes}", f"H{self.volumes}", f"W{self.volumes}")

    def layer(self, layer: CnnLayer) -> None:
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
    def convolution(self, layer: CnnLayer, kind: str, closes: bool = True) -> None:
        """A convolution of any kind. closes: whether the layer's output is this convolution's."""
        self.convs += 1
        k = str(self.convs)
        at = self.stage(layer, f"{_TITLES[kind]} {k}")
        if not closes:  # the output's depth is that of the pointwise part
            at.output.pop(at.after.D, None)
        if kind == "depthwise":
            self.one_filter_a_channel(at, k)
        else:
            self.filters(at, k)
            self.depth(at, k)
        window = self.window(at, kind, k)
        self.spatial(at, window)
        self.drawn.append(Slide(at.title, k, window, at.after))
        bias = layer.bias is not False
        self.layers.append(Conv(self.convs, kind, at.title, window.F, at.before, at.after, bias, layer.place()))
        self.volume = at.after

    def pool(self, layer: CnnLayer) -> None:
        """Pooling, channel by channel."""
        self.pools += 1
        at = self.stage(layer, f"{_TITLES[layer.type]} {self.pools}")
        self.input_depth(at)
        self.keep_depth(at, at.before.D, "pooling keeps the number of channels")
        window = self.window(at, "pool", f"_pool{self.pools}")
        self.spatial(at, window)
        self.drawn.append(Slide(at.title, "", window, at.after))
        self.volume = at.after

    def stage(self, layer: CnnLayer, title: str) -> Stage:
        """A layer between the volume it receives and the one it puts out."""
        before = self.entered(layer)
        after = self.next_volume()
        given = layer.output or ()
        output = {}
        for i, (name, size) in enumerate(zip(after, given * 3 if len(given) == 1 else given, strict=False)):
            if size == "unknown":
                self.ask(name, layer.place("output", i), f"output {AXES[i]}")
            else:
                output[name] = int(size)
        return Stage(layer, title, before, after, output)

    def entered(self, layer: CnnLayer) -> Volume:
        """The volume that a layer receives."""
        if self.volume is None:
            raise MisfitError(layer.place("type"), f"{layer.type} after the volume was flattened", "it needs D×H×W")
        return self.volume

    # -- depths -------------------------------------------------------------------------------------------------------
    def filters(self, at: Stage, k: str) -> None:
        """The number of filters: given, or as many as the output has channels."""
        layer, name, depth = at.layer, f"n{k}", at.after.D
        if isinstance(layer.filters, int):
            self.state(name, layer.filters, f"{at.title}: filters")
            self.keep_depth(at, name, "each filter makes one channel of the output")
            return
        if layer.filters == "unknown":
            self.ask(name, layer.place("filters"), "filters")
        if depth not in at.output:
            message = f"the filters of {at.title.lower()} are not given, nor the depth of its output"
            raise MisfitError(layer.place("filters"), message, "give filters, or output: [D, H, W]")
        self.state(depth, at.output[depth], f"{at.title}: output")
        why = f"since the output is {_channels(at.output[depth])} deep"
        self.step(name, depth, f"{at.title}: number of filters", layer.place("filters"), why=why)

    def depth(self, at: Stage, k: str) -> None:
        """The depth of a filter: the input's depth, whichever of the two is given."""
        layer, name, title = at.layer, f"d{k}", f"{at.title}: filter depth"
        if isinstance(layer.depth, int):
            self.state(name, layer.depth, title)
            self.input_depth(at, name, layer.depth)
            channels = self.number(at.before.D)
            if channels != layer.depth:
                message = f"the filters of {at.title.lower()} are {layer.depth} deep, but its input is {channels} deep"
                raise MisfitError(layer.place("depth"), message, "a filter is as deep as its input")
            return
        if layer.depth == "unknown":
            self.ask(name, layer.place("depth"), "depth")
        self.input_depth(at)
        why = f"since the input is {_channels(self.number(at.before.D))} deep"
        self.step(name, at.before.D, title, layer.place("depth"), why=why)

    def one_filter_a_channel(self, at: Stage, k: str) -> None:
        """A depthwise convolution: as many filters as channels, each one channel deep."""
        layer = at.layer
        count, depth = (layer.filters, layer.depth) if layer.type == "depthwise" else (None, None)
        self.input_depth(at)
        channels = self.number(at.before.D)
        if isinstance(count, int) and count != channels:
            hint = "a depthwise convolution has one filter for each channel"
            raise MisfitError(layer.place("filters"), f"{count} filters, but the input is {channels} deep", hint)
        if isinstance(depth, int) and depth != 1:
            raise MisfitError(layer.place("depth"), f"depth is {depth}", "a depthwise filter is 1 channel deep")
        for name, field, asked in ((f"n{k}", "filters", count), (f"d{k}", "depth", depth)):
            if asked == "unknown":
                self.ask(name, layer.place(field), field)
        why = f"one for each of the {_channels(channels)} of the input"
        self.step(f"n{k}", at.before.D, f"{at.title}: number of filters", layer.place(), why=why)
        self.step(f"d{k}", "1", f"{at.title}: filter depth", layer.place(), why="each filter covers one channel")
        self.keep_depth(at, f"n{k}", "each filter makes one channel of the output")

    def input_depth(self, at: Stage, source: str = "", deep: int = 0) -> None:
        """The input's depth where the question leaves it open: the filters' if they are given, or the output's."""
        depth = at.before.D
        if depth in self.known:
            return
        if source:
            why = f"since each filter is {_channels(deep)} deep"
        elif at.after.D in at.output and at.layer.type in ("depthwise", "max-pool", "average-pool"):
            source, why = at.after.D, "since every channel is treated on its own"
            self.state(source, at.output[source], f"{at.title}: output")
        else:
            raise self.undetermined(depth, "give the depth of the first layer's filters")
        self.step(depth, source, f"{at.title}: input depth", at.layer.place(), why=why)

    def keep_depth(self, at: Stage, source: str, why: str) -> None:
        """The output's depth, unless it was needed to find the input's."""
        if at.after.D not in self.known:
            self.size(at, at.after.D, source, why)

    # -- dense layers -------------------------------------------------------------------------------------------------
    def flatten(self, layer: CnnLayer, closes: bool = True) -> None:
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

    def dense(self, layer: CnnLayer) -> None:
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
        dense = Dense(f"fc{number}", title, self.flat, name, layer.bias is not False, layer.place())
        self.layers.append(dense)
        self.drawn.append(dense)
        self.flat = name

    def agrees(self, layer: CnnLayer, name: str) -> None:
        """Refuses a given output that is not the computed one."""
        given = (layer.output or ("unknown",))[0]
        if given != "unknown" and given != self.number(name):
            found = f"the output is given as {given}, but {name} = {self.number(name)}"
            raise MisfitError(layer.place("output"), found)


_TITLES = {
    "conv": "Convolutional layer",
    "depthwise": "Depthwise convolutional layer",
    "pointwise": "Pointwise convolutional layer",
    "transposed": "Transposed convolutional layer",
    "max-pool": "Max pooling layer",
    "average-pool": "Average pooling layer",
}


def _channels(count: int) -> str:
    return f"{count} channel{'' if count == 1 else 's'}"
