"""Debian's Chromium, and what node packages of the suite bring; a test that lacks one says so by name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PAGES = Path(__file__).parent / "pages"
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--allow-file-access-from-files",
]  # fmt: skip


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser of Playwright's."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright: pip install playwright")
    if CHROMIUM is None:
        pytest.skip("chromium: apt-get install chromium")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield browser
        browser.close()


def package(name: str) -> Path:
    """A node package of the pages' folder."""
    found = PAGES / "node_modules" / name
    if not found.is_dir():
        pytest.skip(f"{name}: npm install --prefix tests/render/pages")
    return found
