"""The steps of attention: projections, scores, weights and context of each head; loss, gradients, multiplications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.families.attention.typed import Checked
from solver.formula.parse import parse
from solver.formula.symbol import Symbol, default_symbol
from solver.formula.tree import Bin, Call, Name, Num, Transpose, Tree
from solver.nets.layers import Stored, as_array, neurons_inputs, put, rows_of, spread, weights_of
from solver.nets.losses import loss
from solver.nets.recurrent import weighted
from solver.working.gradients import add_gradients
from solver.working.page import Working

if TYPE_CHECKING:
    from solver.working.sketches import Sketch

MAX_DRAWN = 30
"""So many steps at most are drawn as a graph."""


class Attention(Checked):
    """Writes what is given, and the steps, into its working."""

    # -- what is given ------------------------------------------------------------------------------------------------
    def givens(self) -> None:
        """States tokens, weights, the mask and what is desired."""
        w, given = self.working, self.given
        if self.projected:
            assert given.X is not None
            w.given("X", given.X, "Tokens, one in each row")
            if given.memory is not None:
                w.given("memory", given.memory, "Tokens that keys and values come from", Symbol("M"))
            for ending, spec in self.projectors():
                for letter, what in (("q", "queries"), ("k", "keys"), ("v", "values")):
                    tokens = given.X if letter == "q" or given.memory is None else given.memory
                    W = weights_of(getattr(spec, f"W{letter}"), tokens.value.shape[1], given.weights)
                    w.given(f"W{letter}{ending}", W, f"Weights of the {what}", _weights(f"W{letter}", ending))
                    bias = getattr(given, f"b{letter}")
                    if bias is not None:
                        b = spread(bias, neurons_inputs(W, given.weights)[0])
                        w.given(f"b{letter}", b, f"Biases of the {what}", _weights(f"b{letter}", ""))
        elif self.paired:
            self._pairs_given()
        else:
            for name, value, what in (("Q", self.Q, "Queries"), ("K", self.K, "Keys")):
                assert value is not None
                w.given(name, value, f"{what}, one in each row")
        if not self.projected:
            assert self.V is not None
            w.given("V", self.V, "Values, one in each row")
        if given.Wa is not None:
            title = "Weights of a query with its key" if self.paired else "Weights between queries and keys"
            w.given("Wa", as_array(given.Wa), title, Symbol("W", "a"))
        if self.mask is not None:
            w.given("mask_", self.mask, "Mask: 1 where a query may look", Symbol("M", "mask" if given.memory else ""))
        if given.Wo is not None:
            width = int(w.shapes["V"][1]) if "V" in w.shapes else 0
            inputs = self.together(width)
            W = weights_of(given.Wo, inputs, given.weights)
            w.given("Wo", W, "Weights of the output", Symbol("W", "o"))
            if given.bo is not None:
                w.given(
                    "bo",
                    spread(given.bo, neurons_inputs(W, given.weights)[0]),
                    "Biases of the output",
                    Symbol("b", "o"),
                )

    def _pairs_given(self) -> None:
        w, given = self.working, self.given
        assert self.Q is not None
        assert self.K is not None
        assert given.v is not None
        single = self.Q.value.shape[0] == 1
        for letter, rows, what in (("q", self.Q, "Query"), ("k", self.K, "Key")):
            for i in range(rows.value.shape[0]):
                ending = "" if letter == "q" and single else str(i + 1)
                w.given(
                    f"{letter}{ending}", rows_of(rows, i, i + 1).T, f"{what} {ending}".strip(), Symbol(letter, ending)
                )
        pairs = (("q", "query", self.Q), ("k", "key", self.K))
        for letter, what, width in pairs if given.score == "additive" else ():
            W = weights_of(getattr(given, f"W{letter}"), width.value.shape[1], given.weights)
            w.given(f"W{letter}", W, f"Weights of the {what}", Symbol("W", letter))
        w.given("v", given.v, "Weights of the score", Symbol("v"))

    # -- forward ------------------------------------------------------------------------------------------------------
    def forward(self) -> None:
        """Projections, then each head, then all together."""
        w, given = self.working, self.given
        if self.projected and not self.listed:
            self._project("")
        ends = [str(k) for k in range(1, self.count + 1)] if self.count > 1 or self.listed else [""]
        if len(ends) > 1 and not self.listed:
            for k, end in enumerate(ends):
                for letter in "QKV":
                    width = int(w.shapes[letter][1]) // self.count
                    part = f"{letter}[:, {k * width + 1}:{(k + 1) * width}]"
                    title = f"Columns {k * width + 1} to {(k + 1) * width} of {{{letter}}}: head {end}"
                    self._step("projections", f"{letter}{end}", parse(part), title)
        for end in ends:
            if self.listed:
                self._project(end)
            self._head(end)
        self.last = f"C{ends[0]}"
        if len(ends) > 1:
            together = Call("hstack", tuple(Name(f"C{end}") for end in ends))
            w.step("H", together, "The heads side by side")
            self.last = "H"
        if given.Wo is not None:
            product = _times(self.last, "Wo", given.weights)
            formula = product if given.bo is None else Bin("+", product, _every(int(w.shapes[self.last][0]), "bo"))
            w.step("Y", formula, "Output")
            self.last = "Y"

    def _project(self, ending: str) -> None:
        """Queries, keys and values of a head, or of all heads together."""
        w = self.working
        for letter, what in (("Q", "queries"), ("K", "keys"), ("V", "values")):
            small, source = letter.lower(), "memory" if "memory" in w.items and letter != "Q" else "X"
            formula: Tree = _times(source, f"W{small}{ending}", self.given.weights)
            if f"b{small}" in w.items:
                formula = Bin("+", formula, _every(int(w.shapes[source][0]), f"b{small}"))
            title = f"Head {ending}: {what}" if ending else what.capitalize()
            self._step("projections", f"{letter}{ending}", formula, title)

    def _step(self, group: str, name: str, formula: Tree, title: str, symbol: Symbol | None = None) -> None:
        """A step that parts may ask for with others of its kind."""
        self.working.step(name, formula, title, symbol=symbol)
        self.kinds.setdefault(group, []).append(name)

    def _head(self, end: str) -> None:
        w, given = self.working, self.given
        head = f"Head {end}: " if end else ""

        def named(text: str) -> str:
            return head + text if head else text.capitalize()

        names = {letter: f"{letter}{end}" for letter in ("Q", "K", "V", "S", "A")}
        if self.paired:
            self._additive_scores()
        else:
            formula = "Q @ K.T" if given.score == "dot" else "Q @ Wa @ K.T"
            scores = put(formula, Q=names["Q"], K=names["K"])
            self._step("scores", names["S"], scores, named("scores, each query by each key"))
        last = names["S"]
        divisor: Tree | None = given.divisor
        if divisor is None and given.score == "dot" and given.scaled:
            width = int(w.shapes[names["K"]][1])
            w_name = "dk"
            if w_name not in w.items:
                w.given(w_name, Num(str(width)), "Numbers of a key", Symbol("d", "k"))
            divisor = Call("sqrt", (Name(w_name),))
        if divisor is not None:
            self._step("scores", f"Z{end}", Bin("/", Name(last), divisor), named("scaled scores"))
            last = f"Z{end}"
        if given.mask is not None:
            hidden = Call("causal", (Name(last),)) if self.mask is None else Call("mask", (Name(last), Name("mask_")))
            title = "masked scores: a query sees no later key" if self.mask is None else "masked scores"
            self._step("scores", f"Zm{end}", hidden, named(title), Symbol("Z", f"{end},masked".removeprefix(",")))
            last = f"Zm{end}"
        shares = Call("softmax_rows", (Name(last),))
        self._step("weights", names["A"], shares, named("attention weights, softmax of each row"))
        context = put("A @ V", A=names["A"], V=names["V"])
        self._step("context", f"C{end}", context, named("context, the values by their weights"))

    def _additive_scores(self) -> None:
        w, stored = self.working, self.given.weights
        rows, keys = self.sizes()
        table: list[Tree] = []
        for i in range(1, rows + 1):
            q, row = "q" if rows == 1 else f"q{i}", []
            for j in range(1, keys + 1):
                name = f"e{j}" if rows == 1 else f"e{i}_{j}"
                unit: Tree
                if self.given.score == "additive":
                    unit = Bin("+", weighted(w, "Wq", Name(q), stored), weighted(w, "Wk", Name(f"k{j}"), stored))
                else:
                    unit = weighted(w, "Wa", Call("vstack", (Name(q), Name(f"k{j}"))), stored)
                seen = Call("tanh", (unit,))
                v = Name("v")
                score = Bin("*", v, seen) if w.shapes["v"] == (1, 1) else Bin("@", Transpose(v), seen)
                title = f"Score of key {j}" if rows == 1 else f"Score of query {i} and key {j}"
                self._step("scores", name, score, title, Symbol("e", str(j) if rows == 1 else f"{i},{j}"))
                row.append(Name(name))
            table.append(Call("hstack", tuple(row)) if keys > 1 else row[0])
        self._step("scores", "S", Call("vstack", tuple(table)) if rows > 1 else table[0], "Scores")

    # -- what comes behind --------------------------------------------------------------------------------------------
    def finish(self) -> Working:
        """Loss and gradients, operation counts, groups."""
        w = self.working
        steps = [name for name, item in w.items.items() if not item.given]
        w.default = tuple(steps)
        w.group("forward", steps)
        for group in ("projections", "scores", "weights", "context"):
            w.group(group, self.kinds.get(group, []))
        w.group("output", [self.last])
        w.figures["heatmap"] = self._drawn
        w.offer_graph(len(steps), MAX_DRAWN, lambda: self._graph(steps))
        self._gradients(steps)
        self._operations()
        return w

    def _drawn(self) -> Sketch:
        """The weights of each head as they are drawn."""
        from solver.working.sketches import Heat  # few questions have a figure

        return Heat("Attention weights", self.working.groups["weights"], "query", "key")

    def _graph(self, steps: list[str]) -> Sketch:
        """How the output comes of the inputs, head by head."""
        from solver.nets.graph_drawn import graph_of

        w = self.working
        used = {name for step in steps for name in w.items[step].needs}
        given = {name for name in w.items if w.items[name].given and name in used}
        return graph_of(w, given, steps, "Attention as a computation graph")

    def _gradients(self, steps: list[str]) -> None:
        w, given = self.working, self.given
        end: Tree | None = None
        if given.loss != "none":
            rows, columns = (int(n) for n in w.shapes[self.last])
            formula, title = loss(
                given.loss, columns, softmax=False, patterns=rows if columns > 1 or rows > 1 else None
            )
            D = self.desired("D", rows, columns)
            assert D is not None
            w.given("D", D, "Desired output, a row for each query")
            w.step("J", put(formula, d="D", y=self.last), title)
            w.group("loss", ["J"])
        elif given.gradient is not None:
            value = self.desired("gradient", *(int(n) for n in w.shapes[self.last]))
            assert value is not None
            symbol = Symbol("J", wrt=default_symbol(self.last))
            w.given(f"grad_{self.last}", value, "Gradient at the output", symbol)
            end = Call("sum", (Bin("*", Name(f"grad_{self.last}"), Name(self.last)),))
        else:
            hint = "give a loss and the desired output D, or a gradient at the output"
            w.absent |= dict.fromkeys(("J", "loss", "gradients", "backward"), hint)
            return
        inner = [n for n in steps if n != self.last or end is None]
        needed = w.closure([self.last])
        leaves = [n for n in needed if w.items[n].given and n not in ("dk", "mask_")]
        before = set(w.items)
        add_gradients(w, "J", [*inner, *leaves], end=end)
        w.group("gradients", [f"grad_{name}" for name in leaves])
        w.group("backward", [name for name in w.items if name not in before])

    def _operations(self) -> None:
        """How many multiplications each product of the forward pass takes."""
        w, given = self.working, self.given
        if self.paired:
            return
        rows, keys = self.sizes()
        heads = str(self.count) if self.count > 1 else ""
        first = "1" if heads else ""
        dk, dv = int(w.shapes[f"K{first}"][1]), int(w.shapes[f"V{first}"][1])
        sizes = {"n": rows, "m": keys, "dv": dv, **({} if "dk" in w.items else {"dk": dk})}
        titles = {"n": "Queries", "m": "Keys", "dk": "Numbers of a key", "dv": "Numbers of a value"}
        symbols = {"dk": Symbol("d", "k"), "dv": Symbol("d", "v")}
        for name, number in sizes.items():
            w.given(name, Num(str(number)), titles[name], symbols.get(name))
        by = "h*" if heads else ""
        if heads:
            w.given("h", Num(heads), "Heads")
        made: dict[str, tuple[str, str]] = {}
        if self.projected:
            assert given.X is not None
            w.given("d", Num(str(given.X.value.shape[1])), "Numbers of a token")
            source = "d"
            if given.memory is not None and given.memory.value.shape[1] != given.X.value.shape[1]:
                w.given(
                    "dm", Num(str(given.memory.value.shape[1])), "Numbers of a token of the memory", Symbol("d", "m")
                )
                source = "dm"
            made["Q"] = (f"{by}n*d*dk", "the queries")
            made["K"] = (f"{by}m*{source}*dk", "the keys")
            made["V"] = (f"{by}m*{source}*dv", "the values")
        made["S"] = (f"{by}n*m*dk", "the scores")
        if given.score == "general":
            made["S"] = (f"{by}n*dk*dk + {by}n*m*dk", "the scores")
        made["C"] = (f"{by}n*m*dv", "the context")
        if given.Wo is not None:
            w.given("do", Num(str(int(w.shapes["Y"][1]))), "Numbers of an output", Symbol("d", "o"))
            made["Y"] = (f"{by}n*dv*do", "the output")
        for name, (formula, what) in made.items():
            w.step(f"mult_{name}", formula, f"Multiplications for {what}", whole=True, symbol=Symbol("mult", name))
        w.step("mult", parse(" + ".join(f"mult_{name}" for name in made)), "Multiplications in all", whole=True)
        w.group("operations", [*(f"mult_{name}" for name in made), "mult"])


def _times(tokens: str, weights: str, stored: Stored) -> Tree:
    """X W, or X Wᵀ as weights are stored."""
    return Bin("@", Name(tokens), Name(weights) if stored == "inputs x neurons" else Transpose(Name(weights)))


def _every(rows: int, bias: str) -> Tree:
    """A bias for every row: 1 bᵀ."""
    if rows == 1:
        return Transpose(Name(bias))
    return Bin("@", Call("ones", (), (("size", (rows, 1)),)), Transpose(Name(bias)))


def _weights(name: str, head: str) -> Symbol:
    """W with q below, and the head above."""
    return Symbol(name[0], name[1], head)
