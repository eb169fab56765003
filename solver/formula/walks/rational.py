"""The exact value of a scalar of whole numbers: 3,169,320/16,941,456 is 55/294."""

from fractions import Fraction

from solver.formula.tree import Bin, Group, Neg, Num, Tree

MAX_BITS = 4096


def rational(tree: Tree) -> Fraction | None:
    """The exact value of a scalar of whole numbers under + − · / and powers; None if there is none, or it is huge."""
    fraction = _rational(tree)
    return None if fraction is None or _bits(fraction) > MAX_BITS else fraction


def _bits(fraction: Fraction) -> int:
    return max(fraction.numerator.bit_length(), fraction.denominator.bit_length())


def _power(a: Fraction, b: Fraction) -> Fraction | None:
    if b.denominator != 1 or _bits(a) * abs(b) > MAX_BITS or (a == 0 and b < 0):
        return None
    return a ** int(b)


def _rational(tree: Tree) -> Fraction | None:
    match tree:
        case Num(text):
            return Fraction(text)
        case Group(x):
            return rational(x)
        case Neg(x):
            inner = rational(x)
            return None if inner is None else -inner
        case Bin(op, x, y):
            a, b = rational(x), rational(y)
            if a is None or b is None:
                return None
            match op:
                case "+":
                    return a + b
                case "-":
                    return a - b
                case "*" | "@":
                    return a * b
                case "/":
                    return a / b if b else None
                case _:
                    return _power(a, b)
        case _:
            return None
