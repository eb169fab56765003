"""Layers in short: `conv 64@7x7 stride 2 padding 3` is the map {type: conv, filters: 64, size: [7, 7], …}."""

from __future__ import annotations

import re
from collections.abc import Container

from solver.errors import nearest
from solver.spec.nodes import Node, Report

_ALSO = {
    "fc": "dense",
    "linear": "dense",
    "maxpool": "max-pool",
    "avgpool": "average-pool",
    "conv2d": "conv",
} | dict.fromkeys(("relu", "leaky-relu", "sigmoid", "tanh", "softmax", "gelu"), "activation")
_FIRST = {
    "dense": "neurons", "rnn": "neurons", "lstm": "neurons", "gru": "neurons", "feed-forward": "neurons",
    "max-pool": "size", "average-pool": "size", "subsampling": "size", "adaptive-pool": "output", "crop": "output", "upsample": "scale",
    "conv": "filters", "pointwise": "filters", "transposed": "filters", "separable": "filters", "depthwise": "size",
    "embedding": "words", "positions": "words", "attention": "heads", "group-norm": "groups",
}  # fmt: skip
"""What a number right behind the type is."""
_LETTERS = {"s": "stride", "p": "padding", "d": "dilation", "g": "groups"}
_PAIRS = frozenset(
    [
        "name",
        "after",
        "stride",
        "padding",
        "output_padding",
        "dilation",
        "groups",
        "heads",
        "keys",
        "values",
        "neurons",
        "words",
        "size",
        "memory",
        "repeat",
        "experts",
        "active",
        "returns",
        "biases",
        "norm",
        "filters",
        "output",
        "scale",
    ]
)
_FLAGS = {
    "same": ("padding", "same"), "valid": ("padding", "valid"), "ceil": ("ceil", "true"), "no-bias": ("bias", "false"),
    "bidirectional": ("bidirectional", "true"), "peephole": ("peephole", "true"), "tied": ("tied", "true"),
    "gated": ("gated", "true"), "unshared": ("shared", "false"), "last": ("returns", "last"), "sequence": ("returns", "sequence"),
}  # fmt: skip
_FORM = "such as conv 64@7x7 stride 2 padding 3, max-pool 2, dense 10, batch-norm"


def expanded(node: Node, report: Report, types: Container[str]) -> Node | None:
    """The map that a short text, or a number of neurons, stands for; a map as it is. None, and a problem, otherwise."""
    if node.kind == "map":
        return node
    if node.kind != "scalar" or node.empty or not node.text.strip():
        report.add(node, f"found {node.found()}, expected a layer", _FORM)
        return None
    if node.text.lstrip("+-").isdecimal():
        return Node("map", node.place, entries=[_entry(node, "type", "dense", 0), (_word(node, "neurons", 0), node)])
    words = [(match[0], match.start()) for match in re.finditer(r"\S+", node.text)]
    kind = _ALSO.get(words[0][0], words[0][0])
    entries = [_entry(node, "type", kind, 0)]
    rest = iter(words[1:] if kind in types else [])  # an unknown type is told of where it is read
    for number, (word, at) in enumerate(rest):
        letter = re.fullmatch(r"([spdg])(\d+)", word)
        many, with_size, size = word.partition("@")
        if word in _FLAGS:
            entries.append(_entry(node, *_FLAGS[word], at))
        elif letter:
            entries.append(_entry(node, _LETTERS[letter[1]], letter[2], at))
        elif word in _PAIRS:
            value, at = next(rest, ("", at))
            entries.append((_word(node, word, at), _sizes(node, value, at)))
        elif with_size:
            if many:
                entries.append(_entry(node, "words" if kind == "embedding" else "filters", many, at))
            entries.append((_word(node, "size", at), _sizes(node, size, at + len(many) + 1)))
        elif kind == "embedding" and re.fullmatch(r"\d+[x×]\d+", word):
            vocabulary, features = re.split("[x×]", word)
            entries.append(_entry(node, "words", vocabulary, at))
            entries.append(_entry(node, "size", features, at + len(vocabulary) + 1))
        elif re.fullmatch(r"\d+[x×]\d+([x×]\d+)?", word) and kind in _FIRST:
            field = "output" if kind in ("adaptive-pool", "crop") else "size"
            entries.append((_word(node, field, at), _sizes(node, word, at)))
        elif number == 0 and kind in _FIRST:
            entries.append(_entry(node, _FIRST[kind], word, at))
        else:
            hint = nearest(word, [*_FLAGS, *_PAIRS])
            report.add(node.at(at), f"{word[:40]!r} says nothing of a layer", hint if "mean" in hint else _FORM)
            return None
    return Node("map", node.place, entries=entries)


def _word(node: Node, text: str, offset: int) -> Node:
    return Node("scalar", node.at(offset), text)


def _entry(node: Node, key: str, value: str, offset: int) -> tuple[Node, Node]:
    return _word(node, key, offset), _word(node, value, offset)


def _sizes(node: Node, text: str, offset: int) -> Node:
    """One size, or several with × between them."""
    sides = re.split(r"[x×](?=\d)", text) if re.fullmatch(r"\d+([x×]\d+)+", text) else [text]
    if len(sides) == 1:
        return _word(node, text, offset)
    return Node("list", node.at(offset), items=[_word(node, side, offset) for side in sides])
