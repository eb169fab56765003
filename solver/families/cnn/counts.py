"""What a network's layers cost: learnable parameters, FLOPs, and the saving of a depthwise separable convolution.

A multiplication and an addition count one each, so a filter over n values takes 2n FLOPs (n MACs); biases are not
counted. The depthwise separable convolution and its ratio 1/D2 + 1/F² are those of Howard et al., "MobileNets", 2017.
"""

from solver.families.cnn.chain import Chain, Conv, Dense
from solver.families.cnn.given import MisfitError
from solver.formula.symbol import Symbol
from solver.nets.sliding import multiplications, product

_LEFT_OUT = {
    "flops": "each weight multiplies and adds; biases, activations and pooling are not counted",
    "macs": "each weight multiplies; biases, activations and pooling are not counted",
}

TERMS = 30
"""The most terms of a sum; longer ones are made of subtotals."""


def parameters(chain: Chain) -> None:
    """The learnable parameters of each layer, and of all."""
    counted = []
    for layer in chain.layers:
        name = f"params_{layer.tag}"
        counted.append(name)
        if isinstance(layer, Dense):
            bias = f" + {layer.neurons}" if layer.bias else ""
            why = "each neuron has one weight for each input" + (", and one bias" if layer.bias else "")
            formula = f"{layer.inputs}*{layer.neurons}{bias}"
            chain.step(name, formula, f"{layer.title}: total parameters", layer.place, why=why)
            continue
        k = layer.k
        size = f"{layer.F[0]}*{layer.F[1]}"
        weights = f"d{k}*{size}" + (" + 1" if layer.bias else "")
        why = f"a filter is {{d{k}}} × {{{layer.F[0]}}} × {{{layer.F[1]}}}, " + (
            "with one bias" if layer.bias else "without a bias"
        )
        chain.step(f"params_filter{k}", weights, f"{layer.title}: parameters per filter", layer.place, why=why)
        why = f"there are {{n{k}}} filters"
        chain.step(name, f"params_filter{k}*n{k}", f"{layer.title}: total parameters", layer.place, why=why)
    chain.working.group("parameters", counted)
    _total(chain, "params", counted, "Parameters")


def flops(chain: Chain) -> None:
    """The operations of each layer, and of all."""
    unit, counted = chain.given.count, []
    for layer in chain.layers:
        name = f"{unit}_{layer.tag}"
        counted.append(name)
        formula = _times(chain) + (f"{layer.inputs}*{layer.neurons}" if isinstance(layer, Dense) else _conv(layer))
        title, symbol, why = f"{layer.title}: {_unit(chain)}", _symbol(chain, layer.tag), _LEFT_OUT[unit]
        chain.step(name, formula, title, layer.place, why=why if len(counted) == 1 else "", symbol=symbol)
    chain.working.group(unit, counted)
    _total(chain, unit, counted, _unit(chain))


