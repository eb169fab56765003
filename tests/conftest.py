"""Shared by all tests: how often what is random is tried; where CI runs them, none may be skipped."""

import gc
import os
import sys

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # every process that a test starts would compile all modules anew,
sys.dont_write_bytecode = False  # and every worker all tests, and Hypothesis

gc.set_threshold(
    20_000, 20, 50
)  # a search for circles goes through all that is imported, which stays: a tenth of a run

import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

from tests import trials  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
    """What CONTRIBUTING says of random tests."""
    parser.addoption("--trials", type=int, default=1, metavar="N", help="try what is random N times as often")


def pytest_configure(config: pytest.Config) -> None:
    """Before any test is imported, whose decorators ask how often."""
    trials.N = config.getoption("trials")
    settings.register_profile(
        "suite", deadline=None, max_examples=trials.times(12), derandomize=bool(os.environ.get("CI"))
    )
    settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Documents first: the longest tests are among them, and wait for other programs, while another worker counts.

    Then what is compared with PyTorch, so that one worker alone imports it.
    """
    items.sort(key=lambda item: 0 if "tests/render/" in item.nodeid else 1 if hasattr(item.module, "torch") else 2)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is imported by now stays, too."""
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skip in CI means that something the project needs was not installed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") and skipped:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
