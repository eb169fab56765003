"""A question about what a network costs, written from an ONNX model: its graph and the sizes of its weights.

Only shapes are read; the weights themselves stay in the file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from solver.errors import Place, Problem, SpecError

PASSES = frozenset(
    {
        *("Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "Gelu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh"),
        *("Clip", "Softmax", "LogSoftmax", "Softplus", "Erf", "Dropout", "Identity", "Cast", "Mish"),
    }
)
"""Operations that change no size and have no weights that count here."""

_TAGS = {
    "conv": "conv", "transposed": "conv", "max-pool": "pool", "average-pool": "pool", "global-pool": "pool",
    "batch-norm": "bn", "layer-norm": "norm", "instance-norm": "norm", "dense": "fc", "flatten": "flat", "add": "add",
    "concat": "concat", "multiply": "multiply", "upsample": "upsample",
}  # fmt: skip
Read = dict[str, Any]


def question(path: str) -> str:
    """The YAML of a question; raises SpecError where the model cannot be read, or has what count does not know."""
    return _Model(path, _load(path)).text()


def _load(path: str) -> Any:
    try:
        import onnx
    except ImportError:
        message = "reading an ONNX model needs the package onnx"
        raise _refused(path, message, "pip install 'nnsolve[onnx]'") from None
    if os.path.exists(path) and not os.path.isfile(path):  # a device may never end
        raise _refused(path, "is no regular file")
    try:
        return onnx.load(path, load_external_data=False)
    except FileNotFoundError:
        raise _refused(path, "does not exist") from None
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror or error}") from None
    except Exception as error:  # protobuf's own errors, whose classes differ from version to version
        raise _refused(path, f"is no ONNX model: {type(error).__name__}") from None


def _refused(path: str, message: str, hint: str = "") -> SpecError:
    return SpecError([Problem(Place(path), message, hint)])


@dataclass
class _Model:
    """A model on its way to a question. made: by the name of a tensor, the layer (its place in `entries`) that gives it.

    weights: sizes of the tensors that the file holds; fixed: names of what is computed from sizes alone.
    """

    path: str
    model: Any
    entries: list[Read] = field(default_factory=list)
    made: dict[str, int] = field(default_factory=dict)
    weights: dict[str, tuple[int, ...]] = field(default_factory=dict)
    fixed: set[str] = field(default_factory=set)
    flat: set[str] = field(default_factory=set)

    def text(self) -> str:
        graph = self.model.graph
        self.weights = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
        inputs = [value for value in graph.input if value.name not in self.weights]
        if len(inputs) != 1:
            raise self.refused(f"has {len(inputs)} inputs, expected one")
        size = self.size(inputs[0])
        self.made[inputs[0].name] = -1
        for node in graph.node:
            self.node(node)
        self.name()
        stem = (
            re.sub(r"[^A-Za-z0-9 ._-]", " ", re.split(r"[/\\]", self.path)[-1].removesuffix(".onnx")).strip() or "model"
        )
        lines = [f"  - {_written(entry)}" for entry in self.entries]
        return "\n".join([
            f'# Written from an ONNX model, {stem}.onnx; say below what is asked.',
            f'title: "{stem}"', "given:", "  family: count", f"  input: {list(size)}", "  layers:",
            *("  " + line for line in lines), "parts:",
            "  - label: a", "    prompt: What size does each layer put out?", "    find: sizes",
            "  - label: b", "    prompt: How many parameters has each layer, and how many are there in all?",
            "    find: parameters", "",
        ])  # fmt: skip

    def refused(self, message: str, hint: str = "") -> SpecError:
        return _refused(self.path, message, hint)

    def size(self, value: Any) -> tuple[int, ...]:
        """The sizes of the input without its batch."""
        dims = value.type.tensor_type.shape.dim
        sizes = tuple(dim.dim_value for dim in dims)[1:]
        if not 1 <= len(sizes) <= 4 or not all(sizes):
            shown = "×".join(str(dim.dim_value or dim.dim_param or "?") for dim in dims)
            raise self.refused(f"its input is {shown}", "export it with a fixed size: [batch, channels, height, width]")
        return sizes

    def node(self, node: Any) -> None:
        """One operation: a layer, or what changes nothing."""
        inputs = [name for name in node.input if name]
        kind = node.op_type
        known = [name for name in inputs if name in self.made]
        if not known:  # weights, and what is computed of sizes
            for name in node.output:
                self.fixed.add(name)
                if kind in ("Identity", "Cast", "Transpose") and inputs and inputs[0] in self.weights:
                    dims = self.weights[inputs[0]]
                    self.weights[name] = dims[::-1] if kind == "Transpose" else dims
            return
        if kind == "Shape":
            self.fixed.update(node.output)
            return
        if kind in PASSES:
            self.made[node.output[0]] = self.made[known[0]]
            return
        attributes = {a.name: a for a in node.attribute}
        maker = MAKERS.get(kind)
        if maker is None:
            where = f", node {node.name[:60]!r}" if node.name else ""
            raise self.refused(
                f"{kind}{where}, is an operation that count does not know", f"known: {', '.join(sorted(MAKERS))}"
            )
        entry = maker(self, inputs, attributes)
        if entry is None:
            self.made[node.output[0]] = self.made[known[0]]
            return
        entry["_from"] = [self.made[name] for name in known]
        self.entries.append(entry)
        self.made[node.output[0]] = len(self.entries) - 1

    def name(self) -> None:
        """Names the layers that others take their input from out of turn, as count would name them."""
        counters: dict[str, int] = {}
        tags = ["in"]
        for entry in self.entries:
            tag = _TAGS[entry["type"]]
            counters[tag] = counters.get(tag, 0) + 1
            tags.append(f"{tag}{counters[tag]}")
        for k, entry in enumerate(self.entries):
            taken = entry.pop("_from")
            joins = entry["type"] in ("add", "concat", "multiply")
            if joins or taken != [k - 1]:
                entry["after"] = [tags[j + 1] for j in taken]
                for j in taken:
                    if j >= 0:
                        self.entries[j]["name"] = tags[j + 1]

    def dims(self, name: str, what: str) -> tuple[int, ...]:
        """The sizes of a weight."""
        if name not in self.weights:
            raise self.refused(f"the weights of a {what}, {name[:60]!r}, are not in the file")
        return self.weights[name]


def _ints(attributes: Mapping[str, Any], name: str, usual: Sequence[int]) -> list[int]:
    return list(attributes[name].ints) if name in attributes else list(usual)


def _int(attributes: Mapping[str, Any], name: str, usual: int) -> int:
    return int(attributes[name].i) if name in attributes else usual


def _window(model: _Model, attributes: Mapping[str, Any], axes: int, entry: Read) -> Read:
    """Stride, padding and dilation, where they are not the usual ones."""
    strides = _ints(attributes, "strides", [1] * axes)
    dilations = _ints(attributes, "dilations", [1] * axes)
    pads = _ints(attributes, "pads", [0] * 2 * axes)
    auto = attributes["auto_pad"].s.decode() if "auto_pad" in attributes else "NOTSET"
    usual = entry["size"] if "pool" in entry["type"] else [1] * axes
    if strides != list(usual):
        entry["stride"] = strides
    if auto in ("SAME_UPPER", "SAME_LOWER"):
        entry["padding"] = ["same"]
    elif pads[:axes] != pads[axes:]:
        message = f"a {entry['type']} is padded by {pads[:axes]} before and {pads[axes:]} behind"
        raise model.refused(message, "count pads alike on both sides")
    elif any(pads):
        entry["padding"] = pads[:axes]
    if any(d != 1 for d in dilations):
        entry["dilation"] = dilations
    return entry


def _conv(model: _Model, inputs: list[str], attributes: Mapping[str, Any]) -> Read:
    dims = model.dims(inputs[1], "convolution")
    entry: Read = {"type": "conv", "filters": dims[0], "size": list(dims[2:])}
    groups = _int(attributes, "group", 1)
    if groups > 1:
        entry["groups"] = groups
    if len(inputs) < 3:
        entry["bias"] = False
    return _window(model, attributes, len(dims) - 2, entry)


def _transposed(model: _Model, inputs: list[str], attributes: Mapping[str, Any]) -> Read:
    dims, groups = model.dims(inputs[1], "transposed convolution"), _int(attributes, "group", 1)
    entry: Read = {"type": "transposed", "filters": dims[1] * groups, "size": list(dims[2:])}
    if groups > 1:
        entry["groups"] = groups
    if any(extra := _ints(attributes, "output_padding", [])):
        entry["output_padding"] = extra
    if len(inputs) < 3:
        entry["bias"] = False
    return _window(model, attributes, len(dims) - 2, entry)


def _pool(kind: str) -> Callable[[_Model, list[str], Mapping[str, Any]], Read]:
    def made(model: _Model, inputs: list[str], attributes: Mapping[str, Any]) -> Read:
        size = _ints(attributes, "kernel_shape", [])
        entry: Read = {"type": kind, "size": size}
        if _int(attributes, "ceil_mode", 0):
            entry["ceil"] = True
        entry = _window(model, attributes, len(size), entry)
        entry.setdefault("stride", _ints(attributes, "strides", [1] * len(size)))
        return entry

    return made


def _gemm(model: _Model, inputs: list[str], attributes: Mapping[str, Any]) -> Read:
    dims = model.dims(inputs[1], "dense layer")
    entry: Read = {"type": "dense", "neurons": dims[0 if _int(attributes, "transB", 0) else 1]}
    if len(inputs) < 3:
        entry["bias"] = False
    return entry


def _matmul(model: _Model, inputs: list[str], attributes: Mapping[str, Any]) -> Read:
    return {"type": "dense", "neurons": model.dims(inputs[1], "product of matrices")[-1], "bias": False}


def _add(model: _Model, inputs: list[str], attributes: Mapping[str, Any]) -> Read | None:
    """A sum of two layers; or the biases of the layer before, which a product of matrices has in a node of their own."""
    known = [name for name in inputs if name in model.made]
    if len(known) == len(inputs):
        return {"type": "add"}
    before = model.entries[model.made[known[0]]] if model.made[known[0]] >= 0 else {}
    if before.get("type") in ("dense", "conv") and before.get("bias") is False:
        del before["bias"]
        return None
    raise model.refused("adds a constant that is no bias of a layer before it")


def _mul(model: _Model, inputs: list[str], attributes: Mapping[str, Any]) -> Read | None:
    if all(name in model.made for name in inputs):
        same = len({model.made[name] for name in inputs}) == 1  # x · sigmoid(x) is an activation
        return None if same else {"type": "multiply"}
    return None  # by a constant


def _reduced(model: _Model, inputs: list[str], attributes: Mapping[str, Any]) -> Read:
    return {"type": "global-pool"}


def _reshape(model: _Model, inputs: list[str], attributes: Mapping[str, Any]) -> Read | None:
    before = model.made[inputs[0]]
    if before >= 0 and model.entries[before]["type"] in ("flatten", "dense"):
        return None
    return {"type": "flatten"}


def _plain(kind: str, **fields: Any) -> Callable[[_Model, list[str], Mapping[str, Any]], Read]:
    return lambda model, inputs, attributes: {"type": kind, **fields}


MAKERS: dict[str, Callable[[_Model, list[str], Mapping[str, Any]], Read | None]] = {
    "Conv": _conv,
    "ConvTranspose": _transposed,
    "MaxPool": _pool("max-pool"),
    "AveragePool": _pool("average-pool"),
    "GlobalAveragePool": _plain("global-pool"),
    "GlobalMaxPool": _plain("global-pool"),
    "ReduceMean": _reduced,
    "BatchNormalization": _plain("batch-norm"),
    "InstanceNormalization": _plain("instance-norm"),
    "LayerNormalization": _plain("layer-norm"),
    "Gemm": _gemm,
    "MatMul": _matmul,
    "Add": _add,
    "Sum": _add,
    "Mul": _mul,
    "Concat": _plain("concat"),
    "Flatten": _reshape,
    "Reshape": _reshape,
}


def _written(entry: Read) -> str:
    """A layer in short where it can be, as a map otherwise."""
    kind, rest = entry["type"], dict(entry)
    del rest["type"]
    alike = {k: v[0] if isinstance(v, list) and len(set(v)) == 1 and k != "after" else v for k, v in rest.items()}
    if (
        any(isinstance(v, list) for k, v in alike.items() if k not in ("size", "after"))
        or len(alike.get("after", [""])) > 1
    ):
        words = ", ".join(f"{key}: {_value(value)}" for key, value in {"type": kind, **alike}.items())
        return f"{{{words}}}"
    text = str(kind)
    size = alike.pop("size", None)
    shown = "×".join(map(str, size)).replace("×", "x") if isinstance(size, list) else f"{size}x{size}" if size else ""
    if "filters" in alike:
        text += f" {alike.pop('filters')}@{shown}"
    elif shown:
        text += f" {shown if isinstance(size, list) else size}"
    if "neurons" in alike:
        text += f" {alike.pop('neurons')}"
    for key, value in alike.items():
        if key == "after":
            text += f" after {value[0]}"
        elif key == "bias":
            text += " no-bias"
        elif key == "ceil":
            text += " ceil"
        elif value == "same":
            text += " same"
        else:
            text += f" {key} {value}"
    return text


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
