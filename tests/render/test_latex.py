"""LaTeX that both engines take without a word: everything in one document, hostile words, wide matrices and tables."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.formula.macros import FACES, LETTERS, MARKS, NAMES, SIGNS
from solver.formula.parse import parse
from solver.formula.symbol import Symbol
from solver.formula.tree import Name, literal
from solver.formula.typeset import (
    Accented,
    Digits,
    Enclosed,
    Gap,
    Lattice,
    Letters,
    Named,
    Over,
    Root,
    Said,
    Scripts,
    Sign,
    together,
)
from solver.formula.words import Code, Link, Maths, Styled
from solver.render.blocks import (
    Block,
    Bullets,
    Cases,
    Displayed,
    Equations,
    Facts,
    Heading,
    Inset,
    Prose,
    Table,
    bullets,
)
from solver.render.format import Shown, format_file
from solver.render.latex.page_latex import LatexPage
from solver.render.latex.preamble import LAYOUT, MACROS, packages
from solver.render.latex.words_latex import text
from solver.render.views.view import Kind, View
from solver.rounding import Rounding
from solver.spec.reader import load, load_text
from solver.working.items import Line
from solver.working.passage import Listed, Picture
from solver.working.solve import solve_paper
from tests.places import PROBLEMS
from tests.render.test_prompts import ALL, HOSTILE
from tests.tables import each
from tests.trials import CHARACTERS

SCRIPTS = [
    "Ελληνικά αβγδεζηθικλμνξοπρστυφχψω ΓΔΘΛΞΠΣΦΨΩ", "漢字かな交じり文を書く。中文没有空格所以这一行很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长",
    "שלום עולם", "مرحبا بالعالم", "🙂👩\u200d🔬🇬🇷 ❤\ufe0f", "naïve Öl żółć Dvořák ğ ș ế Ångström ß ÿ ā", "½ ¼ x² H₂O 5 ℃ Wᵀ ℝ ① ﬁ Ⅳ …",
    "a -- b --- c ,, '' `` ?` !` << >> \"q\"", "[x] * [y]", r"\ { } $ & # % _ ^ ~ < > | @", "€ £ ¥ © ® ™ ° § ¶ • † ‡ – — „x“ ‚ ‹›",
    "e\u0301 a\u0308 x\u0302 \u0338", "→ ≤ ≥ ≠ × · ÷ ± ∈ ∑ √ − ∞ ∂ ∇ ⊙", "A" * 200, "https://example.org/" + "very/long/" * 20, "\ue000\ufffd\u200b|",
]  # fmt: skip


def everything() -> list[Block]:
    """Each block, each node, each macro that authors have, hostile words in every place."""
    x = Letters("x")
    nodes = [
        together(*(Letters(sign, face) for sign in [*LETTERS.values(), "A", "b", "Ab", "é", "🙂"]))
        for face in FACES.values()
    ]
    nodes += [together(*(part for sign, role in SIGNS.values() for part in (x, Sign(sign, role), x)))]
    nodes += [together(*(part for name, limits in NAMES.items() for part in (Named(name, limits), x)))]
    nodes += [together(*(Accented(mark, inner) for mark in MARKS.values() for inner in (x, together(x, x))))]
    fences = ["()", "[]", "{}", "||", "‖‖", "⌊⌋", "⌈⌉", "⟨⟩"]
    nodes += [together(*(Enclosed(a, Over(x, x), b) for a, b in fences)), Enclosed("", Over(x, x, False), "]")]
    nodes += [together(Root(x, Digits("3")), Root(Over(x, x)), Gap(1.3), Gap(-1 / 6), Digits("16,941,456"))]
    nodes += [Scripts(Scripts(x, x, x), x, x), Scripts(Sign("∑", "large"), x, x), Scripts(x, x, x, True)]
    nodes += [Lattice(((Sign("["), x), (Sign("*"), x)), ("left", "right")), Enclosed("[", Lattice(((x,), (x,))), "]")]
    nodes += [Lattice(((x, together(Sign("=", "relation"), x)),), ("right", "left"), True), Said("words é 🙂 $ \\ { _")]
    nodes += [Sign("🙂", "relation"), Sign("🙂", "binary"), Named("Häufig 🙂"), Said("")]
    found: list[Block] = [Heading(level, ("Title # " + SCRIPTS[0],), "3 marks") for level in (1, 2, 3, 4)]
    found += [block for node in nodes for block in (Displayed(node), Prose(("so ", Maths(node))))]
    found += [*ALL, Picture("vector", "a.svg", "svg", b""), Picture("odd", "a%b#{}.png", "png", b"")]
    for said in [*HOSTILE, *SCRIPTS]:
        found += [Prose((said, " ", Styled((said,), True), Code(said), Link((said,), "https://a.org/%7E_b#c?d=é&e~{}\\"))),
                  Listed(f"{said}\n\n  {said}"), bullets((said,)), Inset((Prose((said,)),), "note"), Heading(3, (said,), said),
                  Table((said, said, "n"), (((said,), (Code(said),), parse("1.5")), ((said,), ("",), parse("x"))), {})]  # fmt: skip
    deep: Block = Prose(("deep",))
    for k in range(9):
        deep = Bullets(((deep,), (Displayed(x),)), k or None) if k % 3 else Inset((deep,), "quote")  # type: ignore[arg-type]
    found.append(deep)
    for columns in (4, 8, 10, 12, 30):
        numbers = literal(np.linspace(-20, 20, 3 * columns).reshape(3, columns), Rounding(2))
        lines = [Line(numbers, Name("W")), Line(numbers, note=("so it is " * 20,))]
        found += [Facts(lines, {}, 40), Equations(lines, {}, 8)]
        row = tuple(parse(f"{k}.25") for k in range(columns))
        found.append(Table(tuple(f"column {k}" for k in range(columns)), (row,) * 60, {}))
    terms = parse(" + ".join(f"a*b*{k}.5" for k in range(40)))
    found += [Equations([Line(terms, Name("y")), Line(parse(f"({' + '.join('abcdefgh' * 5)})/2"))], {}, 200)]
    found += [Cases(Name("f"), ((parse("u"), ("if ", Symbol("u"), " > 0 🙂")), (parse("0"), ("otherwise",))), {})]
    found += [Table(("words",) * 3, ((("word " * 60,), ("other " * 30,), (Maths(nodes[0]),)),), {})]
    return found


def document(blocks: list[Block]) -> str:
    body = LatexPage(lambda picture: picture.path if isinstance(picture, Picture) else "").render(blocks)
    start = "\\documentclass[11pt,a4paper,fleqn]{article}\n"
    return f"{start}{packages(body)}{MACROS}{LAYOUT}\\begin{{document}}\n{body}\n\\end{{document}}\n"


COMPLAINT = re.compile(r"Warning|Overfull|Underfull \\hbox|Missing character|^!", re.MULTILINE)


def complaints(source: str, engine: str, folder: Path, runs: int = 2) -> list[str]:
    """What the log of the last run complains of, but for what a second run settles; fails where there is an error."""
    program = shutil.which(engine)
    if program is None:
        pytest.skip(f"{engine}: apt-get install texlive-latex-extra texlive-luatex lmodern")
    (folder / "page.tex").write_text(source, encoding="utf-8")
    command = [program, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "-draftmode", "page.tex"]
    for _ in range(runs):
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
        log = (folder / "page.log").read_text(encoding="utf-8", errors="replace")
        assert done.returncode == 0, log[-2000:]
    found = (log[m.start() : m.start() + 300] for m in COMPLAINT.finditer(log))
    return [each for each in found if runs > 1 or not re.match(r"Warning: .* have changed", each)]


@pytest.mark.parametrize(("engine", "runs"), [("pdflatex", 2), ("lualatex", 1)])
def test_everything_is_set_without_a_complaint(engine: str, runs: int, tmp_path: Path) -> None:
    found = complaints(document(everything()), engine, tmp_path, runs)
    assert not found, f"{len(found)}: " + "\n---\n".join(found[:12])


def test_a_page_is_a_document_or_a_fragment() -> None:
    paper = load(PROBLEMS / "q2.yaml")
    shown = Shown(paper.title, solve_paper(paper))
    whole, part = (format_file("latex").page(shown._replace(fragment=f)) for f in (False, True))
    assert whole.count(r"\documentclass") == whole.count(r"\begin{document}") == whole.count(r"\end{document}") == 1
    assert r"\documentclass" not in part
    assert r"\begin{document}" not in part
    assert r"\usepackage" not in part
    assert whole.partition(r"\begin{document}")[2].strip().startswith(r"\section*{Question 2")
    assert part.strip().endswith(whole.partition(r"\begin{document}")[2].partition(r"\end{document}")[0].strip())


@each(
    ("said", "made"),
    [
        (r"\write18{ls}", r"\textbackslash{}write18\{ls\}"),
        ("50 % of #1_2", r"50 \% of \#1\_2"),
        ("a^b~c & $5", r"a\textasciicircum{}b\textasciitilde{}c \& \$5"),
        ("--", "-{}-"),
        ("---", "-{}-{}-"),
        ("''", "'{}'"),
        ("x²", r"x\textsuperscript{2}"),
        ("H₂", r"H\textsubscript{2}"),
        ("½", "1/2"),
        ("α → β", r"$\alpha$ $\to$ $\beta$"),
        ("🙂", r"\codepoint{1F642}"),
        ("ş", "ş"),
        ("ș", r"\codepoint{0219}"),
        ("e\u0301", r"\'{e}"),
        ("\u202egnp", "gnp"),
        ("\x1b[31m", r"\codepoint{241B}{[}31m"),
        ("a\nb", "a b"),
        ("A" * 40, r"\allowbreak{}".join("A" * 40)),
    ],
)
def test_words(said: str, made: str) -> None:
    assert text(said) == made


KNOWN = re.compile(
    r"\\(?:textbackslash|textasciicircum|textasciitilde|textless|textgreater|textasciigrave|textquotedbl|textbar|allowbreak)\{\}"
    r"|\\[{}$&#%_]|\\codepoint\{[0-9A-F]+\}|\\text(?:super|sub)script\{|\$\\?[A-Za-z|\-]+\$|\\[`'^~=\"]\{[A-Za-z]|\\[a-zA-Z]\{[A-Za-z]"
)


@given(st.text(CHARACTERS, max_size=40))
def test_no_words_are_commands(said: str) -> None:
    left = KNOWN.sub("", text(said))
    assert not set(left) & set("\\$&#%_^"), left


def test_hostile_questions_stay_words() -> None:
    spec = "title: '\\input{x} % $'\nprompt: '\\write18{ls}'\nparts: [{label: a, given: {family: concept, points: ['\\csname x']}}]"
    made = format_file("latex").page(Shown("t", solve_paper(load_text(spec))))
    body = made.partition(r"\begin{document}")[2]
    assert "\\input" not in body
    assert "\\write" not in body
    assert "\\csname" not in body


EXAM = """title: 'A paper # 1'
prompt: '$x$ and \\input{y} %'
given: {family: mlp, x: [1.0, 2.0], d: 0, loss: cross-entropy,
        layers: [{W: [[3.0], [1.0]], b: 0.5, activation: sigmoid}]}
