"""A GAN: the value of the game, the losses of both sides, and their gradients by what the discriminator says."""

from solver.families.generative.chains import LayerChain, samples
from solver.families.generative.given import Given, rows_of_samples
from solver.formula.symbol import Symbol
from solver.formula.walks.shape import SCALAR
from solver.named import NamedTuple
from solver.working.gradients import add_gradients
from solver.working.page import Working
from solver.working.roles import Role


def adversarial(given: Given) -> Working:
    """Values, losses and gradients."""
    w = Working()
    players = _players(given, w) if given.discriminator else None
    sources = {} if players else {kind: _said(given, w, kind) for kind in ("real", "fake")}
    real, fake = _over(given, w, "log(D_real)", "D_real"), _over(given, w, "log(1 - D_fake)", "D_fake")
    w.step("V", f"{real} + {fake}", "Value of the game", why="the discriminator raises it, the generator lowers it")
    discriminator = f"-{real} - {fake}"
    if given.half:
        discriminator = f"-({real} + {fake})/2"
    w.step("J_D", discriminator, "Loss of the discriminator", why=f"it is −V{'/2' if given.half else ''}")
    w.step("J_S", fake, "Loss of the generator that saturates", why="its own part of V")
    w.step(
        "J_G", f"-{_over(given, w, 'log(D_fake)', 'D_fake')}", "Loss of the generator that does not saturate",
        why="its slope is steep where D is sure of a generated sample",
    )  # fmt: skip
    w.group("value", ["V"])
    w.group("losses", ["J_D", "J_S", "J_G"])
    w.default = ("V", "J_D", "J_S", "J_G")
    made: list[str] = []
    for output, ending, by in (("J_D", "", ["real", "fake"]), ("J_S", "_S", ["fake"]), ("J_G", "_G", ["fake"])):
        wrt = [sources[kind] for kind in by if sources]
        if players:
            wrt = players.discriminator if output == "J_D" else players.generator
        titles = {Role("gradient", name): f"Gradient of {{{output}}} with respect to {{{name}}}" for name in wrt}
        made += add_gradients(w, output, wrt, titles, ending=ending)
    w.group("gradients", made)
    return w


class _Players(NamedTuple):
    """What each player's loss has gradients by: net inputs, the last first, and its parameters."""

    discriminator: list[str]
    generator: list[str]


def _players(given: Given, w: Working) -> _Players:
    """Generates samples, and asks the discriminator about them and about real ones."""
    generator = LayerChain(given.generator, "g", "the generator", given.weights)
    discriminator = LayerChain(given.discriminator, "d", "the discriminator", given.weights)
    x, ones = samples(w, rows_of_samples(given, "real", given.discriminator), "x", "Real sample", "real")
    z, drawn = samples(w, rows_of_samples(given, "noise", given.generator), "z", "Noise", "fake")
    learnt = {chain.letter: chain.state(w) for chain in (discriminator, generator)}
    fake = f"{x[0].upper() if drawn else 'x'}_fake"
    made = generator.passed(w, z, fake, "Generated sample" + ("s" if drawn else ""), Symbol(fake[0], "fake"), drawn)
    nets = {}
    for kind, source, column in (("real", x, ones), ("fake", fake, drawn)):
        title = f"D of {'real' if kind == 'real' else 'generated'} samples"
        nets[kind] = discriminator.passed(w, source, f"D_{kind}", title, Symbol("D", kind), column, kind)
    w.group("generated", [*made, fake])
    return _Players(
        [*reversed(nets["real"]), *reversed(nets["fake"]), *learnt["d"]],
        [*reversed(nets["fake"]), *reversed(made), *learnt["g"]],
    )


def _said(given: Given, w: Working, kind: str) -> str:
    """States what the discriminator says of one kind of samples; the name of what gradients are taken by."""
    samples = "real" if kind == "real" else "generated"
    logits, probabilities = getattr(given, f"a_{kind}"), getattr(given, f"d_{kind}")
    if logits is None:
        w.given(f"D_{kind}", probabilities, f"D of {samples} samples", Symbol("D", kind))
        return f"D_{kind}"
    w.given(f"a_{kind}", logits, f"Logits of {samples} samples", Symbol("a", kind))
    w.step(f"D_{kind}", f"sigmoid(a_{kind})", f"D of {samples} samples", symbol=Symbol("D", kind))
    return f"a_{kind}"


def _over(given: Given, w: Working, term: str, name: str) -> str:
    """A term of each sample, put together."""
    return term if w.shapes[name] == SCALAR else f"{given.average}({term})"
