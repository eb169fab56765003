"""Walks that change a formula, and walks that leave it as it is."""

import pytest

from solver.formula.parse import parse
from solver.formula.tree import Dots, Group, Name, Num, Tree, rebuild, replace_names
from tests.tables import each

FORMULAS = ["-(a + b)", "a.T @ b", "tanh(W @ x + b)", "max(a, 0)**2/b", "1 - a*b"]


@each("text", FORMULAS)
def test_what_does_not_change_is_the_same_tree(text: str) -> None:
    """Whoever asks whether a walk changed anything compares by identity."""
    tree = parse(text)
    assert rebuild(tree, lambda x: x) is tree
    assert replace_names(tree, {"other": Num("1")}) is tree


@pytest.mark.parametrize(("text", "renamed"), [("-(a + b)", "-(q + b)"), ("tanh(W @ a + b)", "tanh(W @ q + b)")])
def test_a_renamed_formula_reads_as_if_typed_so(text: str, renamed: str) -> None:
    """Only the name differs, and the first tree stays as it was."""
    tree = parse(text)
    assert replace_names(tree, {"a": Name("q")}) == parse(renamed)
    assert tree == parse(text)


def test_equal_trees_are_of_one_kind_and_one_hash() -> None:
    """−x, xᵀ and (x) hold the same operand and are three trees."""
    trees: list[Tree] = [parse("-x"), parse("x.T"), Group(Name("x")), Name("x"), Num("x"), Dots()]
    assert len(set(trees)) == len(trees)
    assert {hash(parse("a + b*c")), hash(parse("a + b*c"))} == {hash(parse("a + b*c"))}


def test_a_typed_number_is_made_once_and_never_changed() -> None:
    """Whoever computes with it in place would change every other formula."""
    number = Num("0.25").value
    assert Num("0.25").value is number
    with pytest.raises(ValueError, match="read-only"):
        number += 1.0
