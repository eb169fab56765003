"""PyTorch, for files that compare with it: imported by the first test that uses it, as that takes as long as many tests."""

from __future__ import annotations

import os
from inspect import unwrap
from typing import Any

import pytest


class _Later:
    """What PyTorch has by a path of names: tables and annotations may name it, and only a test gets and calls it.

    Where PyTorch is not installed, that test skips.
    """

    def __init__(self, *path: str) -> None:
        self._path = path

    def _there(self) -> Any:
        found = pytest.importorskip("torch")
        for name in self._path:
            found = getattr(found, name)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._there(), name) if "PYTEST_CURRENT_TEST" in os.environ else _Later(*self._path, name)

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self._there()(*args, **options)


torch: Any = _Later()


def counter() -> Any:
    """PyTorch's own count of operations, as long as it is entered."""
    found = pytest.importorskip("torch.utils.flop_counter")
    mode = found._FlopCounterMode
    mode.__torch_dispatch__ = unwrap(mode.__torch_dispatch__)  # or it imports PyTorch's compiler, for two seconds
    return found.FlopCounterMode(display=False)
