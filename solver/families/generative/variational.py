"""A VAE: the sample by reparameterisation, KL, reconstruction, ELBO, and gradients through the sample."""

from solver.families.generative.given import Given
from solver.formula.parse import parse
from solver.formula.symbol import Symbol
from solver.formula.tree import Name
from solver.formula.walks.shape import SCALAR
from solver.nets.layers import activated, put, spread
from solver.nets.losses import loss
from solver.nets.network import neurons_of
from solver.working.gradients import add_gradients
from solver.working.page import Working


def variational(given: Given) -> Working:
    """All that follows from what is given."""
    w, layers = Working(), len(given.decoder)
    spread_of = _code(given, w)
    wrt = ["mu", spread_of]
    if given.eps is not None:
        wrt.insert(0, "z")
    _divergence(w, spread_of)
    if given.beta is not None:
        w.given("beta", given.beta, "Weight of the divergence")
    weighted = "beta*KL" if given.beta is not None else "KL"
    if given.gradient is not None:
        title = "Gradient of the reconstruction error at the sample"
        w.given("grad_R", given.gradient, title, Symbol("R", wrt=w.symbols["z"]))
        end = parse(f"sum(grad_R*z) + {weighted}")
        w.group("gradients", add_gradients(w, "J", ["mu", spread_of], end=end))
    elif given.x is not None:
        if given.decoder:
            _decoded(given, w)
        _elbo(given, w, weighted)
        if given.decoder:
            nets = [f"u{k}" for k in range(layers, 0, -1)]
            parameters = [n for k in range(1, layers + 1) for n in (f"W{k}", f"b{k}") if n in w.items]
            made = add_gradients(w, "J", [*nets, *wrt, *parameters])
            w.group("gradients", made)
            w.group("gradients_code", made[layers : layers + len(wrt)])
            w.group("gradients_Wb", made[layers + len(wrt) :])
        else:
            hint = "xhat is a number here: give the decoder, or the gradient of R at z"
            w.absent |= dict.fromkeys(("grad_z", "grad_mu", f"grad_{spread_of}"), hint)
    else:
        w.group("gradients", add_gradients(w, "KL", ["mu", spread_of]))
    made = ["KL_dim", "KL"] if "KL_dim" in w.items else ["KL"]
    w.group("kl", made)
    gradients = set(w.groups.get("gradients", ()))
    w.default = tuple(n for n, item in w.items.items() if not item.given and n not in gradients and n not in w.roles)
    return w


def _code(given: Given, w: Working) -> str:
    """States means and spread, and takes the sample; the name of the spread that is given."""
    assert given.mu is not None
    w.given("mu", given.mu, "Means of the code")
    if given.logvar is not None:
        w.given("logvar", given.logvar, "Log-variances of the code")
    elif given.sigma is not None:
        w.given("sigma", given.sigma, "Standard deviations of the code")
    made = []
    if given.eps is not None:
        w.given("eps", given.eps, "Noise", Symbol("epsilon"))
        if given.logvar is not None:
            w.step("sigma", "exp(logvar/2)", "Standard deviations", why="log σ² is 2 log σ")
            made.append("sigma")
        w.step("z", "mu + sigma*eps", "Sample, by reparameterisation", why="the noise is drawn, not z")
        w.group("sampling", [*made, "z"])
    return "logvar" if given.logvar is not None else "sigma"


def _divergence(w: Working, spread_of: str) -> None:
    """KL of each dimension from N(0, 1), and of all."""
    formula = "kl_normal(mu, logvar)" if spread_of == "logvar" else "(sigma**2 + mu**2 - 1)/2 - log(sigma)"
    if w.shapes["mu"] == SCALAR:
        w.step("KL", formula, "Divergence of the code from N(0, 1)")
        return
    w.step("KL_dim", formula, "Divergence of each dimension from N(0, 1)", symbol=Symbol("KL", "j"))
    w.step("KL", "sum(KL_dim)", "Divergence of the code from N(0, I)", why="the dimensions are independent")


def _decoded(given: Given, w: Working) -> None:
    """The decoder on the sample."""
    source, stored = "z", given.weights
    for k, layer in enumerate(given.decoder, 1):
        place = "the decoder" if len(given.decoder) == 1 else f"decoder layer {k}"
        w.given(f"W{k}", layer.W, f"Weights of {place}")
        if layer.b is not None:
            w.given(f"b{k}", spread(layer.b, neurons_of(layer, stored)), f"Biases of {place}")
        product = "W @ x" if stored == "neurons x inputs" else "W.T @ x"
        formula = put(product + (" + b" if layer.b is not None else ""), W=f"W{k}", x=source, b=f"b{k}")
        w.step(f"u{k}", formula, f"Net input of {place}")
        last = k == len(given.decoder)
        source = "xhat" if last else f"h{k}"
        symbol = Symbol("x", hat=True) if last else None
        title = "Reconstruction" if last else f"Output of {place}"
        w.step(source, activated(layer.activation, Name(f"u{k}")), title, symbol=symbol)


def _elbo(given: Given, w: Working, weighted: str) -> None:
    """R, the ELBO and the loss."""
    assert given.x is not None
    w.given("x", given.x, "Pattern")
    if given.xhat is not None:
        w.given("xhat", given.xhat, "Reconstruction", Symbol("x", hat=True))
    formula, title = loss(given.loss, int(w.shapes["x"][0]), softmax=False)
    w.step("R", put(formula, d="x", y="xhat"), f"Reconstruction error: {title[0].lower()}{title[1:]}")
    w.step("ELBO", f"-R - {weighted}", "Evidence lower bound", why="−R stands for log p(x|z), of one sample")
    w.step("J", "-ELBO", "Loss", why="the bound is raised as the loss is lowered")
    w.group("reconstruction", [*([n for n in ("u1", "xhat") if n in w.items and not w.items[n].given]), "R"])
    w.group("elbo", ["ELBO", "J"])
