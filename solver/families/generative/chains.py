"""The small networks of generative models: their parameters, and passes of samples through them."""

from collections.abc import Sequence

import numpy as np

from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Name
from solver.named import NamedTuple
from solver.nets.layers import Stored, activated, put, spread
from solver.nets.network import Layer, neurons_of
from solver.working.page import Working


class LayerChain(NamedTuple):
    """Layers in order. letter: behind the W, b, u and h of the network; place: what it is called; stored: how W is."""

    layers: Sequence[Layer]
    letter: str
    place: str
    stored: Stored

    def state(self, w: Working) -> list[str]:
        """States the parameters; their names."""
        made = []
        for k, layer in enumerate(self.layers, 1):
            made.append(f"W{self.letter}{k}")
            w.given(made[-1], layer.W, f"Weights of {self.of(k)}", self.symbol("W", k))
            if layer.b is not None:
                made.append(f"b{self.letter}{k}")
                b = spread(layer.b, neurons_of(layer, self.stored))
                w.given(made[-1], b, f"Biases of {self.of(k)}", self.symbol("b", k))
        return made

    def of(self, k: int) -> str:
        """Layer k in words."""
        return self.place if len(self.layers) == 1 else f"{self.place}'s layer {k}"

    def symbol(self, base: str, k: int, kind: str = "") -> Symbol:
        """W₁, or with the letter of the network and the kind of sample behind the number."""
        return Symbol(base, ",".join(filter(None, (f"{self.letter}{k}", kind))))

    def add(self, w: Working, source: str, k: int, *, name: str, title: str, symbol: Symbol, ones: str = "") -> None:
        """The net input of layer k. ones: the column of ones where samples are rows."""
        biased, turned = self.layers[k - 1].b is not None, self.stored == "neurons x inputs"
        product = ("x @ W.T" if turned else "x @ W") if ones else "W @ x" if turned else "W.T @ x"
        shift = "" if not biased else " + one @ b.T" if ones else " + b"
        W, b = f"W{self.letter}{k}", f"b{self.letter}{k}"
        w.step(name, put(product + shift, W=W, x=source, b=b, one=ones), title, symbol=symbol)

    def passed(self, w: Working, source: str, last: str, title: str, symbol: Symbol | None = None, ones: str = "",
               kind: str = "") -> list[str]:  # fmt: skip
        """Passes samples through all layers, the output being called `last`; the names of the net inputs."""
        made, ending = [], f"_{kind}" if kind else ""
        of = {"": "", "real": ", real", "fake": ", generated"}[kind]
        for k, layer in enumerate(self.layers, 1):
            u, out = f"u{self.letter}{k}{ending}", f"h{self.letter}{k}{ending}"
            what = f"Net input of {self.of(k)}"
            self.add(w, source, k, name=u, title=what + of, symbol=self.symbol("u", k, kind), ones=ones)
            made.append(u)
            source, end = (last, True) if k == len(self.layers) else (out, False)
            told = (title, symbol) if end else (f"Output of {self.of(k)}{of}", self.symbol("h", k, kind))
            w.step(source, activated(layer.activation, Name(u)), told[0], symbol=told[1])
        return made


def samples(w: Working, rows: Array, name: str, title: str, kind: str) -> tuple[str, str]:
    """States samples: one as a column, several as rows with their column of ones; the names of both."""
    count = rows.value.shape[0]
    if count == 1:
        w.given(name, rows.T, title)
        return name, ""
    ones = f"one_{kind}"
    w.given(name.upper(), rows, f"{title}s, one a row")
    w.given(ones, Array(np.ones((count, 1)), (("1",),) * count), "", Symbol("1", str(count)))
    return name.upper(), ones
