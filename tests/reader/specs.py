"""Random questions of every family, with one-element shapes and numbers from 1e-12 to 1e12."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from hypothesis import strategies as st

from tests.reader.drawing import NUMBERS, PLAIN, UNITS, Draw, matrix, question, vector
from tests.reader.formulas import formula, table

ACTIVATIONS = ("tanh", "sigmoid", "relu", "leaky_relu", "softplus", "elu", "gelu", "linear")


@st.composite
def mlp(draw: Draw) -> str:
    """Up to three layers, one-neuron layers among them, one pattern or several."""
    sizes = draw(st.lists(st.sampled_from([1, 1, 2, 3]), min_size=2, max_size=4))
    patterns = draw(st.sampled_from([0, 0, 1, 2]))
    several = sizes[-1] > 1
    last = draw(st.sampled_from(["sigmoid", "tanh", "linear", *(["softmax"] if several else [])]))
    biases = draw(st.sampled_from(["apart", "apart", "first", "last"]))
    layers = []
    for k, (inputs, neurons) in enumerate(pairwise(sizes)):
        name = last if k == len(sizes) - 2 else draw(st.sampled_from(ACTIVATIONS))
        within = biases != "apart"
        b = "" if within else f", b: {vector(draw, neurons)}"
        layers.append(f"{{W: {matrix(draw, inputs + within, neurons)}{b}, activation: {name}}}")
    desired = "[" + ", ".join(["1", *["0"] * (sizes[-1] - 1)]) + "]"
    if patterns:
        pattern = f"X: {matrix(draw, patterns, sizes[0])}, D: [{', '.join([desired] * patterns)}]"
    else:
        pattern = f"x: {vector(draw, sizes[0])}, d: {desired}"
    squares = ["square-error", "half-square-error", "mean-square-error"]
    loss = draw(st.sampled_from([*squares, "absolute-error", "mean-absolute-error", "huber"]))
    if last in ("sigmoid", "softmax"):
        loss = draw(st.sampled_from(["cross-entropy", loss]))
    elif draw(st.integers(0, 3)) == 0:
        loss, pattern = "hinge", pattern.replace(desired, desired.replace("0", "-1"))
    if last == "softmax" and not patterns and draw(st.booleans()):
        pattern = pattern.replace(f"d: {desired}", "d: 1, classes_from: 1")
    given = f"family: mlp, biases: {biases}, {pattern}, layers: [{', '.join(layers)}], loss: {loss}"
    find = f"[{'hidden, ' if len(sizes) > 2 else ''}output, loss, gradients_u, gradients_Wb]"
    if draw(st.integers(0, 3)) == 0:
        clip = draw(st.sampled_from(["", "", ", clip: {by: norm, at: 0.5}", ", clip: {by: value, at: 0.1}"]))
        given += f", train: {{rate: {draw(st.sampled_from(RATES))}, optimizer: {draw(OPTIMIZERS)}{clip}}}"
        find = "[updates, loss_after]"
    elif draw(st.integers(0, 3)) == 0:
        given += f", weight_decay: 0.1, decay: {draw(st.sampled_from(['half', 'whole', 'half-mean']))}"
    elif len(sizes) > 2 and sizes[0] * sizes[1] > 1 and draw(st.booleans()):
        sign = draw(st.sampled_from(["gradient", "minus gradient"]))
        given += f", deltas: {sign}, names: {{u: z, h: a, J: error, x: {draw(st.sampled_from(['x', 'in_put']))}}}"
        find = "[gradients_u, gradients_h, deltas, e, 'grad_W1[1,1]']"
    elif len(sizes) == 2 and not patterns and draw(st.booleans()):
        given = given.replace("x: ", "h: {layer: 1, activation: tanh, value: ").replace(", d: ", "}, d: ", 1)
        find = "[output, loss, grad_u1, gradients_Wb]"
    return question(draw, given, find)


RATES = ["0.1", "0.5", "1e-3"]
OPTIMIZERS = st.sampled_from(
    [
        "sgd",
        "momentum",
        "velocity",
        "heavy-ball",
        "averaged",
        "nesterov",
        "nesterov-shifted",
        "adagrad",
        "rmsprop",
        "adam",
        "adamw",
        "adadelta",
        "adamax",
        "nadam",
        "amsgrad",
    ]
)


@st.composite
def optimizer(draw: Draw) -> str:
    """Given gradients, tiny and huge ones among them."""
    size, times = draw(st.integers(1, 2)), draw(st.integers(1, 3))

    def quantity(numbers: st.SearchStrategy[str]) -> str:
        return vector(draw, size, numbers) if size > 1 else draw(numbers)

    gradients = ", ".join(quantity(NUMBERS) for _ in range(times))
    given = f"family: optimizer, g: [{gradients}], w: {quantity(PLAIN)}, optimizer: {draw(OPTIMIZERS)}"
    return question(draw, f"{given}, rate: {draw(st.sampled_from(RATES))}, iterations: {times}")


@st.composite
def rnn(draw: Draw) -> str:
    """Up to three steps of either type, or of both; one sequence, or two."""
    if draw(st.booleans()):
        inputs, hidden, outputs = (draw(st.integers(1, 2)) for _ in range(3))
        turned = draw(st.booleans())
        sizes = {"U": (inputs, hidden), "W": (hidden, hidden), "Wy": (outputs, hidden), "V": (hidden, outputs)}
        weights = (f"{name}: {matrix(draw, *(size[::-1] if turned else size))}" for name, size in sizes.items())
        given = f"family: rnn, type: both, {', '.join(weights)}, net_inputs: {draw(st.sampled_from(['true', 'false']))}"
        given += ", weights: neurons x inputs" if turned else ""
        if draw(st.booleans()):
            return question(draw, f"{given}, c: 0.5, x: [{vector(draw, inputs)}, {vector(draw, inputs)}]")
        return question(draw, f"{given}, b: 0.5, X: [{matrix(draw, 2, inputs)}, {matrix(draw, 2, inputs)}]")
    kind = draw(st.sampled_from(["elman", "jordan"]))
    inputs, hidden, outputs = (draw(st.integers(1, 2)) for _ in range(3))
    back = hidden if kind == "elman" else outputs
    times = draw(st.integers(1, 3))
    given = (
        f"family: rnn, type: {kind}, U: {matrix(draw, inputs, hidden)}, W: {matrix(draw, back, hidden)}, "
        f"V: {matrix(draw, hidden, outputs)}, b: {draw(UNITS)}, "
        f"x: [{', '.join(vector(draw, inputs) for _ in range(times))}]"
    )
    if draw(st.booleans()):
        return question(draw, given)
    desired = ", ".join("[" + ", ".join(["1"] * outputs) + "]" for _ in range(times))
    loss = draw(st.sampled_from(["square-error", "absolute-error", "huber", "square-error, weight_decay: 0.1"]))
    loss += ", teacher_forcing: true" if kind == "jordan" and draw(st.booleans()) else ""
    if outputs > 1 and draw(st.booleans()):
        desired, loss = ", ".join("1" * times), "cross-entropy, classes_from: 1, output_activation: softmax"
    return question(draw, f"{given}, d: [{desired}], loss: {loss}", "[states, loss, gradients]")


def _gated(draw: Draw, family: str, gates: str, more: str) -> str:
    """A cell of one or two neurons over one or two times, stored in either way."""
    inputs, hidden, times = (draw(st.integers(1, 2)) for _ in range(3))
    both = draw(st.booleans())
    W = ", ".join(f"{gate}: {matrix(draw, hidden, inputs + hidden * both)}" for gate in gates)
    U = ", ".join(f"{gate}: {matrix(draw, hidden, hidden)}" for gate in gates)
    given = f"family: {family}, W: {{{W}}}, " + ("concatenated: [x, h]" if both else f"U: {{{U}}}{more}")
    given += f", b: {draw(UNITS)}, x: [{', '.join(vector(draw, inputs) for _ in range(times))}]"
    if both or draw(st.booleans()):
        back = "" if both or draw(st.booleans()) else f", backward: {{W: {{{W}}}, U: {{{U}}}}}"
        return question(draw, given + back)
    desired = ", ".join(vector(draw, hidden) for _ in range(times))
    return question(draw, f"{given}, d: [{desired}], loss: square-error", "[forward, loss, gradients]")


@st.composite
def lstm(draw: Draw) -> str:
    """An LSTM cell, with a peephole or without."""
    return _gated(draw, "lstm", "figo", draw(st.sampled_from(["", ", peephole: {o: 0.3}"])))


@st.composite
def gru(draw: Draw) -> str:
    """A GRU by either convention."""
    return _gated(draw, "gru", "zrn", draw(st.sampled_from(["", ", reset: after", ", z_weighs: state"])))


@st.composite
def attention(draw: Draw) -> str:
    """One head or two, queries and keys given or projected; a softmax of several rows is printed as that of a column."""
    n, m, size = (draw(st.integers(1, 2)) for _ in range(3))
    if draw(st.booleans()):
        given = f"Q: {matrix(draw, n, size)}, K: {matrix(draw, m, size)}, V: {matrix(draw, m, 2)}"
    else:
        weights = ", ".join(f"W{letter}: {matrix(draw, 2, size)}" for letter in "qkv")
        given = f"X: {matrix(draw, n, 2)}, memory: {matrix(draw, m, 2)}, {weights}"
    find = "[scores, operations]" if n > 1 or m > 1 else "[forward, operations]"
    return question(draw, f"family: attention, {given}", find)


@st.composite
def convolution(draw: Draw) -> str:
    """A filter over one channel or two."""
    n, m, channels = draw(st.integers(2, 4)), draw(st.integers(2, 3)), draw(st.integers(1, 2))
    X = ", ".join(matrix(draw, n, m) for _ in range(channels))
    K = ", ".join(matrix(draw, 2, 2) for _ in range(channels))
    manner = draw(st.sampled_from(["cross-correlation", "convolution", "transposed"]))
    activation = draw(st.sampled_from(["tanh", "linear"]))
    layer = f"K: [{K}], b: {draw(UNITS)}, activation: {activation}, operation: {manner}"
    given = f"family: convolution, X: [{X}], {layer}"
    if manner == "transposed" or draw(st.booleans()):
        return question(draw, given, "forward")
    decay = draw(st.sampled_from(["", ", weight_decay: 0.1", ", weight_decay: 0.1, decay: whole"]))
    loss = draw(st.sampled_from(["square-error", "absolute-error", "huber"]))
    given += f", d: {matrix(draw, n - 1, m - 1)}, loss: {loss}{decay}"
    return question(draw, given, "[forward, loss, gradients]")


@st.composite
def normalisation(draw: Draw) -> str:
    """Rows or columns of a matrix."""
    n, m = draw(st.integers(2, 3)), draw(st.integers(2, 3))
    kind = draw(st.sampled_from(["batch", "layer", "instance", "rms"]))
    given = f"kind: {kind}, X: {matrix(draw, n, m)}, eps: 0.1, gamma: {draw(UNITS)}, beta: {draw(UNITS)}"
    return question(draw, f"family: normalisation, {given}", "forward")


@st.composite
def dropout(draw: Draw) -> str:
    """Inverted or not, in training."""
    n = draw(st.integers(1, 4))
    mask = ", ".join(draw(st.sampled_from("01")) for _ in range(n))
    manner = draw(st.sampled_from(["p: 0.3", "keep: 0.8", "p: 0.5, inverted: false"]))
    return question(draw, f"family: dropout, x: {vector(draw, n)}, mask: [{mask}], {manner}")


@st.composite
def initialisation(draw: Draw) -> str:
    """Bound and σ of a dense layer or of a convolutional one."""
    a, b = draw(st.integers(1, 999)), draw(st.integers(1, 99))
    layer = draw(st.sampled_from([f"shape: [{a}, {b}]", f"kernel: 3, channels: {a}, filters: {b}"]))
    return question(draw, f"family: initialisation, scheme: {draw(st.sampled_from(['xavier', 'he']))}, {layer}")


@st.composite
def autoencoder(draw: Draw) -> str:
    """Tied or not, one pattern or two, with penalties, denoising; an update."""
    n, m = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    patterns = draw(st.sampled_from([0, 2]))

    def pattern() -> str:
        return matrix(draw, patterns, n) if patterns else vector(draw, n)

    tied, name = draw(st.booleans()), draw(st.sampled_from(["sigmoid", "tanh", "relu"]))
    decoder = f"{{{'' if tied else f'W: {matrix(draw, m, n)}, '}b: {draw(UNITS)}}}"
    given = f"{'X' if patterns else 'x'}: {pattern()}, encoder: {{W: {matrix(draw, n, m)}, activation: {name}}}"
    given += f", decoder: {decoder}, tied: {str(tied).lower()}"
    given += f", corrupted: {pattern()}" if draw(st.booleans()) else ""
    penalties = ["", ", weight_decay: 0.1", ", sparsity: {l1: 0.1}"]
    given += draw(st.sampled_from([*penalties, *([", sparsity: {rho: 0.1, beta: 2}"] if name == "sigmoid" else [])]))
    find = "[forward, loss, gradients_u, gradients_Wb]"
    if draw(st.booleans()):
        given, find = f"{given}, train: {{rate: {draw(st.sampled_from(RATES))}}}", "history"
    return question(draw, f"family: autoencoder, {given}", find)


NARROW = st.sampled_from(["tanh", "linear"])
PROBABILITY = st.integers(1, 99).map(lambda k: f"0.{k:02d}")


@st.composite
def generative(draw: Draw) -> str:
    """A GAN by logits, by probabilities or by its networks, two distributions, or a VAE, with an encoder or without."""
    kind, n = draw(st.sampled_from(["gan", "players", "distributions", "vae", "coder"])), draw(st.integers(1, 3))
    if kind == "players":
        players = f"generator: {{W: {matrix(draw, n, 2)}, b: {draw(UNITS)}, activation: {draw(NARROW)}}}"
        players += f", discriminator: {{W: {matrix(draw, 2, 1)}, b: {draw(UNITS)}, activation: sigmoid}}"
        samples = f"real: {matrix(draw, draw(st.integers(1, 2)), 2)}, noise: {matrix(draw, draw(st.integers(1, 2)), n)}"
        return question(draw, f"family: generative, {players}, {samples}", "[generated, value, losses, gradients]")
    if kind == "coder":
        code = ", ".join(f"to_{name}: {{W: {matrix(draw, 2, n)}, b: {draw(UNITS)}}}" for name in ("mu", "logvar"))
        given = f"x: {vector(draw, 2)}, {code}, eps: {vector(draw, n)}"
        given += f", decoder: {{W: {matrix(draw, n, 2)}, b: {draw(UNITS)}}}"
        return question(draw, f"family: generative, {given}", "[encoding, sampling, kl, elbo, gradients]")
    if kind == "gan":
        letter, numbers = ("a", UNITS) if draw(st.booleans()) else ("d", PROBABILITY)
        given = f"{letter}_real: {vector(draw, n, numbers)}, {letter}_fake: {vector(draw, 2, numbers)}"
        return question(draw, f"family: generative, {given}", "[value, losses, gradients]")
    if kind == "distributions":
        p, q = (draw(st.integers(1, 9)) for _ in range(2))
        given = f"p_data: [0.{p}, 0.{10 - p}], p_g: [0.{q}, 0.{10 - q}], log: {draw(st.sampled_from(['natural', '2']))}"
        return question(draw, f"family: generative, {given}", "[optimal, value, divergences]")
    width = f"sigma: {vector(draw, n, PROBABILITY)}" if draw(st.booleans()) else f"logvar: {vector(draw, n)}"
    given = f"mu: {vector(draw, n)}, {width}, eps: {vector(draw, n)}"
    if draw(st.booleans()):
        given += f", x: {vector(draw, 2)}, decoder: {{W: {matrix(draw, n, 2)}, b: {draw(UNITS)}}}, beta: 2"
        return question(draw, f"family: generative, {given}", "[sampling, kl, elbo, gradients]")
    return question(draw, f"family: generative, {given}", "[sampling, kl, gradients]")


@st.composite
def competitive(draw: Draw) -> str:
    """Every kind of net."""
    kind, n, m = (
        draw(st.sampled_from(["som", "lvq", "k-means", "rbf", "hopfield"])),
        *(draw(st.integers(2, 3)) for _ in "nm"),
    )
    if kind == "hopfield":
        outputs, n = draw(st.sampled_from(["-1/1", "0/1"])), draw(st.integers(2, 5))
        ends = st.sampled_from(outputs.split("/"))
        given = (
            f"outputs: {outputs}, patterns: {matrix(draw, m, n, ends)}, scale: {draw(st.sampled_from(['none', 'N']))}"
        )
        given += f", start: {vector(draw, n, ends)}, update: {draw(st.sampled_from(['synchronous', 'asynchronous']))}"
        return question(draw, f"family: competitive, kind: hopfield, {given}", "[weights, energy, recall, stability]")
    X, units = matrix(draw, 3, n), matrix(draw, m, n)
    if kind == "rbf":
        end = f"w: {vector(draw, m)}" if draw(st.booleans()) else "sigma: 2"
        given = f"X: {X}, centres: {units}{', sigma: 2' if end[0] == 'w' else ''}, {end}"
        return question(
            draw, f"family: competitive, kind: rbf, {given}", "[hidden, output]" if end[0] == "w" else "hidden"
        )
    if kind == "k-means":
        return question(draw, f"family: competitive, kind: k-means, X: {X}, W: {X}, epochs: 1", "[distances, loss]")
    rule = draw(st.sampled_from(["", ", rule: lvq2, window: 0.3", ", rule: lvq2.1, window: 0.3, nearness: 1 - w"]))
    more = {"som": ", sigma: 1", "lvq": f", classes: [1, 2, 1], labels: {[1, 2, 2][:m]}{rule}"}[kind]
    falling = draw(
        st.sampled_from(["", *(f", schedule: {{kind: {k}}}" for k in ("geometric, gamma: 0.5", "linear, period: 3"))])
    )
    falling += ", shrink: {kind: exponential, k: 0.1}" if kind == "som" and draw(st.booleans()) else ""
    given = f"X: {X}, W: {units}, rate: {draw(st.sampled_from(RATES))}{more}{falling}"
    return question(draw, f"family: competitive, kind: {kind}, {given}", "[distances, table]")


@st.composite
def positional(draw: Draw) -> str:
    """A few dimensions of an encoding, or a vector that is turned."""
    if draw(st.booleans()):
        return question(draw, f"family: positional, position: {draw(st.integers(0, 99))}, rotate: {vector(draw, 4)}")
    return question(draw, f"family: positional, position: {draw(st.integers(0, 10**6))}, d_model: 4")


COUNTED = (
    "conv 6@3x3", "conv 4@5x3 stride 2 padding 1", "conv 8@2x2 groups 2 no-bias", "conv 5@3x3 same", "pointwise 4",
    "depthwise 3 padding 1", "max-pool 3 stride 2 ceil padding 1", "average-pool 2", "subsampling 2", "batch-norm",
    "transposed 4@3x3 stride 2 output_padding 1", "conv 4@3x3 d2 padding 2", "conv 2@3x3 unshared",
    "{layers: [conv 4@3x3 padding 1], shortcut: [conv 4@1x1]}", "{branches: [[conv 3@1x1], [conv 3@3x3 padding 1]]}",
    "{layers: [batch-norm, dropout], repeat: 2, shortcut: true}",
)  # fmt: skip
READ = ("dense 5", "lstm 4", "gru 3 biases 2", "rnn 4 bidirectional", "attention 2", "layer-norm", "feed-forward 6",
        "feed-forward 6 experts 3 active 2")  # fmt: skip


@st.composite
def count(draw: Draw) -> str:
    """Dense networks, networks that read images, and networks that read sequences."""
    kind = draw(st.sampled_from(["dense", "images", "sequences"]))
    if kind == "dense":
        layers = draw(st.lists(st.integers(1, 10**5), min_size=1, max_size=3))
        return question(draw, f"family: count, inputs: {draw(st.integers(1, 10**5))}, layers: {layers}")
    images = kind == "images"
    layers = draw(st.lists(st.sampled_from(COUNTED if images else READ), min_size=1, max_size=3))
    size, last = ("[4, 33, 30]", ", flatten, dense 7") if images else ("[9, 6]", "")
    whole = [layer for layer in layers if not images or "groups" not in layer or layers.index(layer) == 0]
    if not images:
        whole = [layer for layer in whole if layer != "attention 2" or whole.index(layer) == 0]
    given = f"family: count, input: {size}, layers: [{', '.join(whole)}{last}]"
    words = ["parameters", "macs", "flops", "memory", *(["sizes", "connections", "receptive_field"] if images else [])]
    words += [] if images or "attention 2" not in whole else ["cache"]
    words += [] if not any("experts" in layer for layer in whole) else ["active"]
    find = draw(st.lists(st.sampled_from(words), min_size=1, max_size=2, unique=True))
    if "receptive_field" in find and not any("@" in layer or "pool" in layer for layer in whole):
        find = ["parameters"]
    return question(draw, given, f"[{', '.join(find)}]")


@st.composite
def receptive(draw: Draw) -> str:
    """A stack of equal layers, its receptive field or its depth."""
    small = st.integers(1, 3)
    wanted = draw(st.sampled_from(["layers: 3", f"covers: {draw(st.integers(1, 99))}"]))
    given = f"size: {draw(st.integers(2, 4))}, stride: {draw(small)}, dilation: {draw(small)}, growth: {draw(small)}"
    return question(draw, f"family: receptive, {given}, {wanted}")


@st.composite
def tensor(draw: Draw) -> str:
    """Nested lists, which have no lines."""
    return question(draw, f"family: tensor, shape: [{draw(st.integers(1, 3))}, 2], elements: integer")


@st.composite
def cnn(draw: Draw) -> str:
    """A convolution, a pool and a dense layer; sizes, parameters and FLOPs."""
    size = draw(st.integers(8, 300))
    bias = draw(st.sampled_from(["true", "false"]))
    layers = (
        f"{{type: conv, filters: {draw(st.integers(1, 64))}, size: {draw(st.integers(1, 5))}, "
        f"stride: {draw(st.integers(1, 2))}, padding: {draw(st.integers(0, 2))}, bias: {bias}}}, "
        f"{{type: max-pool, size: 2}}, {{type: flatten}}, {{type: dense, neurons: {draw(st.integers(1, 200))}}}"
    )
    given = f"family: cnn, input: [{draw(st.integers(1, 16))}, {size}, {size}], layers: [{layers}]"
    return question(draw, given, "[sizes, parameters, flops, separable, flops_separable, ratio]")


@st.composite
def gradient(draw: Draw) -> str:
    """Derived formulas, which have no lines of numbers."""
    J = draw(st.sampled_from(["x.T @ A @ x", "norm(x)**2", "c*sum(x*x)"]))
    return question(draw, f'family: gradient, symbols: {{x: n, A: n x n, c: scalar}}, J: "{J}", by: [x]')


@st.composite
def perceptron(draw: Draw) -> str:
    """A gate and what it learns, or a unit on some patterns."""
    threshold = draw(st.sampled_from(["", ", tie: 1", ", outputs: -1/1", ", outputs: -1/1, tie: 1"]))
    if draw(st.booleans()):
        gate, rate = draw(st.sampled_from(["AND", "OR", "XOR"])), draw(st.sampled_from(RATES))
        return question(draw, f"family: perceptron, gate: {gate}{threshold}, learn: {{rate: {rate}}}", "weights")
    inputs = draw(st.integers(1, 3))
    f = draw(st.sampled_from([threshold, ", activation: sigmoid", ", activation: tanh"]))
    given = f"X: {matrix(draw, draw(st.integers(1, 3)), inputs)}, w: {vector(draw, inputs)}, b: {draw(UNITS)}{f}"
    return question(draw, f"family: perceptron, {given}", "truth_table")


@st.composite
def loss(draw: Draw) -> str:
    """Classes of one example or of two, or numbers."""
    kind = draw(st.sampled_from(["cross-entropy", "[hinge, cross-entropy]", "numbers"]))
    if kind == "numbers":
        y, d = vector(draw, 3), vector(draw, 3)
        return question(draw, f"family: loss, y: {y}, d: {d}, loss: [mean-square-error, huber, absolute-error]")
    if draw(st.booleans()):
        return question(draw, f"family: loss, z: {vector(draw, 3)}, label: {draw(st.integers(1, 3))}, loss: {kind}")
    return question(draw, f"family: loss, z: {matrix(draw, 2, 3)}, labels: [3, 1], loss: {kind}")


@st.composite
def metrics(draw: Draw) -> str:
    """Counts, a matrix, or boxes."""
    counts = [draw(st.integers(1, 60)) for _ in range(4)]
    if draw(st.booleans()):
        return question(draw, f"family: metrics, confusion: [{counts[:2]}, {counts[2:]}]")
    box = f"[{counts[0]}, {counts[1]}, {counts[0] + counts[2]}, {counts[1] + counts[3]}]"
    return question(draw, f"family: metrics, box_a: {box}, box_b: [2, 3, 40, 50]")


@st.composite
def graph(draw: Draw) -> str:
    """A few nodes of scalars."""
    nodes, known = [], ["x", "y"]
    for k in range(draw(st.integers(1, 4))):
        a, b = draw(st.sampled_from(known)), draw(st.sampled_from(known))
        text = draw(
            st.sampled_from(["{} + {}", "{}*{}", "{} - 2*{}", "sigmoid({})*{}", "tanh({}) - {}", "{}/(1 + {}**2)"])
        )
        nodes.append(f'"n{k} = {text.format(a, b)}"')
        known.append(f"n{k}")
    return question(draw, f"family: graph, inputs: {{x: {draw(UNITS)}, y: {draw(UNITS)}}}, nodes: [{', '.join(nodes)}]")


FAMILIES: dict[str, Callable[[], st.SearchStrategy[str]]] = {
    "mlp": mlp,
    "cnn": cnn,
    "rnn": rnn,
    "lstm": lstm,
    "gru": gru,
    "attention": attention,
    "convolution": convolution,
    "normalisation": normalisation,
    "dropout": dropout,
    "initialisation": initialisation,
    "autoencoder": autoencoder,
    "generative": generative,
    "competitive": competitive,
    "positional": positional,
    "gradient": gradient,
    "optimizer": optimizer,
    "count": count,
    "receptive": receptive,
    "perceptron": perceptron,
    "graph": graph,
    "loss": loss,
    "metrics": metrics,
    "tensor": tensor,
    "formula": formula,
    "table": table,
}
