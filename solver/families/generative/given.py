"""What a question of generative models gives, and what of it does not fit."""

from typing import Annotated, Literal

import numpy as np

from solver.formula.tree import Array
from solver.nets.layers import Stored, as_array, neurons_inputs
from solver.nets.network import Layer, neurons_of
from solver.nets.recurrent import ELEMENTWISE, size
from solver.spec.fields import AtMost, Quantity, Scalar, Spec, Vector
from solver.spec.nodes import Node, Report

Kind = Literal["GAN", "distributions", "VAE"]


NETS = ("decoder", "encoder", "generator", "discriminator")


class Given(Spec):
    """A GAN's discriminator on some samples, or two distributions, or a VAE's code."""

    d_real: Annotated[Vector | None, "D(x), the discriminator's probabilities that real samples are real"] = None
    d_fake: Annotated[Vector | None, "D(G(z)), those that generated samples are real"] = None
    a_real: Annotated[Vector | None, "in place of d_real, its logits: D = σ(a)"] = None
    a_fake: Annotated[Vector | None, "in place of d_fake, its logits"] = None
    average: Annotated[Literal["mean", "sum"], "how several samples are put together"] = "mean"
    half: Annotated[bool, "whether the discriminator's loss is −V/2, and not −V"] = False
    p_data: Annotated[Vector | None, "the data's distribution on a discrete set"] = None
    p_g: Annotated[Vector | None, "the generator's distribution on the same set"] = None
    D: Annotated[Vector | None, "a discriminator on that set, to be compared with the optimal one"] = None
    log: Annotated[Literal["natural", "2"], "the logarithm of divergences"] = "natural"
    discriminator: Annotated[tuple[Layer, ...], AtMost(50), "the discriminator's layers, the last one a sigmoid"] = ()
    generator: Annotated[tuple[Layer, ...], AtMost(50), "the generator's layers"] = ()
    real: Annotated[Quantity | None, "with a discriminator: real samples, one a row; a list is one sample"] = None
    noise: Annotated[Quantity | None, "with a generator: what it starts from, alike"] = None
    encoder: Annotated[tuple[Layer, ...], AtMost(50), "the hidden layers from x to the code"] = ()
    to_mu: Annotated[Layer | None, "in place of mu: the linear layer that makes it"] = None
    to_logvar: Annotated[Layer | None, "in place of logvar: the linear layer that makes it"] = None
    mu: Annotated[Vector | None, "the means of the code"] = None
    sigma: Annotated[Vector | None, "its standard deviations"] = None
    logvar: Annotated[Vector | None, "in place of sigma, its log-variances, log σ²"] = None
    eps: Annotated[Vector | None, "the noise ε of the reparameterisation"] = None
    x: Annotated[Vector | None, "the pattern that is reconstructed"] = None
    xhat: Annotated[Vector | None, "its reconstruction, where no decoder is given"] = None
    decoder: Annotated[tuple[Layer, ...], AtMost(50), "the layers from z to the reconstruction"] = ()
    weights: Annotated[Stored, "how their weights are stored: u = Wᵀx + b, or u = Wx + b"] = "inputs x neurons"
    loss: Annotated[
        Literal["half-square-error", "square-error", "mean-square-error", "cross-entropy"],
        "R: half-square-error is −log p(x|z) of a normal distribution of variance 1 but for its constant, cross-entropy "
        "that of a Bernoulli distribution",
    ] = "half-square-error"
    gradient: Annotated[Vector | None, "in place of x and a decoder: the gradient of R at z"] = None
    beta: Annotated[Scalar | None, "the weight of KL; 1 if left out"] = None

    @classmethod
    def notice(cls, node: Node, report: Report) -> None:
        """Notes activations that layers cannot have."""
        nets = [layers for name in NETS if (layers := node.get(name))]
        for layer in [layer for net in nets for layer in (net.items if net.kind == "list" else [net])]:
            word = layer.get("activation")
            if word is not None and word.kind == "scalar" and word.text not in ELEMENTWISE:
                report.unknown(word, "activation", word.text, ELEMENTWISE)


FIELDS: dict[Kind, tuple[str, ...]] = {
    "GAN": ("d_real", "d_fake", "a_real", "a_fake", "discriminator", "generator", "real", "noise"),
    "distributions": ("p_data", "p_g", "D"),
    "VAE": (
        "encoder",
        "to_mu",
        "to_logvar",
        "mu",
        "sigma",
        "logvar",
        "eps",
        "x",
        "xhat",
        "decoder",
        "gradient",
        "beta",
    ),
}


