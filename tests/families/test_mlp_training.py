"""Training of networks: updates, modes, schedules, against gradient descent in plain numpy."""

import numpy as np
import pytest

from solver.families import mlp
from solver.formula.calculus.check import TOLERANCE
from solver.render.document import document
from solver.render.format_text import render
from solver.rounding import Floats
from solver.spec.reader import load_text
from solver.working.gradients import DifferencesProof
from solver.working.solve import MOST_PROOFS, solve_paper, solve_question
from tests.families.networks import Matrix, Net, layers_text, random_net, solved

# -- training -----------------------------------------------------------------------------------------------------------
RNG = np.random.default_rng(5)
NET = random_net(RNG, [2, 3, 2], ["tanh", "sigmoid"], "half-square-error")
XS, DS = RNG.integers(-20, 21, (2, 5)) / 10, RNG.integers(0, 2, (2, 5)) * 1.0
DATA = f"X: {XS.T.tolist()}, D: {DS.T.tolist()}, loss: half-square-error, {layers_text(NET)}"


def trained(sizes: int, iterations: int, biases: bool = True) -> tuple[list[list[Matrix]], list[float]]:
    """Gradient descent on `sizes` patterns in turn: all parameters and the loss of all patterns after each update."""
    net = Net([w.copy() for w in NET.weights], [b.copy() for b in NET.biases], NET.activations, NET.loss)
    parts = [slice(i, i + sizes) for i in range(0, XS.shape[1], sizes)]
    parameters, losses = [], []
    for t in range(iterations):
        part = parts[t % len(parts)]
        _, gw, gb = net.backward(XS[:, part], DS[:, part])
        net.weights = [w - 0.5 * g for w, g in zip(net.weights, gw, strict=True)]
        if biases:
            net.biases = [b - 0.5 * g for b, g in zip(net.biases, gb, strict=True)]
        parameters.append([*net.weights, *net.biases])
        losses.append(net.cost(XS, DS))
    return parameters, losses


@pytest.mark.parametrize(
    ("mode", "size"), [("full-batch", 5), ("mini-batch, batch: 2", 2), ("mini-batch, batch: 5", 5), ("stochastic", 1)]
)
@pytest.mark.parametrize("biases", [True, False])
def test_gradient_descent(mode: str, size: int, biases: bool) -> None:
    learns = f"train: {{rate: 0.5, mode: {mode}, iterations: 7, update_biases: {str(biases).lower()}}}"
    solution = solved(f"{DATA}, {learns}", "history")
    ending = "" if size == 5 else "_all"
    parameters, losses = trained(size, 7, biases)
    for t, (values, loss) in enumerate(zip(parameters, losses, strict=True), 1):
        names = ("W1", "W2", "b1", "b2") if biases else ("W1", "W2")
        for name, value in zip(names, values, strict=False):
            assert solution[f"a/{name}_t{t}"].exact == pytest.approx(value, abs=1e-10)
        assert solution[f"a/J{ending}_t{t}"].exact_value == pytest.approx(loss, abs=1e-10)
    assert ("a/b1_t1" in solution.answers) == biases


@pytest.mark.parametrize("form", ["x", "X"])
def test_one_pattern_as_a_column_or_as_a_row(form: str) -> None:
    x, d = XS[:, :1].ravel().tolist(), DS[:, :1].ravel().tolist()
    pattern = f"x: {x}, d: {d}" if form == "x" else f"X: [{x}], D: [{d}]"
    learns = "train: {rate: 0.5, optimizer: adam, iterations: 3}"
    solution = solved(f"{pattern}, loss: half-square-error, {layers_text(NET)}, {learns}", "history")
    net = Net(list(NET.weights), list(NET.biases), NET.activations, NET.loss)
    moments: dict[int, tuple[Matrix, Matrix]] = {}
    for t in range(1, 4):
        _, gw, gb = net.backward(XS[:, :1], DS[:, :1])
        new = []
        for i, (w, g) in enumerate(zip([*net.weights, *net.biases], [*gw, *gb], strict=True)):
            m, v = moments.get(i, (np.zeros_like(w), np.zeros_like(w)))
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            moments[i] = (m, v)
            new.append(w - 0.5 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8))
        net.weights, net.biases = new[:2], new[2:]
        assert solution[f"a/W1_t{t}"].exact == pytest.approx(new[0])
        assert solution[f"a/b2_t{t}"].exact == pytest.approx(new[3])
        assert solution[f"a/J_t{t}"].exact_value == pytest.approx(net.cost(XS[:, :1], DS[:, :1]))


