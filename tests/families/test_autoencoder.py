"""Autoencoders: every option by hand, PyTorch over random ones, what does not fit, marking with its own mistakes."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from solver.api import solve
from solver.errors import SpecError
from solver.families import autoencoder
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


def solved(fields: str, find: str = "forward", head: str = "round: {decimals: 4}") -> Solution:
    text = f"title: t\n{head}\ngiven: {{family: autoencoder, {fields}}}\n"
    return solve_question(load_text(f"{text}parts: [{{label: a, find: {find}}}]").questions[0])


def problems(fields: str, find: str = "forward") -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields, find)
    return [f"{p.message} | {p.hint}" for p in caught.value.problems]


LINEAR = "x: [2, 4], encoder: {W: [0.5, 0.25]}, decoder: {W: [[1, 0.5]]}"
TIED = "x: [2, 4], encoder: {W: [0.5, 0.25]}, tied: true"
BATCH = "X: [[2, 4], [0, 2]], encoder: {W: [0.5, 0.25]}, decoder: {W: [[1, 0.5]]}"
SPARSE = "X: [[1, 0], [0, 1]], encoder: {W: [0, 0], activation: sigmoid}, decoder: {W: [[1, 1]]}"


@each(
    ("fields", "find", "answers"),
    [
        (LINEAR, "forward", {"u1": 2, "h1": 2, "u2": [[2], [1]], "xhat": [[2], [1]]}),
        (LINEAR, "loss", {"J": 4.5}),
        (f"{LINEAR}, loss: square-error", "loss", {"J": 9}),
        (f"{LINEAR}, loss: half-square-error", "loss", {"J": 4.5}),
        (TIED, "output", {"u2": [[1], [0.5]], "xhat": [[1], [0.5]]}),
        (f"{TIED}, decoder: {{b: [1, 0]}}", "output", {"u2": [[2], [0.5]], "xhat": [[2], [0.5]]}),
        # J = Σ (x − x̂)²/2: ∇x̂ = −(x − x̂)·1, ∇u1 = wᵀ∇x̂, ∇w = ∇x̂ h + x ∇u1
        (
            f"{TIED}, loss: half-square-error",
            "[gradients_u, gradients_Wb]",
            {"grad_u2": [[-1], [-3.5]], "grad_u1": -1.375, "grad_W1": [[-4.75], [-12.5]]},
        ),
        (f"{LINEAR}, corrupted: [2, 0]", "[code, J]", {"u1": 1, "h1": 1, "J": 6.625}),
        (BATCH, "Xhat", {"Xhat": [[2, 1], [0.5, 0.25]]}),
        (BATCH, "loss", {"J": 6.1563}),
        (f"{BATCH}, average: true", "loss", {"J": 3.0781}),
        (f"{SPARSE}, sparsity: {{rho: 0.5}}", "sparsity", {"rhohat": 0.5, "KL": 0, "Omega": 0}),
        (f"{SPARSE}, sparsity: {{rho: 0.1, beta: 3}}", "[KL, Omega]", {"KL": 0.3681, "Omega": 0.3681}),
        (f"{LINEAR}, sparsity: {{l1: 0.1}}", "loss", {"E": 4.5, "L1": 2, "J": 4.7}),
        (f"{LINEAR}, weight_decay: 0.1", "loss", {"E": 4.5, "decay": 0.0781, "J": 4.5781}),
        (f"{LINEAR}, weight_decay: 0.1, decay: whole", "loss", {"E": 4.5, "decay": 0.1563, "J": 4.6563}),
        (f"{TIED}, weight_decay: 2", "decay", {"decay": 0.3125}),
        (LINEAR, "kind", {"kind": "undercomplete"}),
        ("x: [1], encoder: {W: [[1, 1]]}, tied: true", "kind", {"kind": "overcomplete"}),
        (f"{TIED}, loss: half-square-error, train: {{rate: 0.1}}", "updates", {"W1_t1": [[0.975], [1.5]]}),
    ],
)
def test_in_numbers(fields: str, find: str, answers: dict[str, Any]) -> None:
    assert {key.removeprefix("a/"): value for key, value in solved(fields, find).answers.items()} == answers


def test_weights_may_be_stored_the_other_way_round() -> None:
    turned = "x: [2, 4], encoder: {W: [[0.5, 0.25]]}, decoder: {W: [1, 0.5]}, weights: neurons x inputs"
    assert solved(turned, "[forward, loss]").answers == solved(LINEAR, "[forward, loss]").answers


def listed(array: np.ndarray) -> str:
    return str(np.round(array, 3).tolist())


@pytest.mark.parametrize("layers", [20, 21])
def test_as_many_layers_as_there_may_be(layers: int) -> None:
    half = ", ".join(["{W: 1}"] * layers)
    fields = f"x: [2], encoder: [{half}], decoder: [{half}], weight_decay: 1, train: {{rate: 0.1}}"
    if layers == 20:
        assert solved(fields, "loss").answers["a/J"] == 20  # half of 40 squared weights
    else:
        message = "has 21 items, expected at most 20 | fewer layers show the same"
        assert problems(fields) == [f"encoder {message}", f"decoder {message}"]


@pytest.mark.parametrize("seed", range(times(4)))
def test_pytorch_finds_the_same(seed: int) -> None:
    """Values, gradients and parameters after two updates, of random depth, sizes, penalties and storage."""
    rng = np.random.default_rng(seed)
    pick = lambda *options: options[rng.integers(len(options))]  # noqa: E731
    depth, tied, many = pick(1, 1, 2), pick(True, False), pick(True, False)
    sizes = [int(n) for n in rng.integers(2, 4, depth + 1)]
    stored = pick("inputs x neurons", "neurons x inputs")
    error = pick("mean-square-error", "square-error", "half-square-error", "cross-entropy")
    average, penalty = pick(True, False), pick("", "rho", "l1")
    x = np.round(rng.uniform(0, 1, (pick(2, 3) if many else 1, sizes[0])), 3)
    seen = np.round(x * (rng.random(x.shape) < 0.7), 3) if pick(True, False) else None
    decay = pick("", "half", "whole")

    def half(inner: list[int], weights: bool, last: str) -> tuple[str, list[Any], list[Any], list[str]]:
        texts, Ws, bs, fs = [], [], [], []
        for k, (inputs, neurons) in enumerate(pairwise(inner)):
            W, b = np.round(rng.uniform(-1, 1, (inputs, neurons)), 3), np.round(rng.uniform(-1, 1, neurons), 3)
            f = last if k == len(inner) - 2 else pick("tanh", "softplus")
            typed = f"W: {listed(W if stored == 'inputs x neurons' else W.T)}, " if weights else ""
            texts.append(f"{{{typed}b: {listed(b)}, activation: {f}}}")
            Ws.append(torch.tensor(W, requires_grad=True))
            bs.append(torch.tensor(b, requires_grad=True))
            fs.append(f)
        return f"[{', '.join(texts)}]", Ws, bs, fs

    encoder, Ws, bs, fs = half(sizes, True, "sigmoid" if penalty == "rho" else pick("tanh", "sigmoid"))
    decoder, Vs, cs, gs = half(sizes[::-1], not tied, "sigmoid" if error == "cross-entropy" else pick("linear", "tanh"))
    parameters = {f"W{k}": W for k, W in enumerate([*Ws, *([] if tied else Vs)], 1)}
    parameters |= {f"b{k}": b for k, b in enumerate([*bs, *cs], 1)}
    fields = f"{'X' if many else 'x'}: {listed(x if many else x[0])}, encoder: {encoder}, decoder: {decoder}"
    fields += f", tied: {str(tied).lower()}, weights: {stored}, loss: {error}, train: {{rate: 0.1, iterations: 2}}"
    fields += f", average: {str(average).lower()}" if many else ""
    fields += f", corrupted: {listed(seen if many else seen[0])}" if seen is not None else ""
    fields += {"": "", "rho": ", sparsity: {rho: 0.2, beta: 0.7}", "l1": ", sparsity: {l1: 0.3}"}[penalty]
    fields += f", weight_decay: 0.2, decay: {decay}" if decay else ""
    functions = {
        "linear": lambda u: u,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "softplus": torch.nn.functional.softplus,
    }

    def forward() -> tuple[Any, Any]:
        h, clean = torch.tensor(x if seen is None else seen), torch.tensor(x)
        code = h
        turned = [W.T for W in reversed(Ws)] if tied else Vs
        for k, (W, b, f) in enumerate(zip([*Ws, *turned], [*bs, *cs], [*fs, *gs], strict=True)):
            h = functions[f](h @ W + b)
            code = h if k == depth - 1 else code
        if error == "cross-entropy":
            J = torch.nn.functional.binary_cross_entropy(h, clean, reduction="sum")
        else:
            J = ((clean - h) ** 2).sum() / {"mean-square-error": sizes[0], "half-square-error": 2}.get(error, 1)
        J = J / len(x) if many and average else J
        if penalty == "rho":
            rhohat = code.mean(0)
            J = J + 0.7 * (0.2 * torch.log(0.2 / rhohat) + 0.8 * torch.log(0.8 / (1 - rhohat))).sum()
        elif penalty == "l1":
            J = J + 0.3 * code.abs().sum() / (len(x) if many and average else 1)
        for W in [*Ws, *([] if tied else Vs)] if decay else []:
            J = J + 0.2 * (W**2).sum() / (2 if decay == "half" else 1)
        return h, J

    solution = solved(fields, "[forward, loss, gradients_Wb, history]", EXACT)

    def same(name: str, expected: Any) -> None:
        found, wanted = np.asarray(solution[f"a/{name}"].exact), expected.detach().numpy()
        if name[0] == "W" and stored != "inputs x neurons" and "hat" not in name:
            wanted = wanted.T
        if name.startswith("grad_W") and stored != "inputs x neurons":
            wanted = wanted.T
        assert np.allclose(found.ravel(), wanted.ravel(), rtol=1e-9, atol=1e-12), name

    h, J = forward()
    J.backward()
    same("Xhat" if many else "xhat", h)
    same("J", J)
    for name, parameter in parameters.items():
        same(f"grad_{name}", parameter.grad)
    for t in (1, 2):
        with torch.no_grad():
            for parameter in parameters.values():
                parameter -= 0.1 * parameter.grad
                parameter.grad = None
        J = forward()[1]
        J.backward()
        same(f"J_t{t}", J)
        for name, parameter in parameters.items():
            same(f"{name}_t{t}", parameter)


@each(
    ("fields", "found"),
    [
        ("encoder: {W: [1]}, tied: true", "'x' is missing: the pattern | or X"),
        (f"{TIED}, X: [[1, 2]]", "x and X are given"),
        ("x: [1, 2], encoder: {W: [1, 2]}", "'decoder' is missing | or tied: true"),
        ("x: [1, 2], encoder: {b: 1}, tied: true", "encoder layer 1 has no W"),
        ("x: [1, 2], encoder: {W: [1, 2]}, decoder: {b: 0}", "decoder layer 1 has no W | or tied: true"),
        (f"{LINEAR}, tied: true", "decoder layer 1 has a W, but tied: true gives it the encoder's"),
        (f"{TIED}, decoder: [{{b: 0}}, {{b: 0}}]", "the decoder has 2 layers, but the encoder 1"),
        ("x: [1, 2], encoder: {W: [[1, 2, 3]]}, tied: true", "W of encoder layer 1 is 1×3, but the pattern has 2 numbers"),
        (
            "x: [1, 2], encoder: {W: [1, 2]}, decoder: {W: [[1, 2, 3]]}",
            "the decoder puts out 3 numbers, but a pattern has 2 | it reconstructs the pattern",
        ),
        (f"{TIED}, decoder: {{b: [1, 2, 3]}}", "b of decoder layer 1 is 3×1, but it has 2 neurons"),
        (f"{TIED}, corrupted: [1]", "corrupted is 1×1, but x is 2×1"),
        (f"{TIED}, loss: cross-entropy", "cross-entropy after linear | it needs a sigmoid output"),
        (f"{TIED}, decoder: {{activation: sigmoid}}, loss: cross-entropy", "cross-entropy of numbers outside 0 to 1"),
        (f"{TIED}, sparsity: {{beta: 2}}", "sparsity needs rho or l1"),
        (f"{TIED}, sparsity: {{rho: 0.1, l1: 1}}", "sparsity needs rho or l1"),
        (f"{SPARSE}, sparsity: {{rho: 1}}", "rho is 1, expected a mean between 0 and 1"),
        (f"{TIED}, sparsity: {{rho: 0.1}}", "after linear, a mean activation need not lie between 0 and 1"),
        (f"{TIED}, weight_decay: -1", "weight_decay is -1, expected at least 0"),
        (f"{TIED}, weight_decay: 1, train: {{rate: 1, weight_decay: 1}}", "weight decay stands in the loss, and in the update"),
        (f"{SPARSE}, sparsity: {{rho: 0.1}}, train: {{rate: 1, optimizer: momentum}}", "momentum has a β of its own"),
        (f"{TIED}, train: {{rate: 1, optimizer: nesterov, iterations: 2}}", "nesterov looks ahead"),
        ("x: [1], encoder: {W: [1], activation: tahn}, tied: true", "tahn"),
    ],
)  # fmt: skip
def test_a_misfit_is_named(fields: str, found: str) -> None:
    assert any(found in message for message in problems(fields)), problems(fields)


def test_the_examples_run() -> None:
    assert solve_question(load_text(autoencoder.EXAMPLE).questions[0]).answers["b/J"] == 0.364
    answers = solve(PROBLEMS / "autoencoder.yaml").answers
    assert (answers["a.iv/J_t1"], answers["b.ii/J"], answers["c.i/J"]) == (0.005, 0.346, 1.541)


NOISY = "x: [0.9, 0.4], corrupted: [0.9, 0], encoder: {W: [0.7, 0.3]}, decoder: {W: [[0.8, -0.6]]}"


@pytest.mark.parametrize(
    ("fields", "key", "wrong", "mistake"),
    [
        (f"{TIED}, loss: half-square-error", "grad_W1", [[-2.75], [-5.5]], "part of a gradient forgotten"),
        (f"{TIED}, loss: half-square-error", "grad_W1", [[-2], [-7]], "part of a gradient forgotten"),
        (f"{LINEAR}, weight_decay: 0.1", "grad_W1", [[-3], [-6]], "weight decay forgotten"),
        (NOISY, "u1", [[0.75]], "clean and corrupted exchanged"),
        (NOISY, "J", [[0.1499]], "clean and corrupted exchanged"),
        (f"{SPARSE}, sparsity: {{rho: 0.1}}", "KL", [[0.5108]], "KL the wrong way round"),
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
        (f"{TIED}, decoder: {{b: [0.3, 0.2]}}, train: {{rate: 0.1}}", "[forward, loss, gradients_u, gradients_Wb, updates, loss_after]", "h1"),
        (f"{BATCH.replace('}', ', activation: sigmoid}', 1)}, sparsity: {{rho: 0.2, beta: 2}}, weight_decay: 0.1", "[forward, sparsity, loss, gradients_u, gradients_Wb]", "U1"),
    ],
)  # fmt: skip
def test_what_follows_from_a_slip_is_followed(fields: str, find: str, key: str) -> None:
    assert lost_beyond(sheet(solved(fields, find)), f"a/{key}") == []
