"""An exam in LaTeX: one source, of which the class `exam` sets the paper, or with `answers` the working as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from solver.render.blocks import Block, Facts, Heading, Listed, Prose
from solver.render.document import document
from solver.render.format_latex import finder
from solver.render.latex.page_latex import ROOM, LatexPage
from solver.render.latex.preamble import LAYOUT, MACROS, packages
from solver.render.latex.words_latex import text, words
from solver.render.views.headings import told, total, worth
from solver.render.views.view_key import values
from solver.spec.prose.passages import sentence
from solver.working.items import Line
from solver.working.solution import Solution, SolvedPart

if TYPE_CHECKING:
    from solver.render.format import Shown

ENDINGS = ()
FOR_PROGRAMS = False
FRAGMENTS = True

_LEVELS = ("part", "subpart", "subsubpart")
_INDENT = 2.6
# TheSolution without the class's frame: pages break in it as they do in text.
_CLASS = r"""\pagestyle{foot}
\raggedbottom
\cfoot{\thepage}
\renewenvironment{TheSolution}{\par\solutiontitle\ignorespaces}{\par}
\pointpoints{mark}{marks}
"""


def page(shown: Shown) -> str:
    """The paper with its answers; in the views that are handed out, room for them alone."""
    setter = LatexPage(finder(shown))
    questions = []
    for solution in shown.solutions:
        worked, extra = _worked(solution, shown)
        questions.append(_question(solution, shown, setter, worked, extra))
        shown = shown._replace(view=shown.view.behind([block for blocks in (*worked, *extra) for block in blocks]))
    body = "\n\n".join(questions)
    marks = worth(sum((total(solution) for solution in shown.solutions), Decimal()))
    head = setter.render(list(told(shown.head, shown.view.replaced(kind="question"))), ROOM)
    body = f"{head}\n\n\\begin{{questions}}\n{body}\n\\end{{questions}}".lstrip()
    if shown.fragment:
        return f"{MACROS}{body}\n"
    option = "answers," if _told(shown) else ""
    title = rf"\section*{{{words(sentence(shown.title), ROOM)}\hfill\mbox{{\normalfont\normalsize {text(marks)}}}}}"
    return (
        f"\\documentclass[{option}11pt,a4paper,fleqn]{{exam}}\n{packages(body)}{MACROS}{LAYOUT}{_CLASS}"
        f"\\begin{{document}}\n{title}\n{body}\n\\end{{document}}\n"
    )


def _question(
    solution: Solution, shown: Shown, setter: LatexPage, worked: list[Sequence[Block]], extra: list[Sequence[Block]]
) -> str:
    """One question: what is asked, each part with its working, or room for it; behind them what is extra."""
    asked = _sections(document(solution.title, [solution], shown.view.replaced(kind="question")))
    parts = shown.view.shown(solution)
    beside = rf"\hfill\mbox{{{text(worth(total(solution)))}}}\par"
    made = [
        rf"\question \textbf{{{words(sentence(solution.title), ROOM)}}}{beside}",
        setter.render(asked[0][1:], ROOM - _INDENT),
    ]
    depth = 0
    for part, question, answer in zip(parts, asked[1:], worked, strict=True):
        wanted = min(part.label.count(".") + 1, len(_LEVELS))
        made += _moved(depth, wanted)
        depth = wanted
        made.append(_part(part, depth, question[1:], answer, setter))
    made += _moved(depth, 0)
    made += [_solution(setter.render(blocks, ROOM - _INDENT), 0) for blocks in extra]
    return "\n".join(filter(None, made))


def _worked(solution: Solution, shown: Shown) -> tuple[list[Sequence[Block]], list[Sequence[Block]]]:
    """What stands in the solution of each part, and what stands behind them all."""
    parts = shown.view.shown(solution)
    if not _told(shown):
        return [() for _ in parts], []
    if shown.view.kind == "key":
        return [*values(parts, shown.view)], []
    sections = _sections(document(solution.title, [solution], shown.view.replaced(kind="answer")))[1:]
    worked = (section[1 + len(part.prompt.blocks) :] for part, section in zip(parts, sections, strict=False))
    return [*worked], [section[1:] for section in sections[len(parts) :]]


def _unstated(worked: Sequence[Block], asked: Sequence[Block]) -> Iterator[Block]:
    """The working without the givens that stand in the question right above it."""
    said = {line.left for line in _stated(asked)}
    given = _stated(worked)
    left = tuple(line for line in given if line.left not in said)
    for block in worked:
        match block:
            case Prose(("Given",), "label") if given and not left:
                pass
            case Facts(lines) if given and lines is given:
                yield from [block._replace(lines=left)] if left else []
            case _:
                yield block


def _stated(blocks: Sequence[Block]) -> Sequence[Line]:
    """What stands as given."""
    for label, facts in pairwise(blocks):
        if label == Prose(("Given",), "label") and isinstance(facts, Facts):
            return facts.lines
    return ()


def _told(shown: Shown) -> bool:
    """Whether the answers may stand in the source."""
    return shown.view.kind not in ("question", "sheet")


def _part(part: SolvedPart, depth: int, asked: Sequence[Block], worked: Sequence[Block], setter: LatexPage) -> str:
    room = ROOM - _INDENT * (depth + 1)
    name = _LEVELS[depth - 1]
    lines = asked[-1].text.count("\n") if asked and isinstance(asked[-1], Listed) and not asked[-1].text.strip() else 0
    said = setter.render(asked[:-1] if lines else asked, room)
    points, beside = _points(part)
    label = rf"\renewcommand{{\{name}label}}{{({text(part.label.rpartition('.')[2])})}}"
    answer = setter.render([*_unstated(worked, asked)], room)
    return "\n".join(filter(None, [f"{label}\\{name}{points} {beside}{said}", _solution(answer, lines)]))


def _solution(answer: str, lines: int) -> str:
    """The working, and the room that the paper without it leaves."""
    if not answer and not lines:
        return ""
    return "\n".join(
        filter(None, [rf"\begin{{solution}}[{lines}\baselineskip]", answer and rf"\par {answer}", r"\end{solution}"])
    )


def _points(part: SolvedPart) -> tuple[str, str]:
    """Marks as the class takes them, whole ones and halves; or else in words, as those of its parts together."""
    marks = part.marks
    if not marks:
        return "", f"({text(worth(part.worth))}) " if part.worth else ""
    whole, rest = divmod(marks, 1)
    if rest not in (Decimal(), Decimal("0.5")):
        return "", f"({text(worth(marks))}) "
    return f"[{whole if whole else ''}{chr(92) + 'half' if rest else ''}]", ""


def _moved(depth: int, wanted: int) -> Iterator[str]:
    """The lists that end or begin between two parts."""
    yield from (rf"\end{{{_LEVELS[level - 1]}s}}" for level in range(depth, wanted, -1))
    for level in range(depth, wanted):
        empty = rf"\{_LEVELS[level - 1]} " if level > depth else ""
        yield rf"{empty}\begin{{{_LEVELS[level]}s}}"


def _sections(blocks: Sequence[Block]) -> list[list[Block]]:
    """The blocks of each heading, which is the first of them."""
    sections: list[list[Block]] = []
    for block in blocks:
        if isinstance(block, Heading):
            sections.append([])
        sections[-1].append(block)
    return sections
