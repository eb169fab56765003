"""Convolutions and pooling in one, two or three dimensions: sizes, receptive fields and costs."""

from __future__ import annotations

from solver.families.count.costs import Costs, charge, places
from solver.families.count.net import LETTERS, SAID, At, Output, UnfitError
from solver.formula.source import source
from solver.formula.tree import Name, Num, Tree
from solver.nets import sliding
from solver.nets.sliding import Rounds

ONE = (Num("1"),)
ZERO = (Num("0"),)


class SlidingWindow:
    """The local names of a filter's or pool's size, stride, padding and dilation on each axis, stated on the page."""

    def __init__(self, at: At, size: tuple[Tree, ...], stride: tuple[Tree, ...], rounds: Rounds) -> None:
        layer = at.layer
        words = {tree.id for tree in layer.padding if isinstance(tree, Name)} & {"same", "valid"}
        padding = layer.padding if layer.padding and not words else ZERO
        self.at = at
        self.rounds: Rounds = "same" if "same" in words else rounds
        self.F = at.several("F", size, "filter size", "size")
        at.area = sliding.product(self.F)
        self.s = at.several("s", stride, "stride", "stride")
        self.p = self.optional("p", padding, "padding", "padding", "0")
        self.r = self.optional("r", layer.dilation or ONE, "dilation", "dilation", "1")
        self.extra = self.optional("e", layer.output_padding or ZERO, "output padding", "output_padding", "0")
        if "same" in words and rounds == "transposed":
            raise at.unfit("padding", "padding: same of a transposed convolution", "give the padding as a number")

    def optional(
        self, letter: str, trees: tuple[Tree, ...], what: str, field: str, usual: str
    ) -> tuple[str | None, ...]:
        """As `several`; nothing where it has its usual value and so stands in no formula."""
        if all(source(tree) == usual for tree in trees):
            return (None,) * len(self.at.before.axes)
        return self.at.several(letter, trees, what, field, int(usual))

    def output(self, features: str) -> Output:
        """The output's sizes, axis by axis, and its receptive field."""
        at, made = self.at, []
        axes = LETTERS[at.before.kind][len(at.before.axes)]
        for i, axis in enumerate(axes):
            made.append(self.axis(i, axis))
        reach = self.reach() if at.before.reach and self.rounds != "transposed" else ()
        return Output(features, tuple(made), at.before.kind, reach)

    def axis(self, i: int, axis: str) -> str:
        """The size of one axis."""
        at, size = self.at, f"X{i + 1}"
        F, s, p, r = self.F[i], self.s[i], self.p[i], self.r[i]
        what, why = f"output {SAID[axis]}", ""
        template = sliding.output(size, F, s, p, r, self.rounds, self.extra[i] or "")
        if at.net.symbolic:
            return at.size(axis, self.symbolic(i, template), what, of=at.local[size])
        if self.rounds == "floor" or (self.rounds == "ceil" and at.worth(template) < 1):
            self.fits(i)  # in ceil mode the only window may stand out
        if self.rounds == "ceil":
            outside = f"({sliding.output(size, F, s, p, r, 'ceil')} - 1)*{s} - {size}" + (f" - {p}" if p else "")
            why = "ceil mode: a window that stands out on the right counts, too"
            if at.worth(outside) >= 0:  # it would lie in the padding alone
                template = sliding.output(size, F, s, p, r, "floor")
                why = "ceil mode, but the window more would lie in the padding alone"
        if i and self.like(i):
            first = LETTERS[at.before.kind][len(at.before.axes)][0]
            at.local["Y"] = f"{first}_{at.tag}"
            return at.size(axis, "Y", what, f"{SAID[axis]} and {SAID[first]} are alike", of=at.local[size])
        if self.rounds == "same":
            why = f"padding: same gives ⌈{{{at.local[size]}}}/{{{at.local[s]}}}⌉, the division rounded up"
        return at.size(axis, template, what, why, of=at.local[size])

    def like(self, i: int) -> bool:
        """Whether an axis is like the first one."""
        windows = zip(self.F, self.s, self.p, self.r, self.extra, strict=True)
        first, *others = windows
        return others[i - 1] == first and self.at.worth("X1") == self.at.worth(f"X{i + 1}")

    def symbolic(self, i: int, template: str) -> str:
        """The size of one axis where sizes are words: without rounding, so windows must fit by the look of them."""
        at, size, s = self.at, f"X{i + 1}", self.s[i]
        stride, filter_ = (at.net.definitions[at.local[name]] for name in (s, self.F[i]))
        if stride == Num("1") and self.rounds != "transposed":
            return size if self.rounds == "same" else template.replace(f"/{s})", ")").removeprefix(self.rounds)
        if self.rounds == "same" or (stride == filter_ and not any((self.p[i], self.r[i]))):
            return f"{size}*{s}" if self.rounds == "transposed" else f"{size}/{s}"  # taken to be a multiple
        if self.rounds == "transposed":
            return template
        axis = SAID[LETTERS[at.before.kind][len(at.before.axes)][i]]
        hint = "stride 1, padding: same, or windows side by side; otherwise give sizes as numbers"
        raise at.unfit("stride", f"output {axis} of {at.title} in symbols has to be rounded", hint)

    def fits(self, i: int) -> None:
        """Refuses a filter larger than its padded input."""
        at = self.at
        reaches = [at.worth(sliding.extent(F, r)) for F, r in zip(self.F, self.r, strict=True)]
        padded = [at.worth(f"X{k}" + (f" + 2*{p}" if p else "")) for k, p in enumerate(self.p, 1)]
        if reaches[i] > padded[i]:
            filter_, room = ("×".join(map(str, sizes)) for sizes in (reaches, padded))
            what = "pool" if "pool" in (at.layer.type or "") else "filter"
            word = "padded input" if any(self.p) else "input"
            raise at.unfit(
                "size", f"{what} {filter_} larger than the {word} {room} of {at.tag}", f"a {what} must fit into it"
            )

    def reach(self) -> tuple[tuple[str, str], ...]:
        """The receptive field on each axis: that before, and (F − 1) steps of what neighbours are apart."""
        at, made = self.at, list[tuple[str, str]]()
        names = LETTERS[at.before.kind][len(at.before.axes)]
        alike = len(set(zip(self.F, self.s, self.r, at.before.reach, strict=True))) == 1
        for i, (field, apart) in enumerate(at.before.reach):
            if alike and made:
                made.append(made[0])
                continue
            at.local |= {"R": field, "J": apart}
            axis = "" if alike else names[i]
            word, of = f"reach{axis}", "" if alike else f" ({SAID[names[i]]})"
            why = "neighbours in the layer before are {" + apart + "} cells of the input apart"
            template = f"R + ({sliding.extent(self.F[i], self.r[i])} - 1)*J"
            reached = at.count(word, template, f"receptive field{of}", why, "R")
            further = apart
            if at.net.symbolic or at.worth(self.s[i]) != 1:
                title = f"distance of neighbours{of}, in cells of the input"
                further = at.count(f"apart{axis}", f"J*{self.s[i]}", title, base="j")
            at.reached = at.reached or reached
            made.append((reached, further))
        return tuple(made)

    def said(self, what: str) -> str:
        """The layer in words."""
        at = self.at
        words = f"{what} {self.written(self.F, times=True)}"
        for names, word in (
            (self.s, "stride"),
            (self.p, "padding"),
            (self.r, "dilation"),
            (self.extra, "output padding"),
        ):
            if any(names) and not (word == "stride" and all(self.number(name) == "1" for name in names)):
                words += f", {word} {self.written(names)}"
        if self.rounds == "same":
            words += ", same"
        return words + (f", {at.net.text(at.local['g'])} groups" if "g" in at.local else "")

    def number(self, name: str | None) -> str:
        return self.at.net.text(self.at.local[name]) if name else "0"

    def written(self, names: tuple[str | None, ...], times: bool = False) -> str:
        """Numbers of the axes, one where all are alike, unless a size is meant."""
        numbers = [self.number(name) for name in names]
        return numbers[0] if len(set(names)) == 1 and not times else "×".join(numbers)


