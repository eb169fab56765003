"""Feedforward networks: published examples, and forward pass, gradients and training written independently in numpy."""

from pathlib import Path

import numpy as np
import pytest

from solver.api import solve
from solver.errors import SpecError
from solver.formula.calculus.check import TOLERANCE
from solver.render.document import document
from solver.render.format_text import render
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.families.networks import ACTIVATIONS, layers_text, problems, random_net, solved, targets
from tests.places import CASES
from tests.tables import each
from tests.trials import times


# -- published answers --------------------------------------------------------------------------------------------------
def test_two_outputs_biases_not_updated() -> None:
    """The updates use the old weights. Of the loss after them, the seventh decimal is published wrong: .291027924."""
    answers = solve(CASES / "mlp-mazur-222.yaml").answers
    assert np.ravel(answers["a/h1"]) == pytest.approx([0.593269992, 0.596884378], abs=1e-9)
    assert np.ravel(answers["a/y"]) == pytest.approx([0.75136507, 0.772928465], abs=1e-9)
    assert answers["b/J"] == 0.298371109
    assert np.ravel(answers["c/W2_t1"]) == pytest.approx([0.35891648, 0.408666186, 0.51130127, 0.561370121], abs=1e-9)
    assert np.ravel(answers["c/W1_t1"]) == pytest.approx([0.149780716, 0.19956143, 0.24975114, 0.29950229], abs=5e-9)
    assert answers["d/J_t1"] == 0.291027774
    assert list(answers) == ["a/h1", "a/y", "b/J", "c/W1_t1", "c/W2_t1", "d/J_t1"]


def test_outputs_to_three_decimals_and_errors_to_four() -> None:
    """Parts round differently, and what they found is carried so. The source's errors are minus the gradients."""
    answers = solve(CASES / "mlp-han-kamber-321.yaml").answers
    assert (answers["a/u1"], answers["a/u2"]) == ([[-0.7], [0.1]], -0.105)
    assert (answers["a/h1"], answers["a/y"]) == ([[0.332], [0.525]], 0.474)
    assert (answers["b/grad_u2"], answers["b/grad_u1"]) == (-0.1311, [[0.0087], [0.0065]])
    assert answers["c/W2_t1"] == [[-0.261], [-0.138]]
    assert answers["c/W1_t1"] == [[0.192, -0.306], [0.4, 0.1], [-0.508, 0.194]]
    assert (answers["c/b2_t1"], answers["c/b1_t1"]) == (0.218, [[-0.408], [0.194]])


def test_both_patterns_at_once() -> None:
    """Two entries of the source's updates, V₁₂ = 0.9992 and W₁₁ = 1.0000, come from deltas rounded before the update."""
    answers = solve(CASES / "mlp-ntu-t5q1-gd.yaml").answers
    expected = {
        "a/U1": [[-2, 1], [5, -5]],
        "a/H1": [[0.1192, 0.7311], [0.9933, 0.0067]],
        "a/U2": [[-1.8808, 1.6571], [-1.0067, 3.9799]],
        "a/Y": [[0.1323, 0.8398], [0.2676, 0.9817]],
        "b/J": 0.7716,
        "c/grad_U2": [[0.0152, -0.0215], [-0.1435, 0.0177]],
        "c/grad_U1": [[-0.0007, 0.0085], [-0.0008, -0.0002]],
        "d/W1_t1": [[0.9999, 1.9996], [-2.0, -0.0013]],
        "d/b1_t1": [[3.0001], [-1.0004]],
        "d/W2_t1": [[1.007, 0.9993], [-0.0005, -1.9992]],
        "d/b2_t1": [[-1.9936], [3.0002]],
    }
    assert answers == expected


