"""What parts ask for: the words of `find`, and the gradients that are derived when all parts have asked."""

from __future__ import annotations

import re
from collections.abc import Iterable

from solver.errors import FormulaError, nearest
from solver.formula.calculus.differentiate import gradient_name
from solver.spec.fields import text_of
from solver.spec.nodes import Node, Report
from solver.working.page import Working
from solver.working.question import Task

_GRADIENTS_OF = "gradients of"


class Asking:
    """Reads what parts ask for, noting problems as it goes."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.gradients_asked: dict[int, tuple[Node, dict[str, None]]] = {}  # by working: where first, and which

    def find(self, node: Node | None, working: Working) -> list[str]:
        """The names that a part asks for; the default of the working where it says nothing."""
        if node is None:
            return working.expand(())
        before = len(self.report.problems)
        asked: dict[str, None] = {}
        for word in node.items if node.kind == "list" else [node]:
            asked.update(dict.fromkeys(self.found(word, working)))
        if not asked and len(self.report.problems) == before:
            self.report.add(node, "find names nothing", "leave it out to ask for every step")
        for name in asked:
            whole, bracket, _ = name.partition("[")
            if bracket and whole in asked:
                self.report.add(node, f"{name} is asked for beside all of {whole}", "leave out one of the two")
        return list(asked)

    def found(self, word: Node, working: Working) -> list[str]:
        """The names that one word of `find` asks for."""
        known = working.findable()
        by = self.gradients_of(word)
        if by is not None:
            return [name for node, variable in by for name in self.gradients(node, [variable], working)]
        name = text_of(word, self.report, "find")
        if name in known:
            try:
                return working.expand([name]) or self.nothing(word, name, working)
            except FormulaError as error:
                self.report.add(word, error.message, error.hint)
                return []
        if name.endswith("]") and "[" in name:
            return self.entry(word, name, working)
        if name == "gradients":
            return self.gradients(word, None, working)
        variable = next((n for n in working.items if gradient_name(n) == name), None)
        if variable is not None and working.gradients:
            return self.gradients(word, [variable], working)
        if name in working.absent:
            self.report.add(word, f"there is no {name[:60]} here", working.absent[name])
        elif name:
            self.report.unknown(word, "find", name, [*known, "gradients"] if working.gradients else known)
        return []

    def entry(self, word: Node, name: str, working: Working) -> list[str]:
        """A single entry of a quantity."""
        from solver.working.entries import add_entry  # few parts ask for one

        try:
            return [add_entry(working, name)]
        except FormulaError as error:
            self.report.add(word, error.message, error.hint)
            return []

    def nothing(self, word: Node, name: str, working: Working) -> list[str]:
        """Notes that a word asks for nothing here, and says which ask for something."""
        full = [other for other, members in working.groups.items() if other and members]
        hint = f"what there is: {', '.join(full)}" if full else "there is nothing to find"
        self.report.add(word, f"there are no {name} here", hint)
        return []

    def gradients_of(self, word: Node) -> list[tuple[Node, str]] | None:
        """The variables of `{gradients of: [W, b]}`, or of the text `gradients of [W, b]`, with their places."""
        if word.kind == "map" and [key.text for key, _ in word.entries] == [_GRADIENTS_OF]:
            node = word.entries[0][1]
            listed = node.items if node.kind == "list" else [node]
            return [(item, text_of(item, self.report, _GRADIENTS_OF)) for item in listed]
        if word.kind == "scalar" and re.match(rf"{_GRADIENTS_OF}[ :]", word.text):
            return [(word, name) for name in re.findall(r"[^\s,:\[\]]+", word.text.removeprefix(_GRADIENTS_OF))]
        return None

    def gradients(self, node: Node, by: list[str] | None, working: Working) -> list[str]:
        """The gradients by some variables, or by all; they are derived when all parts have asked."""
        made = working.having("gradient")
        if working.gradients is None:
            if not made or (by and by[0] not in made):
                self.no_gradient(node, by, made)
                return []
            return [made[name] for name in by] if by else list(made.values())
        try:
            asked = working.gradients.ask(by)
        except KeyError:
            self.no_gradient(node, by, working.items)
            return []
        except FormulaError as error:
            self.report.add(node, error.message, error.hint)
            return []
        if not asked:
            self.report.add(node, "there are no gradients here", "nothing given leads to what they would be of")
        self.gradients_asked.setdefault(id(working), (node, {}))[1].update(dict.fromkeys(asked))
        return asked

    def no_gradient(self, node: Node, by: list[str] | None, known: Iterable[str]) -> None:
        if by is None:
            self.report.add(node, "there are no gradients here", "they need a loss, or one scalar output")
        elif by[0]:
            self.report.add(node, f"no gradient by {by[0][:60]!r}", nearest(by[0], known))

    def derive(self, tasks: Iterable[Task]) -> None:
        """Gives the tasks their workings with all gradients that parts asked for."""
        for task in tasks:
            node, asked = self.gradients_asked.get(id(task.working), (None, {}))
            if node is None or task.working.gradients is None or not self.report.within(node):
                continue
            before = task.working
            try:
                task.working = task.working.gradients.derived(asked)
            except FormulaError as error:
                self.report.add(node, error.message, error.hint)
            more = len(task.working.items) - len(before.items)
            self.report.within(node, more, task.working.numbers - before.numbers)
