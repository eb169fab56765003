"""Sizes in symbols: what a layer costs as a formula, and the order by which it grows."""

from __future__ import annotations

from solver.families.count.net import Net
from solver.working.page import Working


def formulas(net: Net) -> Working:
    return Working()
