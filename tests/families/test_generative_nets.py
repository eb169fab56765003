"""Generative models whose networks are given whole, against PyTorch: a GAN's two players, a VAE from x to x̂."""

from typing import Any

import numpy as np
import pytest

from solver.errors import SpecError
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.pytorch import torch
from tests.tables import each

REAL = [[1.0, 0.5], [0.3, -0.8], [-0.4, 0.9]]
NOISE = [[0.2, -1.0], [1.1, 0.4]]
PLAYERS: dict[str, Any] = {
    "Wd1": [[0.4, -0.7, 0.2], [0.9, 0.1, -0.5]], "bd1": [[0.1], [0.0], [-0.2]], "Wd2": [[0.6], [-0.8], [0.3]], "bd2": [[0.05]],
    "Wg1": [[0.7, -0.3], [0.2, 0.8]], "bg1": [[0.1], [-0.1]],
}  # fmt: skip


def solved(fields: str, find: str) -> Solution:
    text = f"title: t\nround: {{decimals: 9}}\ncarry: exact\ngiven: {{family: generative, {fields}}}\n"
    return solve_question(load_text(f"{text}parts: [{{label: a, find: {find}}}]").questions[0])


def problems(fields: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields, "[]")
    return [f"{p.message} | {p.hint}" for p in caught.value.problems]


def tensors(numbers: dict[str, Any]) -> dict[str, torch.Tensor]:
    return {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in numbers.items()}


def layer(W: Any, b: Any, activation: str = "linear") -> str:
    return f"{{W: {W}, b: {np.ravel(b).tolist()}, activation: {activation}}}"


def compared(answers: dict[str, Any], gradients: dict[str, torch.Tensor]) -> None:
    for name, value in gradients.items():
        found = np.reshape(answers[f"a/{name}"], value.shape)
        assert found == pytest.approx(value.numpy(), abs=2e-9), name


