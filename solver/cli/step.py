"""A page that is revealed line by line, to somebody who works along and may try his own values first."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from solver.cli.console import INTERRUPTED, colors, columns, dumb, encoding, refused, say
from solver.cli.progress import Progress
from solver.formula.print.printer_text import symbol_text
from solver.formula.tree import Name
from solver.mark.asked import asked
from solver.mark.sitting import Sitting
from solver.render import format_terminal
from solver.render.blocks import Equations
from solver.render.clean import clean
from solver.render.document import document
from solver.render.layout import Reveal
from solver.render.pieces import wrap
from solver.render.views.view import View
from solver.working.question import Question
from solver.working.solution import Solution

_REST, _QUIT = ("p", "part"), ("q", "quit")
_HELP = "Enter shows the next line, p the rest of the part, q ends. A value that you try is judged."
_SAID = {
    "CORRECT": "right",
    "FOLLOWED": "right for your earlier value",
    "WRONG": "not right",
    "BLANK": "not understood",
}
_ERASE = "\x1b[A\x1b[2K"
"""The line above, where the reader has pressed Enter."""


def check_steps() -> None:
    """Raises SpecError where nobody could press a key."""
    for name, stream in (("standard input", sys.stdin), ("standard output", sys.stdout)):
        if stream is None or not stream.isatty():
            raise refused("--step", f"asks for keys on a terminal, which {name} is not", "leave it out")


def step_through(questions: Sequence[Question], solutions: Sequence[Solution], view: View) -> None:
    """Shows the solutions of questions line by line; ends where the reader ends it, with status 130 where he interrupts."""
    say("".join(f"{line}\n" for line in [*wrap(_HELP, columns()), ""]))
    try:
        for question, solution in zip(questions, solutions, strict=True):
            with Progress("writing"):
                page = _Stepping(question, solution, view)
            if not page.shown():
                return
    except KeyboardInterrupt:
        say("\n")
        sys.exit(INTERRUPTED)


class _Stepping:
    """One question's page on its way."""

    def __init__(self, question: Question, solution: Solution, view: View) -> None:
        self.question, self.solution = question, solution
        blocks = document(solution.title, [solution], view)
        self.stages = list(format_terminal.stages(blocks, columns(), encoding(sys.stdout)))
        self.asked = {part.key(solved): solved for part in solution.parts for solved in part.asked}
        self.sitting: Sitting | None = None

    def shown(self) -> bool:
        """Reveals it, and tells whether the reader wants to see what follows."""
        key, rest = "", ""  # the answer that is being worked out; the part whose rest is shown without waiting
        for stage in self.stages:
            key = self.key(stage, key)
            if stage.waits and rest != (stage.part or " "):
                rest = ""
                said = self.waited(key)
                if said in _QUIT:
                    return False
                if said in _REST:
                    rest = stage.part or " "
            say(format_terminal.styled(stage.rows, colors()))
        return True

    def key(self, stage: Reveal, before: str) -> str:
        """The answer that a stage works out, or the one that was before it."""
        if not isinstance(stage.block, Equations):
            return ""
        left = stage.block.lines[0].left
        key = f"{stage.part}/{left.id}" if isinstance(left, Name) else ""
        return key if key in self.asked else before

    def waited(self, key: str) -> str:
        """What the reader says, "" for Enter alone; his values are judged until he goes on."""
        while True:
            mine = f", or {clean(symbol_text(self.asked[key].symbol))} =" if key else ""
            say(f"Enter, p, q{mine} > ")
            line = sys.stdin.readline()
            said = line.strip() if line else _QUIT[0]  # the end of the input
            if key and said and said not in (*_REST, *_QUIT):
                say(f"{self.verdict(key, said)}\n")
                continue
            say("\n" if not line else "" if dumb() else _ERASE)
            return said

    def verdict(self, key: str, said: str) -> str:
        """What is said of the reader's own value."""
        if self.sitting is None:
            with Progress("solving"):
                self.sitting = Sitting(asked(self.question, self.solution))
        reply = self.sitting.answer(key, said)
        remarks = [*reply["troubles"], *(cell["said"] for cell in reply["cells"] if cell["said"])]
        return clean("; ".join([_SAID.get(reply["verdict"], "a person has to judge it"), *dict.fromkeys(remarks)]))
