"""Dense, recurrent, attention, normalisation and embedding layers: sizes and costs."""

from __future__ import annotations

from solver.families.count.costs import Costs, cells, charge, places
from solver.families.count.net import At, Output
from solver.formula.tree import Num

GATES = {"rnn": 1, "gru": 3, "lstm": 4}


def tokens(at: At) -> None:
    """Refuses what is no sequence of feature vectors."""
    if at.before.kind == "image" and len(at.before.axes) == 1:  # channels along one axis are a sequence as well
        at.before = at.before._replace(kind="sequence", reach=())
    if at.before.kind != "sequence" or not at.before.features:
        found = at.net.sizes(at.before)
        hint = "input: [length, features]; words become a sequence of vectors by an embedding"
        raise at.unfit("type", f"{at.layer.type} takes a sequence, but {at.tag} receives {found}", hint)


def dense(at: At) -> Output:
    """A fully connected layer; of a sequence, at every step alike."""
    assert at.layer.neurons is not None  # checked before
    before = at.before
    if before.kind == "image":
        at.local["D"] = flat(at)
        before = Output(at.local["D"], (), "vector")
    if not before.features:
        raise at.unfit(
            "type", f"dense takes numbers, but {at.tag} receives words", "an embedding makes vectors of them"
        )
    at.state("n", at.layer.neurons, "neurons", "neurons")
    out = before._replace(features=at.size("D", "n", "output", of=before.features), reach=())
    at.out(out, "dense" + (", tied" if at.layer.tied else ""))
    where, bias = places(out), at.bias() and not at.layer.tied
    times = f"{where}*" if where else ""
    why = "each neuron has one weight for each input" + (", and one bias" if bias else "")
    costs = Costs("n*D", "n" if bias else "", "n*(D + 1)", f"{times}n*D", f"{times}n", f"{times}n*(D + 1)", True, why)
    if not bias:
        costs = costs._replace(connections=costs.macs)
    charge(at, out, costs._replace(weights="", biases="", params="") if at.layer.tied else costs)
    return out


def flat(at: At) -> str:
    """All values of a volume in one vector: the name of how many there are."""
    axes = [f"X{i}" for i in range(1, len(at.before.axes) + 1)]
    template = "*".join([*(["D"] if at.before.features else []), *axes])
    return at.size("D" if at.kind == "flatten" else "in", template, "size", "all values of the volume in one vector")


def flatten(at: At) -> Output:
    """A volume as one long vector."""
    out = Output(flat(at), (), "vector")
    at.out(out, "flatten")
    charge(at, out, Costs(stores=False))
    return out


def select(at: At) -> Output:
    """One step of a sequence, such as the first token."""
    tokens(at)
    out = Output(at.size("D", "D", "output", "one step of the sequence"), (), "vector")
    at.out(out, "one step of the sequence")
    charge(at, out, Costs(stores=False))
    return out


def image_tokens(at: At) -> Output:
    """A volume as a sequence: every place of it is a token, its channels are the token's features."""
    if at.before.kind != "image":
        raise at.unfit("type", f"tokens are made of a volume, but {at.tag} receives {at.net.sizes(at.before)}")
    places = "*".join(f"X{i}" for i in range(1, len(at.before.axes) + 1))
    length = at.size("T", places, "length", "every place of the volume becomes a token")
    out = at.out(Output(at.size("D", "D", "features"), (length,), "sequence"), "tokens")
    charge(at, out, Costs(stores=False))
    return out


def class_token(at: At) -> Output:
    """One token more, learned, before all others."""
    tokens(at)
    length = at.size("T", "X1 + 1", "length", "one token more")
    out = at.out(Output(at.size("D", "D", "features"), (length,), "sequence"), "class token")
    charge(at, out, Costs("D", why="the token is a learned vector"))
    return out


def experts(at: At) -> Output:
    """A mixture of experts: a router weighs them for each token, which goes through the best of them."""
    layer, net = at.layer, at.net
    assert layer.neurons is not None  # checked before
    assert layer.experts is not None
    at.state("n", layer.neurons, "neurons of an expert", "neurons")
    many = at.state("e", layer.experts, "experts", "experts")
    active = at.state("a", layer.active or Num("1"), "experts that a token goes through", "active")
    if active > many > 0:
        raise at.unfit("active", f"{active} of the {many} experts of {at.title}", "a token goes through some of them")
    at.out(at.before, f"{net.text(at.local['e'])} experts, {net.text(at.local['a'])} for each token")
    steps = f"{places(at.before)}*" if at.before.axes else ""
    matrices, inner = (3, "2*n") if layer.gated else (2, "n")
    biased = at.bias()
    one = f"({matrices}*D*n + {inner} + D)" if biased else f"{matrices}*D*n"
    why = f"{matrices} matrices for each expert{', with biases' if biased else ''}, and a router's weight for each feature"
    charge(
        at, at.before,
        Costs(
            f"e*{matrices}*D*n + e*D", f"e*({inner} + D)" if biased else "", f"e*{one} + e*D",
            f"{steps}(a*{matrices}*D*n + e*D)", f"{steps}a*({inner} + D)", why=why,
            why_macs="the router, and the experts that a token goes through", active=f"a*{one} + e*D",
        ),
    )  # fmt: skip
    return at.before