def convolution(at: At) -> Output:
    """A convolution of any kind, its filters shared by all places or not, over all channels, groups of them, or some."""
    layer, kind = at.layer, at.layer.type or ""
    images(at)
    if kind == "depthwise" and not layer.filters:
        at.local["n"] = at.local["D"]
    else:
        assert layer.filters is not None  # checked before
        at.state("n", layer.filters, "filters", "filters")
    groups = at.state("g", layer.groups, "groups", "groups") if layer.groups and kind != "depthwise" else 1
    divides(at, "depthwise" if kind == "depthwise" else "grouped", groups)
    deep = {"depthwise": "", "pointwise": "D"}.get(kind, "D" if groups == 1 else "D/g")
    window = SlidingWindow(
        at,
        ONE if kind == "pointwise" else layer.size,
        layer.stride or ONE,
        "transposed" if kind == "transposed" else "floor",
    )
    features = at.local["n"] if kind == "depthwise" and not layer.filters else ""
    features = (
        at.size("D", "n", "output channels", "each filter makes one channel")
        if not features
        else at.size("D", "D", "output channels", "a filter for each channel of the input")
    )
    out = window.output(features)
    said = {
        "conv": "conv",
        "transposed": "transposed conv",
        "depthwise": "depthwise conv",
        "pointwise": "pointwise conv",
    }
    at.out(
        out,
        window.said(said[kind])
        + ("" if layer.shared else ", unshared")
        + (", partly connected" if layer.connections else ""),
    )
    costs = filters(at, window, kind, deep)
    if len(at.before.axes) == 1 and "F" in at.local and not layer.dilation:
        costs = costs._replace(steps="1", path="X1/F")
    charge(at, out, costs)
    return out


