"""GANs, distributions and VAEs: by hand, PyTorch and numpy over random ones, what does not fit, marking."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from solver.api import solve
from solver.errors import SpecError
from solver.families import generative
from solver.mark.judge.grade import grade_batch
from solver.mark.sheet import sheet
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.mark.simulate import key_of, lost_beyond
from tests.places import PROBLEMS
from tests.pytorch import torch
from tests.tables import each
from tests.trials import times

EXACT = "round: {decimals: 12}\ncarry: exact"


def solved(fields: str, find: str, head: str = "round: {decimals: 4}") -> Solution:
    text = f"title: t\n{head}\ngiven: {{family: generative, {fields}}}\n"
    return solve_question(load_text(f"{text}parts: [{{label: a, find: {find}}}]").questions[0])


def problems(fields: str, find: str = "[]") -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields, find)
    return [f"{p.message} | {p.hint}" for p in caught.value.problems]


def exact(solution: Solution, name: str) -> Any:
    return np.asarray(solution[f"a/{name}"].exact).ravel()


HALF = "d_real: 0.5, d_fake: 0.5"
APART = "p_data: [0.5, 0.5, 0], p_g: [0, 0.5, 0.5]"
UNIT = "mu: [1, 0], logvar: [0, 0], eps: [0.5, -1]"


@each(
    ("fields", "find", "answers"),
    [
        (HALF, "[value, losses]", {"V": -1.3863, "J_D": 1.3863, "J_S": -0.6931, "J_G": 0.6931}),
        (f"{HALF}, half: true", "J_D", {"J_D": 0.6931}),
        ("d_real: [0.8, 0.5], d_fake: [0.5, 0.2], average: sum", "value", {"V": -1.8326}),
        ("d_real: [0.8, 0.5], d_fake: [0.5, 0.2]", "value", {"V": -0.9163}),
        ("a_real: 0, a_fake: 0", "gradients", {"grad_a_real": -0.5, "grad_a_fake": 0.5, "grad_a_fake_S": -0.5, "grad_a_fake_G": -0.5}),
        # where D is sure of a generated sample, the saturating loss hardly moves: D = 0.018
        ("a_real: 0, a_fake: -4", "[grad_a_fake_S, grad_a_fake_G]", {"grad_a_fake_S": -0.018, "grad_a_fake_G": -0.982}),
        (HALF, "gradients", {"grad_D_real": -2, "grad_D_fake": 2, "grad_D_fake_S": -2, "grad_D_fake_G": -2}),
        ("p_data: [0.5, 0.5], p_g: [0.5, 0.5]", "[optimal, value]", {"D_opt": [[0.5], [0.5]], "V_opt": -1.3863}),
        ("p_data: [0.75, 0.25], p_g: [0.25, 0.75], D: [0.5, 0.5]", "value", {"V": -1.3863, "V_opt": -1.1247}),
        ("p_data: [1, 0], p_g: [0, 1], log: 2", "JS", {"JS": 1}),
        ("p_data: [0.5, 0.5], p_g: [0.25, 0.75], log: 2", "[KL, KL_back]", {"KL": 0.2075, "KL_back": 0.1887}),
        (APART, "divergences", {"M": [[0.25], [0.5], [0.25]], "JS": 0.3466}),
        (UNIT, "[sampling, kl]", {"sigma": [[1], [1]], "z": [[1.5], [-1]], "KL_dim": [[0.5], [0]], "KL": 0.5}),
        ("mu: 2, sigma: 1", "kl", {"KL": 2}),
        (f"{UNIT}, x: [1, 2], xhat: [1, 1]", "[R, elbo]", {"R": 0.5, "ELBO": -1, "J": 1}),
        (f"{UNIT}, x: [1, 2], xhat: [1, 1], beta: 4", "ELBO", {"ELBO": -2.5}),
        (f"{UNIT}, x: [1], decoder: {{W: [[1], [2]]}}", "gradients_code", {
            "grad_z": [[-1.5], [-3]], "grad_mu": [[-0.5], [-3]], "grad_logvar": [[-0.375], [1.5]]}),
        (f"{UNIT}, gradient: [1, 1]", "gradients", {"grad_mu": [[2], [1]], "grad_logvar": [[0.25], [-0.5]]}),
        ("mu: 2, sigma: 0.5", "gradients", {"grad_mu": 2, "grad_sigma": -1.5}),
    ],
)  # fmt: skip
def test_in_numbers(fields: str, find: str, answers: dict[str, Any]) -> None:
    assert {key.removeprefix("a/"): value for key, value in solved(fields, find).answers.items()} == answers


@pytest.mark.parametrize("seed", range(times(3)))
def test_pytorch_finds_the_same_losses(seed: int) -> None:
    rng = np.random.default_rng(seed)
    real, fake = (rng.uniform(-4, 4, rng.integers(1, 4)).round(3) for _ in range(2))
    a, b = (torch.tensor(x, requires_grad=True) for x in (real, fake))
    average, half = ["mean", "sum"][seed % 2], seed % 3 == 0
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    losses = {
        "": (
            (bce(a, torch.ones_like(a), reduction=average) + bce(b, torch.zeros_like(b), reduction=average))
            / (1 + half)
        ),
        "_S": -bce(b, torch.zeros_like(b), reduction=average),
        "_G": bce(b, torch.ones_like(b), reduction=average),
    }
    fields = f"a_real: {real.tolist()}, a_fake: {fake.tolist()}, average: {average}, half: {str(half).lower()}"
    solution = solved(fields, "[losses, gradients]", EXACT)
    for ending, J in losses.items():
        assert exact(solution, f"J{ending or '_D'}") == pytest.approx(J.item(), abs=1e-9)
        found = torch.autograd.grad(J, [a, b] if not ending else [b])
        for name, gradient in zip(["a_real", "a_fake"] if not ending else ["a_fake"], found, strict=True):
            assert exact(solution, f"grad_{name}{ending}") == pytest.approx(gradient.numpy(), abs=1e-9)


@each("seed", range(times(3)))
def test_the_optimal_discriminator_and_js(seed: int) -> None:
    """V of the optimal one is 2 JS − log 4, and that of any other is below it."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    p, q = (x / x.sum() for x in rng.uniform(0.05, 1, (2, n)))
    other = rng.uniform(0.05, 0.95, n)
    fields = f"p_data: {p.tolist()}, p_g: {q.tolist()}, D: {other.tolist()}"
    solution = solved(fields, "[optimal, value, divergences]", EXACT)
    mixture = (p + q) / 2
    js = ((p * np.log(p / mixture)).sum() + (q * np.log(q / mixture)).sum()) / 2
    assert exact(solution, "JS") == pytest.approx(js, abs=1e-9)
    assert exact(solution, "KL") == pytest.approx((p * np.log(p / q)).sum(), abs=1e-9)
    assert exact(solution, "V_opt") == pytest.approx(2 * js - np.log(4), abs=1e-9)
    assert exact(solution, "V")[0] < exact(solution, "V_opt")[0]


