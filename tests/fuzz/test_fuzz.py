"""The fuzzer itself: what it makes is varied and the same each time, and it finds, shrinks and tells what is planted."""

import sys

import pytest
import yaml

from solver.render import format_markdown as markdown
from solver.render import format_text as text
from solver.spec import reader
from tests.fuzz import trial as trials
from tests.fuzz.__main__ import main as command
from tests.fuzz.case import Case, case, minimised, told
from tests.fuzz.corpus import corpus
from tests.fuzz.trees import STYLES, Anchored, Map, Raw, at, emit, paths, put, tree_of
from tests.fuzz.trial import Options, trial
from tests.places import ROOT
from tests.trials import times


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_found(seed: int) -> None:
    """A few specs; CI runs a minute of them."""
    stages = set()
    for number in range(times(12)):
        made = case(seed, number, corpus())
        finding, stage = trial(made.source, made.options)
        assert finding is None, told(number, seed, made, finding)
        stages.add(stage)
    assert stages == {"refused", "solved", "graded"}


def test_a_case_comes_from_its_number_alone() -> None:
    made, again = [case(3, n, corpus()) for n in range(30)], corpus.__wrapped__()
    assert made[::-1] == [case(3, n, again) for n in reversed(range(30))]
    assert len({each.source for each in made}) == 30


@pytest.mark.parametrize("style", STYLES)
def test_a_tree_is_the_yaml_that_it_came_from(style) -> None:
    for spec in corpus().specs:
        assert tree_of(emit(spec, style)) == spec
    hostile = Map(
        [("a: b", ["x#", "\u202e", "\x1b", 'q"\\', "", "-", "~", " x ", "1", "é\n"]), ("k", Anchored("a", Map()))]
    )
    read = yaml.load(emit(Map([*hostile.pairs, ("again", Raw("*a"))]), style), yaml.BaseLoader)
    assert read == {"a: b": hostile.pairs[0][1], "k": {}, "again": {}}


def test_every_place_can_be_changed() -> None:
    tree = tree_of("a: [1, {b: 2}]\nc: 3\n")
    for path in paths(tree):
        assert at(put(tree, path, "new"), path) == "new"
    assert put(tree, (1, 0), None) == tree_of("a: [{b: 2}]\nc: 3\n")
    assert put(tree, (2,), None) == tree_of("a: [1, {b: 2}]\n")


QUESTION = (ROOT / "problems" / "q2.yaml").read_text(encoding="utf-8")


def planted(blocks: object) -> str:
    raise ZeroDivisionError("planted")


def test_a_traceback_is_found_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in (markdown, text):
        monkeypatch.setattr(each, "render", planted)
    big = Case(tree_of(QUESTION), "block", Options("exact", 3))
    options = next(o for o in (Options("exact", 3, n) for n in range(99)) if trial(big.source, o)[0])
    finding, _ = trial(big.source, options)
    assert finding is not None
    assert "ZeroDivisionError" in finding.kind
    assert "planted" in finding.detail
    small = minimised(Case(big.tree, "block", options), finding.kind)
    assert small.options == Options(rolls=options.rolls)
    assert len(small.source) < len(QUESTION) / 4
    assert "python -m tests.fuzz --seed 5 --only 7" in told(7, 5, small, finding)


def test_an_edited_text_is_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(node, file):
        raise KeyError("planted") if "Q" in node else AssertionError

    monkeypatch.setattr(reader, "read_nodes", broken)
    edited = Case("", "block", Options(), edited="title: Question\nparts: []\n")
    finding, stage = trial(edited.source, edited.options)
    assert finding
    assert stage == "load"
    assert minimised(edited, finding.kind).source == "Q"


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (("question.yaml", 0, 0, "no line"), "an error without line and column: no line"),
        (("question.yaml", 1, 1, " "), "an empty message"),
        (("question.yaml", 1, 1, "<solver.x object at 0x7f>"), "an error that tells of Python: <solver.x object at"),
        (("question.yaml", 1, 1, "x" * 4000), "an endless message"),
        (("question.yaml", 1, 1, "found 3, expected 4"), None),
    ],
)
def test_an_error_is_looked_at_too(problem, kind, monkeypatch: pytest.MonkeyPatch) -> None:
    from solver.errors import Place, Problem, SpecError

    def refuse(node, file):
        raise SpecError([Problem(Place(*problem[:3]), problem[3])])

    monkeypatch.setattr(reader, "read_nodes", refuse)
    finding, stage = trial("title: t", Options())
    assert stage == "refused"
    assert (finding.kind if finding else None) == kind


def test_the_command_tells_how_many(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(trials, "bound_memory", lambda: None)  # which is for a process of its own
    monkeypatch.setattr(sys, "argv", ["fuzz", "--specs", "2", "--seed", "1", "--workers", "1"])
    assert command() == 0
    said = capsys.readouterr().out
    assert said.startswith("2 specs (")
    assert "0 findings" in said