def fits(given: Given, report: Report) -> Kind | None:
    """The kind of question; None, and problems noted, where something is missing or does not fit."""
    before = len(report.problems)
    used = {kind: [f for f in fields if getattr(given, f) not in (None, ())] for kind, fields in FIELDS.items()}
    kinds = [kind for kind, fields in used.items() if fields]
    if not kinds:
        hint = "a_real and a_fake (or d_real, d_fake) of a GAN, p_data and p_g, or mu with logvar or sigma of a VAE"
        report.add(given.place(), "no model is given", hint)
        return None
    if len(kinds) > 1:
        first, second = (used[kind][0] for kind in kinds[:2])
        report.add(given.place(second), f"{first} is of a {kinds[0]}, {second} of a {kinds[1]}", "one in a question")
        return None
    {"GAN": _gan, "distributions": _distributions, "VAE": _vae}[kinds[0]](given, report)
    return kinds[0] if len(report.problems) == before else None


def _probabilities(given: Given, name: str, report: Report, *, certain: bool) -> None:
    """Notes what is no probability; certain: whether 0 and 1 are allowed."""
    array: Array | None = getattr(given, name)
    if array is None:
        return
    low, high = array.value.min(), array.value.max()
    if low < 0 or high > 1:
        report.add(given.place(name), f"{name} has a number outside 0 to 1, which is no probability")
    elif not certain and (low == 0 or high == 1):
        report.add(given.place(name), f"{name} has a 0 or a 1, whose logarithm is infinite")


def rows_of_samples(given: Given, field: str, layers: tuple[Layer, ...]) -> Array:
    """Samples as rows: a list is one of them, or several of one number each where the network has one input."""
    array = as_array(getattr(given, field))
    inputs = neurons_inputs(layers[0].W, given.weights)[1]
    return array.T if given.flat(field) and inputs > 1 else array


def _players(given: Given, report: Report) -> None:
    """A discriminator and a generator, with what both see."""
    add = report.add
    missing = [name for name in ("discriminator", "generator", "real", "noise") if getattr(given, name) in (None, ())]
    for name in missing:
        add(given.place(), f"{name!r} is missing", "networks given whole: discriminator, generator, real and noise")
    for name in ("a_real", "d_real", "a_fake", "d_fake"):
        if getattr(given, name) is not None:
            add(given.place(name), f"{name} is given, but the discriminator tells it", f"leave {name} out")
    if missing:
        return
    made, seen = (rows_of_samples(given, field, layers).value.shape[1] for field, layers in (
        ("noise", given.generator), ("real", given.discriminator)
    ))  # fmt: skip
    put_out = _layers(given, given.generator, "Wg", made, "the noise", report)
    inputs = neurons_inputs(given.discriminator[0].W, given.weights)[1]
    said = _layers(given, given.discriminator, "Wd", inputs, "a sample", report)
    for found, what, field in ((seen, "a real sample", "real"), (put_out, "a generated sample", "generator")):
        if found != inputs:
            add(given.place(field), f"{what} has {found} numbers, but the discriminator takes {inputs}")
    last = given.discriminator[-1]
    if said != 1 or last.activation != "sigmoid":
        found = f"the discriminator ends in {said} neuron{'s' * (said != 1)}, {last.activation}"
        add(last.place("activation"), found, "expected one, sigmoid: a probability")


def _gan(given: Given, report: Report) -> None:
    if any(getattr(given, name) not in (None, ()) for name in ("discriminator", "generator", "real", "noise")):
        _players(given, report)
        return
    for kind in ("real", "fake"):
        a, d = getattr(given, f"a_{kind}"), getattr(given, f"d_{kind}")
        if a is None and d is None:
            report.add(given.place(), f"'d_{kind}' is missing: D of {kind} samples", f"or a_{kind}, its logits")
        if a is not None and d is not None:
            report.add(given.place(f"d_{kind}"), f"a_{kind} and d_{kind} are given", "D is the sigmoid of the logits")
        _probabilities(given, f"d_{kind}", report, certain=False)


def _distributions(given: Given, report: Report) -> None:
    for name in ("p_data", "p_g"):
        array: Array | None = getattr(given, name)
        if array is None:
            report.add(given.place(), f"{name!r} is missing: the other distribution")
            continue
        _probabilities(given, name, report, certain=True)
        if abs(array.value.sum() - 1) > 1e-6:
            report.add(given.place(name), f"{name} sums to {array.value.sum():.6g}, not to 1")
    if given.p_data is None or given.p_g is None:
        return
    for name in ("p_g", "D"):
        array = getattr(given, name)
        if array is not None and array.value.shape != given.p_data.value.shape:
            report.add(given.place(name), f"{name} is {size(array)}, but p_data is {size(given.p_data)}")
            return
    nowhere = np.flatnonzero(given.p_data.value + given.p_g.value == 0)
    if len(nowhere):
        report.add(
            given.place("p_g"), f"p_data and p_g are both 0 at place {nowhere[0] + 1}", "leave it out of the set"
        )
    _probabilities(given, "D", report, certain=False)


