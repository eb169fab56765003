"""The package that Gradescope runs: the question, nnsolve itself as a wheel, and two scripts.

`setup.sh` runs once, where the course's machine is built: it installs the wheel, whose dependencies come from wherever
pip is set up to look. `run_autograder` runs for each submission.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Literal

import solver
from solver.errors import Place, Problem, SpecError
from solver.mark.asked import asked_in
from solver.mark.autograder import QUESTION, SETTINGS
from solver.mark.out.template import template
from solver.spec.nodes import Node, read_nodes
from solver.spec.reader import text_of_file

Visibility = Literal["visible", "after_due_date", "after_published", "hidden"]

_WHEEL = f"nnsolve-{solver.__version__}-py3-none-any.whl"
_INFO = f"nnsolve-{solver.__version__}.dist-info"
_SCRIPTS = ("setup.sh", "run_autograder")
_SETUP = f"""#!/usr/bin/env bash
# Runs once: a Python of 3.11 or later, and nnsolve in an environment of its own.
set -euo pipefail
AUTOGRADER="${{AUTOGRADER:-/autograder}}"
newest() {{
    for python in python3.14 python3.13 python3.12 python3.11 python3; do
        if command -v "$python" > /dev/null && "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then
            command -v "$python"
            return
        fi
    done
}}
if [ -z "$(newest)" ]; then
    apt-get update && apt-get install -y python3.11 python3.11-venv
fi
"$(newest)" -m venv "$AUTOGRADER/nnsolve"
"$AUTOGRADER/nnsolve/bin/python" -m pip install "$AUTOGRADER/source/{_WHEEL}"
"""
_RUN = """#!/usr/bin/env bash
# Runs for each submission: reads submission/, writes results/results.json.
AUTOGRADER="${AUTOGRADER:-/autograder}"
cd "$AUTOGRADER/source"
exec "$AUTOGRADER/nnsolve/bin/python" -m solver.mark.autograder "$AUTOGRADER"
"""


def package(question: str, visibility: Visibility = "after_due_date") -> dict[str, bytes]:
    """The files of the package by name; raises SpecError where the question cannot be marked.

    visibility: when students see the marks of each part. What could not be read they see at once.
    """
    asked = asked_in(question)
    files = {"setup.sh": _SETUP.encode(), "run_autograder": _RUN.encode(), _WHEEL: _wheel()}
    files[SETTINGS] = json.dumps({"visibility": visibility}).encode()
    files["answers.csv"] = template(asked.sheet, "csv").encode()
    files[QUESTION] = text_of_file(question).encode()
    folder = Path(question).parent
    for name in dict.fromkeys(_named(read_nodes(text_of_file(question), question))):
        try:
            files[name] = (folder / name).read_bytes()
        except OSError as error:
            raise SpecError([Problem(Place(name), f"cannot be read: {error.strerror}")]) from None
    return files


def write_package(files: dict[str, bytes], output: Path) -> None:
    """Writes the package as a .zip, or as a folder where the name has another ending; raises SpecError."""
    try:
        if output.suffix.lower() == ".zip":
            output.write_bytes(_zipped(files))
            return
        for name, data in files.items():
            path = output / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            if name in _SCRIPTS:
                path.chmod(0o755)
    except OSError as error:
        raise SpecError([Problem(Place(os.fspath(output)), f"cannot be written: {error.strerror}")]) from None


def _named(node: Node) -> Iterator[str]:
    """The files that a question names: `{file: weights.npy}`."""
    if node.kind == "list":
        for item in node.items:
            yield from _named(item)
    elif node.kind == "map":
        for key, value in node.entries:
            if key.text == "file" and value.kind == "scalar":
                yield value.text
            else:
                yield from _named(value)


def _zipped(files: dict[str, bytes]) -> bytes:
    """A zip of some files, the same for the same files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if name in _SCRIPTS else 0o644) << 16
            packed.writestr(entry, data)
    return made.getvalue()


def _wheel() -> bytes:
    """This nnsolve as a wheel."""
    root = Path(solver.__file__).parent
    paths = (path for path in sorted(root.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    files = {f"solver/{path.relative_to(root).as_posix()}": path.read_bytes() for path in paths}
    needs = "".join(f"Requires-Dist: {need}\n" for need in _requirements())
    about = f"Metadata-Version: 2.1\nName: nnsolve\nVersion: {solver.__version__}\nRequires-Python: >=3.11\n{needs}"
    files[f"{_INFO}/METADATA"] = about.encode()
    files[f"{_INFO}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: nnsolve\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{_INFO}/entry_points.txt"] = b"[console_scripts]\nnnsolve = solver.cli.main:main\n"
    record = "".join(f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in files.items())
    files[f"{_INFO}/RECORD"] = f"{record}{_INFO}/RECORD,,\n".encode()
    return _zipped(files)


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _requirements() -> list[str]:
    """What nnsolve needs, as it was installed, or as the project beside it says."""
    project = Path(solver.__file__).parent.parent / "pyproject.toml"
    if project.is_file():
        needed: list[str] = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
        return needed
    try:
        return [need for need in metadata.requires("nnsolve") or () if not re.search(r";.*\bextra\b", need)]
    except metadata.PackageNotFoundError:
        raise SpecError([Problem(Place("nnsolve"), "is not installed, so that it cannot be packed")]) from None
