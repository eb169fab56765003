"""A process on a terminal of its own, whose screen and keys a test has."""

from __future__ import annotations

import codecs
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pyte

from tests.places import ROOT

PATIENCE = 20.0
"""Seconds after which what has not come is missed."""


class Terminal:
    """What a process writes to its terminal, and what that shows."""

    def __init__(self, process: subprocess.Popen[bytes], master: int, columns: int, lines: int) -> None:
        self.process, self.master, self.raw = process, master, ""
        self.screen = pyte.HistoryScreen(columns, lines, history=5000)
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.stream = pyte.ByteStream(self.screen)

    def read(self, seconds: float) -> bool:
        """Takes what has come, waiting for so long at the most; whether the process is still there."""
        if not select.select([self.master], [], [], seconds)[0]:
            return self.process.poll() is None
        try:
            data = os.read(self.master, 65536)
        except OSError:  # its end is closed
            return False
        self.raw += self.decoder.decode(data)
        self.stream.feed(data)
        return bool(data)

    @property
    def shown(self) -> str:
        """The screen as it stands."""
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

    def end(self) -> int:
        """The exit status, once the process has ended by itself."""
        end = time.monotonic() + PATIENCE
        while self.read(0.1):
            assert time.monotonic() < end, self.raw
        return self.process.wait(PATIENCE)


@contextmanager
def on_a_terminal(
    *args: str, columns: int = 80, lines: int = 24, folder: Path = ROOT, program: str = "", **env: str
) -> Iterator[Terminal]:
    """`nnsolve ARGS` with all of its standard streams on a terminal; it never shows a traceback. program: another one."""
    import pty
    import termios

    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (lines, columns))
    here = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR", "LESS")}
    here |= {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **env}
    process = subprocess.Popen(
        [sys.executable, "-c", _START + (program or _ONCE), *args], cwd=folder, env=here, stdin=slave, stdout=slave, stderr=slave,
        start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    terminal = Terminal(process, master, columns, lines)
    try:
        yield terminal
        assert "Traceback" not in terminal.raw
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(master)


_START = """
import fcntl, json, os, signal, sys, termios
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background ignores
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # whose keys interrupt, and which a pager reads
from solver.cli.main import main
"""
_ONCE = 'main(prog_name="nnsolve")'
_IN_TURN = """
here = dict(os.environ)
for args, columns, lines, env in json.loads(sys.argv[1]):
    os.environ.clear()
    os.environ.update(here, **(env or {}))
    termios.tcsetwinsize(0, (lines, columns))
    try:
        main(args, prog_name="nnsolve")
    except SystemExit as end:
        print(end.code, end="\\x1e", flush=True)
"""


class Run(NamedTuple):
    """`nnsolve ARGS` on a terminal of a size, with more in its environment."""

    args: tuple[str, ...]
    columns: int = 80
    lines: int = 24
    env: dict[str, str] | None = None


def in_turn(*runs: Run) -> list[str]:
    """What each writes to the terminal, which all have in turn, in one process: its start takes most of the time."""
    with on_a_terminal(json.dumps(runs), program=_IN_TURN) as terminal:
        assert terminal.end() == 0
    *written, rest = terminal.raw.split("0\x1e")
    assert not rest, rest
    assert len(written) == len(runs), terminal.raw
    return written


def shown(written: str, columns: int, lines: int) -> str:
    """A screen of that size after all of it."""
    screen = pyte.Screen(columns, lines)
    pyte.Stream(screen).feed(written)
    return "\n".join(line.rstrip() for line in screen.display)
