"""What a layer is, by its fields: of kernels, pooling, unpooling, or dense; and fields that do not belong to it."""

from solver.families.convolution.given import Given, Sliding
from solver.formula.functions import FUNCTIONS
from solver.spec.nodes import Report

KINDS = ("K", "pool", "unpool", "W")
BELONGS = {
    "K": ("b", "operation", "stride", "padding", "dilation", "output_padding", "groups", "kernels", "activation"),
    "pool": ("size", "stride", "padding", "ceil", "activation"),
    "unpool": ("size", "stride", "activation"),
    "W": ("b", "weights", "activation"),
}
OF_A_LAYER = frozenset(field for fields in BELONGS.values() for field in fields)


def kind_of(stage: Sliding) -> str:
    """The field that makes a layer what it is, of one that has passed `check_kinds`."""
    return next(kind for kind in KINDS if getattr(stage, kind) is not None)


def check_kinds(given: Given, report: Report) -> None:
    """Notes layers that are none, or two at once, and fields that their kind does not use."""
    if given.layers:
        for field in given.written:
            if field in OF_A_LAYER or field in KINDS:
                report.add(given.place(field), f"{field} is given, and layers with their own", "move it into a layer")
    for k, stage in enumerate(given.layers or (given,), 1):
        if not isinstance(stage, Sliding):
            continue
        kinds = [kind for kind in KINDS if getattr(stage, kind) is not None]
        if len(kinds) != 1:
            found = " and ".join(kinds) + " at once" if kinds else "none of K, pool, unpool and W"
            where = f"layer {k} has" if given.layers else "the question has"
            hint = "a layer has one of K (kernels), pool, unpool, W (dense)" + "; several are a list of layers" * (
                not given.layers
            )
            report.add(stage.place(kinds[1] if kinds else ""), f"{where} {found}", hint)
            continue
        for field in stage.written:
            if field in OF_A_LAYER and field not in BELONGS[kinds[0]]:
                report.add(stage.place(field), f"{field} is not used by a layer with {kinds[0]}")
        _check_options(stage, kinds[0], report)


def _check_options(stage: Sliding, kind: str, report: Report) -> None:
    add = report.add
    transposed = stage.operation == "transposed"
    if kind == "K" and not transposed and "output_padding" in stage.written:
        add(stage.place("output_padding"), "output_padding is of a transposed convolution", "operation: transposed")
    if (transposed or kind == "pool") and stage.padding in ("same", "full"):
        what = "a transposed convolution" if transposed else "pooling"
        add(stage.place("padding"), f"padding: {stage.padding} is not for {what}", "a number, or [rows, columns]")
    if kind != "W" and stage.activation != "linear" and not FUNCTIONS[stage.activation].elementwise:
        add(stage.place("activation"), f"{stage.activation} of maps", "it is for a dense layer at the end")
    for field in ("size", "stride", "padding", "ceil") if stage.pool in ("global-max", "global-average") else ():
        if field in stage.written:
            add(stage.place(field), f"{field} is not used by pool: {stage.pool}", "its window is the whole map")
