"""One submission marked as Gradescope has it: `python -m solver.mark.autograder /autograder`.

Gradescope unpacks the package into `source/`, puts what a student handed in into `submission/`, and reads
`results/results.json`. Of a submission nothing is run; one file of answers is read, and its only student marked.
https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import io
import json
import stat
import sys
import traceback
from pathlib import Path
from typing import Any

from solver.errors import SpecError
from solver.files import whole_file
from solver.mark.asked import asked_in
from solver.mark.run import Options, run
from solver.render.clean import clean

QUESTION, SETTINGS = "question.yaml", "settings.json"
ENDINGS = (".csv", ".tsv", ".json", ".yaml", ".yml", ".xlsx")
MOST_BYTES = 1 << 22
_MOST_NAMED = 5


class _RefusedError(Exception):
    """A submission that is not marked; its text tells the student why."""


def autograde(root: Path) -> dict[str, Any]:
    """Marks the submission in a folder laid out as Gradescope's, and writes its results, which it also returns.

    Whatever is handed in there are results: what cannot be marked has no points, and says why.
    """
    settings = json.loads((root / "source" / SETTINGS).read_text(encoding="utf-8"))
    try:
        results = _marked(root)
        for test in results["tests"]:
            test["visibility"] = settings["visibility"]
    except _RefusedError as reason:
        results = _without_points(str(reason))
    except Exception:  # the staff sees what happened in the log, and the student that it is not the answers' end
        traceback.print_exc(file=sys.stdout)
        results = _without_points("The answers could not be marked. The course's staff can see why.")
    results["visibility"], results["stdout_visibility"] = "visible", "hidden"
    (root / "results").mkdir(parents=True, exist_ok=True)
    with whole_file(root / "results" / "results.json") as stream:
        stream.write(json.dumps(results, indent=1) + "\n")
    return results


def _marked(root: Path) -> dict[str, Any]:
    asked, path, text = asked_in(root / "source" / QUESTION), _answers(root / "submission"), io.StringIO()
    try:
        summary = run(asked, [str(path)], Options(form="gradescope", workers=1), text)
    except SpecError as error:
        problems = [clean(str(problem).replace(f"{path.parent}/", "")) for problem in error.problems[:_MOST_NAMED]]
        raise _RefusedError("\n".join(["The file of answers could not be read:", *problems])) from None
    if summary.students != 1:
        raise _RefusedError(
            f"{clean(path.name)} holds the answers of {summary.students} students, expected yours alone."
        )
    results: dict[str, Any] = json.loads(text.getvalue())
    said = f"{clean(path.name)} was read."
    results["output"] = "\n".join(filter(None, (said, results["output"])))
    return results


def _answers(folder: Path) -> Path:
    """The one file of answers that was handed in: a plain file, no link to another."""
    there = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")] if folder.is_dir() else []
    found = [path for path in there if path.suffix.lower() in ENDINGS and stat.S_ISREG(path.lstat().st_mode)]
    if len(found) > 1:
        found = [path for path in found if path.stem.casefold() == "answers"] or found
    if not found:
        raise _RefusedError(
            f"No file of answers was handed in: expected answers.csv, or one that ends in {', '.join(ENDINGS)}."
        )
    if len(found) > 1:
        names = ", ".join(clean(path.name)[:60] for path in found[:_MOST_NAMED])
        raise _RefusedError(f"Several files of answers were handed in: {names}. Hand in one, or call it answers.csv.")
    if found[0].lstat().st_size > MOST_BYTES:
        raise _RefusedError(f"{clean(found[0].name)} is larger than {MOST_BYTES:,} bytes.")
    return found[0]


def _without_points(why: str) -> dict[str, Any]:
    return {"score": 0, "output": why, "output_format": "text", "tests": []}


if __name__ == "__main__":
    autograde(Path(sys.argv[1] if len(sys.argv) > 1 else "/autograder"))
