"""One question's YAML to a checked `Question`, its problems noted as they are met."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from solver.errors import Place
from solver.formula.usage import USUAL, Usage
from solver.rounding import MAX_DIGITS, Carry, Rounding
from solver.spec.asking import Asking
from solver.spec.fields import AtLeast, AtMost, entries_of, fields_of, text_of, unknown_key, whole_number
from solver.spec.head import HEAD_KEYS, read_head
from solver.spec.nodes import Node, Report
from solver.spec.notation import read_usage
from solver.spec.part_marks import check_sum, read_marks
from solver.spec.prose.passages import read_passage, read_sentence
from solver.spec.registry import families, family
from solver.spec.task_reader import UNREAD, TaskReader
from solver.working.passage import NOTHING, Passage
from solver.working.question import PaperHead, Part, Question, Scheme, Task, Wanted

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
MAX_LABEL = 12


class QuestionReader:
    """Reads one question, noting problems as it goes.

    otherwise: what is given in another way, wherever it fits. usage: how formulas are written where it does not say.
    head: what the question says at its top.
    """

    def __init__(self, file: str, report: Report, otherwise: Node | None = None, usage: Usage = USUAL) -> None:
        self.file, self.report = file, report
        self.given = TaskReader(report, otherwise, usage)
        self.labels: dict[str, Place] = {}
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
        self.given.usage = usage = read_usage(entries.get("notation"), self.report, self.given.usage)
        task = self.given.task(entries, None)
        if "formulas" in entries and task is not None:
            self.given.add_formulas(entries["formulas"], task)
        question.figure = self.figure(entries, task)
        parts = entries.get("parts")
        if parts is None and "find" not in entries:
            self.report.add(node, "'parts' is missing", "a question has a list of parts, each with a label")
        elif parts is not None:
            question.parts = list(self.parts(parts, "", task, question.rounding, 1))
        self.asking.derive(self.given.tasks)
        for task in self.given.tasks:
            self.given.write(task, entries.get("notation", node))
        if usage.vectors == "row" and not self.report.problems:
            self.check_rows(question, entries.get("notation", node))
        question.warnings = self.report.warnings[before:]
        if "marking" in entries:
            question.marking = self.marking(entries["marking"], question, node)
        return question

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
        if not word or task is UNREAD:
            return None
        node = entries["figure"]
        if task is None:
            self.report.add(node, "figure has nothing to draw", "it stands where a `given` does, or below one")
        elif word in task.working.undrawn:
            self.report.add(node, task.working.undrawn[word])
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
                    other = QuestionReader(self.file, self.report, convention.given, self.given.usage)
                    question.alternatives[convention.name] = other.question(plain)
                    if not other.given.fits:
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
        task = self.given.task(entries, task)
        if "with" in entries:
            task = self.given.changed(entries, task)
        defined: list[str] = []
        if "formulas" in entries and task is not None:
            defined = self.given.add_formulas(entries["formulas"], task)
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
        elif task is not UNREAD:
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
            expected = f"expected letters or digits, at most {MAX_LABEL}"
            self.report.add(at, f"found {at.found()} for label, {expected}", "such as a or ii")
        elif prefix + label in self.labels:
            first = self.labels[prefix + label]
            self.report.add(at, f"the label {prefix + label!r} stands twice", f"first at line {first.line}")
        self.labels.setdefault(prefix + label, at.place)
        return label
