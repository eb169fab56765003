"""Marks as a table in the terminal: the first students, and the mean of all."""

from __future__ import annotations

from typing import TextIO

from solver.mark.out.writer import Writer
from solver.mark.records import Graded
from solver.mark.sheet import Sheet
from solver.render.clean import clean
from solver.spec.prose.passages import unmarked
from solver.working.question import Scheme

MOST_ROWS = 200


class TableWriter(Writer):
    """Writes the table when it is closed; keeps no more than the rows it shows. width: of the terminal, in cells."""

    endings = (".txt",)

    def __init__(
        self,
        stream: TextIO,
        sheet: Sheet,
        scheme: Scheme | None = None,
        *,
        width: int = 100,
        color: bool = False,
        most: int = MOST_ROWS,
    ) -> None:
        super().__init__(stream, sheet, scheme)
        self.width, self.color, self.most = width, color, most
        self.rows: list[tuple[str, list[int], str]] = []
        self.sums = [0] * (len(self.plan.parts) + 1)
        self.count = 0

    def add(self, graded: Graded) -> None:
        columns = [*self.part_marks(graded).values(), self.totals(graded)]
        self.sums = [before + sum(column) for before, column in zip(self.sums, columns, strict=True)]
        reviews = self.reviews(graded)
        for i, student in enumerate(graded.submissions.students[: self.most - len(self.rows)]):
            self.rows.append((student, [column[i] for column in columns], reviews[i]))
        self.count += len(graded.submissions.students)

    def close(self) -> None:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        text, plan = self.plan.text, self.plan
        table = Table(title=Text(clean(unmarked(self.sheet.solution.title))), show_footer=self.count > 1)
        heads = [f"{label} /{text(plan.most(label))}" for label in plan.parts] + [f"total /{text(plan.total)}"]
        means = [f"{units / self.count / 10**plan.places:.2f}" if self.count else "" for units in self.sums]
        table.add_column("student", footer="mean", overflow="fold")
        for head, mean in zip(heads, means, strict=True):
            table.add_column(Text(head), justify="right", footer=mean)
        unread = any(review for *_, review in self.rows)
        if unread:
            table.add_column("review", overflow="fold")
        for student, units, review in self.rows:
            table.add_row(Text(clean(student)), *map(text, units), *([Text(clean(review))] if unread else []))
        console = Console(
            file=self.stream, width=self.width, force_terminal=self.color, no_color=not self.color, highlight=False
        )
        console.print(table)
        if self.count > len(self.rows):
            console.print(Text(f"and {self.count - len(self.rows):,} more students"))
        if plan.by_hand:
            console.print(Text(f"to be marked by hand, and not in the total: {', '.join(plan.by_hand)}"))
