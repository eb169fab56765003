"""Marking: students' answers against the same formulas that make the model answer.

`asked` makes a question ready. Upon it stand two: a `sitting` (one student, whose answers come one by one or all at
once; no files) and a `run` (a class: files in, files out), which an engine of `engines/` carries out. `read/` brings
answers in, `judge/` decides each cell, names mistakes and awards marks, `tell/` says it, `out/` writes it.
"""
