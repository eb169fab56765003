"""What `nnsolve run` imports for a plain question: every module more is paid at each start."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.places import ROOT

IMPORTS = "import sys, numpy, click, yaml; print(*sys.modules)"
RUN = """
import atexit, sys
out, sys.argv = sys.stdout, ["nnsolve", "run", "problems/q2.yaml"]
atexit.register(lambda: out.write("\\n" + " ".join(sys.modules)))
from solver.cli.main import main
main()
"""

STANDARD = {
    "_decimal", "_locale", "atexit", "decimal", "encodings.utf_8_sig", "fractions", "gc", "locale",
    "unicodedata",
}  # fmt: skip
"""What it imports of the standard library beside what numpy, click and yaml do."""

LAZY = (
    "solver.author",
    "solver.mark",
    "solver.formula.calculus.instances",
    "solver.formula.calculus.own_functions",
    "solver.formula.calculus.rules",
    "solver.formula.calculus.symbolic",
    "solver.formula.calculus.tidy",
    "solver.formula.mistakes",
    "solver.formula.walks.bounds",
    "solver.formula.walks.isolate",
    "solver.formula.walks.rational",
    "solver.nets.gated",
    "solver.nets.recurrent",
    "solver.render.box",
    "solver.render.layout",
    "solver.render.pieces",
    "solver.spec.scheme",
    "solver.working.derivation",
    "solver.working.equation",
)
"""What a plain question needs not, and others do."""


def modules(code: str) -> set[str]:
    env = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, encoding="utf-8", check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def test_a_run_imports_no_more_than_it_needs() -> None:
    imported = modules(RUN)
    own = {name for name in imported if name.split(".")[0] == "solver"}
    assert imported - own - modules(IMPORTS) <= STANDARD
    assert not {name for name in own if name.startswith(LAZY)}
    used = {
        ".".join(name.split(".")[:3]) for name in own if name.startswith(("solver.families.", "solver.render.format_"))
    }
    assert used == {"solver.families.mlp", "solver.render.format_markdown"}
