"""Shared by all tests: where CI runs them, none may be skipped."""

import os

import pytest
from hypothesis import settings

settings.register_profile("suite", deadline=None, max_examples=60, derandomize=bool(os.environ.get("CI")))
settings.load_profile("suite")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skip in CI means that something the project needs was not installed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") and skipped:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
