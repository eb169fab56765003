"""`python -m solver` is the command nnsolve."""

from solver.cli import main

main(prog_name="nnsolve")
