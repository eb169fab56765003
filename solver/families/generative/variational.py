"""A VAE: the sample by reparameterisation, KL, reconstruction, ELBO, and gradients through the sample."""

from solver.families.generative.chains import LayerChain
from solver.families.generative.given import Given
from solver.formula.parse import parse
from solver.formula.symbol import Symbol
from solver.formula.walks.shape import SCALAR
from solver.nets.layers import put, spread
from solver.nets.losses import loss
from solver.nets.network import neurons_of
from solver.working.gradients import add_gradients
from solver.working.page import Working


def variational(given: Given) -> Working:
    """All that follows from what is given."""
    w, layers = Working(), len(given.decoder)
    encoding = _encoded(given, w) if given.to_mu is not None else []
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
        w.group("gradients", add_gradients(w, "J", ["mu", spread_of, *encoding], end=end))
    elif given.decoder or given.xhat is not None:
        chain = LayerChain(given.decoder, "", "the decoder", given.weights)
        decoding = chain.state(w)
        if given.decoder:
            chain.passed(w, "z", "xhat", "Reconstruction", Symbol("x", mark="hat"))
        _elbo(given, w, weighted)
        if given.decoder:
            nets = [f"u{k}" for k in range(layers, 0, -1)]
            inner = [f"ue{k}" for k in range(len(given.encoder), 0, -1)]
            made = add_gradients(w, "J", [*nets, *wrt, *inner, *decoding, *encoding])
            w.group("gradients", made)
            w.group("gradients_code", made[layers : layers + len(wrt)])
            w.group("gradients_Wb", made[layers + len(wrt) + len(inner) :])
        else:
            hint = "xhat is a number here: give the decoder, or the gradient of R at z"
            w.absent |= dict.fromkeys(("grad_z", "grad_mu", f"grad_{spread_of}"), hint)
    else:
        w.group("gradients", add_gradients(w, "KL", ["mu", spread_of, *encoding]))
    made = ["KL_dim", "KL"] if "KL_dim" in w.items else ["KL"]
    w.group("kl", made)
    gradients = set(w.groups.get("gradients", ()))
    w.default = tuple(n for n, item in w.items.items() if not item.given and n not in gradients and n not in w.roles)
    return w


def _code(given: Given, w: Working) -> str:
    """States means and spread, and takes the sample; the name of the spread that is given."""
    if given.mu is not None:
        w.given("mu", given.mu, "Means of the code")
    if given.logvar is not None:
        w.given("logvar", given.logvar, "Log-variances of the code")
    elif given.sigma is not None:
        w.given("sigma", given.sigma, "Standard deviations of the code")
    made = []
    if given.eps is not None:
        w.given("eps", given.eps, "Noise", Symbol("epsilon"))
        if "logvar" in w.items:
            w.step("sigma", "exp(logvar/2)", "Standard deviations", why="log σ² is 2 log σ")
            made.append("sigma")
        w.step("z", "mu + sigma*eps", "Sample, by reparameterisation", why="the noise is drawn, not z")
        w.group("sampling", [*made, "z"])
    return "logvar" if "logvar" in w.items else "sigma"


def _divergence(w: Working, spread_of: str) -> None:
    """KL of each dimension from N(0, 1), and of all."""
    formula = "kl_normal(mu, logvar)" if spread_of == "logvar" else "(sigma**2 + mu**2 - 1)/2 - log(sigma)"
    if w.shapes["mu"] == SCALAR:
        w.step("KL", formula, "Divergence of the code from N(0, 1)")
        return
    w.step("KL_dim", formula, "Divergence of each dimension from N(0, 1)", symbol=Symbol("KL", "j"))
    w.step("KL", "sum(KL_dim)", "Divergence of the code from N(0, I)", why="the dimensions are independent")


def _encoded(given: Given, w: Working) -> list[str]:
    """The encoder on the pattern: hidden layers, then means and log-variances; the names of its parameters."""
    assert given.x is not None
    w.given("x", given.x, "Pattern")
    source, chain = "x", LayerChain(given.encoder, "e", "the encoder", given.weights)
    made = chain.state(w)
    if given.encoder:
        source = f"he{len(given.encoder)}"
        chain.passed(w, "x", source, "Output of the encoder", chain.symbol("h", len(given.encoder)))
    for name, layer, title in (
        ("mu", given.to_mu, "Means of the code"),
        ("logvar", given.to_logvar, "Log-variances of the code"),
    ):
        assert layer is not None
        made.append(f"W_{name}")
        w.given(made[-1], layer.W, f"Weights: {title[0].lower()}{title[1:]}")
        if layer.b is not None:
            made.append(f"b_{name}")
            w.given(
                made[-1], spread(layer.b, neurons_of(layer, given.weights)), f"Biases: {title[0].lower()}{title[1:]}"
            )
        product = "W @ x" if given.weights == "neurons x inputs" else "W.T @ x"
        formula = put(product + (" + b" if layer.b is not None else ""), W=f"W_{name}", x=source, b=f"b_{name}")
        w.step(name, formula, title)
    w.group("encoding", [n for n in w.items if not w.items[n].given])
    return made


def _elbo(given: Given, w: Working, weighted: str) -> None:
    """R, the ELBO and the loss."""
    assert given.x is not None
    if "x" not in w.items:
        w.given("x", given.x, "Pattern")
    if given.xhat is not None:
        w.given("xhat", given.xhat, "Reconstruction", Symbol("x", mark="hat"))
    formula, title = loss(given.loss, int(w.shapes["x"][0]), softmax=False)
    w.step("R", put(formula, d="x", y="xhat"), f"Reconstruction error: {title[0].lower()}{title[1:]}")
    w.step("ELBO", f"-R - {weighted}", "Evidence lower bound", why="−R stands for log p(x|z), of one sample")
    w.step("J", "-ELBO", "Loss", why="the bound is raised as the loss is lowered")
    w.group("reconstruction", [*([n for n in ("u1", "xhat") if n in w.items and not w.items[n].given]), "R"])
    w.group("elbo", ["ELBO", "J"])
