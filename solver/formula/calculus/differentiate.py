"""The differentiate walk: the gradients of a chain of formulas, derived backwards in the form a lecturer writes.

    u = W.T @ x + b;  y = sigmoid(u);  J = -d*log(y) - (1 - d)*log(1 - y)
    grad_u = -(d - y)
    grad_W = x @ grad_u.T
    grad_b = grad_u

Each node of a formula passes its adjoint (the gradient of the output by it) on to its operands by one rule; where a
quantity is used more than once, its adjoints add up. Gradients have the shape of their variable (denominator layout).
Griewank and Walther, Evaluating Derivatives, 2nd ed., chapter 3 (reverse mode), in matrix form.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from solver.errors import FormulaError
from solver.formula.calculus.derived import Definition, Derived, Names, Share
from solver.formula.calculus.pairs import Distribution
from solver.formula.calculus.reverse import MOST_NODES, Reverse
from solver.formula.walks.shape import SCALAR, Shape, show


def differentiate(
    chain: Sequence[Definition],
    output: str,
    wrt: Iterable[str],
    shapes: Mapping[str, Shape],
    distributions: Container[Distribution] | None = None,
    taken: Container[str] = (),
    ending: str = "",
) -> list[Derived]:
    """The steps that lead to the gradient of `output` by each name of `wrt`: slopes first, then gradients backwards.

    chain: the definitions in order, each using names defined above it or given; shapes: of every name. distributions:
    whose columns or rows sum to 1, as softmax with cross-entropy wants of its desired output; None takes that for
    granted. taken: names that no step may have; ending: what their names end with. The gradient by `x` is called grad_x, also of an x in mid-chain that is
    not asked for but would be written out too often.
    Raises FormulaError where the output is no scalar, a function has no derivative, or the name grad_x is taken.
    """
    check_scalar(output, shapes)
    return Reverse(chain, output, list(wrt), shapes, distributions, Names(shapes, taken, ending=ending)).run()


def check_scalar(output: str, shapes: Mapping[str, Shape]) -> None:
    """Raises FormulaError for an output that is no scalar."""
    if shapes[output] != SCALAR:
        message = f"{output} is {show(shapes[output])}, but only a scalar has a gradient"
        raise FormulaError(message, "sum it, or choose another output")


def gradient_name(name: str) -> str:
    """What the gradient by a name is called."""
    return f"grad_{name}"


def paired_outputs(
    chain: Sequence[Definition],
    output: str,
    wrt: Iterable[str],
    shapes: Mapping[str, Shape],
    distributions: Container[Distribution] | None = None,
) -> set[str]:
    """The activations that a known pair goes past: no gradient by them is needed on the way to those of `wrt`."""
    reverse = Reverse(chain, output, list(wrt), shapes, distributions, Names(shapes))
    reverse.run()
    return {name for name in reverse.behind if name not in reverse.adjoints}


__all__ = ["MOST_NODES", "Definition", "Derived", "Share", "differentiate", "gradient_name", "paired_outputs"]