def filters(at: At, window: SlidingWindow, kind: str, deep: str) -> Costs:
    """What the filters of a convolution cost."""
    layer, before = at.layer, at.before
    area = "" if kind == "pointwise" else at.area
    where = places(before)
    each = "*".join(part for part in (deep, area) if part) or "1"
    biases = "n" if at.bias() else ""
    macs = sliding.multiplications(
        kind, deep or "1", at.area, ("D", *(f"X{i + 1}" for i in range(len(before.axes)))), ("n", where)
    )
    filter_ = " × ".join(part for part in (deep, *window.F) if part) if kind != "pointwise" else "D"
    filter_ = "{" + "} × {".join(at.local.get(part, part) for part in filter_.split(" × ")) + "}"
    if "g" in at.local and deep == "D/g":
        filter_ = filter_.replace("{D/g}", f"{{{at.local['D']}}}/{{{at.local['g']}}}")
    why = f"a filter has {filter_} weights" + (" and a bias" if biases else "")
    if layer.connections:
        total = connected(at)
        return Costs(
            f"{total}*{area}", biases, f"{total}*{area} + n", f"{total}*{area}*{where}", f"n*{where}",
            f"({total}*{area}" + (" + n" if biases else "") + f")*{where}", True,
            f"a connection of a channel with a filter has {area} weights".replace("F", "{" + at.local.get("F", "F") + "}")
            + (", and each filter a bias" if biases else ""),
        )  # fmt: skip
    if not layer.shared:
        return Costs(
            f"n*{where}*{each}", f"n*{where}" if biases else "", f"n*{where}*({each} + 1)", f"n*{where}*{each}",
            f"n*{where}", f"n*{where}*({each} + 1)" if biases else f"n*{where}*{each}", True,
            "nothing is shared: every place has filters of its own, " + why,
        )  # fmt: skip
    connections = f"n*{where}*({each} + 1)" if biases else f"n*{where}*{each}"
    return Costs(f"n*{each}", biases, f"n*({each} + 1)", macs, f"n*{where}", connections, True, why)


def connected(at: At) -> str:
    """How many channels the filters see together, stated or added up."""
    layer = at.layer
    if len(layer.connections) == 1:
        at.state("c", layer.connections[0], "connected channels", "connections")
        return "c"
    if at.net.symbolic:
        raise at.unfit("connections", f"connections of {at.tag} among sizes in symbols", "give their sum")
    if len(layer.connections) != at.net.number(at.local["n"]):
        found = (
            f"connections of {at.tag} has {len(layer.connections)} numbers for {at.net.number(at.local['n'])} filters"
        )
        raise at.unfit("connections", found, "give one number for each filter, or their sum")
    seen = [at.net.whole(tree, at.scope, layer.place("connections"), "connections") for tree in layer.connections]
    for i, each in enumerate(seen):
        if isinstance(each, Num) and int(each.text) > at.net.number(at.local["D"]):
            found = f"filter {i + 1} of {at.tag} is connected with {each.text} channels of {at.net.text(at.local['D'])}"
            raise UnfitError(layer.place("connections", i), found)
    by: dict[str, int] = {}
    for each in seen:
        by[source(each)] = by.get(source(each), 0) + 1
    template = " + ".join(f"{count}*{number}" for number, count in by.items())
    name = f"c_{at.tag}"
    why = "; ".join(
        f"{count} filter{'s see' if count > 1 else ' sees'} {number} of the channels" for number, count in by.items()
    )
    at.net.step(name, at.tree(template), f"{at.title}: connected channels", f"{at.kind} c", why=why, size=True)
    at.local["c"] = name
    return "c"


def divides(at: At, kind: str, groups: int) -> None:
    """Refuses channels that do not go into groups of equally many."""
    if at.net.symbolic or (kind == "grouped" and groups <= 1):
        return
    channels, made = at.net.number(at.local["D"]), at.net.number(at.local["n"])
    if kind == "depthwise":
        if made % channels:
            found = f"{made} filters of {at.tag} for {channels} channels"
            raise at.unfit(
                "filters", found, "a depthwise convolution has one filter, or equally many, for each channel"
            )
    elif channels % groups or made % groups:
        found = f"{groups} groups of {at.tag} for {channels} channels and {made} filters"
        raise at.unfit("groups", found, "channels and filters must be multiples of the groups")


