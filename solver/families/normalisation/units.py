"""What is normalised together, and what does not fit."""

from solver.errors import FormulaError
from solver.families.normalisation.given import Block, Given, blocks_of
from solver.nets.recurrent import size
from solver.spec.nodes import Report
from solver.working.page import Working


class Units:
    """The numbers of a question, what of them is normalised together, and whether they fit."""

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
        self.old: list[str] = []  # running averages as they are given
        self.averages: list[str] = []  # those after this batch
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
        if given.eps is not None and float(given.eps.text) < 0:
            add(given.place("eps"), f"eps is {given.eps.text}, expected at least 0", "it keeps the root from 0")
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
            found = blocks_of(self.given, field)
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
            share = max(self.features // self.given.groups, 1)
            group = (max(block.channel, 1) - 1) // share + 1 if self.given.groups > 1 else 0
            sample, part = (
                block.sample,
                {"batch": block.channel, "instance": block.channel, "group": group}.get(kind, 0),
            )
            key = "_".join(str(k) for k in (0 if kind == "batch" else sample, part) if k)
            made.setdefault(key, []).append(block)
        return list(made.items())
