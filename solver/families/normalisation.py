"""Normalisation: batch (training and inference), layer, instance, group and RMS, with their gradients.

    μ = mean of x,   σ² = mean of (x − μ)²,   s = √(σ² + ε),   x̂ = (x − μ)/s,   y = γ x̂ + β

What μ and σ² are taken over is the kind. X is a matrix, or a list of maps (channels), or a list of samples, each a list
of maps:

    batch      each column of X (rows are samples, columns are features); each channel, over all samples
    layer      each row of X; all channels of a sample
    instance   each row of X (rows are channels); each map of a sample
    group      each row of X, its columns in `groups`; the channels of a sample, in `groups`
    rms        as layer, without a mean: s = √(mean of x² + ε)

A flat list is one feature (batch), or one sample (any other kind). gamma and beta are a number, or one for each feature or
channel; ε, γ and β that are left out are no part of the formulas. variance: unbiased divides by n − 1. mode: inference
takes `running_mean` and `running_var`; in training, they are averaged with the batch's by `momentum`. With a loss and
the desired output D, or a `gradient` given at the output, gradients are derived: by x̂, s, σ², μ and x. The last but one uses
Σ(x − μ) = 0.

Quantities: X gamma beta eps (given); mu var s Xhat Y (a flat list: x xhat y); mu1 var1 … of the first channel, sample or
group, mu1_2 of sample 1 and channel or group 2; X1 Y1 or X1_2 Y1_2 of maps; run_mean run_var (given), run_mean_t1 run_var_t1; J,
grad_Y, grad_Xhat, grad_s, grad_var, grad_mu, grad_X, grad_gamma, grad_beta.

find: statistics (mu and var), normalised (Xhat), output, running, forward, loss, gradients (by X, gamma and beta), backward (all
gradients), or any quantity by name; everything forward if left out.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

from solver.errors import FormulaError
from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Bin, Call, Group, Name, Num, Tree
from solver.nets.layers import put
from solver.nets.recurrent import added, as_array, rows_of, size
from solver.spec.fields import AtLeast, Matrix, Quantity, Scalar, Spec, Vector
from solver.spec.nodes import Report
from solver.working.gradients import add_gradients
from solver.working.page import Working

EXAMPLE = """
title: Layer normalisation
round: {decimals: 3}
given: {family: normalisation, kind: layer, X: [[1, 2, 6], [0, 3, 0]], eps: 0.001, gamma: [1, 2, 1], beta: 0.5}
parts:
  - {label: a, marks: 2, prompt: Find mean and variance of each row., find: statistics}
  - {label: b, marks: 3, prompt: Find the output., find: [normalised, output]}