def test_one_pattern_after_the_other() -> None:
    answers = solve(CASES / "mlp-ntu-t5q1-sgd.yaml").answers
    assert answers["a/W2_t1"] == [[0.9999, 1.0001], [-0.0006, -1.9992]]
    assert answers["a/b2_t1"] == [[-2.0008], [3.0011]]
    assert answers["a/W1_t1"] == [[1.0, 1.9996], [-1.9999, -0.0013]]
    assert answers["a/b1_t1"] == [[3.0], [-1.0004]]
    assert answers["a/W2_t2"] == [[1.007, 0.9993], [-0.0005, -1.9992]]
    assert answers["a/b2_t2"] == [[-1.9936], [3.0002]]


def test_gradients_of_an_output_without_a_loss() -> None:
    """UC San Diego, DSC 140B homework 8: integer weights, no biases, one dead neuron."""
    fields = (
        "x: [2, 1], layers: [{W: [[2, -2], [3, 1]], activation: relu}, "
        "{W: [[2, 1, 2], [-3, -1, 0]], activation: relu}, {W: [[4], [1], [2]]}]"
    )
    answers = solved(fields, "[output, gradients_Wb]").answers
    assert answers["a/y"] == 91
    assert answers["a/grad_W1"] == [[26, 0], [13, 0]]
    assert answers["a/grad_W2"] == [[28, 7, 14], [0, 0, 0]]
    assert answers["a/grad_W3"] == [[14], [7], [14]]


OUTPUTS = [
    *((name, loss) for name in ACTIVATIONS for loss in ("square-error", "half-square-error", "mean-square-error")),
    *(("softmax", loss) for loss in ("square-error", "half-square-error", "mean-square-error", "cross-entropy")),
    ("sigmoid", "cross-entropy"),
]


@pytest.mark.parametrize(("output", "loss"), OUTPUTS)
@each("seed", range(times(1)))
def test_forward_and_backward(output: str, loss: str, seed: int) -> None:
    rng = np.random.default_rng([seed, OUTPUTS.index((output, loss))])
    hidden = [(int(rng.integers(1, 4)), str(rng.choice(sorted(ACTIVATIONS)))) for _ in range(rng.integers(3))]
    outputs, transposed, theta = int(rng.integers(1, 4)), bool(rng.integers(2)), bool(rng.integers(2))
    net = random_net(rng, [2, *(n for n, _ in hidden), outputs], [*(name for _, name in hidden), output], loss)
    x, d = rng.integers(-20, 21, (2, 1)) / 10, targets(rng, net, outputs)
    solution = solved(
        f"x: {x.ravel().tolist()}, d: {d.ravel().tolist()}, loss: {loss}, "
        + layers_text(net, transposed=transposed, theta=theta)
    )
    deltas, weights, biases = net.backward(x, d)
    assert solution["a/J"].exact_value == pytest.approx(net.cost(x, d), abs=1e-9)
    for k, (g, gw, gb) in enumerate(zip(deltas, weights, biases, strict=True), 1):
        assert solution[f"a/u{k}"].exact == pytest.approx(net.u[k - 1], abs=1e-9)
        assert solution[f"a/grad_u{k}"].exact == pytest.approx(g, abs=1e-9)
        assert solution[f"a/grad_W{k}"].exact == pytest.approx(gw.T if transposed else gw, abs=1e-9)
        made = solution[f"a/grad_theta{k}"].exact if theta else solution[f"a/grad_b{k}"].exact
        assert made == pytest.approx(-gb if theta else gb, abs=1e-9)
    assert solution.parts[0].checked is not None
    assert solution.parts[0].checked <= TOLERANCE