@pytest.mark.parametrize("stored", ["inputs x neurons", "neurons x inputs"])
@pytest.mark.parametrize(("real", "noise"), [(REAL, NOISE), (REAL[:1], NOISE[:1]), (REAL[:1], NOISE)])
def test_both_players(stored: str, real: list[list[float]], noise: list[list[float]]) -> None:
    W = {k: np.transpose(v).tolist() if stored.startswith("n") and k[0] == "W" else v for k, v in PLAYERS.items()}
    fields = (
        f"weights: {stored}, real: {real}, noise: {noise}, "
        f"discriminator: [{layer(W['Wd1'], W['bd1'], 'tanh')}, {layer(W['Wd2'], W['bd2'], 'sigmoid')}], "
        f"generator: [{layer(W['Wg1'], W['bg1'], 'tanh')}]"
    )
    answers = solved(fields, "[generated, value, losses, gradients]").answers
    t = tensors(PLAYERS)

    def D(x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(torch.tanh(x @ t["Wd1"] + t["bd1"].T) @ t["Wd2"] + t["bd2"].T)

    fake = torch.tanh(torch.tensor(noise, dtype=torch.float64) @ t["Wg1"] + t["bg1"].T)
    said = D(torch.tensor(real, dtype=torch.float64)), D(fake)
    saturating = torch.log(1 - said[1]).mean()
    losses = {"J_D": -torch.log(said[0]).mean() - saturating, "J_S": saturating, "J_G": -torch.log(said[1]).mean()}
    for name, loss in losses.items():
        assert answers[f"a/{name}"] == pytest.approx(loss.item(), abs=2e-9)
        ending, letter = ("", "d") if name == "J_D" else (name[1:], "g")
        learnt = {k: v for k, v in t.items() if k[1] == letter}
        found = torch.autograd.grad(loss, list(learnt.values()), retain_graph=True)
        turned = stored.startswith("n")
        compared(
            answers,
            {f"grad_{k}{ending}": g.T if turned and k[0] == "W" else g for k, g in zip(learnt, found, strict=True)},
        )


VAE: dict[str, Any] = {
    "We1": [[0.3, -0.2], [0.5, 0.4], [-0.1, 0.6]], "be1": [[0.1], [0.0]],
    "W_mu": [[0.7], [-0.4]], "b_mu": [[0.2]], "W_logvar": [[0.1], [0.5]], "b_logvar": [[-0.3]],
    "W1": [[0.8, -0.6, 0.3]], "b1": [[0.0], [0.1], [-0.2]],
}  # fmt: skip


def test_a_vae_from_its_encoder_on() -> None:
    fields = (
        f"x: [1, 0, 1], eps: 0.4, loss: cross-entropy, encoder: [{layer(VAE['We1'], VAE['be1'], 'tanh')}], "
        f"to_mu: {layer(VAE['W_mu'], VAE['b_mu'])}, to_logvar: {layer(VAE['W_logvar'], VAE['b_logvar'])}, "
        f"decoder: [{layer(VAE['W1'], VAE['b1'], 'sigmoid')}]"
    )
    answers = solved(fields, "[encoding, sampling, kl, reconstruction, elbo, gradients]").answers
    t, x = tensors(VAE), torch.tensor([[1.0], [0.0], [1.0]], dtype=torch.float64)
    h = torch.tanh(t["We1"].T @ x + t["be1"])
    mu, logvar = t["W_mu"].T @ h + t["b_mu"], t["W_logvar"].T @ h + t["b_logvar"]
    z = mu + torch.exp(logvar / 2) * 0.4
    xhat = torch.sigmoid(t["W1"].T @ z + t["b1"])
    R = torch.nn.functional.binary_cross_entropy(xhat, x, reduction="sum")
    KL = ((mu**2 + torch.exp(logvar) - 1 - logvar) / 2).sum()
    for name, value in {"mu": mu, "logvar": logvar, "z": z, "KL": KL, "R": R, "J": R + KL}.items():
        assert answers[f"a/{name}"] == pytest.approx(value.item(), abs=2e-9)
    gradients = torch.autograd.grad(R + KL, [z, *t.values()])
    compared(answers, {f"grad_{k}": g for k, g in zip(["z", *t], gradients, strict=True)})


@pytest.mark.parametrize("behind", ["", ", eps: 0.5, gradient: 2"])
def test_an_encoder_without_a_decoder(behind: str) -> None:
    fields = f"x: [1, -2], to_mu: {{W: [[0.5], [1]]}}, to_logvar: {{W: [[0.2], [0.1]], b: 0.3}}{behind}"
    answers = solved(fields, "[encoding, kl, gradients]").answers
    weights = tensors({"W_mu": [[0.5], [1.0]], "W_logvar": [[0.2], [0.1]], "b_logvar": [[0.3]]})
    x = torch.tensor([[1.0], [-2.0]], dtype=torch.float64)
    mu, logvar = weights["W_mu"].T @ x, weights["W_logvar"].T @ x + weights["b_logvar"]
    KL = ((mu**2 + torch.exp(logvar) - 1 - logvar) / 2).sum()
    J = KL + (2 * (mu + torch.exp(logvar / 2) * 0.5)).sum() if behind else KL
    assert answers["a/KL"] == pytest.approx(KL.item(), abs=2e-9)
    gradients = torch.autograd.grad(J, list(weights.values()))
    compared(answers, {f"grad_{k}": g for k, g in zip(weights, gradients, strict=True)})


def test_one_number_each() -> None:
    fields = (
        "real: [2], noise: [0.5, -1], discriminator: [{W: [[1]], activation: sigmoid}], generator: [{W: [[2]], b: 1}]"
    )
    assert solved(fields, "X_fake").answers["a/X_fake"] == [[2.0], [-1.0]]


@each(
    ("fields", "message"),
    [
        ("real: [1], noise: [1]", "'discriminator' is missing"),
        (
            "real: [[1, 2]], noise: [1], discriminator: [{W: [[1]], activation: sigmoid}], generator: [{W: [[2]]}]",
            "a real sample has 2 numbers, but the discriminator takes 1",
        ),
        (
            "real: [1], noise: [1], discriminator: [{W: [[1]], activation: sigmoid}], generator: [{W: [[2, 1]]}]",
            "a generated sample has 2 numbers, but the discriminator takes 1",
        ),
        (
            "real: [1], noise: [1], discriminator: [{W: [[1]]}], generator: [{W: [[2]]}]",
            "the discriminator ends in 1 neuron, linear | expected one, sigmoid: a probability",
        ),
        (
            "d_real: [0.5], real: [1], noise: [1], discriminator: [{W: [[1]], activation: sigmoid}], generator: [{W: [[2]]}]",
            "d_real is given, but the discriminator tells it",
        ),
        ("x: [1, 2], to_mu: {W: [[1], [2]]}", "'to_logvar' is missing: the layer that makes logvar"),
        ("to_mu: {W: [[1], [2]]}", "'x' is missing: the pattern that is encoded"),
        ("x: [1], mu: 1, to_mu: {W: [[1]]}, to_logvar: {W: [[1]]}", "mu is given, but the encoder makes it"),
        ("x: [1], to_mu: {W: [[1]], activation: tanh}, to_logvar: {W: [[1]]}", "to_mu is tanh, expected linear"),
        ("x: [1], to_mu: {W: [[1, 2]]}, to_logvar: {W: [[1]]}", "there are 1 log-variances, but 2 means"),
        (
            "x: [1, 2], encoder: [{W: [[1]]}], to_mu: {W: [[1]]}, to_logvar: {W: [[1]]}",
            "We1 is 1×1, but x has 2 numbers",
        ),
    ],
)
def test_what_does_not_fit(fields: str, message: str) -> None:
    assert any(message in found for found in problems(fields))