def as_it_is(at: At) -> Output:
    """Dropout and activations change no size and have no parameters."""
    at.out(at.before, at.layer.type or "")
    return at.before


def norm(at: At) -> Output:
    """Batch, group, instance and layer normalisation: a scale and a shift for each channel, or feature."""
    layer, kind, out = at.layer, at.layer.type or "", at.before
    if not out.features:
        raise at.unfit("type", f"{kind} takes numbers, but {at.tag} receives words")
    at.out(out, kind.replace("-", " "))
    scaled = cells(out) if kind == "layer-norm" and out.kind == "image" else "D"
    scaled = scaled.replace("E", "D")
    bias = kind != "rms-norm" and layer.bias is not False
    each = "value" if scaled != "D" else "channel" if out.kind == "image" else "feature"
    why = f"a scale γ and a shift β for each {each}" if bias else f"a scale γ for each {each}"
    costs = Costs(scaled, scaled if bias else "", f"2*{scaled}", why=why)
    if kind == "batch-norm" and at.net.given.running_averages:
        both = f"{4 if bias else 3}*{scaled}"
        costs = costs._replace(
            params=both, weights=costs.weights if bias else both, why=f"{why}, and two running averages"
        )
    charge(at, out, costs if layer.affine else Costs())
    return out


def embedding(at: At) -> Output:
    """A vector for each word, looked up: it multiplies nothing."""
    layer, before = at.layer, at.before
    assert layer.words is not None  # checked before
    at.state("V", layer.words, "words", "words")
    at.state("n", layer.size[0], "features", "size")
    if before.axes and before.features:
        raise at.unfit(
            "type", f"embedding takes words, but {at.tag} receives {at.net.sizes(before)}", "input: [length]"
        )
    length = before.axes[0] if before.axes else before.features
    out = Output(at.size("D", "n", "features"), (length,), "sequence")
    at.out(out, f"embedding of {at.net.text(at.local['V'])}" + (", tied" if layer.tied else ""))
    why = "each word has a vector of its own; it is looked up, which multiplies nothing"
    charge(at, out, Costs() if layer.tied else Costs("V*n", why=why))
    return out


def positions(at: At) -> Output:
    """A learned vector for each position, added to what stands there."""
    tokens(at)
    if at.layer.words:
        at.state("P", at.layer.words, "positions", "words")
    else:
        at.local["P"] = at.before.axes[0]
    at.out(at.before, "learned positions")
    charge(at, at.before, Costs("P*D", why="each position has a vector of its own, which is added", stores=False))
    return at.before


def recurrent(at: At) -> Output:
    """A simple recurrent layer, an LSTM or a GRU: as many gates, each with weights for the input and for itself."""
    layer, kind = at.layer, at.layer.type or ""
    if at.before.kind != "vector":
        tokens(at)
    assert layer.neurons is not None  # checked before
    at.state("n", layer.neurons, "neurons", "neurons")
    ways, gates = ("2*" if layer.bidirectional else ""), GATES[kind]
    features = at.size("D", f"{ways}n", "output")
    keeps = layer.returns == "sequence" and at.before.kind == "sequence"
    out = Output(features, at.before.axes, "sequence") if keeps else Output(features, (), "vector")
    at.out(out, kind.upper() + (", bidirectional" if layer.bidirectional else "") + ("" if keeps else ", last step"))
    times = f"{ways}{gates}*" if gates > 1 else ways
    bias = layer.biases if at.bias() else 0
    seen = "D + n"
    peepholes = f" + {ways}3*n" if layer.peephole else ""
    steps = "X1*" if at.before.axes else ""
    why = (
        (f"{gates} gates" if gates > 1 else "each neuron")
        + (", each neuron with" if gates > 1 else " has")
        + " a weight for each input and each neuron that feeds back"
    )
    why += {0: ", and no bias", 1: ", and one bias", 2: ", and two biases, as PyTorch has it"}[bias]
    why += ", in each of two directions" if layer.bidirectional else ""
    charge(
        at, out,
        Costs(
            f"{times}n*({seen}){peepholes}", f"{times}n" + ("*2" if bias == 2 else "") if bias else "",
            f"{times}n*({seen} + {bias}){peepholes}", f"{steps}{times}n*({seen})", f"{steps}{times}n", neurons=True,
            why=why, why_macs="gates that multiply cell by cell are not counted",
            steps="X1" if steps else "", path="X1 - 1" if steps else "",
        ),
    )  # fmt: skip
    return out


