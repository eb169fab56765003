"""What a question asks for, as the commands of marking need it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.cli.console import refused

if TYPE_CHECKING:
    from solver.mark.sheet import Sheet
    from solver.working.question import Scheme


def asked(question: str) -> tuple[Sheet, Scheme | None]:
    """The answer sheet of a question and its marking scheme; raises SpecError."""
    from solver.mark.sheet import sheet
    from solver.spec.reader import load
    from solver.working.solve import solve_question

    paper = load(question)
    if paper.exam or len(paper.questions) != 1:
        files = ", ".join(question.file for question in paper.questions[:10])
        raise refused(question, "is an exam; its questions are marked one by one", files)
    one = paper.questions[0]
    made = sheet(solve_question(one))
    if not made.answers:
        raise refused(question, "asks for nothing that could be marked")
    return made, one.marking