def _vae(given: Given, report: Report) -> None:
    add, mu = report.add, given.mu
    if given.encoder or given.to_mu is not None or given.to_logvar is not None:
        mu = _encoder(given, report)
        if mu is None:
            return
    elif mu is None:
        add(given.place(), "'mu' is missing: the means of the code", "or encoder, to_mu and to_logvar, which make it")
        return
    elif (given.sigma is None) == (given.logvar is None):
        add(given.place("logvar"), "expected sigma or logvar", "the standard deviations, or log σ²")
    for name in ("sigma", "logvar", "eps", "gradient"):
        array: Array | None = getattr(given, name)
        if array is not None and array.value.shape != mu.value.shape:
            add(given.place(name), f"{name} is {size(array)}, but mu is {size(mu)}")
    if given.sigma is not None and (given.sigma.value <= 0).any():
        add(given.place("sigma"), "a standard deviation is not above 0")
    sources = [name for name in ("decoder", "xhat", "gradient") if getattr(given, name) not in (None, ())]
    if len(sources) > 1:
        add(given.place(sources[1]), f"{sources[0]} and {sources[1]} are given", "R comes of one of them")
    if given.x is not None and given.to_mu is None and not {"decoder", "xhat"} & set(sources):
        add(given.place("x"), "'decoder' is missing: what reconstructs x", "or xhat, its output")
    if given.x is None and {"decoder", "xhat"} & set(sources):
        add(given.place(sources[0]), "'x' is missing: the pattern that is reconstructed")
    if given.eps is None and {"decoder", "gradient"} & set(sources):
        add(given.place(sources[0]), "'eps' is missing: z = μ + σ ⊙ ε")
    width = _layers(given, given.decoder, "W", mu.value.shape[0], "z", report)
    if given.xhat is not None:
        width = given.xhat.value.shape[0]
    if given.x is not None and {"decoder", "xhat"} & set(sources) and given.x.value.shape[0] != width:
        add(given.place("x"), f"x has {given.x.value.shape[0]} numbers, but its reconstruction has {width}")
    if given.loss == "cross-entropy" and given.x is not None:
        _bernoulli(given, report)


def _encoder(given: Given, report: Report) -> Array | None:
    """Notes what an encoder lacks; a code of the size of its means."""
    add, before = report.add, len(report.problems)
    for name in ("mu", "sigma", "logvar"):
        if getattr(given, name) is not None:
            add(given.place(name), f"{name} is given, but the encoder makes it", f"leave {name} out")
    if given.x is None:
        add(given.place(), "'x' is missing: the pattern that is encoded")
        return None
    width, sizes = _layers(given, given.encoder, "We", given.x.value.shape[0], "x", report), []
    for name in ("to_mu", "to_logvar"):
        layer = getattr(given, name)
        if layer is None:
            add(
                given.place(),
                f"{name!r} is missing: the layer that makes {name[3:]}",
                "such as {W: [[0.5], [1]], b: 0}",
            )
            continue
        if layer.activation != "linear":
            add(layer.place("activation"), f"{name} is {layer.activation}, expected linear", "leave activation out")
        sizes.append(_layers(given, (layer,), name, width, "the encoder's output" if given.encoder else "x", report))
    if len(sizes) == 2 and sizes[0] != sizes[1]:
        add(given.place("to_logvar"), f"there are {sizes[1]} log-variances, but {sizes[0]} means")
    return Array(np.zeros((sizes[0], 1))) if len(report.problems) == before else None


def _bernoulli(given: Given, report: Report) -> None:
    _probabilities(given, "x", report, certain=True)
    _probabilities(given, "xhat", report, certain=False)
    if given.decoder and given.decoder[-1].activation != "sigmoid":
        found = f"cross-entropy after {given.decoder[-1].activation}"
        report.add(given.place("loss"), found, "it needs a sigmoid output")


_WHOSE = {"W": "a decoder's", "We": "an encoder's", "Wd": "a discriminator's", "Wg": "a generator's"}


def _layers(given: Given, layers: tuple[Layer, ...], W: str, width: int, source: str, report: Report) -> int:
    """Notes weights, called W, that do not fit the layer before; how many numbers come out."""
    for k, layer in enumerate(layers, 1):
        neurons = neurons_of(layer, given.weights)
        inputs = layer.W.value.size // neurons
        if inputs != width:
            hint = f"weights are stored {given.weights}" + ("; is W transposed?" if neurons == width else "")
            report.add(layer.place("W"), f"{W}{k} is {size(layer.W)}, but {source} has {width} numbers", hint)
        if layer.b is not None and layer.b.value.shape[0] not in (1, neurons):
            report.add(layer.place("b"), f"biases of {W}{k}: {size(layer.b)}, but there are {neurons} neurons")
        for field in ("theta", "slope"):
            if getattr(layer, field) is not None:
                report.add(layer.place(field), f"{_WHOSE.get(W, 'such a')} layer has no {field}")
        width, source = neurons, f"layer {k}"
    return width