def test_nesterov_looks_ahead() -> None:
    learns = "train: {rate: 0.1, optimizer: nesterov, beta: 0.8, iterations: 3}"
    solution = solved(f"{DATA}, {learns}", "updates")
    values = [*NET.weights, *NET.biases]
    velocities = [np.zeros_like(v) for v in values]
    for t in range(1, 4):
        point = [w + 0.8 * v for w, v in zip(values, velocities, strict=True)]
        _, gw, gb = Net(point[:2], point[2:], NET.activations, NET.loss).backward(XS, DS)
        velocities = [0.8 * v - 0.1 * g for v, g in zip(velocities, [*gw, *gb], strict=True)]
        values = [w + v for w, v in zip(values, velocities, strict=True)]
        assert solution[f"a/W1_t{t}"].exact == pytest.approx(values[0])
        assert solution[f"a/b2_t{t}"].exact == pytest.approx(values[3])


def test_weight_decay_spares_the_biases() -> None:
    plain, decayed = (
        solved(f"{DATA}, train: {{rate: 0.5{extra}}}", "updates") for extra in ("", ", weight_decay: 0.1")
    )
    assert decayed["a/W1_t1"].exact == pytest.approx(plain["a/W1_t1"].exact - 0.05 * NET.weights[0])
    assert decayed["a/b1_t1"].exact == pytest.approx(plain["a/b1_t1"].exact)


def test_training_changes_nothing_else() -> None:
    without, with_ = (
        solved(DATA, "[forward, loss, backward]"),
        solved(f"{DATA}, train: {{rate: 0.5, iterations: 3}}", "[forward, loss, backward]"),
    )
    assert without.answers == with_.answers


def test_words_for_find() -> None:
    learns = f"{DATA}, train: {{rate: 0.5, iterations: 2, mode: stochastic}}"
    assert list(solved(learns, "final").answers) == ["a/W1_t2", "a/b1_t2", "a/W2_t2", "a/b2_t2"]
    assert list(solved(learns, "loss_after").answers) == ["a/J_all_t1", "a/J_all_t2"]
    assert list(solved(learns, "[hidden, output, loss]").answers) == ["a/u1", "a/h1", "a/u2", "a/y", "a/J"]
    assert list(solved(DATA, "[hidden, output]").answers) == ["a/U1", "a/H1", "a/U2", "a/Y"]


def test_the_first_iteration_in_full_and_a_table_of_all() -> None:
    solution = solved(f"{DATA}, train: {{rate: 0.5, iterations: 4}}", "history", "round: {decimals: 3}")
    shown = render(document(solution.title, [solution]))
    assert "Iteration 1: new W₁" in shown
    assert "Iteration 2" not in shown
    assert "Every iteration" in shown


def test_a_long_training_grows_by_equal_steps() -> None:
    def size(iterations: int) -> tuple[int, set[int]]:
        text = f"title: t\ngiven: {{family: mlp, {DATA}, train: {{rate: 0.5, mode: stochastic, iterations: {iterations}}}}}"
        task = load_text(f"{text}\nparts: [{{label: a, find: final}}]").questions[0].parts[0].task
        assert task is not None
        return len(task.working.items), {len(proof.chain) for proof in task.working.proofs}  # type: ignore[attr-defined]

    (a, chains), (b, _), (c, _) = size(10), size(20), size(30)
    assert c - b == b - a
    assert chains == {5}


def test_the_example_runs() -> None:
    answers = solve_question(load_text(mlp.EXAMPLE).questions[0]).answers
    assert answers["d/J_t1"] < answers["b/J"]


def test_of_many_iterations_a_sample_is_checked_and_any_that_is_asked_for_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []
    largest = DifferencesProof.largest_difference

    def noted(self: DifferencesProof, exact: dict[str, Floats]) -> float:
        made.append(self.output)
        return largest(self, exact)

    monkeypatch.setattr(DifferencesProof, "largest_difference", noted)
    text = (
        "title: Long\ngiven:\n  family: mlp\n  x: [1]\n  d: 1\n  loss: half-square-error\n"
        "  layers: [{W: [[1]], activation: sigmoid}]\n  train: {rate: 0.1, iterations: 200}\n"
        "parts: [{label: a, find: grad_W1_t7}, {label: b, find: history}]\n"
    )
    solution = solve_paper(load_text(text))[0]
    assert all(part.checked is not None and part.checked <= TOLERANCE for part in solution.parts)
    assert "J_t6" in made
    assert {"J", "J_t199"} <= set(made)
    assert len(made) == len(set(made)) <= 2 * MOST_PROOFS


@pytest.mark.parametrize(("decay", "said"), [("", True), (", weight_decay: 0.1", False)], ids=["default", "given"])
def test_the_conventions_of_weight_decay_are_said(decay: str, said: bool) -> None:
    fields = "x: [1], d: 1, loss: square-error, layers: [{W: [[1]], b: 0.5}]"
    solution = solved(f"{fields}, train: {{rate: 0.1, optimizer: adamw, iterations: 2{decay}}}", "history")
    text = render(document(solution.title, [solution]))
    assert text.count("weight decay leaves biases as they are") == 1
    assert ("λ of adamw is 0.01" in text) is said
