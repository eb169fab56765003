"""A process on a terminal of its own, whose screen and keys a test has."""

from __future__ import annotations

import codecs
import multiprocessing
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pyte

from solver.cli.main import main
from tests.places import ROOT

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__, "solver.cli.run_command", "solver.cli.step", "solver.render.format_terminal"])
"""Starts processes that have imported all of this, which takes most of the time that one needs."""
Process = multiprocessing.context.ForkServerProcess
PATIENCE = 20.0
"""Seconds after which what has not come is missed."""


class Terminal:
    """What a process writes to its terminal, and what that shows."""

    def __init__(self, process: Process, master: int, columns: int, lines: int) -> None:
        self.process, self.master, self.raw = process, master, ""
        self.screen = pyte.HistoryScreen(columns, lines, history=5000)
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.stream, self.fed = pyte.Stream(self.screen), 0

    def read(self, seconds: float) -> bool:
        """Takes what has come, waiting for so long at the most; whether the process is still there."""
        if not select.select([self.master], [], [], seconds)[0]:
            return self.process.is_alive()
        try:
            data = os.read(self.master, 65536)
        except OSError:  # its end is closed
            return False
        self.raw += self.decoder.decode(data)
        return bool(data)

    @property
    def shown(self) -> str:
        """The screen as it stands."""
        self.stream.feed(self.raw[self.fed :])
        self.fed = len(self.raw)
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, text: str, count: int = 1) -> None:
        """Waits until the process has written a text so many times in all."""
        end = time.monotonic() + PATIENCE
        while self.raw.count(text) < count:
            assert self.read(0.1) or self.raw.count(text) >= count, self.raw
            assert time.monotonic() < end, self.raw

    def type(self, keys: str) -> None:
        """Presses keys."""
        os.write(self.master, keys.encode())

    def end(self) -> int | None:
        """The exit status, once the process has ended by itself."""
        end = time.monotonic() + PATIENCE
        while self.read(0.1):
            assert time.monotonic() < end, self.raw
        self.process.join(PATIENCE)
        return self.process.exitcode


def once(args: Sequence[str]) -> None:
    """`nnsolve ARGS`."""
    main(args, prog_name="nnsolve")


@contextmanager
def on_a_terminal(
    *args: Any,
    columns: int = 80,
    lines: int = 24,
    folder: Path = ROOT,
    program: Callable[[Any], None] = once,
    **env: str,
) -> Iterator[Terminal]:
    """`nnsolve ARGS` with all of its standard streams on a terminal; it never shows a traceback. program: another one."""
    import pty
    import termios

    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (lines, columns))
    here = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR", "LESS")}
    here |= {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **env}
    process = FORKS.Process(target=_there, args=(os.ttyname(slave), str(folder), here, program, args))
    process.start()
    terminal = Terminal(process, master, columns, lines)
    try:
        terminal.until(_READY)
        terminal.raw = terminal.raw.partition(_READY)[2]
        os.close(slave)  # no sooner, as a terminal without a process hangs up
        yield terminal
        assert "Traceback" not in terminal.raw
    finally:
        process.kill()
        process.join()
        os.close(master)


_READY = "\x1e"


def _there(terminal: str, folder: str, env: Mapping[str, str], program: Callable[[Any], None], args: Any) -> None:
    """Runs a program on a terminal, whose keys interrupt, and which a pager reads."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    opened = os.open(terminal, os.O_RDWR)
    for stream in range(3):
        os.dup2(opened, stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    encoding = env.get("PYTHONIOENCODING", "utf-8")
    sys.stdin = os.fdopen(0, encoding=encoding)
    sys.stdout = os.fdopen(1, "w", encoding=encoding)
    sys.stderr = os.fdopen(2, "w", encoding=encoding, errors="backslashreplace")
    print(end=_READY, flush=True)
    program(args)


class Run(NamedTuple):
    """`nnsolve ARGS` on a terminal of a size, with more in its environment."""

    args: tuple[str, ...]
    columns: int = 80
    lines: int = 24
    env: dict[str, str] | None = None


_END = "\x1e"


def all_of_them(runs: Sequence[Run]) -> None:
    """Each in turn."""
    import termios

    here = dict(os.environ)
    for args, columns, lines, env in runs:
        os.environ.clear()
        os.environ.update(here, **(env or {}))
        termios.tcsetwinsize(0, (lines, columns))
        try:
            once(args)
        except SystemExit as end:
            print(end.code, end=_END, flush=True)


def in_turn(*runs: Run) -> list[str]:
    """What each writes to the terminal, which all have in turn, in one process: its start takes most of the time."""
    with on_a_terminal(*runs, program=all_of_them) as terminal:
        assert terminal.end() == 0
    *written, rest = terminal.raw.split(f"0{_END}")
    assert not rest, rest
    assert len(written) == len(runs), terminal.raw
    return written


def shown(written: str, columns: int, lines: int) -> str:
    """A screen of that size after all of it."""
    screen = pyte.Screen(columns, lines)
    pyte.Stream(screen).feed(written)
    return "\n".join(line.rstrip() for line in screen.display)
