"""The mutate walk: a formula to what comes out of the mistakes that students make with it.

One small rule a mistake. Each says what is told to the student, and shows itself on one formula, before and after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from solver.errors import FormulaError
from solver.formula.functions import FUNCTIONS, Slip
from solver.formula.mistakes import slips, slips_of_gradients, slips_of_sizes
from solver.formula.mistakes.surroundings import Surroundings
from solver.formula.tree import Tree, walk
from solver.formula.walks.shape import Shape, shape
from solver.named import NamedTuple

MOST_NODES = 200
"""A longer formula is not mutated: nobody could tell which of its mistakes was made."""

MOST_MUTANTS = 200


Rule: TypeAlias = Callable[[Tree, Surroundings], Iterable[Tree]]


class Mistake(NamedTuple):
    """A kind of mistake. said: what a student is told; before, after: an example, in the formula language."""

    rule: Rule
    said: str
    before: str
    after: str


def mutations(formula: Tree, around: Surroundings) -> list[tuple[str, Tree]]:
    """What each mistake makes of a formula, as (the mistake's name, formula); one whose shape is not the right one's is left out."""
    known = around.mutated.get(formula)
    if known is None:
        known = around.mutated[formula] = _mutations(formula, around)
    return known


def _mutations(formula: Tree, around: Surroundings) -> list[tuple[str, Tree]]:
    if sum(1 for _ in walk(formula)) > MOST_NODES:
        return []
    size = shape(formula, around.shapes)
    found: dict[tuple[str, Tree], None] = {}
    for name, mistake in MISTAKES.items():
        for made in mistake.rule(formula, around):
            if len(found) < MOST_MUTANTS and made != formula and _fits(made, size, around):
                found[name, made] = None
    return list(found)


def _fits(tree: Tree, size: Shape, around: Surroundings) -> bool:
    try:
        return shape(tree, around.shapes) == size
    except FormulaError:
        return False


def _of_functions() -> dict[str, Mistake]:
    """The mistakes that the function table names, those of one name together."""
    found: dict[str, dict[str, Slip]] = {}
    for fn, row in FUNCTIONS.items():
        for slip in row.slips:
            found.setdefault(slip.name, {})[fn] = slip
    made = {}
    for name, by in found.items():
        fn, slip = next(iter(by.items()))
        rule = slips.of_functions({fn: slip.formula for fn, slip in by.items()})
        made[name] = Mistake(rule, slip.said, f"{fn}({', '.join(FUNCTIONS[fn].params)})", slip.formula)
    return made


MISTAKES: dict[str, Mistake] = {
    "bias forgotten": Mistake(slips.bias_left_out, "the bias is missing from the sum", "W.T @ x + b", "W.T @ x"),
    "transpose mixed up": Mistake(
        slips.transpose_mixed_up, "a matrix is used where its transpose belongs, or the other way round", "A.T @ x", "A @ x"
    ),
    "result transposed": Mistake(slips.result_transposed, "rows and columns of the result are exchanged", "A @ A", "(A @ A).T"),
    "wrong sign": Mistake(slips.wrong_sign, "a sign is the wrong way round", "-(d - y)", "d - y"),
    "f′(u) left out": Mistake(
        slips_of_gradients.slope_left_out, "the factor f′(u), the slope of the activation, is missing", "(W @ g)*(1 - h**2)", "W @ g"
    ),
    "derivative of another activation": Mistake(
        slips_of_gradients.wrong_slope, "the derivative is that of another activation function", "1 - h**2", "h*(1 - h)"
    ),
    "derivative taken of u": Mistake(
        slips_of_gradients.slope_of_argument, "the derivative is worked out from u where the function's value h = f(u) belongs",
        "1 - h**2", "1 - u**2",
    ),
    "activation left out": Mistake(slips.activation_left_out, "the activation function was not applied", "tanh(u)", "u"),
    "tanh of the cell state left out": Mistake(
        slips.state_not_squashed, "the cell state goes through the output gate without tanh", "o1*tanh(c1)", "o1*c1"
    ),
    "gates swapped": Mistake(
        slips.gates_swapped, "two gates are exchanged, such as the forget gate and the input gate",
        "f1*c1 + i1*g1", "i1*c1 + f1*g1",
    ),
    "gate mixed up": Mistake(
        slips.gate_mixed_up, "another gate is used where this one belongs", "o1*tanh(c1)", "f1*tanh(c1)"
    ),
    "1 − z for z": Mistake(
        slips.gate_for_the_rest, "the gate z and what is left of it, 1 − z, are exchanged",
        "(1 - z1)*c1 + z1*g1", "z1*c1 + (1 - z1)*g1",
    ),
    "√d forgotten": Mistake(slips.scale_left_out, "the division by √d is missing", "A/sqrt(d)", "A"),
    "ε forgotten": Mistake(slips.shift_in_root_left_out, "ε is missing below the root", "sqrt(h + d)", "sqrt(h)"),
    "γ forgotten": Mistake(slips.factor_before_shift_left_out, "the factor γ is missing", "d*h + y", "h + y"),
    "dropout scale forgotten": Mistake(
        slips.dropout_scale_left_out, "the factor of the probability of being kept is missing", "u*h/(1 - d)", "u*h"
    ),
    "n − 1 for n": Mistake(
        slips.unbiased, "the squares are divided by n − 1, where this variance is divided by n", "mean((u - d)**2)", "sum((u - d)**2)/2"
    ),
    "n for n − 1": Mistake(
        slips.biased, "the squares are divided by n, where this variance is divided by n − 1", "sum((u - d)**2)/(3 - 1)", "sum((u - d)**2)/3"
    ),
    "another activation": Mistake(slips.wrong_activation, "another activation function was applied", "tanh(u)", "sigmoid(u)"),
    "updated weights": Mistake(
        slips_of_gradients.updated_weights, "the weights after the update are used where the gradient needs those before it",
        "(W @ g)*(1 - h**2)", "(W_t1 @ g)*(1 - h**2)",
    ),
    "factor 2 of the loss": Mistake(
        slips_of_gradients.factor_of_loss, "the result is off by the factor 2 or 1/2 of the loss", "(d - y)**2", "(d - y)**2/2"
    ),
    "part of a gradient forgotten": Mistake(
        slips_of_gradients.part_of_gradient_left_out, "what is used twice gets a part of its gradient from each use; one is missing",
        "A @ grad_u + A.T @ g", "A @ grad_u",
    ),
    "weight decay forgotten": Mistake(
        slips_of_gradients.decay_left_out, "the term of weight decay is missing", "k*W + x @ grad_u.T", "x @ grad_u.T"
    ),
    "gradient not clipped": Mistake(
        slips_of_gradients.not_clipped, "the gradient is used as it was before it was clipped", "k/max(k, norm(g))*g", "g"
    ),
    "clean and corrupted exchanged": Mistake(
        slips_of_gradients.clean_and_corrupted, "the encoder sees the corrupted pattern, the loss compares with the clean one",
        "sum((x - h)**2)", "sum((x_noisy - h)**2)",
    ),
    "1 − forgotten in a logarithm": Mistake(
        slips_of_gradients.rest_in_logarithm, "a logarithm is taken of y where 1 − y belongs", "mean(log(1 - h))", "mean(log(h))"
    ),
    "the other loss of the generator": Mistake(
        slips_of_gradients.other_generator_loss, "the generator's loss is the other one of log(1 − D) and −log D",
        "-mean(log(h))", "mean(log(1 - h))",
    ),
    "divergence the wrong way round": Mistake(
        slips_of_gradients.divergence_turned, "the two distributions of the divergence are exchanged", "sum(h*log(h/x))", "sum(x*log(x/h))"
    ),
    "variance for standard deviation": Mistake(
        slips.variance_for_deviation, "σ is e^(log σ²/2): this is the variance σ²", "exp(h/2)", "exp(h)"
    ),
    "diagonal kept": Mistake(
        slips.diagonal_kept, "the diagonal of the weights is not 0", "A.T @ A - 2*eye(A)", "A.T @ A"
    ),
    "MACs for FLOPs": Mistake(
        slips_of_sizes.macs_for_flops, "each multiplication comes with an addition: that makes two operations", "2*D1*F1**2*H2", "D1*F1**2*H2"
    ),
    "bias not counted": Mistake(slips_of_sizes.bias_not_counted, "the biases are not counted", "d1*F1*F1 + 1", "d1*F1*F1"),
    "all biases forgotten": Mistake(
        slips_of_sizes.all_biases_forgotten, "the biases of all layers are missing from the total", "P1 + P2", "n*m + k*n"
    ),
    "depth forgotten": Mistake(
        slips_of_sizes.depth_forgotten, "a filter reaches through all channels of its input: the depth is missing",
        "n*(D1*F1**2 + 1)", "n*(F1**2 + 1)",
    ),
    "groups forgotten": Mistake(
        slips_of_sizes.groups_forgotten, "a filter sees the channels of its own group alone", "n*(D1/k*F1**2 + 1)", "n*(D1*F1**2 + 1)"
    ),
    "not rounded": Mistake(
        slips_of_sizes.not_rounded, "a size is a whole number: windows that do not fit are left out",
        "floor((H1 - F1)/s1) + 1", "(H1 - F1)/s1 + 1",
    ),
    "rounded the wrong way": Mistake(
        slips_of_sizes.rounded_otherwise, "the size is rounded the wrong way: down, but in ceil mode up",
        "floor((H1 - F1)/s1) + 1", "ceil((H1 - F1)/s1) + 1",
    ),
    "input size for output size": Mistake(
        slips_of_sizes.input_size, "the size of the layer's input is used where that of its output belongs", "D1*F1**2*H2", "D1*F1**2*H1"
    ),
    "stride ignored": Mistake(slips_of_sizes.stride_ignored, "the stride is ignored", "(H1 - F1 + 2*p1)/s1 + 1", "H1 - F1 + 2*p1 + 1"),
    "padding ignored": Mistake(slips_of_sizes.padding_ignored, "the padding is ignored", "(H1 - F1 + 2*p1)/s1 + 1", "(H1 - F1)/s1 + 1"),
    "padding on one side": Mistake(
        slips_of_sizes.padding_once, "the padding is added on one side only", "(H1 - F1 + 2*p1)/s1 + 1", "(H1 - F1 + p1)/s1 + 1"
    ),
    "+ 1 left out": Mistake(
        slips_of_sizes.one_left_out, "the + 1 of the output size is missing", "(H1 - F1 + 2*p1)/s1 + 1", "(H1 - F1 + 2*p1)/s1"
    ),
    "square left out": Mistake(slips.square_left_out, "a square is missing", "1 - h**2", "1 - h"),
    **_of_functions(),
}  # fmt: skip
"""Every mistake by name. The names stand in feedback, reports and JSON."""