parts:
  - {label: a, marks: 2.5, prompt: State them., find: parameters}
  - label: b
    prompt: Both.
    parts:
      - {label: i, marks: 1.25, prompt: '- one', find: output}
      - {label: ii, marks: 3, prompt: Why?, given: {family: concept, points: [because $x$]}}
"""


@pytest.mark.parametrize("kind", ["answer", "question", "key"])
def test_an_exam_is_one_source_of_paper_and_answers(kind: Kind, tmp_path: Path) -> None:
    paper = load_text(EXAM)
    solutions = solve_paper(paper)
    shown = Shown(paper.title, solutions, View(kind=kind))
    made = format_file("exam").page(shown)
    assert (r"\documentclass[answers," in made) == (kind != "question")
    assert made.count(r"\begin{solution}") == made.count(r"\end{solution}") == 3
    assert r"\renewcommand{\partlabel}{(a)}\part[2\half]" in made
    assert r"\begin{subparts}" in made
    assert r"\renewcommand{\subpartlabel}{(ii)}\subpart[3]" in made
    assert "(1.25 marks)" in made
    assert r"\renewcommand{\partlabel}{(b)}\part (4.25 marks) Both." in made
    assert r"\mbox{6.75 marks}" in made
    assert (r"u_1 &=" in made) == (kind == "answer")  # the working; the key has its value alone
    assert ("1.00" in made) == (kind != "question")
    assert r"\input" not in made
    found = complaints(made, "pdflatex", tmp_path, 2 if kind == "answer" else 1)
    assert not found, "\n---\n".join(found)


def test_pages_break_in_a_solution_without_a_complaint(tmp_path: Path) -> None:
    paper = load(Path(__file__).parent / "documents" / "wide.yaml")
    made = format_file("exam").page(Shown(paper.title, solve_paper(paper)))
    assert isinstance(made, str)
    assert not complaints(made, "pdflatex", tmp_path, 1)


def test_what_an_exam_gives_is_not_given_again_in_its_solution() -> None:
    paper = load_text("""title: t
given: {family: mlp, x: [1.0, 2.0], layers: [{W: [[3.0], [1.0]], b: 0.5, activation: sigmoid}]}
parts: [{label: a, find: u1}, {label: b, find: output}]""")
    made = format_file("exam").page(Shown(paper.title, solve_paper(paper)))
    assert isinstance(made, str)
    first, _ = made.split(r"\renewcommand{\partlabel}")[1:]
    assert first.count(r"\mathbf{x} = ") == 1
