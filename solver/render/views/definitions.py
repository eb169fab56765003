"""Titles with symbols for the names in them, and what defines a function of the table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from solver.formula.functions import FUNCTIONS
from solver.formula.functions.row import Function
from solver.formula.parse import parse, rule
from solver.formula.print.printer_typeset import symbol_typeset
from solver.formula.symbol import Symbol, Symbols
from solver.formula.tree import Bin, Call, Name, Num, Tree, bare, replace_names
from solver.formula.typeset import Digits, Sign, Typeset, together
from solver.formula.usage import USUAL, SymbolTable, Usage
from solver.formula.words import Inline, Maths, Words
from solver.render.blocks import Cases, Facts, Prose, TextBlock
from solver.spec.prose.passages import passage, sentence
from solver.working.items import Line


def titled(text: str, symbols: Symbols) -> Words:
    """A title's words, with symbols for the names in braces."""
    return _named(sentence(text), symbols)


def point(text: str, symbols: Symbols, *, whole: bool) -> tuple[TextBlock, ...]:
    """The blocks of a point, with symbols for the names in braces; whole: it is more than a sentence of ours."""
    blocks = passage(text).blocks if whole else (Prose(sentence(text)),)
    return tuple(b._replace(words=_named(b.words, symbols)) if isinstance(b, Prose) else b for b in blocks)


def _named(words: Words, symbols: Symbols) -> Words:
    """Words with symbols for the names in braces."""
    pieces: list[Inline] = []
    for said in words:
        if not isinstance(said, str):
            pieces.append(said)
            continue
        for i, piece in enumerate(re.split(r"\{(\w+)\}", said) if "{" in said else [said]):
            symbol = symbols.get(piece) if i % 2 else None
            pieces.append(symbol or (f"{{{piece}}}" if i % 2 else piece))
    return tuple(p for p in pieces if p)


def definition(fn: str, given: int | None = None, usage: Usage = USUAL) -> Iterator[Facts | Cases]:
    """What defines a function of the table; nothing for what every reader knows, such as sin.

    given: how many of its arguments are; the others have their usual numbers in the definition.
    """
    row = FUNCTIONS[fn]
    if row.definition is None or row.definition == "u":
        return
    filled = _usual(row, given)
    left = Call(fn, tuple(map(Name, row.params[:given])))
    symbols = _parameters(row.params, usage)
    symbols["Sum_j"] = Symbol("∑", "j")

    def value(text: str | Tree) -> Tree:
        tree = replace_names(rule(text), filled)
        return bare(tree.b) if isinstance(tree, Bin) and tree.op == "*" and tree.a == Num("1") else tree

    if row.shown:
        yield Facts([Line(parse(row.shown), left=Call(fn, (Name("u_k"),)))], symbols)
    elif isinstance(row.definition, tuple):
        yield Cases(
            left, tuple((value(text), _condition(said, symbols, filled)) for text, said in row.definition), symbols
        )
    else:
        yield Facts([Line(value(row.definition), left=left)], symbols)


def slope(fn: str, given: int | None = None, usage: Usage = USUAL) -> Iterator[Facts]:
    """The derivative of an elementwise function in terms of itself, tanh′(u) = 1 − tanh²(u); nothing for u itself.

    given: how many of its arguments are, as in `definition`.
    """
    row = FUNCTIONS[fn]
    if row.derivative is None or row.definition == "u" or row.constant:
        return
    called = Call(fn, tuple(map(Name, row.params[:given])))
    symbols = _parameters(row.params, usage)
    symbols[fn] = Symbol(usage.word(fn), prime=True, argument=symbols[row.params[0]])
    formula = replace_names(rule(row.derivative), {**_usual(row, given), "y": called})
    yield Facts([Line(formula, left=Name(fn))], symbols)


def _usual(row: Function, given: int | None) -> dict[str, Num]:
    """The numbers of the arguments that are not given."""
    usual = dict(zip(reversed(row.params), map(Num, reversed(row.defaults)), strict=False))
    return {name: number for name, number in usual.items() if name not in row.params[:given]}


def _parameters(names: Iterable[str], usage: Usage) -> SymbolTable:
    return SymbolTable({name: usage.symbol(Symbol(name)) for name in names}, usage)


def _condition(said: str, symbols: Symbols, filled: Mapping[str, Num]) -> Words:
    """`u > 0` as mathematics among words, its names symbols, or the numbers filled in for them."""
    if said == "otherwise":
        return (said,)
    pieces = (_mark(filled[piece].text if piece in filled else piece, symbols) for piece in re.findall(r"\w+|\S", said))
    return ("if ", Maths(together(*pieces)))


def _mark(piece: str, symbols: Symbols) -> Typeset:
    """A name, a number or a sign of a condition."""
    if piece in symbols:
        return symbol_typeset(symbols[piece])
    return Digits(piece) if piece[0].isdigit() else Sign(piece, "relation" if piece in "<>≤≥" else "ordinary")
