"""Kernels and windows of a layer, checked against the maps that they slide over."""

from __future__ import annotations

from typing import NamedTuple

from solver.errors import FormulaError
from solver.families.convolution.given import Sliding, nested
from solver.formula.functions.windows import Pair, Windows
from solver.formula.tree import Array, Option, Options


class Bank(NamedTuple):
    """The filters of a layer: each a kernel a channel of its group. first: the first channel of each filter."""

    filters: list[list[Array]]
    first: list[int]


def bank(stage: Sliding, channels: int, flat: bool) -> Bank:
    """The filters over so many channels; raises FormulaError where they do not fit."""
    if channels % stage.groups:
        raise FormulaError(f"{stage.groups} groups cannot share {channels} channels equally")
    each = channels // stage.groups
    found = nested(stage, "K", flat)
    over = f"the input has {channels} channel{'s' * (channels > 1)}" + (
        f" in {stage.groups} groups" if stage.groups > 1 else ""
    )
    if isinstance(found, Array):
        filters = [[found]]
    elif any(isinstance(item, list) for item in found):
        filters = [item if isinstance(item, list) else [item] for item in found]
        if stage.kernels == "channels x filters":
            if len({len(row) for row in filters}) > 1:
                raise FormulaError("the channels of K have not equally many filters")
            filters = [list(column) for column in zip(*filters, strict=True)]
    else:
        kernels = [item for item in found if isinstance(item, Array)]
        filters = [[kernel] for kernel in kernels] if each == 1 else [kernels]
    if not filters:
        raise FormulaError("K has no filter", "a filter is a matrix of weights, or one for each channel")
    for f, kernels in enumerate(filters, 1):
        if len(kernels) != each:
            has = f"{len(kernels)} kernel{'s' * (len(kernels) != 1)}"
            where = "K" if len(filters) == 1 else f"filter {f} of K"
            raise FormulaError(
                f"{where} has {has}, but {over}: {each} expected", "a filter has a kernel for each channel"
            )
        for kernel in kernels:
            if kernel.value.shape != filters[0][0].value.shape:
                (a, b), (c, d) = filters[0][0].value.shape, kernel.value.shape
                raise FormulaError(
                    f"a kernel of K is {c}×{d}, but the first is {a}×{b}", "all kernels of a layer have one size"
                )
    if len(filters) % stage.groups:
        raise FormulaError(f"{stage.groups} groups cannot share {len(filters)} filters equally")
    share = len(filters) // stage.groups
    return Bank(filters, [f // share * each for f in range(len(filters))])


def both(stage: Sliding, field: str, flat: bool, least: int, default: Pair) -> Pair:
    """A number of rows and one of columns; of one dimension only columns count. Raises FormulaError."""
    value = getattr(stage, field)
    if value is None:
        return default
    found = (value,) if isinstance(value, int) else value
    if len(found) not in ((1,) if flat else (1, 2)):
        raise FormulaError(f"{field} has {len(found)} numbers, expected {'one' if flat else 'one, or [rows, columns]'}")
    if min(found) < least:
        raise FormulaError(f"{field} is {min(found)}, expected at least {least}")
    return (found[0], found[-1])


def sliding(stage: Sliding, size: Pair, flat: bool) -> Windows:
    """How a kernel of this size slides; raises FormulaError."""
    stride, dilation = both(stage, "stride", flat, 1, (1, 1)), both(stage, "dilation", flat, 1, (1, 1))
    reach = tuple(d * (f - 1) for d, f in zip(dilation, size, strict=True))
    after = (0, 0)
    if isinstance(stage.padding, str):
        half = (reach[0] // 2, reach[1] // 2)
        padding = {"same": half, "valid": (0, 0), "full": (reach[0], reach[1])}[stage.padding]
        if stage.padding == "same":  # an even kernel has one zero more below and on the right
            after = (reach[0] % 2, reach[1] % 2)
    else:
        padding = both(stage, "padding", flat, 0, (0, 0))
    if flat:
        return Windows(size, (1, stride[1]), (0, padding[1]), (1, dilation[1]), (0, after[1]))
    return Windows(size, stride, padding, dilation, after)


def rounded_up(found: Windows, shape: Pair) -> Windows:
    """The same windows with one more down or across where it stands out at the end, but not in padding alone."""
    after = []
    for n, f, s, p in zip(shape, found.size, found.stride, found.padding, strict=True):
        count = -((f - n - 2 * p) // s) + 1
        if (count - 1) * s >= n + p:
            count -= 1
        after.append(max((count - 1) * s + f - n - 2 * p, 0))
    return found._replace(after=(after[0], after[1]))


def check_place(what: str, windows: Windows, shape: Pair, layer: str) -> None:
    """Raises FormulaError where a window has no place on an input."""
    for n, f, p, which in zip(shape, windows.size, windows.padding, ("row", "column"), strict=True):
        if n == f == 1 and p:
            raise FormulaError(
                f"input and window have one {which}{layer}: padding there makes {which}s of zeros alone",
                "padding: [0, 1] is of columns only, [1, 0] of rows",
            )
    if min(windows.places(shape)) < 1:
        padded = windows.padded(shape)
        reach = tuple(d * (f - 1) + 1 for f, d in zip(windows.size, windows.dilation, strict=True))
        is_padded = "padded " if any(windows.padding) else ""
        raise FormulaError(
            f"{what} {reach[0]}×{reach[1]} larger than the {is_padded}input {padded[0]}×{padded[1]}{layer}",
            "a smaller one, or more padding",
        )


def options(
    windows: Windows, flat: bool, names: tuple[str, ...] = ("stride", "padding", "dilation", "after")
) -> Options:
    """Stride, padding and dilation where they are not those of the table, in its order; one number where both agree."""
    pairs = {
        "stride": (windows.stride, 1),
        "padding": (windows.padding, 0),
        "dilation": (windows.dilation, 1),
        "after": (windows.after, 0),
    }
    made: list[tuple[str, Option]] = []
    for name in names:
        (rows, columns), rest = pairs[name]
        value: Option = columns if flat or rows == columns else (rows, columns)
        if value != rest:
            made.append((name, value))
    return tuple(made)