@pytest.mark.parametrize(("output", "loss"), [*OUTPUTS[::4], OUTPUTS[-2]])  # every loss, and others in turn
@each("seed", range(times(2)))
def test_patterns_in_rows(output: str, loss: str, seed: int) -> None:
    rng = np.random.default_rng([seed, OUTPUTS.index((output, loss))])
    outputs, patterns = int(rng.integers(1, 4)), int(rng.integers(1, 5))
    average, transposed, theta = (bool(rng.integers(2)) for _ in range(3))
    net = random_net(rng, [2, 3, outputs], ["tanh", output], loss)
    x, d = rng.integers(-20, 21, (2, patterns)) / 10, targets(rng, net, outputs, patterns)
    text = layers_text(net, transposed=transposed, theta=theta)
    solution = solved(f"X: {x.T.tolist()}, D: {d.T.tolist()}, loss: {loss}, average: {str(average).lower()}, {text}")
    deltas, weights, biases = net.backward(x, d)
    share = patterns if average else 1
    assert solution["a/J"].exact_value == pytest.approx(net.cost(x, d) / share, abs=1e-9)
    for k, (g, gw, gb) in enumerate(zip(deltas, weights, biases, strict=True), 1):
        assert solution[f"a/U{k}"].exact == pytest.approx(net.u[k - 1].T, abs=1e-9)
        assert solution[f"a/grad_U{k}"].exact == pytest.approx(g.T / share, abs=1e-9)
        assert solution[f"a/grad_W{k}"].exact == pytest.approx((gw.T if transposed else gw) / share, abs=1e-9)
        made = solution[f"a/grad_theta{k}"].exact if theta else solution[f"a/grad_b{k}"].exact
        assert made == pytest.approx((-gb if theta else gb) / share, abs=1e-9)


def test_the_batch_form_is_derived_as_lecturers_write_it() -> None:
    fields = "X: [[1, 2], [3, 4]], D: [[1, 0], [0, 1]], loss: cross-entropy, average: true, "
    layers = "layers: [{W: [[1, 0], [0, 1]], b: 0, activation: tanh}, {W: [[1, 2], [0, 1]], b: 0, activation: softmax}]"
    solution = solved(fields + layers)
    formulas = {step.name: step.item.source for step in solution.parts[0].steps}  # type: ignore[union-attr]
    assert formulas["U1"] == "X @ W1 + one @ b1.T"
    assert formulas["Y"] == "softmax_rows(U2)"
    assert formulas["J"] == "-sum(D*log(Y))/2"
    assert formulas["grad_U2"] == "-(D - Y)/2"
    assert formulas["grad_W2"] == "H1.T @ grad_U2"
    assert formulas["grad_b2"] == "grad_U2.T @ one"
    assert formulas["grad_W1"] == "X.T @ grad_U1"


def test_a_gradient_given_in_mid_network() -> None:
    fields = (
        "x: [1, 2], delta: {layer: 2, value: [0.5, -1]}, layers: [{W: [[1, 2], [3, 4]], activation: linear}, "
        "{W: [[1, 0], [2, 1]], b: 1, activation: tanh}, {W: [[1], [1]]}]"
    )
    answers = solved(fields, "backward").answers
    assert answers == {
        "a/grad_u1": [[0.5], [0.0]],
        "a/grad_W2": [[3.5, -7.0], [5.0, -10.0]],
        "a/grad_b2": [[0.5], [-1.0]],
        "a/grad_W1": [[0.5, 0.0], [1.0, 0.0]],
    }


def test_slopes_of_activations() -> None:
    fields = "x: -2, layers: [{W: [[1]], activation: leaky_relu, slope: 0.5}, {W: [[1]], activation: elu, slope: 2}]"
    answers = solved(fields).answers
    assert answers["a/h1"] == -1
    assert answers["a/y"] == pytest.approx(2 * (np.exp(-1) - 1))
    assert answers["a/grad_u1"] == pytest.approx(2 * np.exp(-1) * 0.5)


# -- what does not fit --------------------------------------------------------------------------------------------------
def test_shapes_are_named_at_their_lines() -> None:
    found = problems(
        "  x: [1, 2]\n  d: [1, 0]\n  loss: cross-entropy\n  layers:\n    - W: [[1, 2], [3, 4], [5, 6]]\n"
        "      b: [1, 2, 3]\n    - W: [[1], [2]]\n      slope: 0.1\n      activation: tanh\n"
    )
    assert [(line, message.split(" | ")[0]) for line, message in found] == [
        (6, "d is 2×1, but the output is 1×1"),
        (7, "cross-entropy after tanh"),
        (9, "W1 is 3×2, but the input x is 2×1"),
        (10, "b1 is 3×1, but W1 is 3×2"),
        (12, "tanh has no slope"),
    ]


