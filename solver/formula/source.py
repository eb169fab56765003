"""A tree back to the text of the formula language: `parse(source(tree))` gives the tree again."""

from solver.formula.tree import Array, Bin, Call, Dots, Group, Name, Neg, Num, Option, Sum, Transpose, Tree, Written

_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "@": 2, "**": 4}


def source(tree: Tree) -> str:
    """The formula as an author would type it."""
    return _source(tree)[0]


def _source(tree: Tree) -> tuple[str, int]:
    match tree:
        case Name(id=name):
            return name, 5
        case Num(text):
            return text, 3 if text.startswith("-") else 5
        case Group(x):
            return f"({source(x)})", 5
        case Neg(x):
            return "-" + _at_least(x, 3), 3
        case Transpose(x):
            return _at_least(x, 5) + ".T", 5
        case Sum(terms):
            return " + ".join(_at_least(t, 2) for t in terms), 1
        case Call("[]", (x,), ((_, rows), (_, columns))):
            return f"{_at_least(x, 5)}[{_ends(rows)}, {_ends(columns)}]", 5
        case Call(fn, (), ((_, size),)) if isinstance(size, tuple):
            return f"{fn}({', '.join(map(str, size if fn != 'eye' and size[1] != 1 else size[:1]))})", 5
        case Call(fn, args, options):
            given = [f"{name}={option}" for name, option in options]
            return f"{fn}({', '.join([*map(source, args), *given])})", 5
        case Bin(op, a, b):
            level = _PRECEDENCE[op]
            left, right = (5, 3) if op == "**" else (level, level + 1)
            space = " " if op in "+-@" else ""
            return f"{_at_least(a, left)}{space}{op}{space}{_at_least(b, right)}", level
        case Array(value=v):
            return f"[{v.shape[0]}×{v.shape[1]}]", 5
        case Written(of):
            return _source(of)
        case Dots():
            return "…", 5


def _ends(option: Option) -> str:
    """From the first to the last, as they stand in brackets: 2, 1:3, 2:, :."""
    assert isinstance(option, tuple)
    first, last = option
    if first == last:
        return str(first)
    return f"{first if first > 1 else ''}:{last or ''}"


def _at_least(tree: Tree, level: int) -> str:
    text, precedence = _source(tree)
    return text if precedence >= level else f"({text})"
