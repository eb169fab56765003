"""A GAN: the value of the game, the losses of both sides, and their gradients by what the discriminator says."""

from solver.families.generative.given import Given
from solver.formula.symbol import Symbol
from solver.formula.walks.shape import SCALAR
from solver.working.gradients import add_gradients
from solver.working.page import Working
from solver.working.roles import Role


def adversarial(given: Given) -> Working:
    """Values, losses and gradients."""
    w = Working()
    sources = {kind: _said(given, w, kind) for kind in ("real", "fake")}
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
        wrt = [sources[kind] for kind in by]
        titles = {Role("gradient", name): f"Gradient of {{{output}}} by {{{name}}}" for name in wrt}
        made += add_gradients(w, output, wrt, titles, ending=ending)
    w.group("gradients", made)
    return w


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