SMALL = "  layers: [{W: [[1, 2], [3, 4]], activation: softmax}]\n"


@each(
    ("fields", "line", "message"),
    [
        ("", 4, "'x' is missing"),
        ("  x: [1, 2]\n  X: [[1, 2]]\n", 6, "x and X are given"),
        ("  x: [1, 2]\n  D: [[1, 0]]\n", 6, "D is used with X only"),
        ("  X: [[1, 2]]\n  d: [1, 0]\n", 6, "d is used with x only"),
        ("  X: [[1, 2], [3, 4]]\n  D: [[1, 0]]\n", 6, "D has 1 rows, but X has 2"),
        ("  X: [[1, 2]]\n  D: [[1, 0, 0]]\n  loss: cross-entropy\n", 6, "D is 1×3, but there are 2 outputs"),
        ("  X: [[1, 2], [3, 4]]\n  D: [[1, 0], [1, 1]]\n  loss: cross-entropy\n", 6, "row 2 of D sums to 2"),
        ("  X: [[1, 2, 3]]\n", 6, "W1 is 2×2, but each row of X is 3×1"),
        ("  x: [1, 2]\n  average: true\n", 6, "average is used with X only"),
        ("  x: [1, 2]\n  d: [1, 1]\n  loss: cross-entropy\n", 6, "d sums to 2"),
        ("  x: [1, 2]\n  loss: square-error\n", 6, "'d' is missing"),
        ("  X: [[1, 2]]\n  loss: square-error\n", 6, "'D' is missing"),
        ("  X: [[1, 2]]\n  delta: {layer: 1, value: [1, 2]}\n", 6, "a given gradient is for one pattern"),
        ("  x: [1, 2]\n  delta: {layer: 2, value: [1, 2]}\n", 6, "layer 2 of 1"),
        ("  x: [1, 2]\n  delta: {layer: 1, value: [1, 2, 3]}\n", 6, "the gradient is 3×1, but layer 1 has 2 neurons"),
        ("  x: [1, 2]\n  train: {rate: 0.1}\n", 6, "training needs a loss"),
    ],
)
def test_misfits(fields: str, line: int, message: str) -> None:
    found = problems(fields + SMALL)
    assert len(found) == 1, found
    assert found[0][0] == line
    assert message in found[0][1]


@each(
    ("train", "message"),
    [
        ("mode: mini-batch", "'batch' is missing"),
        ("mode: mini-batch, batch: 3", "batch is 3, but X has 2 patterns"),
        ("mode: mini-batch, batch: 0", "batch is 0, expected at least 1"),
        ("batch: 1", "full-batch has no batch | mode: mini-batch has"),
        ("mode: stochastic, batch: 1", "stochastic has no batch"),
        ("mode: online", "unknown mode 'online'"),
        ("optimizer: adam, beta2: 1", "beta2 is 1, expected 0 ≤ beta2 < 1"),
        ("iterations: 100001", "iterations is 100001, expected at most 100,000"),
        ("iterations: 100000", "100,000 iterations make about"),
    ],
)
def test_training_out_of_range(train: str, message: str) -> None:
    data = "  X: [[1, 2], [3, 4]]\n  D: [[1, 0], [0, 1]]\n  loss: cross-entropy\n"
    found = problems(f"{data}{SMALL}  train:\n    rate: 0.1\n    " + train.replace(", ", "\n    "))
    assert len(found) == 1, found
    assert message in found[0][1]
    assert found[0][0] >= 10


def test_stochastic_training_needs_several_patterns() -> None:
    found = problems(
        f"  x: [1, 2]\n  d: [1, 0]\n  loss: cross-entropy\n{SMALL}  train: {{rate: 0.1, mode: stochastic}}"
    )
    assert found == [(9, "stochastic needs several patterns | give X and D")]


# -- an author's own activation ---------------------------------------------------------------------------------------

