"""A progress bar on standard error, for what takes longer than a second."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import Any

PATIENCE = 1.0
"""Seconds without a bar."""


class Progress:
    """Shows how far a command is, on a terminal alone, and takes the bar away at the end.

    The bar goes on by itself where a stage cannot say how far it is.
    """

    def __init__(self, words: str = "", total: float | None = None) -> None:
        self.words, self.total, self.done = words, total, 0.0
        self.lock, self.bar = threading.Lock(), None
        self.timer: threading.Timer | None = None

    def __enter__(self) -> Progress:
        if sys.stderr is not None and sys.stderr.isatty():
            self.timer = threading.Timer(PATIENCE, self.show)
            self.timer.daemon = True
            self.timer.start()
        return self

    def stage(self, words: str) -> None:
        """What is done from now on, nobody knows for how long."""
        with self.lock:
            self.words, self.total, self.done = words, None, 0.0
            self.update()

    def advance(self, amount: float) -> None:
        """So much more of the total is done."""
        with self.lock:
            self.done += amount
            self.update()

    def reach(self, done: int, total: int) -> None:
        """So much is done of so much."""
        with self.lock:
            self.done, self.total = done, total
            self.update()

    def update(self) -> None:
        if self.bar is not None:
            self.bar.update(self.task, description=self.words, completed=self.done, total=self.total)

    def show(self) -> None:
        """Shows the bar: the second is over."""
        from rich import progress
        from rich.console import Console

        # the streams stay what they are: marks may be on their way through one
        made: Any = progress.Progress(
            console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False
        )
        with self.lock:
            if self.timer is not None:
                self.task = made.add_task(self.words, completed=self.done, total=self.total)
                made.start()
                self.bar = made

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self.lock:
            timer, self.timer = self.timer, None
            if timer is not None:
                timer.cancel()
            if self.bar is not None:
                self.bar.stop()
                self.bar = None
