"""All mathematics of the suite's documents is accepted by the viewers that readers have: KaTeX and MathJax."""

import atexit
import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from solver.formula.functions import FUNCTIONS
from solver.formula.macros import FACES, GAPS, LETTERS, MARKS, NAMES
from solver.formula.macros import SIGNS as SIGN_MACROS
from solver.formula.parse import parse
from solver.formula.symbol import Symbol
from solver.formula.tree import Name, names
from solver.render.blocks import Cases, Displayed, Equations
from solver.render.document import definition, document
from solver.render.format_markdown import render
from solver.spec.prose.mathematics import typeset
from solver.spec.reader import load_text
from solver.working.items import Line
from solver.working.solve import solve_paper
from tests.families.networks import layers_text, random_net, targets
from tests.formula.functions.quantities import drawn
from tests.render.documents import unlike
from tests.render.test_clean import HOSTILE
from tests.trials import times

VIEWERS = Path(__file__).parent / "mathematics"
NODE = shutil.which("node")

needs_viewers = pytest.mark.skipif(
    NODE is None or not (VIEWERS / "node_modules").is_dir(),
    reason="node, or its packages katex and mathjax-full: npm install --prefix tests/render/mathematics",
)


@cache
def viewers() -> subprocess.Popen[str]:
    """KaTeX and MathJax in a process that all tests ask: they start slowly, and get faster."""
    assert NODE
    command = [NODE, str(VIEWERS / "accept.js")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    atexit.register(process.communicate)  # at the end of its input it ends
    return process


def refused(texts: Iterable[str], strict: bool = True) -> list[str]:
    """What KaTeX or MathJax do not accept of the mathematics of these markdown documents."""
    asked = [{"tex": tex, "display": display, "strict": strict} for tex, display in unlike(texts)]
    assert asked
    asking, answering = viewers().stdin, viewers().stdout
    assert asking
    assert answering
    print(json.dumps(asked), file=asking, flush=True)
    return [f"{each['viewer']}: {each['reason']} in {each['tex']}" for each in json.loads(answering.readline())]


@needs_viewers
def test_what_is_ill_is_refused_by_both() -> None:
    ill = [r"\text{if u \gt 0}", r"\nowhere", r"a &= b", r"\frac{1}", "x^2^3"]
    found = refused(f"$$\n{tex}\n$$" for tex in ill)
    assert [each.split(":")[0] for each in found] == ["KaTeX", "MathJax"] * len(ill)


def networks() -> Iterator[str]:
    rng = np.random.default_rng(7)
    hidden = ["tanh", "sigmoid", "relu", "leaky_relu", "elu", "softplus", "gelu", "linear"]
    for k in range(times(4)):
        sizes = [int(n) for n in rng.choice([1, 2, 3, 9, 30], 3)]
        last, loss = [("sigmoid", "cross-entropy"), ("softmax", "cross-entropy"), ("linear", "half-square-error")][
            k % 3
        ]
        sizes = [min(n, 3) for n in sizes] if last == "sigmoid" else sizes  # more would saturate it
        sizes[-1] = max(sizes[-1], 2) if last == "softmax" else sizes[-1]
        net = random_net(rng, sizes, [hidden[k % len(hidden)], last], loss)
        x, d = rng.integers(-20, 21, sizes[0]) / 10, targets(rng, net, sizes[-1]).ravel()
        yield (
            f"title: t\nround: {{figures: {2 + k % 3}}}\ncarry: {'exact' if k % 2 or last == 'sigmoid' else 'rounded'}\n"
            f"given: {{family: mlp, x: {x.tolist()}, d: {d.tolist()}, {layers_text(net)}, loss: {loss}}}\n"
            "parts: [{label: a, find: [output, loss]}, {label: b, find: gradients}]"
        )


def formulas() -> Iterator[str]:
    """The examples of every function, alone and in a sum, of numbers from tiny to large."""
    for row in FUNCTIONS.values():
        for k, example in enumerate(row.examples):
            used = {name: drawn(k)[name].tolist() for name in names(parse(example))}
            yield (
                f"title: t\nround: {{figures: {2 + k % 3}}}\ngiven: {{family: formula, quantities: {json.dumps(used)},"
                f' formulas: ["y = {example}", "z = -{example}/3 + 0.000012"]}}\nparts: [{{label: a}}]'
            )


@needs_viewers
def test_random_networks_and_every_function() -> None:
    papers = (load_text(text) for text in (*networks(), *formulas()))
    assert not refused(render(document(paper.title, solve_paper(paper))) for paper in papers)


@needs_viewers
def test_definitions() -> None:
    assert not refused(render(list(definition(fn))) for fn in FUNCTIONS if list(definition(fn)))


WRITTEN = [
    r"\mathbf{W}_1^\top x", r"\sum_{i=1}^n w_i x_i", r"\hat y = \widehat{ab}", r"\left\| \frac{a}{b} \right\|_2", r"f'(x)_1^2",
    r"\begin{cases} 1 & \text{if } u > 0 \\ 0 & \text{50\% $} \end{cases}", r"\underbrace{x+y}_{\text{sum}}", r"\binom{n}{k}",
    r"\begin{aligned} a &= b \\ &= c \end{aligned}", r"\begin{array}{lr} a & b \end{array}", r"\overset{!}{=} \underset{w}{x}",
    r"\sqrt[3]{x}", r"\left. x \right|_{0}", r"\boldsymbol{\theta} \mathbb{R} \mathcal{L} \mathsf{a} \mathtt{b}", r"x\:y\;z\!\quad w",
    r"\operatorname*{argmax}_k", r"\begin{Vmatrix} 1 \end{Vmatrix}\begin{smallmatrix} 1 \end{smallmatrix}",
]  # fmt: skip


@needs_viewers
def test_what_authors_write() -> None:
    """Every macro that authors may write, and how they go together."""
    alone = [rf"\{name}" for name in (*LETTERS, *SIGN_MACROS, *NAMES)] + [rf"\{name}{{x}}" for name in (*MARKS, *FACES)]
    alone += [rf"a\{name} b" for name in GAPS if name != " "]
    assert not refused(render([Displayed(typeset(tex))]) for tex in (*WRITTEN, *alone))


SIGNS = "\\{}$&#%_^~<>`'\"×|→\n\t-"


@needs_viewers
@settings(max_examples=times(2), phases=[Phase.generate])  # the first is the simplest
@given(st.lists(st.one_of(HOSTILE, st.text(st.sampled_from(SIGNS + "ab 1"), max_size=12)), min_size=80, max_size=99))
def test_hostile_words_inside_mathematics(sentences: list[str]) -> None:
    """Any words at all, as a reason beside a line or a condition; many in one run of the viewers."""
    texts: list[str] = []
    for text in (*sentences, *SIGNS):
        line = Line(parse("a + b"), left=Name("y"), note=(text,))
        condition = (text, Symbol("u", "1"), text)
        texts.append(render([Equations([line], {}), Cases(Name("y"), ((parse("1"), condition),), {})]))
    assert not refused(texts, strict=False)
    assert not [text for text in texts if re.search(r"\\text\{[^}]*\\", text)]
