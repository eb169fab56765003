"""What a question gives, in YAML, to the tasks that its parts are solved with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.errors import FormulaError
from solver.formula.calculus.differentiate import gradient_name
from solver.formula.parse import misnamed
from solver.formula.usage import Usage
from solver.spec.fields import entries_of, fields_of, read
from solver.spec.nodes import Node, Report, merged
from solver.spec.registry import families, family
from solver.working.page import Working
from solver.working.question import Task

if TYPE_CHECKING:
    from solver.spec.own_formulas import FormulasReader

_OWN_NAMES = {"quantities", "series", "inputs"}
"""Fields that hold an author's own names."""

UNREAD = Task("", Working())
"""Stands for a `given` with problems: the parts that use it are not to blame."""


class TaskReader:
    """Reads what is given, for a question or a part, noting problems as it goes.

    otherwise: what is given in another way, wherever it fits; fits: whether it did. usage: how formulas are written.
    tasks: what it has read, in the order of the file.
    """

    def __init__(self, report: Report, otherwise: Node | None, usage: Usage) -> None:
        self.report, self.otherwise, self.usage = report, otherwise, usage
        self.fits = False
        self.tasks: list[Task] = []
        self.sources: dict[int, Node] = {}  # by task: the map that it was read from
        self.formulas: dict[int, tuple[FormulasReader, list[Node]]] = {}  # by task: of the author's own, behind it

    def task(self, entries: dict[str, Node], inherited: Task | None) -> Task | None:
        node = entries.get("given")
        if node is None:
            return UNREAD if "family" in entries else inherited
        return self.given(node) or UNREAD

    def given(self, node: Node) -> Task | None:
        if not self.report.within(node):
            return None
        named = node.get("family") if node.kind == "map" else None
        if named is None and any(value.get("family") is not None for _, value in node.entries):
            return self.side_by_side(node)
        if named is None:
            write = f"write {{family: {node.text}}}" if node.text in families() else f"one of {', '.join(families())}"
            self.report.add(node, "'family' is missing", write)
            return None
        if named.text not in families():
            self.report.unknown(named, "family", named.text or named.found(), families())
            return None
        module = family(named.text)
        if (
            self.otherwise is not None
            and {key.text for key, _ in self.otherwise.entries} <= fields_of(module.Given).keys()
        ):
            node, self.fits = merged(node, self.otherwise), bool(self.otherwise.entries)
        given = read(module.Given, node, self.report, skip=("family",))
        if given is None:
            return None
        before = len(self.report.problems)
        try:
            working = module.work(given, self.report)
            if self.usage.vectors == "row" and working.in_rows is not None:
                working = working.in_rows()
        except FormulaError as error:
            self.report.add(node, error.message, error.hint)
        if len(self.report.problems) > before:
            return None
        return self.noted(Task(named.text, working, given), node)

    def side_by_side(self, node: Node) -> Task | None:
        """Several families, each by a word of the author's."""
        from solver.working.beside import side_by_side

        before, workings = len(self.report.problems), {}
        for word, inner in entries_of(node, self.report).items():
            problem = misnamed(word)
            if problem:
                self.report.add(node.key(word), *problem)
            task = self.given(inner)
            if task is not None:
                self.tasks.remove(task)
                workings[word] = task.working
        if len(self.report.problems) > before:
            return None
        return self.noted(Task("", side_by_side(workings)), node)

    def noted(self, task: Task, node: Node) -> Task | None:
        if not self.report.within(node, len(task.working.items), task.working.numbers):
            return None
        self.write(task, node)
        self.tasks.append(task)
        self.sources[id(task)] = node
        return task

    def add_formulas(self, node: Node, task: Task) -> list[str]:
        """The names that the author's own formulas add to what a task has."""
        if task is UNREAD:
            return []
        from solver.spec.own_formulas import FormulaList, FormulasReader  # few questions bring some
        from solver.working.gradients import OnDemand

        reader, nodes = self.formulas.setdefault(id(task), (FormulasReader(task.working, self.report), []))
        nodes.append(node)
        key = Node("scalar", node.place, "formulas")
        given = read(FormulaList, Node("map", node.place, entries=[(key, node)]), self.report)
        defined, working = reader.add(given) if given else [], task.working
        if (
            defined
            and working.gradients is None
            and not any(gradient_name(name) in working.items for name in working.items)
        ):
            working.gradients = OnDemand(working, defined[-1])
        return defined

    def changed(self, entries: dict[str, Node], task: Task | None) -> Task | None:
        """What is given with some of it in another way."""
        node = entries["with"]
        if "given" in entries:
            self.report.add(node, "given and with stand in one part", "with changes what stands above the part")
            return UNREAD
        if node.kind != "map" or not node.entries:
            self.report.add(node, f"found {node.found()} for with, expected a map of what changes", "such as {d: 1}")
            return UNREAD
        if node.get("family") is not None:
            self.report.add(node.key("family"), "with changes what is given, not its family", "write a given")
            return UNREAD
        if task is None:
            self.report.add(node, "with has nothing to change", "the question, or a part around it, wants a given")
            return UNREAD
        if task is UNREAD:
            return task
        entries_of(node, self.report)  # a key that stands twice is noted
        made = self.given(merged(self.sources[id(task)], self.within(node, task)))
        if made is None:
            return UNREAD
        for formulas in self.formulas.get(id(task), (None, []))[1]:
            self.add_formulas(formulas, made)
        return made

    def within(self, node: Node, task: Task) -> Node:
        """What changes, with an author's own names put among the quantities where they stand."""
        source, rest, moved = self.sources[id(task)], list(node.entries), []
        fields = fields_of(family(task.family).Given) if task.family else {}
        for field in _OWN_NAMES & fields.keys():
            known = {key.text for key, _ in found.entries} if (found := source.get(field)) else set()
            inner = [pair for pair in rest if pair[0].text in known - fields.keys()]
            rest = [pair for pair in rest if pair not in inner]
            if inner:
                key = Node("scalar", node.place, field)
                moved.append((key, Node("map", node.place, entries=inner)))
        return Node("map", node.place, entries=[*rest, *moved])

    def write(self, task: Task, node: Node) -> None:
        """Writes a task's formulas as the question's author does."""
        alike = task.working.symbols.write(self.usage)
        if alike:
            self.report.add(
                node,
                f"{alike[0]} and {alike[1]} would be written alike with the names {self.usage.names}",
                "notation: {names: u/h} keeps them apart",
            )
