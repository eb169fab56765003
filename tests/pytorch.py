"""PyTorch, for files of which only some tests compare with it: where it is not installed, these alone skip."""

from typing import Any, NoReturn

import pytest


class _Missing:
    """Has every name, as a table or an annotation may want it; whoever calls one skips."""

    def __getattr__(self, name: str) -> "_Missing":
        return self

    def __call__(self, *args: object, **options: object) -> NoReturn:
        pytest.skip("could not import 'torch'")


try:
    import torch as _torch
except ImportError:
    torch: Any = _Missing()
else:
    torch = _torch
