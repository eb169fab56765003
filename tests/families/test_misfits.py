"""What does not fit is said in each family's own terms, in one message at its place."""

import pytest

from solver.errors import SpecError
from solver.spec.reader import load_text
from tests.tables import each

MISFITS = {
    "attention": [
        ("Q: [[1, 2]], K: [[1]], V: [[1]]", "queries have 2 numbers, but keys have 1"),
        ("Q: [[1]], K: [[1], [2]], V: [[1]]", "K has 2 rows, but V has 1"),
        ("Q: [[1]], K: [[1]], V: [[1]], mask: [[1, 0]]", "the mask is 1×2, expected 1×1"),
        ("Q: [[1]], K: [[1]], V: [[1]], mask: [[2]]", "the mask has other numbers than 0 and 1"),
        ("Q: [[1]], K: [[1]], V: [[1]], loss: square-error", "'D' is missing: a loss needs the desired output"),
        ("Q: [[1]], K: [[1]], V: [[1]], D: [[1, 2]], loss: square-error", "D is 1×2, but the output is 1×1"),
        ("Q: [[1]], K: [[1]], V: [[1]], scale: 3", "unknown key 'scale'"),
    ],
    "autoencoder": [
        ("x: [1, 2]", "'encoder' is missing: the layers up to the code, at most 20"),
        ("x: [1, 2], encoder: {W: [[1]]}", "'decoder' is missing"),
        (
            "x: [1, 2], encoder: {W: [[1], [1]]}, decoder: {W: [[1, 1]]}, tied: true",
            "decoder layer 1 has a W, but tied: true gives it the encoder's",
        ),
        ("x: [1, 2], encoder: {W: [[1], [1]], activation: softmax}", "unknown activation 'softmax'"),
        ("x: [1, 2], X: [[1, 2]], encoder: {W: [[1], [1]]}", "x and X are given"),
        (
            "x: [1, 2], encoder: {W: [[1], [1]]}, decoder: {W: [[1, 1, 1]]}",
            "the decoder puts out 3 numbers, but a pattern has 2",
        ),
    ],
    "cnn": [
        ("input: [3, 8], layers: [{type: flatten}]", "input has 2 numbers"),
        (
            "input: [1, 5, 5], layers: [{type: conv, filters: 1, size: 7}]",
            "the height of convolutional layer 1's filter is 7, but its input's is only 5",
        ),
        ("input: [1, 5, 5], layers: [{type: conv, filters: 1}]", "'size' of this conv layer is missing"),
        (
            "input: [1, 5, 5], layers: [{type: conv, filters: 1, size: unknown}]",
            "F1 is unknown, and what follows from it is not given",
        ),
        (
            "input: [1, 5, 5], layers: [{type: conv, filters: 1, size: unknown, output: [1, 9, 9]}]",
            "no whole number from 1 to 5 for F1 fits 9 = floor((5 - F1 + 2*0)/1) + 1",
        ),
        (
            "input: [1, 5, 5], layers: [{type: max-pool, size: 6}]",
            "the height of max pooling layer 1's filter is 6, but its input's is only 5",
        ),
        ("input: [1, 5, 5], layers: []", "layers has 0 items, expected at least 1"),
        (
            "input: [1, 5, 5], layers: [{type: conv, filters: 2, size: 3, stride: 0}]",
            "stride is 0, expected at least 1",
        ),
        ("input: [1, 5, 5], layers: [{type: convolution, filters: 2, size: 3}]", "unknown type 'convolution'"),
    ],
    "convolution": [
        ("X: [[1, 2], [3, 4]], K: [[1, 0, 1], [1, 1, 1], [0, 0, 1]]", "filter 3×3 larger than the input 2×2"),
        ("X: [[1, 2], [3, 4]]", "the question has none of K, pool, unpool and W"),
        (
            "X: [[[1, 2], [3, 4]], [[1, 1], [1, 1]]], K: [[[1]], [[1]], [[1]]]",
            "K has 3 kernels, but the input has 2 channels: 2 expected",
        ),
        ("X: [[1, 2], [3, 4]], K: [[1]], b: [1, 2]", "b has 2 numbers, but K has 1 filter"),
        ("X: [[1, 2], [3, 4]], K: [[1]], stride: 0", "stride is 0, expected at least 1"),
        ("X: [[1, 2], [3, 4]], K: [[1]], loss: square-error", "'d' is missing: a loss needs the desired output"),
        ("X: [[1, 2], [3, 4]], K: [[1]], d: [[1]], loss: square-error", "d is 1×1, but the output is 2×2"),
        ("X: [[1, 2], [3, 4]], layers: [{W: [[1]]}]", "W is 1×1, but 4 numbers come in"),
        ("X: [[1, 2], [3]], K: [[1]]", "X has rows of 2 and 1 numbers"),
        (
            "X: [[1, 2], [3, 4]], unpool: max, size: 2",
            "there is no max pooling before it that says where the maxima were",
        ),
    ],
    "dropout": [
        ("x: [1, 2], mask: [1], p: 0.5", "mask is 1×1, but x is 2×1"),
        ("x: [1, 2], mask: [1, 2], p: 0.5", "mask has other numbers than 0 and 1"),
        ("x: [1, 2], mask: [1, 0], p: 1", "everything is dropped: there is nothing to divide by"),
        ("x: [1, 2], mask: [1, 0], p: 0.5, keep: 0.5", "p and keep are given"),
        ("x: [1, 2], p: 0.5", "'mask' is missing: 1 for what is kept, 0 for what is dropped"),
        ("x: [1, 2], mask: [1, 0]", "'p' is missing: the probability of being dropped"),
    ],
    "formula": [
        ("quantities: {x: 1}, formulas: [y = z + 1]", "'z' is not given yet"),
        ("quantities: {x: [1, 2], W: [[1]]}, formulas: [y = W @ x]", "shapes 1×1 and 2×1 do not fit in W @ x"),
        ("quantities: {x: 1}, formulas: [y = x +]", "'x +' is not a formula"),
        ("quantities: {x: 1}, formulas: [x = 2]", "'x' is defined twice"),
        ("quantities: {x: 1}, formulas: []", "formulas has 0 items, expected at least 1"),
        ("quantities: {x: 1}, formulas: [y = taanh(x)]", "unknown function 'taanh'"),
        ("quantities: {x: 1}, formulas: [y = x, y = x]", "'y' is defined twice"),
        ("quantities: {2x: 1}, formulas: [y = 1]", "'2x' cannot be a name"),
    ],
    "generative": [
        ("d_real: [0.5]", "'d_fake' is missing: D of fake samples"),
        ("d_real: [1.5], d_fake: [0.5]", "d_real has a number outside 0 to 1, which is no probability"),
        ("p_data: [0.5, 0.6], p_g: [0.5, 0.5]", "p_data sums to 1.1, not to 1"),
        ("p_data: [0.5, 0.5], p_g: [1]", "p_g is 1×1, but p_data is 2×1"),
        ("mu: [1], logvar: [0, 0], eps: [1]", "logvar is 2×1, but mu is 1×1"),
        ("mu: [1]", "expected sigma or logvar"),
        ("mu: [1], sigma: [-1], eps: [1]", "a standard deviation is not above 0"),
        ("mu: [1], sigma: [1], logvar: [0], eps: [1]", "expected sigma or logvar"),
        (
            "mu: [1], sigma: [1], eps: [1], x: [1, 2], decoder: {W: [[1]]}",
            "x has 2 numbers, but its reconstruction has 1",
        ),
    ],
    "gradient": [
        ("symbols: {x: n}, J: x, by: [x]", "J is n×1, but only a scalar has a gradient"),
        ("symbols: {x: n, A: n x m}, J: x.T @ A @ x, by: [x]", "shapes 1×m and n×1 do not fit in x.T @ A @ x"),
        ("symbols: {x: n}, J: x.T @ x, by: [z]", "'z' is nothing to differentiate by"),
        ("symbols: {x: n}, J: x.T @ x", "'by' is missing: the names to differentiate by, at most 20"),
        ("symbols: {x: n}, J: x.T @ y, by: [x]", "'y' is neither a symbol nor defined above"),
        ("symbols: {x: 0}, J: x.T @ x, by: [x]", "x has a size of 0"),
        ("symbols: {x: n}, J: x.T @, by: [x]", "'x.T @' is not a formula"),
    ],
    "graph": [
        ("inputs: {x: 1}, nodes: [a = x + y]", "'y' is not given yet"),
        ("inputs: {x: 1}, nodes: []", "nodes has 0 items, expected at least 1"),
        ("inputs: {x: 1}, nodes: [x = 2*x]", "'x' is defined twice"),
        ("inputs: {x: [1, 2]}, nodes: [a = 2*x]", "a is 2×1, but only a scalar has a gradient"),
        ("inputs: {x: 1}, nodes: [a = x, b = ]", "the formula is empty"),
        ("nodes: [a = 1]", "'inputs' is missing: what the graph starts from, by name"),
    ],
    "gru": [
        ("x: [[1]]", "'W' is missing: the weights from the input"),
        ("W: {z: [[1]], r: [[1]]}, U: {z: [[1]], r: [[1]]}, x: [[1]]", "W names z, r"),
        (
            "W: {z: [[1, 2]], r: [[1]], n: [[1]]}, U: {z: [[1]], r: [[1]], n: [[1]]}, x: [[1]]",
            "W of z is 1×2, but x is 1×1: 1×1 expected",
        ),
        (
            "W: {z: [[1]], r: [[1]], n: [[1]]}, U: {z: [[1, 1]], r: [[1]], n: [[1]]}, x: [[1]]",
            "U of z is 1×2, but h is 1×1: 1×1 expected",
        ),
        (
            "W: {z: [[1]], r: [[1]], n: [[1]]}, U: {z: [[1]], r: [[1]], n: [[1]]}, x: [[1], [1, 2]]",
            "x(2) is 2×1, but x(1) is 1×1",
        ),
        (
            "W: {z: [[1]], r: [[1]], n: [[1]]}, U: {z: [[1]], r: [[1]], n: [[1]]}, x: [[1]], h0: [1, 2]",
            "h0 is 2×1, but there is one neuron: 1×1 expected",
        ),
        (
            "W: {z: [[1]], r: [[1]], n: [[1]]}, U: {z: [[1]], r: [[1]], n: [[1]]}, x: [[1]], loss: square-error",
            "'d' is missing: a loss needs the desired outputs",
        ),
        (
            "W: {z: [[1]], r: [[1]], n: [[1]], q: [[1]]}, U: {z: [[1]], r: [[1]], n: [[1]]}, x: [[1]]",
            "W names z, r, n, q",
        ),
        (
            "W: {z: [[1]], r: [[1]], n: [[1]]}, U: {z: [[1]], r: [[1]], n: [[1]]}, x: [[1]], V: [[1, 1], [1, 1]]",
            "V is 2×2, but h is 1×1",
        ),
    ],
    "initialisation": [
        ("scheme: xavier", "the layer is missing: its fans"),
        ("scheme: he, shape: [3]", "shape has 1 numbers, expected [inputs, neurons], at least 1 each"),
        ("scheme: xavier, shape: [3, 0]", "shape has 2 numbers, expected [inputs, neurons], at least 1 each"),
        ("scheme: xavier, shape: [3, 4], kernel: 3, channels: 1, filters: 1", "shape and kernel are given"),
    ],
    "loss": [
        ("z: [1, 2], label: 3", "there is no class 3"),
        ("z: [1, 2], label: 0", "there is no class 0"),
        ("y: [0.5, 0.5], d: [1, 0, 0]", "d is 3×1, but the output is 2×1"),
        ("z: [1, 2], y: [0.5, 0.5], label: 1", "z and y are given"),
        ("x: [1, 2], W: [[1, 2, 3]], label: 1", "W is 1×3, but x has 2 numbers"),
        ("p: [0.5, 0.5], q: [1], loss: KL", "q is 1×1, but p is 2×1"),
        ("p: [0.5, 0.5], q: [1, 0], loss: KL", "q is 0 where p is not"),
        ("z: [1, 2], label: 1, temperature: 0", "the temperature is 0, expected one above 0"),
        ("z: [[1, 2], [1, 2]], labels: [1]", "1 label, but there are 2 examples"),
    ],
    "lstm": [
        ("x: [[1]]", "'W' is missing: the weights from the input"),
        (
            "W: {f: [[1]], i: [[1]], g: [[1]]}, U: {f: [[1]], i: [[1]], g: [[1]], o: [[1]]}, x: [[1]]",
            "there is no gate 'o' in W",
        ),
        (
            "W: {f: [[1, 2]], i: [[1]], g: [[1]], o: [[1]]}, U: {f: [[1]], i: [[1]], g: [[1]], o: [[1]]}, x: [[1]]",
            "W of f is 1×2, but x is 1×1: 1×1 expected",
        ),
        (
            "W: {f: [[1]], i: [[1]], g: [[1]], o: [[1]]}, U: {f: [[1]], i: [[1]], g: [[1]], o: [[1]]}, x: [[1]], c0: [1, 2]",
            "c0 is 2×1, but there is one neuron: 1×1 expected",
        ),
        (
            "W: {f: [[1]], i: [[1]], g: [[1]], o: [[1]]}, U: {f: [[1]], i: [[1]], g: [[1]], o: [[1]]}, x: [[1]], peephole: {q: 1}",
            "there is no gate 'q' with a peephole",
        ),
    ],
    "metrics": [
        ("confusion: [[1, 2], [3]]", "confusion has rows of 2 and 1 numbers"),
        ("confusion: [[1, -2], [3, 4]]", "the confusion matrix has other numbers than counts"),
        ("actual: [1, 0], predicted: [1]", "1 predictions, but 2 examples"),
        ("box_a: [1, 1, 0, 0], box_b: [0, 0, 1, 1]", "box_a has no area"),
        ("box_a: [0, 0, 1], box_b: [0, 0, 1, 1]", "box_a has 3 numbers, expected 4"),
        ("box_a: [0, 0, 1, 1]", "'box_b' is missing: box_a goes with it"),
        ("probabilities: [0.5, 1.5]", "a probability outside 0 to 1, or of 0"),
        ("mask_a: [[1, 0]], mask_b: [[1]]", "mask_b is 1×1, but mask_a is 1×2"),
        ("TP: 1", "unknown key 'TP'"),
    ],
    "mlp": [
        ("x: [1, 2], layers: [{W: [[1]]}]", "W1 is 1×1, but the input x is 2×1"),
        ("layers: [{W: [[1]]}]", "'x' is missing: the input pattern, or X with several"),
        ("x: [1], layers: []", "there are no layers"),
        ("x: [1], layers: [{W: [[1]], b: [1, 2]}]", "b1 is 2×1, but W1 is 1×1"),
        ("x: [1], layers: [{W: [[1]], activation: tanhh}]", "unknown activation 'tanhh'"),
        ("x: [1], layers: [{W: [[1]]}], loss: square-error", "'d' is missing: a loss needs the desired output"),
        ("x: [1], d: [1, 0], layers: [{W: [[1]]}], loss: square-error", "d is 2×1, but the output is 1×1"),
        ("x: [1], d: 1, layers: [{W: [[1]]}], loss: cross-entropy", "cross-entropy after linear"),
        ("x: [1], X: [[1]], layers: [{W: [[1]]}]", "x and X are given"),
        ("x: [1], layers: [{W: [[1]]}], train: {rate: 1}", "training needs a loss"),
        (
            "x: [1], d: 1, layers: [{W: [[1]]}], loss: square-error, train: {rate: 1, clip: {by: norm}}",
            "'at' is missing: the largest value, or the largest norm",
        ),
    ],
    "normalisation": [
        (
            "kind: batch",
            "'X' is missing: a list, a matrix, a list of maps (channels), or a list of samples, each a list of maps",
        ),
        ("kind: batch, X: [[1], [2]], gamma: [1, 2, 3]", "gamma has 3 numbers, but X has 1 features"),
        ("kind: group, X: [[1, 2, 3]], groups: 2", "2 groups cannot share 3 features equally"),
        ("kind: batch, X: [[1], [2]], eps: -1", "eps is -1, expected at least 0"),
        ("kind: batch, X: [[1], [2]], loss: square-error", "'D' is missing: a loss needs the desired output"),
    ],
    "optimizer": [
        ("rate: 0.1", "'g' or 'loss' is missing"),
        ("g: [1], rate: 0", "rate is 0, expected more than 0"),
        ("g: [1], rate: 0.1, iterations: 2", "g lists 1 gradients, but iterations is 2"),
        ("g: [1], rate: 0.1, beta: 0.9", "sgd has no beta"),
        ("g: [1], rate: 0.1, optimizer: adam, beta1: 1", "beta1 is 1, expected 0 ≤ beta1 < 1"),
        ("g: [[1, 2]], w: [1], rate: 0.1", "g(1) is 2×1, but w is 1×1"),
        ("quantities: {x: 1}, loss: x**2, parameters: [y], rate: 0.1", "'y' is not given"),
        (
            "quantities: {x: [1, 2]}, loss: x, parameters: [x], rate: 0.1",
            "the loss x is 2×1, but only a scalar has a gradient",
        ),
        ("g: [1], rate: 0.1, clip: {by: norm, at: -1}", "at is -1, expected more than 0"),
        ("g: [1], rate: 0.1, clip: {by: size, at: 1}", "unknown by 'size'"),
    ],
    "perceptron": [
        ("w: [1, 1]", "the patterns are missing"),
        ("gate: XOR, d: [0, 1, 1, 0]", "a gate and d are given"),
        ("gate: AND, w: [1]", "w has 1 weights, but there are 2 inputs"),
        ("x: [1, 2], w: [1]", "w has 1 weights, but there are 2 inputs"),
        ("x: [1], X: [[1]], w: [1]", "x and X are given"),
        ("gate: AND, learn: {rate: -1}", "rate is -1, expected more than 0"),
        ("X: [[1], [2]], d: [0, 2]", "a desired output of 2, but outputs are 0/1"),
        ("X: [[1], [2]], d: [0]", "d has 1 row, but there are 2 patterns"),
        ("gate: AND, w: [1, 1], b: 1, theta: 1", "theta and b are given"),
        ("gate: AND, w: [1, 1], tie: 2", "unknown tie '2'"),
        ("gate: NAD", "unknown gate 'NAD'"),
    ],
    "positional": [
        ("position: -1, d_model: 4", "position is -1, expected at least 0"),
        ("position: 1", "'d_model' is missing: the dimension of the embeddings"),
        ("position: 1, rotate: [1, 2, 3]", "3 numbers cannot be turned in pairs"),
        ("position: 1, d_model: 0", "d_model is 0, expected at least 1"),
        ("positions: [], d_model: 4", "'position' is missing: the position in the sequence, or positions with several"),
    ],
    "rnn": [
        ("U: [[1]], W: [[1]]", "'x' is missing: the input sequence, or X with several"),
        ("U: [[1, 2]], W: [[1]], x: [[1]]", "W is 1×1, but U is 1×2: 2×2 expected"),
        ("U: [[1], [2]], W: [[1]], x: [[1]]", "U is 2×1, but x(1) is 1×1: they must have equal rows"),
        ("U: [[1]], W: [[1]], V: [[1], [1]], x: [[1]]", "V is 2×1, but U is 1×1: 1 rows expected"),
        ("type: jordan, U: [[1]], W: [[1]], x: [[1]]", "'V' is missing: a Jordan network feeds its output back"),
        ("U: [[1]], W: [[1]], x: [[1]], loss: square-error", "a loss needs outputs, but there is no V"),
        ("U: [[1]], W: [[1]], V: [[1]], x: [[1], [2]], d: [[1]], loss: square-error", "d has 1 vector, but x has 2"),
        ("U: [[1]], W: [[1]], x: [[1], [1, 2]]", "x(2) is 2×1, but x(1) is 1×1"),
        ("U: [[1]], W: [[1]], V: [[1]], x: [[1]], d: [[1]], loss: square-error, loss_at: [3]", "there is no time 3"),
        ("U: [[1]], W: [[1]], x: [[1]], h0: [1, 2]", "h0 is 2×1, but U is 1×1: 1×1 expected"),
    ],
    "tensor": [
        ("shape: [2, 2], elements: integer, values: [1]", "values has 1 elements, but shape [2, 2] has 4"),
        ("shape: [], elements: float", "shape has 0 items, expected at least 1"),
        ("shape: [2], elements: complex", "unknown elements 'complex'"),
        ("shape: [0], elements: float", "shape is 0, expected at least 1"),
        ("shape: [2], elements: integer, values: [1.5, 2]", "values holds 1.5, expected an integer"),
    ],
    "competitive": [
        ("kind: som, X: [1, 2]", "'W' is missing: the units, one a row"),
        ("kind: som, X: [[1, 2]], W: [[1]]", "W is 1×1, but an input has 2 numbers"),
        (
            "kind: lvq, X: [[1]], W: [[1]], labels: [1, 2], classes: [1], rate: 1",
            "labels has 2 classes, expected 1: one for each unit",
        ),
        (
            "kind: som, X: [[1]], W: [[1], [2]], grid: [3, 3], rate: 1, sigma: 1",
            "the grid has 3×3 places, but W has 2 units",
        ),
        ("kind: k-means, X: [[1], [2]], W: [[1], [50]]", "unit 2 wins no input in iteration 1: it has no mean"),
        ("kind: rbf, X: [[1]], centres: [[1, 2]], sigma: 1", "a centre has 2 numbers, but an input 1"),
        ("kind: hopfield, patterns: [[1, 2]]", "patterns has other numbers than −1 and 1"),
        ("kind: hopfield, W: [[1, 2]]", "W is 1×2, expected as many rows as columns"),
        ("kind: hopfield, patterns: [[1, -1]], start: [1]", "start is 1×1, but there are 2 neurons"),
        ("kind: som, X: [[1]], W: [[1]], patterns: [[1]]", "patterns is not of som"),
    ],
}
"""By family: what is given, and the message. The tables of count, concept and receptive stand in their own tests."""

ROWS = [(family, given, message) for family, rows in MISFITS.items() for given, message in rows]


@each(("family", "given", "message"), ROWS)
def test_a_misfit_has_one_message(family: str, given: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_text(f"title: t\ngiven: {{family: {family}, {given}}}\nparts: [{{label: a}}]")
    (problem,) = caught.value.problems
    assert problem.message == message
    assert problem.place.line == 2
    assert problem.place.column > 1
