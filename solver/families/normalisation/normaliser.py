"""The steps: mean, variance, normalised numbers, output; running averages, loss and gradients."""

from collections.abc import Sequence

from solver.families.normalisation.given import Block, Estimate, blocks_of
from solver.families.normalisation.units import Units
from solver.formula.symbol import Symbol
from solver.formula.tree import Bin, Call, Group, Name, Num, Tree
from solver.nets.layers import put, rows_of
from solver.nets.recurrent import added
from solver.working.gradients import add_gradients
from solver.working.page import Working


class Normaliser(Units):
    """Writes what is given, and the steps, into its working."""

    # -- the steps ----------------------------------------------------------------------------------------------------
    def run(self) -> Working:
        """The whole working."""
        self._givens()
        if self.given.kind == "group" and self.matrix and self.given.groups > 1:
            self._groups_of_columns()
        else:
            for ending, blocks in self.units():
                names = [f"{self.x}{block.ending()}" for block in blocks]
                self._unit(ending, names, [block.ending() for block in blocks])
        for block in self.blocks:
            self._output(block)
        self._finish()
        return self.working

    def _givens(self) -> None:
        w, given = self.working, self.given
        for block in self.blocks:
            title = " of ".join(
                t
                for t in (
                    f"Channel {block.channel}" * bool(block.channel),
                    f"sample {block.sample}" * bool(block.sample),
                )
                if t
            )
            w.given(f"{self.x}{block.ending()}", block.numbers, title[:1].upper() + title[1:] or "What is normalised")
        if given.eps is not None:
            w.given("eps", given.eps, "Added to the variance", Symbol("epsilon"))
        for name, title in (
            ("gamma", "Factor"),
            ("beta", "Shift"),
            ("running_mean", "Running mean"),
            ("running_var", "Running variance"),
        ):
            value = getattr(given, name)
            if value is None:
                continue
            short = {"running_mean": "run_mean", "running_var": "run_var"}.get(name, name)
            before = len(w.items)
            if self.matrix or value.value.shape[0] == 1:
                along = value if given.kind == "instance" else value.T
                w.given(short, along, title, _symbol(short))
            else:
                for c in range(self.features):
                    w.given(
                        f"{short}{c + 1}",
                        rows_of(value, c, c + 1),
                        f"{title} of channel {c + 1}",
                        _symbol(short, str(c + 1)),
                    )
            self.old += list(w.items)[before:] if name in ("running_mean", "running_var") else []
        if given.momentum is not None:
            w.given("m", given.momentum, "Momentum of the running averages")

    def _of_channel(self, name: str, channel: int) -> Name:
        """γ, or γ₂ where each channel has its own."""
        return Name(name if name in self.working.items else f"{name}{channel}")

    def _groups_of_columns(self) -> None:
        """Group normalisation of the rows of a matrix."""
        width, parts = self.features // self.given.groups, []
        for k in range(1, self.given.groups + 1):
            ends = (((k - 1) * width + 1), k * width)
            part = Call("[]", (Name(self.x),), (("rows", (1, 0)), ("columns", ends)))
            name = f"{self.x}{k}"
            self.working.step(name, part, f"Columns {ends[0]} to {ends[1]}: group {k}", symbol=Symbol(self.x, str(k)))
            self._unit(str(k), [name], [str(k)])
            parts.append(Name(self.normalised[-1]))
        self.normalised = [self.xhat]
        self.working.step(
            self.xhat, Call("hstack", tuple(parts)), "The groups side by side", symbol=Symbol(self.x, mark="hat")
        )

    def _unit(self, ending: str, names: Sequence[str], endings: Sequence[str]) -> None:
        """Mean, variance and normalised numbers of what shares them."""
        w, given = self.working, self.given
        mu, var, s = f"mu{ending}", f"var{ending}", f"s{ending}"
        x: Tree = Name(names[0]) if len(names) == 1 else Call("hstack", tuple(map(Name, names)))
        each = (
            {"_columns": " of each column", "_rows": " of each row"}[self.ending]
            if self.ending and min(self.shape) > 1
            else ""
        )
        below = ending.replace("_", ",")
        if given.mode == "inference":
            mean: Tree = self._of_channel("run_mean", int(ending or 1))
            variance: Tree = self._of_channel("run_var", int(ending or 1))
        elif given.kind == "rms":
            w.step(
                var,
                Call(f"mean{self.ending}", (Bin("**", x, Num("2")),)),
                self._of(ending, f"mean square{each}"),
                symbol=Symbol("q", below),
            )
            mean, variance = Num("0"), Name(var)
            self.statistics.append(var)
        else:
            w.step(mu, Call(f"mean{self.ending}", (x,)), self._of(ending, f"mean{each}"), symbol=Symbol("mu", below))
            squares = Bin("**", Group(Bin("-", x, Name(mu))), Num("2"))
            w.step(
                var,
                self._variance(squares, given.variance),
                self._of(ending, self._titled(given.variance, each)),
                symbol=Symbol("Var", below),
            )
            self.statistics += [mu, var]
            if self.running:
                self._run(ending, squares)
            mean, variance = Name(mu), Name(var)
        root = Bin("+", variance, Name("eps")) if given.eps is not None else variance
        w.step(s, Call("sqrt", (root,)), self._of(ending, "denominator"), symbol=Symbol("s", below))
        for name, own in zip(names, endings, strict=True):
            top: Tree = Name(name) if given.kind == "rms" else Group(Bin("-", Name(name), mean))
            made = f"{self.xhat}{own}"
            title = self._of(ending, f"normalised {{{name}}}" if len(names) > 1 else "normalised")
            w.step(made, Bin("/", top, Name(s)), title, symbol=Symbol(self.x, own.replace("_", ","), mark="hat"))
            self.normalised.append(made)

    def _of(self, ending: str, what: str) -> str:
        """The title of a step, with what it is of, where there are several: Sample 2, group 1: mean."""
        kind = self.given.kind
        words = ["sample"] if self.blocks[0].sample and kind != "batch" else []
        words.append("group" if kind == "group" else "channel")
        named = ", ".join(f"{word} {k}" for word, k in zip(words, ending.split("_"), strict=False) if k)
        said = f"{named}: {what}" if named else what
        return said[0].upper() + said[1:]

    def _variance(self, squares: Tree, estimate: Estimate) -> Tree:
        if estimate == "biased":
            return Call(f"mean{self.ending}", (squares,))
        less = Group(Bin("-", Num(str(self.count())), Num("1")))
        return Bin("/", Call(f"sum{self.ending}", (squares,)), less)

    @staticmethod
    def _titled(estimate: Estimate, each: str) -> str:
        return f"variance{each}, unbiased" if estimate == "unbiased" else f"variance{each}"

    def _run(self, ending: str, squares: Tree) -> None:
        """The running averages after this batch."""
        w, given, channel = self.working, self.given, int(ending or 1)
        var = Name(f"var{ending}")
        if given.running_variance != given.variance:
            name = f"batch_var{ending}"
            title = "Variance for the running average, " + given.running_variance
            w.step(name, self._variance(squares, given.running_variance), title, symbol=Symbol("v", ending))
            var = Name(name)
        for short, batch, title in (("run_mean", Name(f"mu{ending}"), "mean"), ("run_var", var, "variance")):
            formula = "(1 - m)*old + m*new" if given.momentum_weighs == "new" else "m*old + (1 - m)*new"
            old = self._of_channel(short, channel)
            symbol = _symbol(short, ending)._replace(argument="new")
            name = f"{short}{ending}_t1"
            w.step(name, put(formula, old=old, new=batch), f"Running {title} after this batch", symbol=symbol)
            self.averages.append(name)

    def _output(self, block: Block) -> None:
        given, ending = self.given, block.ending()
        xhat, channel = f"{self.xhat}{ending}", block.channel or 1
        if given.gamma is None and given.beta is None:
            self.outputs.append(xhat)
            return
        formula: Tree = Name(xhat)
        if given.gamma is not None:
            formula = Bin("*", self._of_channel("gamma", channel), formula)
        if given.beta is not None:
            formula = Bin("+", formula, self._of_channel("beta", channel))
        self.working.step(f"{self.y}{ending}", formula, "Output", symbol=Symbol(self.y, ending.replace("_", ",")))
        self.outputs.append(f"{self.y}{ending}")

    # -- what comes behind --------------------------------------------------------------------------------------------
    def _finish(self) -> None:
        w, given = self.working, self.given
        steps = [name for name, item in w.items.items() if not item.given]
        w.default = tuple(steps)
        w.group("forward", steps)
        w.group("statistics", self.statistics)
        w.group("normalised", self.normalised)
        w.group("output", self.outputs)
        if self.averages:
            w.group("running", self.averages)
        else:
            w.absent["running"] = "give running_mean, running_var and momentum, in training"
        end: Tree | None = None
        if given.loss != "none":
            self._loss()
        elif given.gradient is not None:
            end = self._end()
        else:
            hint = "give a loss and the desired output D, or a gradient at the output"
            w.absent |= dict.fromkeys(("J", "loss", "gradients", "backward"), hint)
            return
        needed = w.closure(self.outputs)
        leaves = [n for n in needed if w.items[n].given and n not in ("eps", "m", *self.old)]
        inner = [n for n in needed if not w.items[n].given and not (end is not None and n in self.outputs)]
        before = set(w.items)
        add_gradients(w, "J", [*inner, *leaves], end=end)
        w.group("gradients", [f"grad_{name}" for name in leaves])
        w.group("backward", [name for name in w.items if name not in before])

    def _loss(self) -> None:
        w = self.working
        desired = []
        for block in blocks_of(self.given, "D"):
            desired.append(f"D{block.ending()}")
            w.given(desired[-1], block.numbers, "Desired output", Symbol("D", block.ending().replace("_", ",")))
        total = added([put("sum((d - y)**2)", d=d, y=y) for d, y in zip(desired, self.outputs, strict=True)])
        half = self.given.loss == "half-square-error"
        formula = Bin("/", Group(total) if len(desired) > 1 else total, Num("2")) if half else total
        w.step("J", formula, "Half the squared error" if half else "Squared error")
        w.group("loss", ["J"])

    def _end(self) -> Tree:
        w, terms = self.working, list[Tree]()
        for block, name in zip(blocks_of(self.given, "gradient"), self.outputs, strict=True):
            w.given(f"grad_{name}", block.numbers, "Gradient at the output", Symbol("J", wrt=w.symbols[name]))
            terms.append(Call("sum", (Bin("*", Name(f"grad_{name}"), Name(name)),)))
        return added(terms)


def _symbol(name: str, below: str = "") -> Symbol:
    running = {"run_mean": ("mu", ""), "run_var": ("Var", "")}
    if name in running:
        base, above = running[name]
        return Symbol(base, "run" + (f" {below}" if below else ""), above)
    return Symbol(name, below)
