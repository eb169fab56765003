"""The way through a network: layers one after the other, blocks that repeat, branches that come together again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from solver.errors import nearest
from solver.families.count import sequence, spatial
from solver.families.count.architecture import CountLayer
from solver.families.count.costs import Costs, charge
from solver.families.count.net import LOST, MOST_LAYERS, At, EndlessError, Maker, Net, Output, UnfitError
from solver.formula.tree import Num, Tree
from solver.formula.walks.evaluate import evaluate
from solver.formula.walks.rational import rational

POOLS = ("max-pool", "average-pool", "subsampling")

MAKERS: dict[str, Maker] = {
    **dict.fromkeys(("conv", "depthwise", "pointwise", "transposed"), spatial.convolution),
    **dict.fromkeys(POOLS, spatial.pool),
    **dict.fromkeys(("global-pool", "adaptive-pool"), spatial.adaptive),
    **dict.fromkeys(("batch-norm", "layer-norm", "group-norm", "instance-norm", "rms-norm"), sequence.norm),
    **dict.fromkeys(("rnn", "lstm", "gru"), sequence.recurrent),
    **dict.fromkeys(("dropout", "activation"), sequence.as_it_is),
    "upsample": spatial.upsample,
    "embedding": sequence.embedding,
    "positions": sequence.positions,
    "attention": sequence.attention,
    "dense": sequence.dense,
    "flatten": sequence.flatten,
    "select": sequence.select,
    "tokens": sequence.image_tokens,
    "class-token": sequence.class_token,
    "crop": spatial.crop,
}
TAGS = {
    "max-pool": "pool", "average-pool": "pool", "global-pool": "pool", "adaptive-pool": "pool", "depthwise": "conv",
    "pointwise": "conv", "transposed": "conv", "dense": "fc", "batch-norm": "bn", "layer-norm": "norm",
    "group-norm": "norm", "instance-norm": "norm", "rms-norm": "norm", "attention": "attn", "flatten": "flat",
    "embedding": "emb", "positions": "pos", "subsampling": "sub", "feed-forward": "ff", "activation": "act",
    "class-token": "cls",
}  # fmt: skip
"""What a layer is called that has no name of its own, before its number."""

Scope = Mapping[str, Tree]


@dataclass
class Graph:
    """Walks through a network and writes it into a working. prefix: what stands before the names within a block."""

    net: Net
    prefix: str = ""
    depth: int = 0

    def walk(self, layers: Sequence[CountLayer], before: Output, scope: Scope) -> Output:
        """The output of layers one after the other."""
        for layer in layers:
            self.net.layers += 1
            if self.net.layers > MOST_LAYERS:
                raise EndlessError(layer.place(), f"more than {MOST_LAYERS:,} layers, with all that repeat")
            try:
                taken = self.taken(layer, before)
                before = self.entry(layer, taken, scope) if taken is not LOST else LOST
            except EndlessError:
                raise
            except UnfitError as error:
                self.net.note(error)
                before = self.recovered(layer, before, scope)
                self.net.lost = self.net.lost or before is LOST
                if layer.name:
                    self.net.outputs.setdefault(self.prefix + layer.name, before)
            if before is LOST:
                return LOST
        return before

    def recovered(self, layer: CountLayer, before: Output, scope: Scope) -> Output:
        """What a layer that does not fit hands on, so that those behind it are looked at as well: its features, if it
        says how many, and what it received otherwise; LOST where that would be a guess."""
        kind = layer.type
        if not before.features:
            return LOST
        if kind in ("attention", "encoder", "decoder") and before.kind == "sequence":
            return self.net.doubted(before)
        made = layer.filters or layer.neurons
        try:
            features = made and self.net.whole(made, scope, layer.place(), "")
        except UnfitError:
            return LOST
        if kind in ("conv", "pointwise", "depthwise", *POOLS) and before.kind == "image":
            return self.net.doubted(before, features)
        if kind == "dense":
            flat = before if before.kind == "sequence" else before._replace(axes=(), kind="vector")
            return self.net.doubted(flat, features)
        return LOST

    def taken(self, layer: CountLayer, before: Output) -> Output:
        """What a layer takes: the output before it, or that of the layer it names."""
        if len(layer.after) == 1 and layer.type not in ("add", "concat", "multiply"):
            return self.named(layer, layer.after[0], "after")
        return before

    def named(self, layer: CountLayer, name: str, field: str) -> Output:
        """The output of a layer (or input) by its name, within the same block first."""
        outputs = self.net.outputs
        found = outputs.get(self.prefix + name) or outputs.get(name)
        if found is None and (self.net.lost or self.prefix + name in self.net.tags):
            return LOST  # it stands behind what does not fit, or may
        if found is None:
            raise UnfitError(
                layer.place(field), f"there is no layer {name[:40]!r} before this one", nearest(name, outputs)
            )
        return found

    def entry(self, layer: CountLayer, before: Output, scope: Scope) -> Output:
        """A layer, a block or branches."""
        if layer.branches:
            parts = [self.walk(branch, before, scope) for branch in layer.branches]
            return self.joined(layer, before, parts, layer.join)
        times = self.times(layer, scope)
        if layer.type:
            for k in range(1, times + 1):
                numbered = f"{layer.name}{k}"
                each = replaced(layer, name=numbered, repeat=None) if layer.name and times > 1 else layer
                before = self.layer(each, before, scope) if before is not LOST else LOST
            if layer.name:
                self.net.outputs[self.prefix + layer.name] = before
            return before
        layers, inside = layer.layers, scope
        if layer.block:
            blocks = self.net.given.blocks or {}
            if layer.block not in blocks:
                message = f"there is no block {layer.block[:40]!r}"
                raise UnfitError(layer.place("block"), message, nearest(layer.block, blocks))
            layers = blocks[layer.block]
        if layer.where:
            numbers = {
                word: self.net.whole(tree, scope, layer.place("where", word), word, 0)
                for word, tree in layer.where.items()
            }
            inside = {**scope, **numbers}
        if self.depth > 30:
            raise EndlessError(layer.place("block"), f"the block {layer.block} stands within itself")
        for k in range(1, times + 1):
            before = self.block(layer, layers, before, inside, k if times > 1 else 0) if before is not LOST else LOST
        return before

    def times(self, layer: CountLayer, scope: Scope) -> int:
        """How often an entry stands one after the other."""
        if layer.repeat is None:
            return 1
        made = rational(self.net.whole(layer.repeat, scope, layer.place("repeat"), "repeat"))
        return int(made or 1)

    def block(self, layer: CountLayer, layers: Sequence[CountLayer], before: Output, scope: Scope, k: int) -> Output:
        """A block, and what is added to its output."""
        prefix = f"{self.prefix}{layer.name}{k or ''}_" if layer.name else self.prefix
        inside = Graph(self.net, prefix, self.depth + 1)
        after = inside.walk(layers, before, scope)
        if layer.shortcut is not None:
            past = inside.walk(layer.shortcut, before, scope)
            after = inside.joined(layer, before, [after, past], "add")
        if layer.name:
            self.net.outputs[f"{self.prefix}{layer.name}"] = after
        return after

    # -- one layer ----------------------------------------------------------------------------------------------------
    def at(self, layer: CountLayer, before: Output, scope: Scope, kind: str, name: str = "") -> At:
        """A layer at its place, by its own name or the next of its kind."""
        net, own = self.net, name or layer.name
        base = TAGS.get(kind, kind.replace("-", ""))
        tag = self.prefix + own if own else ""
        while not tag or (not own and tag in net.outputs):
            key = self.prefix + base
            net.counters[key] = net.counters.get(key, 0) + 1
            tag = f"{key}{net.counters[key]}"
        if own and not (tag.isascii() and tag.isidentifier()):
            raise UnfitError(layer.place("name"), f"name is {own[:40]!r}", "letters, digits and _, such as conv1 or C3")
        if own and tag in net.outputs:
            hint = "each layer has a name of its own"
            raise UnfitError(layer.place("name"), f"the name {tag!r} stands twice", hint)
        net.tags.add(tag)
        return At(net, layer, tag, before, scope, kind)

    def layer(self, layer: CountLayer, before: Output, scope: Scope) -> Output:
        """One layer; what stands for several is unfolded."""
        kind = layer.type or ""
        if kind in ("add", "concat", "multiply"):
            parts = [self.named(layer, name, "after") for name in layer.after]
            return self.joined(layer, before, parts if len(parts) > 1 else [before, *parts], kind)
        if kind == "separable":
            return self.separable(layer, before, scope)
        if kind == "feed-forward":
            return self.feed_forward(layer, before, scope)
        if kind in ("encoder", "decoder"):
            return self.coder(layer, before, scope, kind)
        if layer.memory and self.named(layer, layer.memory, "memory") is LOST:
            return LOST
        return MAKERS[kind](self.at(layer, before, scope, kind))

    def made(self, layer: CountLayer, before: Output, scope: Scope, kind: str, name: str, **fields: object) -> Output:
        """A layer that stands for part of another one, whose places are those of that one."""
        part = replaced(layer, type=kind, **fields)
        return MAKERS[kind](self.at(part, before, scope, kind, name))

    def separable(self, layer: CountLayer, before: Output, scope: Scope) -> Output:
        """A depthwise convolution, then a pointwise one."""
        names = (f"{layer.name}_depthwise", f"{layer.name}_pointwise") if layer.name else ("", "")
        before = self.made(layer, before, scope, "depthwise", names[0], filters=None)
        return self.made(layer, before, scope, "pointwise", names[1], stride=(), padding=(), dilation=())

    def feed_forward(self, layer: CountLayer, before: Output, scope: Scope, name: str = "") -> Output:
        """Two dense layers at every step, back to as many features; gated, three."""
        at = self.at(layer, before, scope, "feed-forward", name)
        self.net.outputs[at.tag] = before
        if layer.experts:
            return sequence.experts(at)
        inner = Graph(self.net, f"{at.tag}_", self.depth + 1)
        after = inner.made(layer, before, scope, "dense", "up", tied=False)
        if layer.gated:
            inner.made(layer, before, scope, "dense", "gate", tied=False)
        width = (
            self.net.definitions[before.features] if self.net.symbolic else Num(str(self.net.number(before.features)))
        )
        after = inner.made(layer, after, {}, "dense", "down", neurons=width, tied=False)
        self.net.outputs[at.tag] = after
        return before

    def coder(self, layer: CountLayer, before: Output, scope: Scope, kind: str) -> Output:
        """An encoder block, attention and feed-forward with a norm each; a decoder block also attends to a memory."""
        at = self.at(layer, before, scope, kind)
        self.net.outputs[at.tag] = before
        inner = Graph(self.net, f"{at.tag}_", self.depth + 1)
        memories = ["", layer.memory] if kind == "decoder" and layer.memory else [""]
        for k, memory in enumerate(memories):
            if memory and self.named(layer, memory, "memory") is LOST:
                return LOST
            name = "cross" if memory else "attn"
            before = inner.made(layer, before, scope, "attention", name, memory=memory)
            before = self.normed(inner, layer, before, scope, k + 1)
        inner.feed_forward(layer, before, scope, "ff")
        before = self.normed(inner, layer, before, scope, len(memories) + 1)
        self.net.outputs[at.tag] = before
        return before

    def normed(self, inner: Graph, layer: CountLayer, before: Output, scope: Scope, k: int) -> Output:
        """The norm behind (or before) a part of a block."""
        if layer.norm == "none":
            return before
        return inner.made(layer, before, scope, layer.norm, f"norm{k}", bias=None, groups=None)

    # -- coming together ----------------------------------------------------------------------------------------------
    def joined(self, layer: CountLayer, before: Output, parts: Sequence[Output], how: str) -> Output:
        """Branches side by side in the channels, or added or multiplied cell by cell."""
        if LOST in parts:
            return LOST
        name = layer.name if layer.branches or layer.type else ""
        at = self.at(layer if name else replaced(layer, type=how, name=""), before, {}, how, name)
        first, place = parts[0], layer.place("join" if layer.branches else "")
        for other in parts[1:]:
            self.fits(at, first, other, how, place)
        widest = max(parts, key=lambda part: self.reach(part))
        if how != "concat":
            at.out(first._replace(reach=widest.reach), "sum" if how == "add" else "product")
            charge(at, first, Costs(stores=how == "multiply"))
            return self.net.outputs[at.tag]
        at.local |= {f"D{k}": part.features for k, part in enumerate(parts, 1)}
        template = " + ".join(f"D{k}" for k in range(1, len(parts) + 1))
        features = at.size("D", template, "output channels", "the channels of all branches")
        out = at.out(first._replace(features=features, reach=widest.reach), "concat")
        charge(at, out, Costs(stores=False))
        return out

    def reach(self, part: Output) -> int:
        """How far a branch sees."""
        if not part.reach or self.net.symbolic:
            return 0
        working, known = self.net.working, self.net.known
        missing = [name for name in working.closure([part.reach[0][0]], known) if name not in known]
        evaluate(working.program(missing), known, lambda item, env: item.value(env))
        return self.net.number(part.reach[0][0])

    def fits(self, at: At, first: Output, other: Output, how: str, place: object) -> None:
        """Refuses volumes that cannot be put together."""
        net = self.net
        a, b = ([net.text(name) for name in (*part.axes, part.features)] for part in (first, other))
        if how == "concat":
            a, b = a[:-1], b[:-1]
        broadcast = how == "multiply" and all(x == "1" for x in b[:-1]) and a[-1:] == b[-1:]
        if a == b or broadcast or not net.doubtful.isdisjoint((*first.all, *other.all)):
            return
        what = {"add": "a sum", "concat": "a concatenation", "multiply": "a product"}[how]
        hint = {"concat": "branches side by side have the same height and width"}.get(
            how, "both must have the same size"
        )
        message = f"{what} of {net.sizes(first)} and {net.sizes(other)}, at {at.title}"
        raise UnfitError(at.layer.place("join" if at.layer.branches else ""), message, hint)


def replaced(layer: CountLayer, **fields: object) -> CountLayer:
    """A layer with other fields that stands where this one does."""
    from copy import copy

    made = copy(layer)
    for name, value in fields.items():
        setattr(made, name, value)
    return made
