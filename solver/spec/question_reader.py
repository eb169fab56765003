"""One question's YAML to a checked `Question`, its problems noted as they are met."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from solver.errors import FormulaError, Place
from solver.formula.calculus.differentiate import gradient_name
from solver.formula.parse import misnamed
from solver.formula.usage import USUAL, Usage
from solver.rounding import MAX_DIGITS, Carry, Rounding
from solver.spec.asking import Asking
from solver.spec.fields import AtLeast, AtMost, entries_of, fields_of, read, text_of, unknown_key, whole_number
from solver.spec.head import HEAD_KEYS, read_head
from solver.spec.nodes import Node, Report, merged
from solver.spec.notation import read_usage
from solver.spec.part_marks import check_sum, read_marks
from solver.spec.prose.passages import read_passage, read_sentence
from solver.spec.registry import families, family
from solver.working.page import Working
from solver.working.passage import NOTHING, Passage
from solver.working.question import PaperHead, Part, Question, Scheme, Task, Wanted

if TYPE_CHECKING:
    from solver.spec.own_formulas import FormulasReader

MAX_PARTS_DEPTH = 4
MAX_PARTS = 2_000
"""Of all questions of an exam together."""

_QUESTION_KEYS = (
    "title",
    *HEAD_KEYS,
    "prompt",
    "figure",
    "round",
    "carry",
    "notation",
    "marking",
    "given",
    "formulas",
    "parts",
)
_PART_KEYS = ("label", "marks", "prompt", "figure", "round", "given", "with", "formulas", "find", "parts", "note")
_OWN_NAMES = {"quantities", "series", "inputs"}
"""Fields that hold an author's own names."""
MAX_LABEL = 12


_UNREAD = Task("", Working())
"""Stands for a `given` with problems: the parts that use it are not to blame."""