def attention(at: At) -> Output:
    """Self- or cross-attention with heads; projections of queries, keys, values and of the output."""
    layer, net = at.layer, at.net
    tokens(at)
    memory = at.before
    if layer.memory:
        memory = net.outputs[layer.memory]
        if memory.kind != "sequence" or not memory.features:
            raise at.unfit("memory", f"{at.tag} reads {layer.memory}, which is no sequence: {net.sizes(memory)}")
    at.local |= {"S": memory.axes[0], "M": memory.features, "T": at.before.axes[0]}
    heads = at.state("h", layer.heads or Num("1"), "heads", "heads")
    plain = not layer.keys and not layer.values and not layer.groups
    if plain and heads and not net.symbolic and net.number(at.local["D"]) % heads:
        found = f"{heads} heads of {at.tag} for {net.number(at.local['D'])} features"
        raise at.unfit("heads", found, "features must be a multiple of heads, or give keys: the size of a head's keys")
    out = at.before._replace(features=at.before.features if layer.projections or plain else at.local["D"])
    crosses = memory != at.before
    at.out(out, "cross-attention" if crosses else "self-attention")
    if heads > 1:
        net.rows[at.tag] = net.rows[at.tag]._replace(said=net.rows[at.tag].said + f", {heads} heads")
    made = _plain(at, crosses) if plain and (not crosses or _alike(at)) else _general(at)
    made = made._replace(steps="1", path="1")
    if not at.bias():
        made = made._replace(biases="", params="")
    charge(at, out, made if layer.projections else made._replace(weights="", biases="", params="", added=""))
    return out


def _alike(at: At) -> bool:
    """Whether both sequences have equally many features."""
    if at.net.symbolic:
        return at.net.definitions[at.local["M"]] == at.net.definitions[at.local["D"]]
    return at.net.number(at.local["M"]) == at.net.number(at.local["D"])


def _plain(at: At, crosses: bool) -> Costs:
    """Heads that share out the features among them: four square matrices."""
    S = "S" if crosses else "T"
    scores = f"2*T*{S}*D" if crosses else "2*T**2*D"
    projections = ("2*T*D**2 + 2*S*D**2 + " if crosses else "4*T*D**2 + ") if at.layer.projections else ""
    why = "queries, keys, values and the output have a square matrix each" + (" and a bias" if at.bias() else "")
    why_macs = (
        "four projections, then queries times keys, and weights times values"
        if projections
        else ("queries times keys, then weights times values")
    )
    return Costs(
        "4*D**2",
        "4*D",
        "4*D*(D + 1)",
        f"{projections}{scores}",
        f"2*T*D + 2*{S}*D",
        why=why,
        why_macs=why_macs,
        cache=f"2*{S}*D",
    )


def _general(at: At) -> Costs:
    """Heads with sizes of their own."""
    layer = at.layer
    if layer.keys:
        at.state("k", layer.keys, "size of keys", "keys")
    else:
        name = f"k_{at.tag}"
        at.net.step(name, at.tree("D/h"), f"{at.title}: size of keys", f"{at.kind} k", size=True)
        at.local["k"] = name
    if layer.values:
        at.state("v", layer.values, "size of values", "values")
    else:
        at.local["v"] = at.local["k"]
    if layer.groups:
        at.state("g", layer.groups, "heads of keys and values", "groups")
    else:
        at.local["g"] = at.local["h"]
    projections = "T*D*h*k + S*M*g*k + S*M*g*v + T*h*v*D + " if layer.projections else ""
    why = "matrices of queries, keys, values and the output" + (", with biases" if at.bias() else "")
    return Costs(
        "D*h*k + M*g*k + M*g*v + h*v*D", "h*k + g*k + g*v + D",
        "(D + 1)*h*k + (M + 1)*g*k + (M + 1)*g*v + (h*v + 1)*D",
        f"{projections}h*T*S*k + h*T*S*v", "T*h*k + S*g*k + S*g*v + T*D", why=why,
        why_macs="projections, then queries times keys, and weights times values", cache="S*g*k + S*g*v",
    )  # fmt: skip
