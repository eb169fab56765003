"""Where the repository's files stand."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
PROBLEMS = ROOT / "problems"
CASES = ROOT / "tests" / "cases"
Q2 = PROBLEMS / "q2.yaml"
