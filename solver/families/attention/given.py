"""What a question of attention gives: tokens, or queries, keys and values; projections; how scores are made."""

from typing import Annotated, Literal

from solver.nets.layers import Stored
from solver.spec.fields import AtLeast, AtMost, Matrix, Quantity, Scalar, Spec, Vector

MAX_HEADS = 16

Squares = Literal["square-error", "half-square-error", "mean-square-error", "none"]


class Head(Spec):
    """The projections of one head."""

    Wq: Annotated[Matrix, "weights of its queries"]
    Wk: Annotated[Matrix, "weights of its keys"]
    Wv: Annotated[Matrix, "weights of its values"]


class Given(Spec):
    """Tokens or queries, keys and values; projections; how scores are made."""

    X: Annotated[Matrix | None, "the tokens, a row each, from which queries (and keys and values) are projected"] = None
    memory: Annotated[Matrix | None, "cross-attention: the tokens that keys and values are projected from"] = None
    Q: Annotated[Quantity | None, "queries, a row each; a list is one query"] = None
    K: Annotated[Quantity | None, "keys, a row each"] = None
    V: Annotated[Quantity | None, "values, a row each"] = None
    Wq: Annotated[Quantity | None, "weights of the queries"] = None
    Wk: Annotated[Quantity | None, "weights of the keys"] = None
    Wv: Annotated[Quantity | None, "weights of the values"] = None
    bq: Annotated[Vector | None, "biases of the queries, none if left out"] = None
    bk: Annotated[Vector | None, "biases of the keys"] = None
    bv: Annotated[Vector | None, "biases of the values"] = None
    heads: Annotated[
        int | tuple[Head, ...], AtLeast(1), AtMost(MAX_HEADS), "how many heads share the columns, or a list of heads"
    ] = 1
    Wo: Annotated[Quantity | None, "weights of the output, on all heads side by side"] = None
    bo: Annotated[Vector | None, "biases of the output"] = None
    weights: Annotated[Stored, "how weights are stored: Q = X Wq, or Q = X Wqᵀ"] = "inputs x neurons"
    score: Annotated[Literal["dot", "general", "additive", "concat"], "how a query is compared with a key"] = "dot"
    Wa: Annotated[
        Quantity | None,
        "score: general, the weights between queries and keys; concat, those of [q; k], stored as `weights` says",
    ] = None
    v: Annotated[Vector | None, "score: additive or concat, the weights of the tanh units"] = None
    scaled: Annotated[bool, "whether dot products are divided by √dk"] = True
    divisor: Annotated[Scalar | None, "what scores are divided by, instead of √dk"] = None
    mask: Annotated[
        Literal["causal"] | Quantity | None,
        "causal, or 1 where a query (row) may look at a key (column), and 0 elsewhere; a list has one number a key, for every query",
    ] = None
    D: Annotated[Quantity | None, "the desired output, a row for each query"] = None
    loss: Annotated[Squares, "the loss at the output"] = "none"
    gradient: Annotated[Quantity | None, "a gradient given at the output, instead of a loss"] = None
