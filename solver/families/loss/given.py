"""What a question of losses gives: what was put out, and what should have been."""

from typing import Annotated, Literal

from solver.formula.tree import Num
from solver.nets.layers import Stored
from solver.spec.fields import AtLeast, AtMost, Matrix, Quantity, Scalar, Spec, Vector

Kind = Literal[
    "cross-entropy", "binary-cross-entropy", "hinge", "squared-hinge", "huber", "KL", "square-error",
    "half-square-error", "mean-square-error", "root-mean-square-error", "absolute-error", "mean-absolute-error",
]  # fmt: skip

ERRORS = {
    "square-error": ("SE", "sum((d - y)**2)", "(d - y)**2", "Squared error"),
    "half-square-error": ("HSE", "sum((d - y)**2)/2", "(d - y)**2/2", "Half the squared error"),
    "mean-square-error": ("MSE", "mean((d - y)**2)", "(d - y)**2", "Mean squared error"),
    "root-mean-square-error": ("RMSE", "sqrt(mean((d - y)**2))", "abs(d - y)", "Root of the mean squared error"),
    "absolute-error": ("AE", "sum(abs(d - y))", "abs(d - y)", "Absolute error"),
    "mean-absolute-error": ("MAE", "mean(abs(d - y))", "abs(d - y)", "Mean absolute error"),
}


class Given(Spec):
    """What was put out, and what should have been."""

    z: Annotated[Quantity | None, "scores: a list, or a row for each example"] = None
    x: Annotated[Vector | None, "or an input, whose scores are W x + b"] = None
    W: Annotated[Matrix | None, "its weights"] = None
    b: Annotated[Vector | None, "its biases"] = None
    weights: Annotated[Stored, "how W is stored"] = "inputs x neurons"
    y: Annotated[Quantity | None, "probabilities, or predicted numbers: a list, or a row for each example"] = None
    options: Annotated[dict[str, Quantity] | None, AtLeast(2), AtMost(20), "several y, compared by the loss"] = None
    d: Annotated[Quantity | None, "what is desired, of the same form"] = None
    label: Annotated[int | None, AtLeast(0), "the right class of one example"] = None
    labels: Annotated[tuple[int, ...], AtMost(10_000), "the right class of each example"] = ()
    labels_from: Annotated[Literal["1", "0"], "what the first class is counted as"] = "1"
    smoothing: Annotated[
        Scalar | None, "ε of label smoothing: cross-entropy is of (1 − ε) d + ε/K in place of d, of K classes"
    ] = None
    p: Annotated[Vector | None, "KL: the true distribution"] = None
    q: Annotated[Vector | None, "KL: the one that stands for it"] = None
    loss: Annotated[tuple[Kind, ...], AtMost(12), "which losses; cross-entropy, or KL, if left out"] = ()
    temperature: Annotated[Scalar | None, "T: scores are divided by it before softmax"] = None
    delta: Annotated[Scalar, "the margin of hinge, the threshold of huber"] = Num("1")
    log: Annotated[Literal["natural", "2", "10"], "the logarithm's base"] = "natural"
    average: Annotated[Literal["mean", "sum"], "how several examples are put together"] = "mean"
