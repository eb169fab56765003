"""Chains of definitions as tests write them."""

from solver.formula.parse import parse, split_equation
from solver.formula.tree import Tree


def equation(text: str) -> tuple[str, Tree]:
    """`u = W.T @ x + b` to the name it defines and its right side."""
    name, start = split_equation(text)
    return name, parse(text[start:])


def equations(text: str) -> list[tuple[str, Tree]]:
    """`u = W.T @ x + b; J = sum(u)` to its definitions."""
    return [equation(each) for each in text.split(";")]
