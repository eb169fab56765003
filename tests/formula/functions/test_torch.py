"""Functions of several cells against PyTorch, which knows nothing of this project: values and gradients."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from solver.formula.calculus.differentiate import differentiate
from solver.formula.parse import parse
from solver.formula.tree import names
from solver.formula.walks.shape import shape
from solver.formula.walks.value import value
from tests.formula.functions.quantities import SHAPES, drawn
from tests.pytorch import torch
from tests.tables import each
from tests.trials import times

F = torch.nn.functional


def _image(x: Any) -> Any:
    return x[None, None]


CASES: dict[str, Callable[..., Any]] = {
    "tanh(X)": torch.tanh,
    "sigmoid(30*X)": lambda X: torch.sigmoid(30 * X),
    "relu(X)": torch.relu,
    "leaky_relu(X)": lambda X: F.leaky_relu(X, 0.01),
    "leaky_relu(X, 0.2)": lambda X: F.leaky_relu(X, 0.2),
    "leaky_relu(X, w)": lambda X, w: F.prelu(X, w.reshape(-1)),
    "elu(X)": F.elu,
    "elu(X, 0.7)": lambda X: F.elu(X, 0.7),
    "softplus(30*X)": lambda X: torch.logaddexp(30 * X, torch.tensor(0.0).double()),
    "gelu(X)": F.gelu,
    "linear(X)": lambda X: X * 1.0,
    "step(X) + 0*sum(X)": lambda X: (X > 0).double() + 0 * X.sum(),
    "Phi(3*X)": lambda X: torch.special.ndtr(3 * X),
    "phi(X)": lambda X: torch.exp(torch.distributions.Normal(0.0, 1.0).log_prob(X)),
    "exp(X)": torch.exp,
    "log(P)": torch.log,
    "sqrt(P)": torch.sqrt,
    "sin(3*X)": lambda X: torch.sin(3 * X),
    "cos(3*X)": lambda X: torch.cos(3 * X),
    "abs(X)": torch.abs,
    "sign(X)*X": lambda X: torch.sign(X) * X,
    "floor(X)*X + ceil(X)": lambda X: torch.floor(X).detach() * X + torch.ceil(X).detach(),
    "max(X, Y)": torch.maximum,
    "min(X, Y)": torch.minimum,
    "min(X, 0.3)": lambda X: torch.clamp(X, max=0.3),
    "greater(X, Y)*X": lambda X, Y: (X > Y).double() * X,
    "equal(X, X)*X": lambda X: X * 1.0,
    "lower_triangle(X)": torch.tril,
    "ones(X)*X + ones(4, 3)": lambda X: X + 1.0,
    "diag(u)": lambda u: torch.diag(u[:, 0]),
    "eye(A)*A + eye(3)": lambda A: torch.diag(torch.diag(A)) + torch.eye(3).double(),
    "trace(A)": lambda A: torch.trace(A).reshape(1, 1),
    "det(A)": lambda A: torch.det(A).reshape(1, 1),
    "inv(A)": torch.inverse,
    "norm(X)": lambda X: torch.linalg.norm(X).reshape(1, 1),
    "norm(X)**1.5": lambda X: torch.linalg.norm(X).reshape(1, 1) ** 1.5,
    "sum(X)": lambda X: X.sum().reshape(1, 1),
    "mean(X)": lambda X: X.mean().reshape(1, 1),
    "variance_rows(X)": lambda X: X.var(1, correction=0, keepdim=True),
    "mean_columns(X)": lambda X: X.mean(0, keepdim=True),
    "size(X)*X/size_rows(X)": lambda X: 12 * X / 3,
    "smallest(X)": lambda X: X.min().reshape(1, 1),
    "max_columns(X)": lambda X: X.max(0, keepdim=True).values,
    "min_rows(X)": lambda X: X.min(1, keepdim=True).values,
    "is_max_rows(X)*X": lambda X: F.one_hot(X.argmax(1), 3).double() * X,
    "is_min_columns(X)*X": lambda X: F.one_hot(X.argmin(0), 4).T.double() * X,
    "argmax(X)*sum(X)": lambda X: ((X.argmax() + 1.0) * X.sum()).reshape(1, 1),
    "argmax_columns(X)*X": lambda X: (X.argmax(0, keepdim=True) + 1.0) * X,
    "zeros_around(u, rows=(2, 4), columns=(1, 1), size=(5, 2))": lambda u: F.pad(u, (0, 1, 1, 1)),
    "X[2, 3]*u[2]": lambda X, u: X[1:2, 2:3] * u[1:2],
    "correlate(V, K, stride=2, after=(1, 1))": lambda V, K: F.conv2d(
        F.pad(_image(V), (0, 1, 0, 1)), _image(K), stride=2
    )[0, 0],
    "correlate(V, K, stride=3, padding=1, after=(2, 1), dilation=2)": lambda V, K: F.conv2d(
        F.pad(_image(V), (1, 2, 1, 3)), _image(K), stride=3, dilation=2
    )[0, 0],
    "max_pool(V, window=3, stride=2, padding=1, after=1)": lambda V: F.max_pool2d(_image(V), 3, 2, 1, ceil_mode=True)[
        0, 0
    ],
    "average_pool(V, window=3, stride=2, after=(0, 1))": lambda V: (
        F.avg_pool2d(F.pad(_image(V), (0, 1, 0, 0)), 3, 2)
        / F.avg_pool2d(F.pad(torch.ones_like(_image(V)), (0, 1, 0, 0)), 3, 2)
    )[0, 0],
    "Phi(-9 - P)*1e20": lambda P: torch.special.erfc((9 + P) / 2**0.5) * 0.5e20,
    "average_unpool(X, window=2)": lambda X: F.conv_transpose2d(
        _image(X), torch.full((1, 1, 2, 2), 0.25).double(), stride=2
    )[0, 0],
    "sum_rows(X)": lambda X: X.sum(1, keepdim=True),
    "sum_columns(X)": lambda X: X.sum(0, keepdim=True),
    "mean_rows(X)": lambda X: X.mean(1, keepdim=True),
    "variance(X)": lambda X: X.var(correction=0).reshape(1, 1),
    "variance_columns(X)": lambda X: X.var(0, correction=0, keepdim=True),
    "max_rows(X)": lambda X: X.max(1, keepdim=True).values,
    "min_columns(X)": lambda X: X.min(0, keepdim=True).values,
    "largest(X)": lambda X: X.max().reshape(1, 1),
    "argmax_rows(X) + 0*sum(X)": lambda X: X.argmax(1, keepdim=True) + 1.0 + 0 * X.sum(),
    "softmax(X)": lambda X: torch.softmax(X, 0),
    "softmax_rows(X)": lambda X: torch.softmax(X, 1),
    "log_softmax(X)": lambda X: torch.log_softmax(X, 0),
    "softmax_rows(mask(X, M))": lambda X, M: torch.softmax(X.masked_fill(M == 0, -torch.inf), 1),
    "softmax_rows(causal(X))": lambda X: torch.softmax(X.masked_fill(torch.ones(4, 3).tril() == 0, -torch.inf), 1),
    "X*u.T + a*Y/P": lambda X, u, a, Y, P: X * u.T + a * Y / P,
    "X - X[:, 1]": lambda X: X - X[:, :1],
    "X[2:3, :]*w": lambda X, w: X[1:3, :] * w,
    "vstack(X, w, Y[1:2, :])": lambda X, w, Y: torch.vstack([X, w, Y[:2]]),
    "hstack(X, P[:, 2])": lambda X, P: torch.hstack([X, P[:, 1:2]]),
    "correlate(X, K, stride=(2, 1), padding=(1, 2), dilation=(1, 2))": lambda X, K: F.conv2d(
        _image(X), _image(K), stride=(2, 1), padding=(1, 2), dilation=(1, 2)
    )[0, 0],
    "convolve(V, K, padding=1)": lambda V, K: F.conv2d(_image(V), _image(K.flip(0, 1)), padding=1)[0, 0],
    "correlate_transposed(X, K, stride=2, padding=1, size=(7, 5))": lambda X, K: F.conv_transpose2d(
        _image(X), _image(K), stride=2, padding=1, output_padding=1
    )[0, 0],
    "max_pool(V, window=3, stride=2, padding=1)": lambda V: F.max_pool2d(_image(V), 3, 2, 1)[0, 0],
    "average_pool(V, window=(2, 4))": lambda V: F.avg_pool2d(_image(V), (2, 4))[0, 0],
    "average_pool(V, window=3, stride=1, padding=1)": lambda V: F.avg_pool2d(_image(V), 3, 1, 1)[0, 0],
    "max_unpool(max_pool(V), V)": lambda V: F.max_unpool2d(*F.max_pool2d(_image(V), 2, return_indices=True), 2)[0, 0],
}


@each("text", CASES)
@each("seed", range(times(1)))
def test_value_and_gradients_agree(text: str, seed: int) -> None:
    tree, env = parse(text), drawn(seed)
    used = names(tree)
    tensors = {name: torch.tensor(env[name], requires_grad=name != "M") for name in used}
    expected = CASES[text](*tensors.values())
    assert value(tree, env) == pytest.approx(expected.detach().numpy(), rel=1e-12, abs=1e-12)
    size = shape(tree, SHAPES)
    weights = np.random.default_rng(seed).normal(size=(int(size[0]), int(size[1])))
    (expected * torch.tensor(weights)).sum().backward()
    wrt = [name for name in used if name != "M"]
    chain = [("Q", tree), ("J", parse("sum(R*Q)"))]
    made = differentiate(chain, "J", wrt, {**SHAPES, "Q": size, "R": size, "J": (1, 1)})
    env = {**env, "R": weights}
    for name, formula in [*chain, *((d.name, d.formula) for d in made)]:
        env[name] = value(formula, env)
    for name in wrt:
        found = tensors[name].grad
        assert env[f"grad_{name}"] == pytest.approx(0.0 if found is None else found.numpy(), rel=1e-10, abs=1e-12)