def images(at: At) -> None:
    """Refuses what has no axes to slide over."""
    if not at.before.axes or not at.before.features:
        found = at.net.sizes(at.before)
        raise at.unfit("type", f"{at.layer.type} takes a volume, but {at.tag} receives {found}", "input: [D, H, W]")


def pool(at: At) -> Output:
    """Max or average pooling; trainable subsampling, with a coefficient and a bias for each channel."""
    layer, kind = at.layer, at.layer.type or ""
    images(at)
    window = SlidingWindow(at, layer.size, layer.stride or layer.size, "ceil" if layer.ceil else "floor")
    padding(at, window)
    features = at.size("D", "D", "output channels", "pooling keeps the number of channels")
    out = window.output(features)
    words = {"max-pool": "max pool", "average-pool": "average pool", "subsampling": "subsampling"}
    at.out(out, window.said(words[kind]) + (", ceil mode" if layer.ceil else ""))
    if kind != "subsampling":
        charge(at, out, Costs())
        return out
    where, bias = places(out), at.bias()
    each = f"({at.area} + 1)" if bias else at.area
    why = "a coefficient" + (" and a bias" if bias else "") + " for each channel"
    charge(at, out, Costs("D", "D" if bias else "", "2*D", f"D*{where}", f"D*{where}", f"D*{where}*{each}", True, why))
    return out


def padding(at: At, window: SlidingWindow) -> None:
    """Refuses a pool whose window can lie in the padding alone."""
    for F, p in zip(window.F, window.p, strict=True):
        if p and not at.net.symbolic and at.worth(p) >= at.worth(F):
            found = f"padding {at.worth(p)} of the pool {at.tag} of size {at.worth(F)}"
            raise at.unfit("padding", found, "a window must not lie in the padding alone")


def adaptive(at: At) -> Output:
    """Pooling to a size that is given; global pooling leaves one value a channel."""
    images(at)
    axes = LETTERS[at.before.kind][len(at.before.axes)]
    sizes = at.layer.output or ONE
    sizes = sizes * len(axes) if len(sizes) == 1 else sizes
    if len(sizes) != len(axes):
        raise at.unfit("output", f"output of {at.tag} has {len(sizes)} numbers, its input {len(axes)} axes")
    features = at.size("D", "D", "output channels", "pooling keeps the number of channels")
    made = []
    for axis, tree in zip(axes, sizes, strict=True):
        size = at.net.whole(tree, at.scope, at.layer.place("output"), f"output of {at.tag}")
        made.append(at.size(axis, source(size), f"output {SAID[axis]}"))
    out = Output(features, tuple(made), at.before.kind)
    at.out(out, "global average pool" if at.layer.type == "global-pool" else "adaptive pool")
    charge(at, out, Costs())
    return out


def crop(at: At) -> Output:
    """The middle of every axis, cut out without weights, so that it fits what it is put together with."""
    images(at)
    axes = LETTERS[at.before.kind][len(at.before.axes)]
    sizes = at.layer.output * len(axes) if len(at.layer.output) == 1 else at.layer.output
    if len(sizes) != len(axes):
        raise at.unfit("output", f"output of {at.tag} has {len(sizes)} numbers, its input {len(axes)} axes")
    features, made = at.size("D", "D", "output channels", "a crop keeps the number of channels"), []
    for axis, tree, before in zip(axes, sizes, at.before.axes, strict=True):
        size = at.net.whole(tree, at.scope, at.layer.place("output"), f"output of {at.tag}")
        made.append(at.size(axis, source(size), f"output {SAID[axis]}"))
        if not at.net.symbolic and at.net.number(made[-1]) > at.net.number(before):
            found = f"{at.title} has {SAID[axis]} {at.net.text(made[-1])}, but receives {at.net.text(before)}"
            raise at.unfit("output", found, "a crop is at most as large as what it is cut out of")
    out = at.out(Output(features, tuple(made), at.before.kind, at.before.reach), "crop")
    charge(at, out, Costs(stores=False))
    return out


def upsample(at: At) -> Output:
    """Every axis enlarged by one factor, without weights."""
    images(at)
    assert at.layer.scale is not None  # checked before
    at.state("k", at.layer.scale, "scale", "scale")
    features = at.size("D", "D", "output channels", "upsampling keeps the number of channels")
    axes = LETTERS[at.before.kind][len(at.before.axes)]
    made = [at.size(axis, f"X{i}*k", f"output {SAID[axis]}") for i, axis in enumerate(axes, 1)]
    out = at.out(Output(features, tuple(made), at.before.kind), f"upsample ×{at.net.text(at.local['k'])}")
    charge(at, out, Costs())
    return out
