"""HTML: one strict file that needs nothing else, whose numbers are those of the JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.render.blocks import Bullets, Equations, Heading, Listed, Prose
from solver.render.document import document
from solver.render.format import Shown, format_file
from solver.render.format_html import fragment, render
from solver.render.format_json import render as to_json
from solver.spec.reader import load, load_text
from solver.working.solve import solve_paper
from tests.places import PROBLEMS
from tests.questions import paper, solutions
from tests.reader import mathml
from tests.reader.expression import ElidedError, Floats, UnreadableError, value
from tests.render.test_prompts import ALL, HOSTILE, QUESTION
from tests.tables import each
from tests.trials import CHARACTERS, times

NUMBERS = ("exam", "attention", "optimizer", "convolution")
HTML = "{http://www.w3.org/1999/xhtml}"
RELATIONS = ("=", "≈")


def parsed(text: str) -> Element:
    """The tree; what the standard calls an error fails."""
    root: Element = html5lib.HTMLParser(strict=True).parse(text)
    return root


def tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


@pytest.fixture(scope="module")
def pages() -> Mapping[str, tuple[Element, dict[str, Any]]]:
    made = {}
    for name in NUMBERS:
        title, solved = paper(name).title, solutions(name)
        made[name] = parsed(render(document(title, solved))), json.loads(to_json(title, solved))
    return made


def test_every_block() -> None:
    made = parsed(render(ALL))
    assert {
        "h1",
        "p",
        "em",
        "strong",
        "code",
        "a",
        "math",
        "ol",
        "ul",
        "li",
        "table",
        "th",
        "td",
        "blockquote",
        "pre",
        "img",
    } <= {tag(each) for each in made.iter()}
    (image,) = (each for each in made.iter() if tag(each) == "img")
    assert image.attrib == {"src": "data:image/png;base64,", "alt": "shown"}
    assert "Figure: network" in words(made)


def test_nothing_comes_from_elsewhere_and_nothing_runs() -> None:
    text = render([*ALL, *document("t", solve_paper(load(PROBLEMS / "q2.yaml")))])
    made = parsed(text)
    policy = next(each for each in made.iter() if each.get("http-equiv") == "Content-Security-Policy")
    assert policy.get("content", "").startswith("default-src 'none'; style-src 'sha256-")
    for element in made.iter():
        assert tag(element) not in ("script", "link", "iframe", "object")
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
        assert element.get("src", "data:").startswith("data:")
    assert "url(" not in text
    assert "@import" not in text


@each("prompt", HOSTILE)
def test_hostile_words_are_text(prompt: str) -> None:
    paper = load_text(QUESTION.format(prompt=json.dumps(prompt, ensure_ascii=False)))
    made = parsed(format_file("html").page(Shown(paper.title, solve_paper(paper))))
    shown = " ".join(prompt.replace("\x1b", "␛").replace("\u202e", "").split())
    assert words(made).count(shown) >= 5
    assert {tag(each) for each in made.iter()} <= {
        "html", "head", "meta", "title", "style", "body", "main", "section", "h1", "h2", "p", "div", "ul", "li", "a", "header", "nav",
    }  # fmt: skip


@settings(max_examples=times(5))
@given(st.text(CHARACTERS, max_size=30))
def test_any_words_at_all(text: str) -> None:
    blocks = [
        Heading(1, (text,), text),
        Heading(2, (text,)),
        Prose((text,)),
        Listed(text, text),
        Bullets(((Prose((text,)),),)),
    ]
    parsed(render(blocks))
    parsed(f"<!DOCTYPE html><title>t</title>{fragment(blocks)}")


@pytest.mark.parametrize("name", NUMBERS)
def test_headings_and_anchors(name: str, pages: Mapping[str, tuple[Element, dict[str, Any]]]) -> None:
    made, _ = pages[name]
    levels = [int(tag(each)[1]) for each in made.iter() if re.fullmatch(r"h\d", tag(each))]
    main = levels[levels.index(1) :]
    assert main.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(main))
    anchors = [each.get("id") for each in made.iter() if each.get("id")]
    assert len(anchors) == len(set(anchors))
    links = [str(each.get("href")) for each in made.iter() if tag(each) == "a"]
    assert {link[1:] for link in links if link[0] == "#"} <= set(anchors)


def stated(section: Element) -> list[Floats]:
    """What a part states, wherever it does: `symbol = numbers`, or numbers in a table."""
    found: list[Floats] = []
    for maths in section.iter():
        if tag(maths) != "math":
            continue
        row = [each for child in maths for each in mathml.flat(child)]
        signs = [k for k, each in enumerate(row) if each.text in RELATIONS]
        with suppress(UnreadableError, ElidedError):
            found.append(value(mathml.numbers(row[signs[-1] + 1 if signs else 0 :])))
    return found


@pytest.mark.parametrize("name", NUMBERS)
def test_the_numbers_of_the_json(name: str, pages: Mapping[str, tuple[Element, dict[str, Any]]]) -> None:
    made, answers = pages[name]
    found = {str(each.get("id")): stated(each) for each in made.iter() if tag(each) == "section"}
    checked = 0
    for question in answers.get("questions", [answers]):
        start = re.sub(r"\W+", "-", question["title"].lower()) + "-" if "questions" in answers else ""
        for key, answer in question["answers"].items():
            there = found[start + key.partition("/")[0].replace(".", "-")]
            if isinstance(answer, str | bool) or np.ndim(answer) > 2:  # said in words
                continue
            expected = np.ravel(np.asarray(answer, float))
            assert any(np.array_equal(np.ravel(each), expected) for each in there), key
            checked += 1
    assert checked >= 10


def test_a_single_line_is_not_folded() -> None:
    lines = solve_paper(load(PROBLEMS / "q2.yaml"))[0]["c/y"].lines()
    assert "<details>" not in render([Equations(lines[:1], {})])
    made = parsed(render([Heading(1, ("t",)), Equations(lines, {})]))
    (folded,) = (each for each in made.iter() if tag(each) == "details")
    assert words(folded[0]) == "Working: y=0.81"
    assert len([each for each in folded[1] if tag(each) == "math"]) == len(lines) + 1


@each(("key", "said"), [("a.i/F1", "Working: F1=7"), ("a.i/p2", "Working: p2=1")])
def test_an_unknown_is_folded_behind_its_value_and_not_behind_its_check(key: str, said: str) -> None:
    lines = solve_paper(load(PROBLEMS / "q3.yaml"))[0][key].lines()
    made = parsed(render([Heading(1, ("t",)), Equations(lines, {})]))
    (folded,) = (each for each in made.iter() if tag(each) == "details")
    assert words(folded[0]) == said