"""

Estimate = Literal["biased", "unbiased"]


class Given(Spec):
    """The numbers, what they are normalised over, and how."""

    kind: Annotated[Literal["batch", "layer", "instance", "group", "rms"], "over what mean and variance are taken"]
    X: Annotated[
        Quantity | tuple[Matrix, ...] | tuple[tuple[Matrix, ...], ...],
        "a list, a matrix, a list of maps (channels), or a list of samples, each a list of maps",
    ]
    gamma: Annotated[Vector | None, "the factor γ: a number, or one for each feature or channel; none if left out"] = (
        None
    )
    beta: Annotated[Vector | None, "the shift β, as gamma"] = None
    eps: Annotated[Scalar | None, "ε, added to the variance; none if left out"] = None
    variance: Annotated[Estimate, "whether squares are divided by n, or by n − 1"] = "biased"
    groups: Annotated[int, AtLeast(1), "kind: group, how many groups share the features or channels"] = 1
    mode: Annotated[Literal["training", "inference"], "batch: by its own statistics, or by the running ones"] = (
        "training"
    )
    running_mean: Annotated[Vector | None, "batch: the running mean, a number or one for each feature or channel"] = (
        None
    )
    running_var: Annotated[Vector | None, "batch: the running variance, as running_mean"] = None
    momentum: Annotated[Scalar | None, "the weight of the newest, or of the old one, in the running averages"] = None
    momentum_weighs: Annotated[Literal["new", "old"], "(1 − m) old + m new as PyTorch, or m old + (1 − m) new"] = "new"
    running_variance: Annotated[Estimate, "which variance goes into the running one; PyTorch's is unbiased"] = "biased"
    D: Annotated[Quantity | tuple[Matrix, ...] | tuple[tuple[Matrix, ...], ...] | None, "the desired output"] = None
    loss: Annotated[Literal["square-error", "half-square-error", "none"], "the loss at the output"] = "none"
    gradient: Annotated[
        Quantity | tuple[Matrix, ...] | tuple[tuple[Matrix, ...], ...] | None, "the gradient at the output, given"
    ] = None


class Block(NamedTuple):
    """A map, or the whole matrix: its numbers; which sample and channel; 0 where there is one."""

    numbers: Array
    sample: int = 0
    channel: int = 0

    def ending(self) -> str:
        """1_2 of sample 1 and channel 2."""
        return "_".join(str(k) for k in (self.sample, self.channel) if k)


def work(given: Given, report: Report) -> Working:
    """Statistics, output and gradients; raises nothing, misfits go to the report."""
    try:
        blocks = _blocks(given, "X")
    except FormulaError as error:
        report.add(given.place("X"), error.message, error.hint)
        return Working()
    normaliser = Normaliser(given, blocks, report)
    return normaliser.run() if normaliser.fits() else Working()


def _blocks(given: Given, field: str) -> list[Block]:
    """What was typed, map by map; raises FormulaError where maps have several sizes."""
    value = getattr(given, field)
    if not isinstance(value, tuple):
        array = as_array(value)
        row = given.flat(field) and given.kind != "batch"
        return [Block(array.T if row else array)]
    samples = [list(s) for s in value] if isinstance(value[0], tuple) else [list(value)]
    several, channels = len(samples) > 1, max(map(len, samples)) > 1
    made = [
        Block(as_array(numbers), s * several, c * channels)
        for s, sample in enumerate(samples, 1)
        for c, numbers in enumerate(sample, 1)
    ]
    if len({len(sample) for sample in samples}) > 1:
        raise FormulaError(f"the samples of {field} have not equally many channels")
    if len({block.numbers.value.shape for block in made}) > 1:
        raise FormulaError(f"the maps of {field} have several sizes", "all channels of all samples have one size")
    return made


class Normaliser:
    """Writes what is given, and the steps, into its working."""

    def __init__(self, given: Given, blocks: list[Block], report: Report) -> None:
        self.given, self.blocks, self.report, self.working = given, blocks, report, Working()
        self.matrix = not isinstance(given.X, tuple)
        self.columns = given.kind == "batch"  # of a matrix: whether statistics are those of columns
        self.ending = ("_columns" if self.columns else "_rows") if self.matrix else ""
        self.x, self.xhat, self.y = ("x", "xhat", "y") if given.flat("X") else ("X", "Xhat", "Y")
        rows, columns = blocks[0].numbers.value.shape
        self.shape = (int(rows), int(columns))
        if self.matrix:
            self.features = self.shape[0 if given.kind == "instance" else 1]
        else:
            self.features = max(block.channel for block in blocks) or 1
        self.running = given.running_mean is not None or given.running_var is not None
        self.statistics: list[str] = []
        self.normalised: list[str] = []
        self.outputs: list[str] = []

    # -- what fits ----------------------------------------------------------------------------------------------------
    def fits(self) -> bool:
        """Whether sizes fit; every misfit is noted."""
        given, add, before = self.given, self.report.add, len(self.report.problems)
        what = "features" if self.matrix and given.kind != "instance" else "channels"
        for name in ("gamma", "beta", "running_mean", "running_var"):
            value = getattr(given, name)
            if value is not None and value.value.shape[0] not in (1, self.features):
                add(given.place(name), f"{name} has {value.value.shape[0]} numbers, but X has {self.features} {what}")
        if given.kind == "group" and self.features % given.groups:
            add(given.place("groups"), f"{given.groups} groups cannot share {self.features} {what} equally")
        for name in ("groups",) if given.kind != "group" else ():
            if name in given.written:
                add(given.place(name), f"{name} is for kind: group")
        batch = ("mode", "running_mean", "running_var", "momentum", "momentum_weighs", "running_variance")
        for name in batch if given.kind != "batch" else ():
            if name in given.written:
                add(
                    given.place(name),
                    f"{name} is for kind: batch",
                    f"{given.kind} normalisation has no running averages",
                )
        if given.kind == "rms" and given.variance == "unbiased":
            add(given.place("variance"), "kind: rms has no variance", "it divides by the root of the mean square")
        if given.kind == "batch":
            self._check_running()
        count = self.count()
        if (
            count < 2
            and given.mode == "training"
            and (given.variance == "unbiased" or given.running_variance == "unbiased")
        ):
            add(given.place("X"), f"an unbiased variance of {count} number has no value: n − 1 is 0")
        if given.gradient is not None and given.loss != "none":
            add(given.place("gradient"), "a loss and a gradient at the output are given", "give one of the two")
        if given.loss != "none" and given.D is None:
            add(given.place("loss"), "'D' is missing: a loss needs the desired output")
        if given.D is not None and given.loss == "none":
            add(given.place("D"), "D is given without a loss", "such as loss: square-error")
        for field in ("D", "gradient"):
            self._check_like(field)
        return len(self.report.problems) == before

    def _check_running(self) -> None:
        given, add = self.given, self.report.add
        for name, other in (("running_mean", "running_var"), ("running_var", "running_mean")):
            missing = getattr(given, name) is None
            if missing and (given.mode == "inference" or getattr(given, other) is not None):
                add(given.place(other if given.mode != "inference" else "mode"), f"{name!r} is missing")
        if self.running and given.mode == "training" and given.momentum is None:
            add(given.place("running_mean"), "'momentum' is missing: the weight in the running averages")
        if given.momentum is not None and (given.mode == "inference" or not self.running):
            add(
                given.place("momentum"),
                "momentum is for training with running averages",
                "give running_mean and running_var",
            )

    def _check_like(self, field: str) -> None:
        if getattr(self.given, field) is None:
            return
        try:
            found = _blocks(self.given, field)
        except FormulaError as error:
            self.report.add(self.given.place(field), error.message, error.hint)
            return
        if len(found) != len(self.blocks):
            self.report.add(self.given.place(field), f"{field} has {len(found)} maps, but X has {len(self.blocks)}")
        elif found[0].numbers.value.shape != self.blocks[0].numbers.value.shape:
            found_size, x = size(found[0].numbers), size(self.blocks[0].numbers)
            self.report.add(self.given.place(field), f"{field} is {found_size}, but X is {x}")

    def count(self) -> int:
        """Over how many numbers each mean is taken."""
        rows, columns = self.shape
        if self.matrix:
            return rows if self.columns else columns // (self.given.groups if self.given.kind == "group" else 1)
        return rows * columns * len(self.units()[0][1])

    def units(self) -> list[tuple[str, list[Block]]]:
        """The maps that share their statistics, with the ending of the names of these."""
        kind, made = self.given.kind, dict[str, list[Block]]()
        for block in self.blocks:
            share = self.features // self.given.groups
            group = (max(block.channel, 1) - 1) // share + 1 if self.given.groups > 1 else 0
            sample, part = (
                block.sample,
                {"batch": block.channel, "instance": block.channel, "group": group}.get(kind, 0),
            )
            key = "_".join(str(k) for k in (0 if kind == "batch" else sample, part) if k)
            made.setdefault(key, []).append(block)
        return list(made.items())

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
            self.xhat, Call("hstack", tuple(parts)), "The groups side by side", symbol=Symbol(self.x, hat=True)
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
                f"Mean square{each}",
                symbol=Symbol("q", below),
            )
            mean, variance = Num("0"), Name(var)
            self.statistics.append(var)
        else:
            w.step(mu, Call(f"mean{self.ending}", (x,)), f"Mean{each}", symbol=Symbol("mu", below))
            squares = Bin("**", Group(Bin("-", x, Name(mu))), Num("2"))
            w.step(
                var,
                self._variance(squares, given.variance),
                self._titled(given.variance, each),
                symbol=Symbol("sigma", below, "2"),
            )
            self.statistics += [mu, var]
            if self.running:
                self._run(ending, squares)
            mean, variance = Name(mu), Name(var)
        root = Bin("+", variance, Name("eps")) if given.eps is not None else variance
        w.step(s, Call("sqrt", (root,)), "What is divided by", symbol=Symbol("s", below))
        for name, own in zip(names, endings, strict=True):
            top: Tree = Name(name) if given.kind == "rms" else Group(Bin("-", Name(name), mean))
            made = f"{self.xhat}{own}"
            w.step(made, Bin("/", top, Name(s)), "Normalised", symbol=Symbol(self.x, own.replace("_", ","), hat=True))
            self.normalised.append(made)

    def _variance(self, squares: Tree, estimate: Estimate) -> Tree:
        if estimate == "biased":
            return Call(f"mean{self.ending}", (squares,))
        less = Group(Bin("-", Num(str(self.count())), Num("1")))
        return Bin("/", Call(f"sum{self.ending}", (squares,)), less)

    @staticmethod
    def _titled(estimate: Estimate, each: str) -> str:
        return f"Variance{each}, unbiased" if estimate == "unbiased" else f"Variance{each}"

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
            w.step(
                f"{short}{ending}_t1",
                put(formula, old=old, new=batch),
                f"Running {title} after this batch",
                symbol=symbol,
            )

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
        running = [name for name in steps if name.startswith("run_")]
        if running:
            w.group("running", running)
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
        leaves = [n for n in needed if w.items[n].given and n not in ("eps", "m") and not n.startswith("run_")]
        inner = [n for n in needed if not w.items[n].given and not (end is not None and n in self.outputs)]
        before = set(w.items)
        add_gradients(w, "J", [*inner, *leaves], end=end)
        w.group("gradients", [f"grad_{name}" for name in leaves])
        w.group("backward", [name for name in w.items if name not in before])

    def _loss(self) -> None:
        w = self.working
        desired = []
        for block in _blocks(self.given, "D"):
            desired.append(f"D{block.ending()}")
            w.given(desired[-1], block.numbers, "Desired output", Symbol("D", block.ending().replace("_", ",")))
        total = added([put("sum((d - y)**2)", d=d, y=y) for d, y in zip(desired, self.outputs, strict=True)])
        half = self.given.loss == "half-square-error"
        formula = Bin("/", Group(total) if len(desired) > 1 else total, Num("2")) if half else total
        w.step("J", formula, "Half the square error" if half else "Square error")
        w.group("loss", ["J"])

    def _end(self) -> Tree:
        w, terms = self.working, list[Tree]()
        for block, name in zip(_blocks(self.given, "gradient"), self.outputs, strict=True):
            w.given(f"grad_{name}", block.numbers, "Gradient at the output", Symbol("J", wrt=w.symbols[name]))
            terms.append(Call("sum", (Bin("*", Name(f"grad_{name}"), Name(name)),)))
        return added(terms)


def _symbol(name: str, below: str = "") -> Symbol:
    running = {"run_mean": ("mu", ""), "run_var": ("sigma", "2")}
    if name in running:
        base, above = running[name]
        return Symbol(base, "run" + (f" {below}" if below else ""), above)
    return Symbol(name, below)
