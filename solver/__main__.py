"""`python -m solver` is the command nnsolve."""

from solver.cli.main import main

main(prog_name="nnsolve")