class QuestionReader:
    """Reads one question, noting problems as it goes.

    otherwise: what is given in another way, wherever it fits. usage: how formulas are written where it does not say.
    head: what the question says at its top.
    """

    def __init__(self, file: str, report: Report, otherwise: Node | None = None, usage: Usage = USUAL) -> None:
        self.file, self.report, self.otherwise, self.usage = file, report, otherwise, usage
        self.fits = False
        self.labels: dict[str, Place] = {}
        self.tasks: list[Task] = []
        self.sources: dict[int, Node] = {}  # by task: the map that it was read from
        self.formulas: dict[int, tuple[FormulasReader, list[Node]]] = {}  # by task: of the author's own, behind it
        self.asking = Asking(report)
        self.head = PaperHead()

    def question(self, node: Node) -> Question:
        question = Question("", self.file)
        before = len(self.report.warnings)
        if node.kind != "map":
            self.report.add(node, f"found {node.found()}, expected a map with title, given and parts")
            return question
        entries = self.entries(node, _QUESTION_KEYS)
        question.title = self.title(entries) or os.path.splitext(os.path.basename(self.file))[0]
        question.prompt = self.prompt(entries)
        self.head = read_head(entries, self.report)
        question.rounding = self.rounding(entries, question.rounding)
        question.carry = self.carry(entries)
        self.usage = read_usage(entries.get("notation"), self.report, self.usage)
        task = self.task(entries, None)
        if "formulas" in entries and task is not None:
            self.add_formulas(entries["formulas"], task)
        question.figure = self.figure(entries, task)
        parts = entries.get("parts")
        if parts is None and "find" not in entries:
            self.report.add(node, "'parts' is missing", "a question has a list of parts, each with a label")
        elif parts is not None:
            question.parts = list(self.parts(parts, "", task, question.rounding, 1))
        self.asking.derive(self.tasks)
        for task in self.tasks:
            self.write(task, entries.get("notation", node))
        if self.usage.vectors == "row" and not self.report.problems:
            self.check_rows(question, entries.get("notation", node))
        question.warnings = self.report.warnings[before:]
        if "marking" in entries:
            question.marking = self.marking(entries["marking"], question, node)
        return question

    def write(self, task: Task, node: Node) -> None:
        """Writes a task's formulas as the question's author does."""
        alike = task.working.symbols.write(self.usage)
        if alike:
            self.report.add(
                node,
                f"{alike[0]} and {alike[1]} would be written alike with the names {self.usage.names}",
                "notation: {names: u/h} keeps them apart",
            )

    def check_rows(self, question: Question, node: Node) -> None:
        """Notes what cannot be written where vectors stand as rows."""
        for part in question.parts:
            if part.task is None:
                continue
            working = part.task.working
            turning = working.symbols.turning
            assert turning is not None
            for name, item in working.program(working.closure(part.find)):
                if not turning.rows.isdisjoint((name, *item.needs)) and item.in_rows(turning) is None:
                    found = f"{name or part.label} is worked out with vectors as columns alone"
                    self.report.add(node.get("vectors") or node, found, "notation: {vectors: column} writes it")
                    return

    def entries(self, node: Node, known: tuple[str, ...]) -> dict[str, Node]:
        """A map's entries; what stands a level too high is told so, once."""
        entries = entries_of(node, self.report)
        lifted: Iterable[str] = ()
        if "family" in entries:
            word = entries["family"].text
            if word in families():
                lifted = fields_of(family(word).Given)
            else:
                self.report.unknown(entries["family"], "family", word or entries["family"].found(), families())
            self.report.add(
                node.key("family"),
                "'family' stands beside 'given', expected in it",
                "given: {family: …} holds the family and all its fields",
            )
        for key in entries:
            if key == "find" and key not in known:
                self.report.add(node.key(key), "'find' stands outside a part", "parts: [{label: a, find: …}] asks")
            elif key != "family" and key not in known and key not in lifted:
                unknown_key(node, key, known, self.report)
        return {k: v for k, v in entries.items() if not v.empty}

    def text(self, entries: dict[str, Node], key: str) -> str:
        return text_of(entries[key], self.report, key).strip() if key in entries else ""

    def title(self, entries: dict[str, Node]) -> str:
        return read_sentence(entries["title"], self.report, "title") if "title" in entries else ""

    def prompt(self, entries: dict[str, Node]) -> Passage:
        return read_passage(entries["prompt"], self.report, "prompt", "prompt") if "prompt" in entries else NOTHING

    def figure(self, entries: dict[str, Node], task: Task | None) -> Wanted | None:
        """The figure below the prompt, of what is given there."""
        word = self.text(entries, "figure")
        if not word or task is _UNREAD:
            return None
        node = entries["figure"]
        if task is None:
            self.report.add(node, "figure has nothing to draw", "it stands where a `given` does, or below one")
        elif not task.working.figures:
            self.report.add(node, f"nothing can be drawn of this {task.family or 'mixed'} question")
        elif word not in task.working.figures:
            known = ", ".join(task.working.figures)
            self.report.add(node, f"unknown figure {word[:60]!r}", f"what can be drawn here: {known}")
        else:
            return Wanted(word, task.working)
        return None

    def rounding(self, entries: dict[str, Node], inherited: Rounding) -> Rounding:
        node = entries.get("round")
        if node is None:
            return inherited
        if node.kind == "map" and len(node.entries) == 1:
            key, value = node.entries[0]
            if key.text in ("decimals", "figures"):
                figures = key.text == "figures"
                digits = whole_number(value, self.report, key.text, (AtLeast(int(figures)), AtMost(MAX_DIGITS)))
                return Rounding(max(digits, int(figures)), figures)
            unknown_key(node, key.text, ("decimals", "figures"), self.report)
            return inherited
        self.report.add(node, f"found {node.found()} for round, expected {{decimals: N}} or {{figures: N}}")
        return inherited

    def carry(self, entries: dict[str, Node]) -> Carry:
        node = entries.get("carry")
        if node is None or node.text == "rounded":
            return "rounded"
        if node.text == "exact":
            return "exact"
        self.report.add(node, f"found {node.found()} for carry, expected rounded or exact")
        return "rounded"

    def marking(self, node: Node, question: Question, whole: Node) -> Scheme | None:
        from solver.spec.scheme import check_names, read_scheme  # few questions bring a scheme

        parts = question.parts

        marking = read_scheme(node, self.report)
        asked = [f"{part.label}/{name}" if name else part.label for part in parts for name in part.find]
        if marking and not self.report.problems:  # parts that could not be read have no names
            check_names(marking, asked, self.report)
            plain = Node("map", whole.place, entries=[pair for pair in whole.entries if pair[0].text != "marking"])
            for convention in marking.alternatives or ():
                if convention.given is not None:
                    other = QuestionReader(self.file, self.report, convention.given, self.usage)
                    question.alternatives[convention.name] = other.question(plain)
                    if not other.fits:
                        self.report.add(
                            convention.given, "nothing given has these keys", "name what is given otherwise"
                        )
        return marking.scheme if marking else None

    def parts(self, node: Node, prefix: str, task: Task | None, rounding: Rounding, depth: int) -> Iterator[Part]:
        if node.kind != "list" or not node.items:
            self.report.add(node, f"found {node.found()} for parts, expected a list of parts")
            return
        if depth > MAX_PARTS_DEPTH:
            self.report.add(node, f"parts within parts go {MAX_PARTS_DEPTH} levels deep at the most")
            return
        self.report.parts += node.length
        if self.report.parts > MAX_PARTS:
            self.report.add(node, f"more than {MAX_PARTS:,} parts", "of all questions together")
            return
        for item in node.items:
            if item.kind == "map":
                yield from self.part(item, prefix, task, rounding, depth)
            else:
                self.report.add(item, f"found {item.found()}, expected a part: a map with a label")

    def part(self, node: Node, prefix: str, task: Task | None, rounding: Rounding, depth: int) -> Iterator[Part]:
        entries = self.entries(node, _PART_KEYS)
        part = Part(prefix + self.label(entries, node, prefix), node.place)
        part.prompt = self.prompt(entries)
        if "note" in entries:
            part.note = read_passage(entries["note"], self.report, "note")
        part.rounding = self.rounding(entries, rounding)
        part.marks = read_marks(entries, self.report)
        task = self.task(entries, task)
        if "with" in entries:
            task = self.changed(entries, task)
        defined: list[str] = []
        if "formulas" in entries and task is not None:
            defined = self.add_formulas(entries["formulas"], task)
        part.figure = self.figure(entries, task)
        inner = entries.get("parts")
        if inner is not None:
            if "find" in entries:
                self.report.add(entries["find"], "a part with parts of its own finds nothing itself")
            within = list(self.parts(inner, part.label + ".", task, part.rounding, depth + 1))
            check_sum(part, within, entries, self.report)
            yield from (part, *within)
            return
        if task is None:
            self.report.add(node, f"part {part.label} has nothing to work with", "give it, or the question, a `given`")
        elif task is not _UNREAD:
            part.task = task
            part.find = (
                defined if defined and "find" not in entries else self.asking.find(entries.get("find"), task.working)
            )
        yield part

    def label(self, entries: dict[str, Node], node: Node, prefix: str) -> str:
        if "label" not in entries:
            self.report.add(node, "'label' is missing", "each part has a label such as a or ii")
            return "?"
        at = entries["label"]
        label = text_of(at, self.report, "label")
        if not (label.isascii() and label.isalnum() and len(label) <= MAX_LABEL):
            self.report.add(at, f"found {at.found()} for label, expected letters or digits", "such as a or ii")
        elif prefix + label in self.labels:
            first = self.labels[prefix + label]
            self.report.add(at, f"the label {prefix + label!r} stands twice", f"first at line {first.line}")
        self.labels.setdefault(prefix + label, at.place)
        return label

    def task(self, entries: dict[str, Node], inherited: Task | None) -> Task | None:
        node = entries.get("given")
        if node is None:
            return _UNREAD if "family" in entries else inherited
        return self.given(node) or _UNREAD

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
        if task is _UNREAD:
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
            return _UNREAD
        if node.kind != "map" or not node.entries:
            self.report.add(node, f"found {node.found()} for with, expected a map of what changes", "such as {d: 1}")
            return _UNREAD
        if node.get("family") is not None:
            self.report.add(node.key("family"), "with changes what is given, not its family", "write a given")
            return _UNREAD
        if task is None:
            self.report.add(node, "with has nothing to change", "the question, or a part around it, wants a given")
            return _UNREAD
        if task is _UNREAD:
            return task
        entries_of(node, self.report)  # a key that stands twice is noted
        made = self.given(merged(self.sources[id(task)], self.within(node, task)))
        if made is None:
            return _UNREAD
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