OWN = """title: t
carry: exact
given:
  family: mlp
  x: [1.0, 2.0]
  d: 1
  activations: {swish: "u*sigmoid(u)"}
  layers:
    - {W: [[0.5, -0.3], [0.2, 0.8]], b: [0.1, 0.0], activation: swish}
    - {W: [[1.0], [-0.5]], activation: sigmoid}
  loss: cross-entropy
parts:
  - {label: a, find: [hidden, gradients_u]}
"""


def test_an_activation_of_the_author_s_own() -> None:
    solution = solve_question(load_text(OWN).questions[0])
    u = np.array([[0.5, 0.2], [-0.3, 0.8]]) @ np.array([[1.0], [2.0]]) + np.array([[0.1], [0.0]])
    s = 1 / (1 + np.exp(-u))
    assert solution["a/h1"].exact == pytest.approx(u * s)
    y = 1 / (1 + np.exp(-(np.array([[1.0, -0.5]]) @ (u * s))))
    slope = s + u * s * (1 - s)
    assert solution["a/grad_u1"].exact == pytest.approx(np.array([[1.0], [-0.5]]) * (y - 1) * slope)
    assert solution.parts[0].checked is not None


def test_an_activation_that_nobody_defined() -> None:
    with pytest.raises(SpecError) as caught:
        load_text(OWN.replace("activation: swish", "activation: swich"))
    (problem,) = caught.value.problems
    assert (problem.place.line, problem.message) == (9, "unknown activation 'swich'")
    assert "swish" in problem.hint


@each("d", [0, 1])
@each("w", [36, 40, 700, -36, -800])
def test_a_saturated_output_keeps_its_exact_loss(tmp_path: Path, w: int, d: int) -> None:
    """J is log(1 + e^∓u) to every digit, where y has none left."""
    file = tmp_path / "saturated.yaml"
    file.write_text(
        f"title: Saturated\nround: {{figures: 6}}\ncarry: exact\ngiven:\n  family: mlp\n  x: [1]\n  d: {d}\n"
        f"  layers: [{{W: [[{w}]], activation: sigmoid}}]\n  loss: cross-entropy\n"
        "parts: [{label: a, find: [loss, gradients_u]}]\n"
    )
    u = -w if d else w
    found = solve(file)
    assert found["a/J"].exact_value == pytest.approx(max(u, 0) + np.log1p(np.exp(-abs(u))), rel=1e-14)
    slope = 1 / (1 + np.exp(-float(u))) if u > 0 else np.exp(float(u)) / (1 + np.exp(float(u)))
    assert found["a/grad_u1"].exact_value == pytest.approx((1 - 2 * d) * slope, rel=1e-14)


@each(
    ("w", "d", "noted"), [(36, 0, True), (40, 0, True), (-36, 1, False), (36, 1, False), (3, 0, False), (12, 0, False)]
)
def test_a_loss_that_its_line_does_not_give_says_so(tmp_path: Path, w: int, d: int, noted: bool) -> None:
    file = tmp_path / "saturated.yaml"
    file.write_text(
        f"title: Saturated\nround: {{decimals: 2}}\ncarry: exact\ngiven:\n  family: mlp\n  x: [1]\n  d: {d}\n"
        f"  layers: [{{W: [[{w}]], activation: sigmoid}}]\n  loss: cross-entropy\nparts: [{{label: a, find: loss}}]\n"
    )
    page = render(document("t", [solve(file)]))
    assert ("in a form that loses no digits; the one above does" in page) == noted


def test_an_own_activation_is_named_and_a_slope_of_zero_has_its_reason(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "title: Own\ngiven:\n  family: mlp\n  x: [1]\n  d: 0\n  activations: {g: 1 - 2*step(-u)}\n"
        "  layers: [{W: [[1]], activation: g}]\n  loss: square-error\n"
        "parts: [{label: a, find: [output, gradients_u]}]\n"
    )
    answers = solve(file)
    assert answers["a/y"].item.source == "g(u1)"
    assert answers["a/grad_u1"].exact == 0
    context = answers.parts[0].context
    assert context is not None
    assert context.working.items["df1"].why == "the function changes in steps only: the slope between them is 0"
