"""Which rows, columns and terms of something large are shown, and what stands for the others."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

R = TypeVar("R")


def visible(count: int, most: int) -> tuple[int | None, ...]:
    """Which of `count` rows or terms are shown when at most `most` fit: the first ones, None for …, the last."""
    if count <= most:
        return tuple(range(count))
    return (*range(max(most - 2, 1)), None, count - 1)


HUGE = 1_000
"""A matrix of more numbers than these is shown by its corner."""


def window(height: int, width: int, most: int) -> tuple[tuple[int | None, ...], tuple[int | None, ...]]:
    """Which rows and columns of a matrix are shown; of a huge one fewer: a corner of it says as much."""
    if height > most < width and height * width > HUGE:
        most = most // 2
    return visible(height, most), visible(width, most)


Way = Literal["…", "⋮", "⋱"]
"""What stands for what is left out: terms or columns, rows, or both."""


def spread(
    cells: Sequence[Sequence[object]], set_cell: Callable[[Any], R], dots: Callable[[Way], R]
) -> tuple[tuple[R, ...], ...]:
    """The cells of a matrix, set; None stands for what is left out."""

    def way(row: int, column: int) -> Way:
        if len(cells) == 1 or any(cell is not None for cell in cells[row]):
            return "…"
        return "⋱" if all(row[column] is None for row in cells) else "⋮"

    return tuple(
        [
            tuple([dots(way(i, j)) if cell is None else set_cell(cell) for j, cell in enumerate(row)])
            for i, row in enumerate(cells)
        ]
    )
