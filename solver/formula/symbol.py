"""How a name is written on the page: `grad_u1` is ∇ of J with respect to u₁, in every format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from solver.formula.sizes import SCALAR, Shape
from solver.named import NamedTuple

Accent: TypeAlias = Literal["", "hat", "bar"]
"""What stands over letters."""


class Symbol(NamedTuple):
    """The parts of a written symbol, free of any format.

    base: letters; one letter is set in italics, a word upright, a Greek letter's name as the letter.
    sub, sup: below and above: `1`; `conv 1`, a word; `t - 1`, `W1`, `sigma`, mathematics; a comma parts them: `rot,1`.
    argument: in brackets behind: h(1); a symbol or such text.
    prime: f′; mark: over the letters: m̂.
    wrt: makes it a gradient: ∇ with `wrt` below, before the base; a fraction where `ratio` is d or ∂.
    entry: in square brackets behind: which entry of a vector or matrix it is.
    shape: rows and columns; anything but 1×1 is set in bold.
    """

    base: str
    sub: str = ""
    sup: str = ""
    argument: Symbol | str = ""
    prime: bool = False
    wrt: Symbol | None = None
    shape: Shape = SCALAR
    mark: Accent = ""
    ratio: Literal["", "d", "∂"] = ""
    entry: str = ""

    @property
    def bold(self) -> bool:
        """Whether it is a vector or matrix."""
        return self.shape != SCALAR

    @property
    def column(self) -> bool:
        """Whether it is a vector's, in a column; a capital letter is a matrix's, however few columns that has."""
        return self.shape[0] != 1 == self.shape[1] and not self._innermost.base[:1].isupper()

    @property
    def _innermost(self) -> Symbol:
        """What a gradient or derivative is taken by, or itself."""
        inner = self.wrt or self.argument
        return inner._innermost if isinstance(inner, Symbol) else self

    def shaped(self, shape: Shape) -> Symbol:
        """The same symbol for a quantity of this shape; what a gradient or derivative is taken by has it too."""
        wrt, argument = self.wrt, self.argument
        if wrt is None and not isinstance(argument, Symbol):
            return self if shape == self.shape else Symbol(*self[:6], shape, *self[7:])
        wrt = wrt and wrt.shaped(shape)
        argument = argument.shaped(shape) if isinstance(argument, Symbol) else argument
        return Symbol(*self[:3], argument, self.prime, wrt, shape, *self[7:])


Symbols = Mapping[str, Symbol]

_NAME = re.compile(r"(?P<base>[A-Za-z]+?)_?(?P<sub>\d*)")


def default_symbol(name: str) -> Symbol:
    """The symbol of a name nobody gave one: `W1` is W with 1 below, `grad_W1` the gradient of J, `flops_conv1` a word."""
    if name.startswith("grad_") and len(name) > 5:
        return Symbol("J", wrt=default_symbol(name[5:]))
    match = _NAME.fullmatch(name)
    if match:
        return Symbol(match["base"], match["sub"])
    base, _, sub = name.strip("_").partition("_")
    inner = _NAME.fullmatch(base)
    if inner and inner["sub"]:
        return Symbol(inner["base"], f"{inner['sub']},{_words(sub)}")
    return Symbol(base or name, _words(sub))


def _words(text: str) -> str:
    """`conv1` as `conv 1`, `new_bias` as `new bias`."""
    return re.sub(r"(?<=[a-z])(?=\d)", " ", text.replace("_", " "))
