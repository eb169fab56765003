"""Reads a solved question's lines back in each format, and recomputes each from the one above it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from solver.formula.print.printer_latex import LatexPrinter, symbol_latex
from solver.formula.print.printer_text import TextPrinter, symbol_text
from solver.formula.print.printer_typeset import TypesetPrinter, symbol_typeset
from solver.formula.print.setter import Setter
from solver.formula.print.setter_mathml import MathmlSetter
from solver.formula.print.setter_omml import OmmlSetter
from solver.formula.print.setter_typst import TypstSetter
from solver.formula.symbol import Symbol, Symbols
from solver.formula.tree import Call, Name, Tree, names, walk
from solver.formula.usage import SymbolTable
from solver.formula.walks.reduce import Detail
from solver.render.equations import BlockPrinter
from solver.render.layout import fitted
from solver.rounding import Rounding
from solver.spec.reader import load_text
from solver.working.items import Derivation, Line, Stated, Statement
from solver.working.solution import Solution, Solved
from solver.working.solve import solve_question
from tests.reader import latex, mathml, omml, plain, screen, typst
from tests.reader.expression import Digits, ElidedError, Expression, Floats, equal, same, value

DETAILS: tuple[Detail, ...] = ("normal", "full", "brief")


@dataclass(frozen=True)
class Format:
    """How a format prints formulas and symbols, and who reads that."""

    printer: Callable[[Symbols, int], Callable[[Tree], str]]
    symbol: Callable[[Symbol], str]
    read: Callable[[str, Mapping[str, Floats]], Expression]


def _screen(room: int) -> Format:
    """A formula in two dimensions, in so many cells."""

    def printer(symbols: Symbols, most: int) -> Callable[[Tree], str]:
        blocks = BlockPrinter(symbols, most)
        return lambda tree: "\n".join(fitted(tree, blocks, room).lines)

    return Format(printer, symbol_text, lambda text, known: screen.read(text.split("\n"), known))


def _set(setter: Setter[str], read: Callable[[str, Mapping[str, Floats]], Expression]) -> Format:
    """A formula as a setter sets it."""

    def printer(symbols: Symbols, most: int) -> Callable[[Tree], str]:
        typeset = TypesetPrinter(symbols, most)
        return lambda tree: setter.set(typeset.print(tree))

    return Format(printer, lambda symbol: setter.set(symbol_typeset(symbol)), read)


FORMATS = {
    "text": Format(lambda symbols, most: TextPrinter(symbols, most).print, symbol_text, plain.read),
    "latex": Format(lambda symbols, most: LatexPrinter(symbols, most).print, symbol_latex, latex.read),
    "mathml": _set(MathmlSetter(), mathml.read),
    "omml": _set(OmmlSetter(), omml.read),
    "typst": _set(TypstSetter(), typst.read),
    "screen of 60": _screen(50),
}
PLAIN, *OTHERS = FORMATS


def solved(text: str) -> Solution:
    """The solution of a question's YAML."""
    return solve_question(load_text(text).questions[0])


def steps(solution: Solution) -> Iterator[Solved]:
    """Every quantity with lines of numbers."""
    for part in solution.parts:
        for step in part.steps:
            if not isinstance(step.item, Stated | Statement | Derivation):
                yield step


def check(solution: Solution, turn: int | None = None) -> None:
    """Fails where a line does not follow from the one above it.

    turn: each step is read in text and in one more format, beginning with this of the OTHERS; in all where left out.
    """
    for k, step in enumerate(steps(solution), turn or 0):
        details = {detail: step.lines(detail) for detail in DETAILS}
        found_good: list[Reading] = []
        for name in FORMATS if turn is None else (PLAIN, OTHERS[k % len(OTHERS)]):
            form = FORMATS[name]
            seen: list[list[tuple[str, str]]] = []
            printer = form.printer(step.context.working.symbols, 24)
            for detail in DETAILS if name == PLAIN else DETAILS[:1]:
                printed = [printer(line.right) for line in details[detail]]
                shown = [(text, line.relation) for text, line in zip(printed, details[detail], strict=True)]
                if shown in seen:
                    continue  # the lines of another detail
                seen.append(shown)
                for line in faults(step, form, details[detail], printed, found_good):
                    raise AssertionError(f"{name}, {detail}, {step.name}: {line}")


def entries(tree: Tree, printer: Callable[[Tree], str], values: Mapping[str, Floats]) -> Iterator[tuple[str, Floats]]:
    """The entries of matrices that are written w₁,₂, with their values."""
    for node in walk(tree):
        if isinstance(node, Call) and node.fn == "[]" and isinstance(node.args[0], Name):
            text, ends = printer(node), dict(node.options)
            if "[" not in text:
                (row, _), (column, _) = (end for end in ends.values() if isinstance(end, tuple))
                yield text, values[node.args[0].id][row - 1 : row, column - 1 : column]


Reading = tuple[list[Expression], list[str], list[bool]]
"""What lines say, the signs between them, and which have letters."""


def faults(
    step: Solved, form: Format, lines: Sequence[Line], printed: list[str], found_good: list[Reading]
) -> Iterator[str]:
    """What is wrong with the lines of one step, of which the right sides are printed.

    found_good: readings of other formats, each recomputed once; those without a fault are added.
    """
    symbols = step.context.working.symbols
    digits = Digits(isinstance(step.form, Rounding) and step.form.figures)
    rows = symbols.turning.rows if isinstance(symbols, SymbolTable) and symbols.turning else ()
    written = step.written.T if step.name in rows else step.written
    for above, below in pairwise(printed):
        if above == below:
            yield f"{above} stands there twice"
    read: list[Expression] = []
    for line, text in zip(lines, printed, strict=True):
        if line.left is not None and line is not lines[0]:
            return  # an equation: its own tests read it
        known: dict[str, Floats] = {}
        if names(line.right):
            values = {
                name: number.T if name in rows else number
                for name, number in step.context.envs[step.context.carry].items()
            }
            if not all(name in values for name in names(line.right)):
                continue  # a letter that only this line has, such as the i of a sum
            known = {form.symbol(symbols[name]): values[name] for name in names(line.right)}
            known |= dict(entries(line.right, form.printer(symbols, 24), values))
        try:
            read.append(form.read(text, known))
        except ElidedError:
            return
    lettered = [bool(names(line.right)) for line in lines[len(lines) - len(read) :]]
    signs = [line.relation for line in lines][len(lines) - len(read) + 1 :]
    if step.context.carry == "rounded" and signs:
        signs[-1] = "≈"  # the result as written is the value from there on
    if (read, signs, lettered) in found_good:
        return
    try:
        for each in read:
            value(each)
    except ElidedError:
        return
    if not same(value(read[-1]), written):
        yield f"{printed[-1]} is not {written.tolist()}"
    printed = printed[len(printed) - len(read) :]
    symbolic = replace(digits, noise=1e-15)  # 1 - tanh(16)² has no digits on the reader's calculator
    exact = {id(each) for each, letters in zip(read, lettered, strict=True) if letters or each is read[0]}
    for (above, below), texts, sign in zip(pairwise(read), pairwise(printed), signs, strict=True):
        if sign == "=" and not equal(above, below):
            yield " is not equal to ".join(texts)
        reader = symbolic if id(above) in exact else digits
        if not reader.follows(above, below):
            yield " does not give ".join(texts)
    for each, text in zip(read, printed, strict=True):
        reader = symbolic if id(each) in exact else digits
        if not reader.close(value(each), read[-1]):
            yield f"{text} does not come to {printed[-1]}"
    found_good.append((read, signs, lettered))
