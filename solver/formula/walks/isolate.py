"""The isolate walk: an equation with one unknown to the lines that leave the unknown alone.

    25 = (49 - 3 + 2*p2)/2 + 1
    48 = 46 + 2*p2
    p2 = (48 - 46)/2

The unknown stands once, under + − · / and brackets; everything else is a whole number.
"""

from fractions import Fraction
from itertools import pairwise

from solver.formula.tree import SUMS, Bin, Group, Name, Neg, Num, Tree, bare, walk
from solver.formula.walks.rational import rational
from solver.named import NamedTuple


class State(NamedTuple):
    """One line on the way: `left = right`; `divided`: a factor or divisor of the line above has been removed."""

    left: Tree
    right: Tree
    divided: bool = False


def isolate(left: Tree, right: Tree, unknown: str, *, every: bool = False) -> list[State]:
    """The lines below `left = right`, the last with the unknown alone on its right.

    every: each single operation is a line of its own; otherwise a lecturer's choice, the line after each division or
    multiplication. No lines where the equation is of another form.
    """
    states = _states(left, right, unknown)
    if not states:
        return []
    if len(states) == 1:
        return [State(states[0].left, Name(unknown))]
    *states, _ = states
    changed = [state for above, state in pairwise(states) if state[:2] != above[:2]]
    kept = (changed if every else [state for state in states if state.divided]) or states[-1:]
    last = kept[-1]
    kept = [s for s in kept if (s.left, s.right) != (left, right)]
    alone = _inverse(last.left, last.right, unknown)
    return [*kept, State(alone, Name(unknown))] if alone is not None else []


def _states(left: Tree, right: Tree, unknown: str) -> list[State]:
    """The equation, simplified, then with one operation after the other moved to the left, as numbers."""
    count = sum(isinstance(node, Name) for node in walk(right))
    known = rational(left)
    if known is None or count != 1:
        return []
    states = [State(_number(known), _fold(right, unknown) or right)]
    tree = bare(right)
    while not isinstance(tree, Name):
        moved = _peel(known, tree, unknown)
        if moved is None:
            return []
        known, inner = moved
        divided = isinstance(tree, Bin) and tree.op not in SUMS and not isinstance(bare(inner), Name)
        tree = bare(inner)
        folded = _fold(tree, unknown)
        if folded is None:
            return []
        states.append(State(_number(known), bare(folded), divided))
    return states


def _has(tree: Tree, unknown: str) -> bool:
    return any(isinstance(node, Name) and node.id == unknown for node in walk(tree))


def _number(value: Fraction) -> Tree:
    whole = Num(str(value.numerator))
    return whole if value.denominator == 1 else Bin("/", whole, Num(str(value.denominator)))


def _peel(known: Fraction, tree: Tree, unknown: str) -> tuple[Fraction, Tree] | None:
    """The outermost operation of `known = tree` undone: what is then known, and what is left of the tree."""
    if isinstance(tree, Bin) and tree.op in SUMS:
        # all numbers of the sum move at once
        constant, sign, term = _terms(tree, unknown, 1)
        return None if constant is None or term is None else (sign * (known - constant), term)
    match tree:
        case Neg(x):
            return -known, x
        case Bin(op, a, b):
            inside = _has(a, unknown)
            other = rational(b if inside else a)
            if other is None:
                return None
            match op, inside:
                case "*", _:
                    return (known / other, a if inside else b) if other else None
                case "/", True:
                    return known * other, a
                case "/", False:
                    return (other / known, b) if known else None
    return None


def _terms(tree: Tree, unknown: str, sign: int) -> tuple[Fraction | None, int, Tree | None]:
    """A sum as its number (None where it has none), and the sign and tree of the term with the unknown."""
    if not _has(tree, unknown):
        number = rational(tree)
        return (None if number is None else sign * number), 0, None
    match bare(tree):
        case Neg(x):
            return _terms(x, unknown, -sign)
        case Bin(op, a, b) if op in SUMS:
            first, sign_a, term_a = _terms(a, unknown, sign)
            second, sign_b, term_b = _terms(b, unknown, -sign if op == "-" else sign)
            total = None if first is None or second is None else first + second
            return total, sign_a or sign_b, term_a if term_a is not None else term_b
        case inner:
            return Fraction(0), sign, inner


def _fold(tree: Tree, unknown: str) -> Tree | None:
    """The tree with its known parts as numbers, 46 + 2*p for 49 - 3 + 2*p, and without · 1, / 1 and + 0."""
    if not _has(tree, unknown):
        number = rational(tree)
        return None if number is None else _number(number)
    match tree:
        case Name():
            return tree
        case Group(x):
            inner = _fold(x, unknown)
            return inner if inner is None or isinstance(inner, Name) else Group(inner)
        case Bin(op) if op not in SUMS:
            return _fold_product(tree, unknown)
        case Neg() | Bin():
            constant, sign, term = _terms(tree, unknown, 1)
            folded = None if term is None else _fold(term, unknown)
            return None if folded is None or constant is None else _sum(constant, sign, folded)
        case _:
            return None


def _fold_product(tree: Bin, unknown: str) -> Tree | None:
    a, b = _fold(tree.a, unknown), _fold(tree.b, unknown)
    if a is None or b is None or tree.op not in ("*", "/"):
        return None
    if b == Num("1"):
        return a
    if a == Num("1") and tree.op == "*":
        return b
    return Bin(tree.op, a, b)


def _sum(constant: Fraction, sign: int, term: Tree) -> Tree:
    """46 + 2*p, 55 - F, H - 7, -F: a number and a term, whichever is not negative first."""
    if constant == 0:
        return term if sign > 0 else Neg(term)
    if sign < 0:
        return Bin("-", _number(constant), term)
    if constant < 0:
        return Bin("-", term, _number(-constant))
    return Bin("+", _number(constant), term)


def _inverse(left: Tree, right: Tree, unknown: str) -> Tree | None:
    """What the unknown equals where `left = right`, every operation undone and none computed."""
    match right:
        case Name():
            return left
        case Group(x):
            return _inverse(left, x, unknown)
        case Neg(x):
            return _inverse(Neg(_grouped(left)), x, unknown)
        case Bin(op, a, b):
            inside = _has(a, unknown)
            match op, inside:
                case "+", _:
                    return _inverse(Bin("-", left, b if inside else a), a if inside else b, unknown)
                case "-", True:
                    return _inverse(Bin("+", left, b), a, unknown)
                case "-", False:
                    return _inverse(Bin("-", a, left), b, unknown)
                case "*", _:
                    return _inverse(Bin("/", _grouped(left), b if inside else a), a if inside else b, unknown)
                case "/", True:
                    return _inverse(Bin("*", _grouped(left), b), a, unknown)
                case "/", False:
                    return _inverse(Bin("/", a, _grouped(left)), b, unknown)
    return None


def _grouped(tree: Tree) -> Tree:
    signed = isinstance(tree, Neg) or (isinstance(tree, Num) and tree.text.startswith("-"))
    return Group(tree) if signed or isinstance(tree, Bin) else tree
