"""Parts of problems/ whose forms are of more than one family: their numbers by PyTorch, or as they are written by hand."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest

from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.places import PROBLEMS
from tests.pytorch import torch

Tensor, tensor = torch.Tensor, torch.tensor
conv1d, cross_entropy = torch.nn.functional.conv1d, torch.nn.functional.cross_entropy
huber_loss, logsigmoid = torch.nn.functional.huber_loss, torch.nn.functional.logsigmoid

Numbers = Mapping[str, Any]


@cache
def answers(name: str) -> Numbers:
    """Of a problem, to nine places, nothing rounded on the way."""
    text = re.sub(r"(decimals|figures): \d", r"\1: 9", (PROBLEMS / f"{name}.yaml").read_text(encoding="utf-8"))
    return solve_question(load_text(f"carry: exact\n{text}").questions[0]).answers


def weights(**numbers: object) -> dict[str, Tensor]:
    return {name: tensor(value, dtype=torch.float64, requires_grad=True) for name, value in numbers.items()}


def slopes(loss: Tensor, by: dict[str, Tensor], end: str = "") -> dict[str, Tensor]:
    found = torch.autograd.grad(loss, list(by.values()), retain_graph=True)
    return {f"grad_{name}{end}": gradient for name, gradient in zip(by, found, strict=True)}


def double(*numbers: object) -> Tensor:
    return tensor(numbers, dtype=torch.float64)


def decayed() -> Numbers:
    w = weights(W1=[[0.8, 0.5]], b1=[0.3, -0.2])
    loss = ((double(1, -1) - 2 * w["W1"][0] - w["b1"]) ** 2).sum() + 0.05 * (w["W1"] ** 2).sum()
    gradients = slopes(loss, w)
    cut = 0.1 * 5 / sum((g**2).sum() for g in gradients.values()) ** 0.5
    updated = {f"iii/{name}_t1": w[name] - cut * gradients[f"grad_{name}"] for name in w}
    return {"i/J": loss, **{f"ii/{k}": v for k, v in gradients.items()}, **updated}


def network_losses() -> Numbers:
    d = double(1, -1)
    made: dict[str, Any] = {}
    losses: dict[str, Callable[[Tensor], Tensor]] = {
        "i": lambda y: torch.relu(1 - d * y).sum(),
        "ii": lambda y: (d - y).abs().sum(),
        "iii": lambda y: huber_loss(y, d, reduction="sum"),
    }
    for label, loss in losses.items():
        w = weights(W1=[[0.7, 0.1]])
        u = 2 * w["W1"][0]
        made |= {f"{label}/J": loss(u)} | {f"{label}/{k}": v for k, v in slopes(loss(u), {"u1": u, **w}).items()}
    return made


def classes() -> Numbers:
    w = weights(W1=[[0.2, -0.1, 0.5], [0.4, 0.3, -0.6]])
    u = double([1, 0], [1, 2]) @ w["W1"]
    loss = cross_entropy(u, tensor([2, 0]))
    return {"Y": u.softmax(1), "J": loss, **slopes(loss, {"U1": u, **w})}


def forced() -> Numbers:
    w, before, loss, made = weights(U=0.4, W=0.6, V=1.5), 0.0, double(0).sum(), {}
    for t, (x, d) in enumerate([(1, 0.5), (0, -0.5), (2, 1)], 1):
        y = w["V"] * torch.tanh(w["U"] * x + w["W"] * before)
        made[f"i/y{t}"], loss, before = y, loss + (d - y) ** 2 / 2, d
    loss = loss + 0.1 * (w["U"] ** 2 + w["W"] ** 2 + w["V"] ** 2)
    return made | {"ii/J": loss} | {f"ii/{k}": v for k, v in slopes(loss, w).items()}


def sequence_of_classes() -> Numbers:
    h, made, total = 0.0, {}, 0.0
    for t, (x, d) in enumerate([(-1, 0), (1, 1)], 1):
        h = float(np.tanh(x + 0.5 * h))
        y = double(-2 * h, 2 * h).softmax(0)
        made[f"y{t}"], total = y, total - float(y[d].log())
    return made | {"J": total}


def decayed_kernel() -> Numbers:
    w = weights(K=[0.5, -0.3], b=[0.1])
    Y = conv1d(double([[1, 2, 0, -1]])[0].reshape(1, 1, 4), w["K"].reshape(1, 1, 2), w["b"]).ravel()
    loss = ((Y - double(0, 1, 0)) ** 2).sum() + 0.05 * (w["K"] ** 2).sum()
    return {"Y": Y, "J": loss, **slopes(loss, w)}


def hopfield() -> Numbers:
    P = 2 * np.array([[1, 0, 1, 0], [1, 1, 1, 0]]) - 1
    W = P.T @ P - 2 * np.eye(4)
    start = np.array([0, 0, 1, 0])
    u = W @ start
    return {"i/W": W, "ii/s_t1": np.where(u == 0, start, u > 0)}


def map_of_units() -> Numbers:
    W, made = np.array([0.4, -0.2]), {}
    for t, (x, rate, sigma) in enumerate([(1, 0.8, 1), (-1, 0.4, 0.7)], 1):
        distance = np.arange(2) - np.abs(W - x).argmin()
        W = W + rate * np.exp(-(distance**2) / (2 * sigma**2)) * (x - W)
        made[f"W_t{t}"] = W
    return made


def adversaries() -> Numbers:
    w = weights(Wd1=0.8, bd1=-0.6, Wg1=0.5, bg1=1)
    players = [{k: v for k, v in w.items() if k[1] == player} for player in "dg"]
    fake = w["Wg1"] * double(1, -1) + w["bg1"]
    real, made = (w["Wd1"] * x + w["bd1"] for x in (double(2, 1.5), fake))
    J_D = -(logsigmoid(real).mean() + logsigmoid(-made).mean())
    J_S, J_G = logsigmoid(-made).mean(), -logsigmoid(made).mean()
    gradients = slopes(J_D, players[0]) | slopes(J_S, players[1], "_S") | slopes(J_G, players[1], "_G")
    return {"i/X_fake": fake, "i/J_D": J_D, "i/J_S": J_S, "i/J_G": J_G} | {f"ii/{k}": v for k, v in gradients.items()}


def autoencoder() -> Numbers:
    w = weights(
        W1=[[0.9, -0.4]], b1=[0.0, 0.1], W_mu=[[0.6], [0.2]], b_mu=[0.1], W_logvar=[[-0.3], [0.5]], b_logvar=[0.0]
    )
    x = double(1, -0.5)
    mu, logvar = (x @ w[f"W_{name}"] + w[f"b_{name}"] for name in ("mu", "logvar"))
    z = mu + 0.4 * torch.exp(logvar / 2)
    R = ((z @ w["W1"] + w["b1"] - x) ** 2).sum() / 2
    KL = (mu**2 + logvar.exp() - 1 - logvar).sum() / 2
    gradients = {f"iii/{k}": v for k, v in slopes(R + KL, w).items()}
    return {"i/mu": mu, "i/logvar": logvar, "i/z": z, "ii/R": R, "ii/KL": KL, "ii/ELBO": -R - KL, **gradients}


def later_optimizers() -> Numbers:
    """By hand from gradients 4 and 1; Adadelta starts with no step behind it, AMSGrad keeps its larger second moment."""
    m1, m2, eps = 0.1 * 4, 0.9 * 0.4 + 0.1 * 1, 1e-8
    step1 = 4 * np.sqrt(eps / (1.6 + eps))
    step2 = np.sqrt((0.1 * step1**2 + eps) / (0.9 * 1.6 + 0.1 + eps))
    adamax, amsgrad = (
        0.1 * np.array([m1 / 0.1 / 4, m2 / 0.19 / (0.999 * 4)]),
        0.1 * np.array([m1, m2]) / (np.sqrt(1.6) + eps),
    )
    vhat = np.array([16, (0.999 * 0.016 + 0.001) / (1 - 0.999**2)])
    nadam = 0.1 * np.array([0.9 * m1 / 0.1 + 4, 0.9 * m2 / 0.19 + 0.1 / 0.19]) / (np.sqrt(vhat) + eps)
    steps = {"i": [step1, step2], "ii": adamax, "iii": nadam, "iv": amsgrad}
    return {f"{k}/w_t{t + 1}": w for k, v in steps.items() for t, w in enumerate(1 - np.cumsum(v))}


def language_model() -> Numbers:
    attention = 2 * 64 * 64 + 2 * 64 * (4 * 8)
    expert, router = 2 * 64 * 128, 64 * 4
    return {
        "i/params_total": attention + 4 * expert + router,
        "i/active_total": attention + 2 * expert + router,
        "ii/cache_total": 512 * 2 * (4 * 8) * 2,
    }


WORKED: dict[str, Callable[[], Numbers]] = {
    "mlp e": decayed,
    "mlp f": network_losses,
    "mlp g": classes,
    "rnn f": forced,
    "rnn g": sequence_of_classes,
    "convolution f": decayed_kernel,
    "competitive g": hopfield,
    "competitive h": map_of_units,
    "competitive i": lambda: {"W_t1": [0.3, 0.9], "W_t2": [0.3, 0.9 + 0.25 * 0.25]},
    "generative_nets a": adversaries,
    "generative_nets b": autoencoder,
    "optimizer d": later_optimizers,
    "count h": language_model,
}


@pytest.mark.parametrize("part", WORKED)
def test_parts(part: str) -> None:
    name, label = part.split()
    found, worked = answers(name), WORKED[part]()
    for quantity, expected in worked.items():
        value = np.ravel(expected.detach().numpy() if hasattr(expected, "detach") else expected)
        answer = found[f"{label}/{quantity}" if "/" not in quantity else f"{label}.{quantity}"]
        assert np.ravel(answer) == pytest.approx(value, rel=2e-8, abs=2e-8), quantity
