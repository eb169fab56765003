"""The item analysis adds up, whatever the batches, and points at a key that errs."""

from statistics import fmean, pstdev

import numpy as np
import pytest

from solver.formula.print.printer_text import words_text
from solver.mark.judge.numbers import Verdict
from solver.mark.records import Trouble
from solver.mark.tell.report import Analysis
from solver.render.blocks import Heading, Inset, Prose, Table
from solver.render.format_markdown import render
from tests.mark.planted import SHEETS, graded

Q2 = SHEETS["q2"]
CLASS = {
    **{(i, "c/u3"): 1.84 for i in range(6)},
    (0, "b/u1"): [0.8, -5.2, 3.1],
    (1, "b/u1"): [0.8, -5.2, 3.1],
    (7, "c/J"): np.nan,
    (8, "e/grad_u3"): -0.81,
}


def of_class() -> Analysis:
    report = Analysis(Q2)
    report.add(graded(Q2, [f"s{i}" for i in range(10)], CLASS))
    return report


def table(report: Analysis, title: str) -> Table:
    blocks = report.blocks()
    at = next(i for i, b in enumerate(blocks) if isinstance(b, Heading) and words_text(b.words) == title)
    found = blocks[at + 1]
    assert isinstance(found, Table)
    return found


def texts(found: Table) -> list[tuple[str, ...]]:
    return [tuple(str(cell[0]) for cell in row if isinstance(cell, tuple)) for row in found.rows]


def test_means() -> None:
    made = graded(Q2, [f"s{i}" for i in range(10)], CLASS)
    totals = [float(sum(marks[i] for marks in made.marks.values())) for i in range(10)]
    report = of_class()
    assert report.total.mean / 100 == pytest.approx(fmean(totals))
    assert report.total.spread / 100 == pytest.approx(pstdev(totals))
    rows = {row[0]: row for row in texts(table(report, "Parts"))}
    part_b = [float(sum(m[i] for key, m in made.marks.items() if key.startswith("b/"))) for i in range(10)]
    assert float(rows["(b)"][1]) == pytest.approx(fmean(part_b), abs=0.005)


def test_shares() -> None:
    rows = {row[0]: row for row in texts(table(of_class(), "Answers"))}
    assert rows["c/u3"][3:7] == ("40 %", "0 %", "60 %", "0 %")
    assert rows["b/u1"][3:7] == ("80 %", "0 %", "20 %", "0 %")
    assert rows["c/J"][6] == "10 %"


def test_mistakes_are_counted_by_student() -> None:
    assert texts(table(of_class(), "Commonest mistakes"))[:2] == [
        ("digits swapped", "c/u3", "6", "60 %"),
        ("bias forgotten", "b/u1", "2", "20 %"),
    ]


def test_a_key_in_doubt() -> None:
    report = of_class()
    assert texts(table(report, "Wrong values that many gave"))[0] == ("c/u3", "1.84", "6", "1.48", "4")
    notes = [b.blocks for b in report.blocks() if isinstance(b, Inset)]
    said = "More students gave one such value than were judged correct: does the key err at c/u3?"
    assert notes == [(Prose((said,)),)]


def test_batches_make_no_difference() -> None:
    """One batch, two batches, and two reports merged say the same."""
    students = [f"s{i}" for i in range(10)]
    first = graded(Q2, students[:5], {k: v for k, v in CLASS.items() if k[0] < 5})
    second = graded(Q2, students[5:], {(i - 5, key): v for (i, key), v in CLASS.items() if i >= 5})
    streamed, one, other = Analysis(Q2), Analysis(Q2), Analysis(Q2)
    for batch in (first, second):
        streamed.add(batch)
    one.add(second)
    other.add(first)
    one.merge(other)
    assert render(streamed.blocks()) == render(one.blocks()) == render(of_class().blocks())


def test_discrimination_is_the_correlation_with_the_rest() -> None:
    made = graded(Q2, [f"s{i}" for i in range(10)], CLASS)
    report = of_class()
    total = np.sum(list(made.marks.values()), axis=0)
    for key, marks in made.marks.items():
        found = report.discrimination(key)
        if marks.std() and (total - marks).std():
            assert found == pytest.approx(np.corrcoef(marks, total - marks)[0, 1])
        else:
            assert found is None
    rows = {row[0]: row for row in texts(table(report, "Answers"))}
    assert rows["b/u1"][7] == "0.80"


def test_the_histogram_has_everybody() -> None:
    rows = texts(table(of_class(), "Totals"))
    assert (rows[0][0], rows[-1][0]) == ("22.5 to 25", "0 to 2.49")
    assert sum(int(row[1]) for row in rows) == 10
    assert len(rows[0][2]) == 40


def test_what_several_wrote_is_decided_once() -> None:
    found = texts(table(of_class(), "Wrong values to decide on once"))
    assert ("b/u1[1]", "0.8", "2") in found
    assert all(row[0] != "c/u3" for row in found)


def test_scripts_alike_are_found_across_batches_and_told_to_a_person() -> None:
    """Two students in different batches share three wrong values; a third one's are of nobody else."""
    odd = {"b/u1": [7.31, -5.77, 3.19], "c/J": 9.17}
    first = graded(Q2, ["ann", "cy"], {(0, key): value for key, value in odd.items()})
    second = graded(Q2, ["bob"], {(0, key): value for key, value in odd.items()})
    report, other = Analysis(Q2), Analysis(Q2)
    report.add(first)
    other.add(second)
    report.merge(other)
    assert texts(table(report, "Scripts that share wrong values of their own")) == [("ann", "bob", "4")]
    third = Analysis(Q2)
    third.add(graded(Q2, ["di"], {(0, key): value for key, value in odd.items()}))
    report.merge(third)
    assert report.likeness.pairs() == []


def test_unread_cells_are_for_a_person() -> None:
    report = Analysis(Q2)
    report.add(graded(Q2, ["ann"], {(0, "c/J"): np.nan}, [Trouble("ann", "c/J", "1..6", "is no number")]))
    assert texts(table(report, "Scripts for a person to look at")) == [("ann", "c/J: 1..6")]


def test_nobody() -> None:
    assert "Nobody" in render(Analysis(Q2).blocks())


def test_words_are_counted() -> None:
    made = SHEETS["q3"]
    wrong = {(i, "c.i"): "TRUE" for i in range(4)}
    report = Analysis(made)
    report.add(graded(made, list("abcde"), wrong))
    assert texts(table(report, "Wrong values that many gave"))[0] == ("c.i", "TRUE", "4", "FALSE", "1")


def test_memory_is_bounded() -> None:
    """Ever new wrong values do not pile up."""
    report, rng = Analysis(Q2), np.random.default_rng(0)
    for _ in range(3):
        found = graded(Q2, [""] * 6000, {})
        found.submissions.batch.values["c/J"] = rng.uniform(5, 9, (6000, 1, 1))
        found.judged["c/J"].verdicts[...] = Verdict.WRONG
        report.add(found)
    assert len(report.wrong["c/J"]) <= 10_000