def separable(chain: Chain) -> None:
    """A convolutional layer made depthwise separable: its filters, its operations, and their ratio to the original's."""
    conv = _replaced(chain)
    if conv is None:
        return
    w, unit, place = chain.working, chain.given.count, conv.place
    (D1, _, _), (D2, H2, W2) = conv.before, conv.after
    depth, size = chain.number(f"d{conv.k}"), "×".join(str(chain.number(f)) for f in conv.F)
    deep = f"since the input has {chain.number(D1)} channels"
    chain.step("depthwise_filters", D1, "Depthwise convolution: number of filters", place,
               why=f"{deep}, each with a filter of its own", symbol=Symbol("n", "depthwise"))  # fmt: skip
    w.statement("depthwise_size", f"1×{size}", "Depthwise convolution: size of a filter",
                why=f"the replaced filter is {depth}×{size}, and a depthwise filter covers one channel of it",
                also=[f"{size}×1"])  # fmt: skip
    chain.step("pointwise_filters", D2, "Pointwise convolution: number of filters", place,
               why=f"since the output has {chain.number(D2)} channels", symbol=Symbol("n", "pointwise"))  # fmt: skip
    w.statement("pointwise_size", f"{chain.number(D1)}×1×1", "Pointwise convolution: size of a filter",
                why=f"{deep}, and a pointwise filter sees all channels of one cell", also=[f"1×1×{chain.number(D1)}"])  # fmt: skip
    w.group("separable", ["depthwise_filters", "depthwise_size", "pointwise_filters", "pointwise_size"])

    depthwise, pointwise, both = (f"{unit}_{name}" for name in ("depthwise", "pointwise", "separable"))
    area, times = _area(conv), _times(chain)
    chain.step(depthwise, f"{times}{area}*{D1}*{H2}*{W2}", f"Depthwise convolution: {_unit(chain)}", place,
               why="one filter, one channel deep, for each channel of the input",
               symbol=_symbol(chain, "depthwise"))  # fmt: skip
    chain.step(pointwise, f"{times}{D1}*{D2}*{H2}*{W2}", f"Pointwise convolution: {_unit(chain)}", place,
               why="1×1 filters as deep as the input, one for each channel of the output",
               symbol=_symbol(chain, "pointwise"))  # fmt: skip
    chain.step(both, f"{depthwise} + {pointwise}", f"Depthwise separable convolution: {_unit(chain)}", place,
               symbol=_symbol(chain, "separable"))  # fmt: skip
    w.group(both, [depthwise, pointwise, both])
    w.step("ratio", f"{both}/{unit}_{conv.tag}", "Ratio, new to original")
    w.step("ratio_short", f"1/{D2} + 1/{area}" if "**" in area else f"1/{D2} + 1/({area})", "The same ratio, shortened",
           why="the height, the width and the input's depth cancel", symbol=Symbol("ratio"), again="ratio")  # fmt: skip
    w.group("ratio", ["ratio", "ratio_short"])


def _total(chain: Chain, unit: str, counted: list[str], what: str) -> None:
    """The sum over all layers, by subtotals where it is long."""
    place = chain.given.place("layers")
    symbol = Symbol(what if unit != "params" else unit, "total")
    subtotals = 0
    while len(counted) > TERMS:
        subtotals += 1
        chain.step(f"{unit}_subtotal{subtotals}", " + ".join(counted[:TERMS]), f"{what}: subtotal {subtotals}", place)
        counted = [*counted[TERMS:], f"{unit}_subtotal{subtotals}"]
    if counted:
        chain.step(f"{unit}_total", " + ".join(counted), f"{what} of all layers", place, symbol=symbol)


def _replaced(chain: Chain) -> Conv | None:
    """The convolution that is replaced: the one asked for, or the first ordinary one."""
    convs = [layer for layer in chain.layers if isinstance(layer, Conv)]
    wanted = chain.given.replace
    if wanted is None:
        return next((conv for conv in convs if conv.kind == "conv"), None)
    chosen = next((conv for conv in convs if conv.k == wanted), None)
    if chosen is None:
        raise MisfitError(
            chain.given.place("replace"), f"there is no convolutional layer {wanted}", f"there are {len(convs)}"
        )
    if chosen.kind != "conv":
        raise MisfitError(
            chain.given.place("replace"), f"layer {wanted} is a {chosen.kind} convolution", "replace a conv"
        )
    return chosen


def _conv(conv: Conv) -> str:
    """Multiplications of a convolution."""
    return multiplications(conv.kind, conv.before.D, _area(conv), conv.before, conv.after)


def _area(conv: Conv) -> str:
    return product(conv.F)


def _times(chain: Chain) -> str:
    return "2*" if chain.given.count == "flops" else ""


def _unit(chain: Chain) -> str:
    return "FLOPs" if chain.given.count == "flops" else "MACs"


def _symbol(chain: Chain, tag: str) -> Symbol:
    """FLOPs with the layer below: `conv 1`, `separable`."""
    word = tag.rstrip("0123456789")
    return Symbol(_unit(chain), f"{word} {tag[len(word) :]}".strip())
