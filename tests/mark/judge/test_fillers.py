"""One value nearly everywhere, copies, and cheats: what was never worked out earns nothing that follows."""

import numpy as np
import pytest

from solver.mark.judge.numbers import Batch
from solver.mark.sheet import Sheet
from solver.working.question import Scheme
from tests.mark.judge.test_acceptance import BITS, graded
from tests.mark.planted import SHEETS, key_batch


def constant(made: Sheet, value: float, decimals: int) -> Batch:
    batch = key_batch(made)
    for key in batch.values:
        batch.values[key][:], batch.decimals[key][:] = value, decimals
    return batch


def total(made: Sheet, batch: Batch, scheme: Scheme | None = None) -> float:
    return round(float(sum(marks[0] for marks in graded(made, batch, scheme).marks.values())), 2)


def test_a_filler_is_seen() -> None:
    made = SHEETS["q2"]
    found = graded(made, constant(made, 1.0, 0))
    assert found.review == {0: ["1 stands in 64 of 64 cells"]} or 0 in found.review
    assert 0 not in graded(made, key_batch(made)).review


def test_copies_are_seen() -> None:
    made = SHEETS["q2"]
    batch = key_batch(made, 5)
    for key, cell, wrong in (("b/u1", 0, 7.31), ("c/y", 0, 0.37), ("d/df1", 0, 0.77), ("a/W3", 1, 4.5)):
        batch.values[key].reshape(5, -1)[[1, 3], cell] = wrong
    assert set(graded(made, batch).review) == {1, 3}


def test_what_was_never_worked_out_earns_nothing_that_follows() -> None:
    """1.00 stands wrong in the derivatives and gradients of several layers: what it is copied to earns nothing."""
    made = SHEETS["q2"]
    batch = key_batch(made)
    for key in ("d/df2", "e/grad_u3", "e/grad_u2", "e/grad_u1", "f/grad_b2", "f/grad_b3"):
        batch.values[key][:] = 1.0
    assert total(made, batch) < total(made, batch, Scheme(fillers="follow"))
    assert graded(made, batch).review[0] == ["1 is wrong in 8 cells"]


@pytest.mark.parametrize("keys", [("b/u1",), ("b/u1", "b/h1")])
def test_one_value_in_one_answer_or_twice_is_no_filler(keys: tuple[str, ...]) -> None:
    """Three equal cells of one answer, or two slips to one value, are mistakes as others are."""
    made = SHEETS["q2"]
    batch = key_batch(made)
    for key in keys:
        batch.values[key][:, : 3 if len(keys) == 1 else 1] = 0.77
    assert 0 not in graded(made, batch).review
    assert total(made, batch) == total(made, batch, Scheme(fillers="follow"))


def test_bits_are_alike_by_nature() -> None:
    batch = key_batch(BITS, 1)
    for key in ("a/u", "a/y", "a/z"):
        batch.values[key][:] = 1 - batch.values[key]
    assert 0 not in graded(BITS, batch).review


# -- cheats ------------------------------------------------------------------------------------------------------------
def hidden_zero(made: Sheet) -> Batch:
    batch = key_batch(made)
    for key in ("e/grad_u2", "e/grad_u1", "f/grad_W2", "f/grad_W1", "f/grad_b2", "f/grad_b1"):
        batch.values[key][:] = 0.0
    return batch


def integers(made: Sheet) -> Batch:
    batch = key_batch(made)
    for key in batch.values:
        if key[0] != "a":
            batch.values[key], batch.decimals[key][:] = np.rint(batch.values[key]) + 0.0, 0
    return batch


def test_cheats_on_question_2() -> None:
    """Blank 0; no more than what is right, and what is truly worked out, for the others."""
    made = SHEETS["q2"]
    assert total(made, constant(made, np.nan, 0)) == 0
    assert total(made, constant(made, 1.0, 0)) < 5
    assert total(made, constant(made, 1e-7, 7)) < 12
    assert total(made, integers(made)) < 15
    assert total(made, hidden_zero(made)) < 23