@each("seed", range(times(4)))
def test_pytorch_finds_the_same_elbo(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    by_sigma, turned, deep = seed % 2 == 0, seed % 3 == 0, seed % 4 == 0
    loss = ["half-square-error", "mean-square-error", "cross-entropy", "square-error"][seed % 4]
    sizes = [n, *([2] if deep else []), m]
    mu, eps = (rng.normal(size=n).round(3) for _ in range(2))
    width = rng.uniform(0.3, 1.5, n).round(3) if by_sigma else rng.uniform(-1, 1, n).round(3)
    x, beta = rng.uniform(0, 1, m).round(3), 1.5
    Ws = [rng.normal(size=shape).round(3) for shape in pairwise(sizes)]
    bs = [rng.normal(size=k).round(3) for k in sizes[1:]]
    last = "sigmoid" if loss == "cross-entropy" else "linear"
    layers = [
        f"{{W: {(W.T if turned else W).tolist()}, b: {b.tolist()}, activation: {'tanh' if deep and k == 0 else last}}}"
        for k, (W, b) in enumerate(zip(Ws, bs, strict=True))
    ]
    fields = f"mu: {mu.tolist()}, {'sigma' if by_sigma else 'logvar'}: {width.tolist()}, eps: {eps.tolist()}, "
    fields += f"x: {x.tolist()}, decoder: [{', '.join(layers)}], loss: {loss}, beta: {beta}"
    fields += ", weights: neurons x inputs" if turned else ""
    solution = solved(fields, "[sampling, R, KL, elbo, gradients]", EXACT)
    t = {"mu": mu, "sigma" if by_sigma else "logvar": width, **{f"W{k}": W for k, W in enumerate(Ws, 1)}}
    t = {name: torch.tensor(value, requires_grad=True) for name, value in t.items()}
    sigma = t["sigma"] if by_sigma else torch.exp(t["logvar"] / 2)
    h = t["mu"] + sigma * torch.tensor(eps)
    for k, b in enumerate(bs, 1):
        h = h @ t[f"W{k}"] + torch.tensor(b)
        h = torch.tanh(h) if deep and k == 1 else torch.sigmoid(h) if last == "sigmoid" else h
    clean = torch.tensor(x)
    if loss == "cross-entropy":
        R = torch.nn.functional.binary_cross_entropy(h, clean, reduction="sum")
    else:
        R = ((clean - h) ** 2).sum() / {"half-square-error": 2, "mean-square-error": m, "square-error": 1}[loss]
    normal = torch.distributions.Normal
    KL = torch.distributions.kl_divergence(normal(t["mu"], sigma), normal(torch.zeros(n), torch.ones(n))).sum()
    J = R + beta * KL
    J.backward()
    for name, value in (("R", R), ("KL", KL), ("ELBO", -J)):
        assert exact(solution, name) == pytest.approx(value.item(), abs=1e-9), name
    for name, value in t.items():
        gradient = value.grad.numpy()
        wanted = gradient.T if name[0] == "W" and turned else gradient
        assert exact(solution, f"grad_{name}") == pytest.approx(wanted.ravel(), abs=1e-9), name


@each(
    ("fields", "found"),
    [
        ("log: 2", "no model is given | a_real and a_fake"),
        (f"{HALF}, mu: 1", "d_real is of a GAN, mu of a VAE"),
        ("d_real: 0.5", "'d_fake' is missing: D of fake samples | or a_fake, its logits"),
        (f"{HALF}, a_fake: 1", "a_fake and d_fake are given"),
        ("d_real: 1.5, d_fake: 0.5", "d_real has a number outside 0 to 1, which is no probability"),
        ("d_real: 1, d_fake: 0.5", "d_real has a 0 or a 1, whose logarithm is infinite"),
        ("p_data: [0.5, 0.5]", "'p_g' is missing: the other distribution"),
        ("p_data: [0.5, 0.4], p_g: [0.5, 0.5]", "p_data sums to 0.9, not to 1"),
        ("p_data: [0.5, 0.5], p_g: [1]", "p_g is 1×1, but p_data is 2×1"),
        ("p_data: [1, 0], p_g: [1, 0]", "p_data and p_g are both 0 at place 2"),
        ("logvar: 0", "'mu' is missing: the means of the code"),
        ("mu: 0", "expected sigma or logvar"),
        ("mu: 0, sigma: 1, logvar: 0", "expected sigma or logvar"),
        ("mu: 0, sigma: 0", "a standard deviation is not above 0"),
        ("mu: [0, 1], logvar: 0", "logvar is 1×1, but mu is 2×1"),
        (f"{UNIT}, x: 1", "'decoder' is missing: what reconstructs x | or xhat"),
        (f"{UNIT}, decoder: {{W: [[1], [2]]}}", "'x' is missing: the pattern that is reconstructed"),
        ("mu: 1, sigma: 1, x: 1, decoder: {W: [[1]]}", "'eps' is missing"),
        (f"{UNIT}, x: 1, decoder: {{W: [[1]]}}", "W1 is 1×1, but z has 2 numbers"),
        (f"{UNIT}, x: [1, 2], decoder: {{W: [[1], [2]]}}", "x has 2 numbers, but its reconstruction has 1"),
        (f"{UNIT}, x: 1, decoder: {{W: [[1], [2]]}}, loss: cross-entropy", "cross-entropy after linear"),
        (f"{UNIT}, x: 1, decoder: {{W: [[1], [2]], theta: 1}}", "a decoder's layer has no theta"),
        (f"{UNIT}, x: 1, xhat: 1, gradient: [1, 2]", "xhat and gradient are given"),
    ],
)
def test_a_misfit_is_named(fields: str, found: str) -> None:
    assert any(found in message for message in problems(fields)), problems(fields)


def test_what_is_not_there_says_why() -> None:
    assert any("it is infinite: p_g is 0 where p_data is not" in text for text in problems(APART, "KL"))
    hint = "xhat is a number here: give the decoder, or the gradient of R at z"
    assert any(hint in text for text in problems(f"{UNIT}, x: 1, xhat: 1", "grad_mu"))


def test_the_examples_run() -> None:
    assert solve_question(load_text(generative.EXAMPLE).questions[0]).answers["b/J_G"] == 0.955
    answers = solve(PROBLEMS / "generative.yaml").answers
    assert (answers["b.ii/JS"], answers["c.iii/ELBO"], answers["d/grad_sigma"]) == (0.066, -1.789, -6.42)


@each(
    ("fields", "key", "wrong", "mistake"),
    [
        ("d_real: 0.8, d_fake: 0.3", "V", [[-1.4271]], "1 − forgotten in a logarithm"),
        ("d_real: 0.8, d_fake: 0.3", "J_G", [[-0.3567]], "the other loss of the generator"),
        ("d_real: [0.8, 0.7], d_fake: [0.3, 0.1]", "V", [[-1.0419]], "sum for mean"),
        ("p_data: [0.5, 0.5], p_g: [0.2, 0.8]", "KL", [[0.1927]], "divergence the wrong way round"),
        ("mu: 0.3, logvar: 0.8, eps: 0.7", "sigma", [[2.2255]], "variance for standard deviation"),
        ("mu: 0.3, logvar: 0.8", "KL", [[0.5155]], "½ of the divergence forgotten"),
    ],
)
def test_mistakes_are_named(fields: str, key: str, wrong: list[list[float]], mistake: str) -> None:
    made = sheet(solved(fields, f"[{key}]"))
    given = key_of(made, 1)
    given.batch.values[f"a/{key}"][0] = np.array(wrong)
    assert mistake in set(grade_batch(made, None, given).mistakes[f"a/{key}"].values())


@pytest.mark.parametrize(
    ("fields", "find", "key"),
    [
        ("a_real: [2, 0.5], a_fake: [-1, 0.2]", "[D_real, D_fake, value, losses, gradients]", "D_fake"),
        ("p_data: [0.5, 0.3, 0.2], p_g: [0.2, 0.3, 0.5]", "[optimal, value, divergences]", "D_opt"),
        (f"{UNIT}, x: [1], decoder: {{W: [[1], [2]]}}", "[sampling, kl, xhat, R, elbo, gradients]", "sigma"),
    ],
)  # fmt: skip
def test_what_follows_from_a_slip_is_followed(fields: str, find: str, key: str) -> None:
    assert lost_beyond(sheet(solved(fields, find)), f"a/{key}") == []
