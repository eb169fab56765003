"""Hostile questions, made by the thousand and put through everything the project does with a question.

    python -m tests.fuzz --seconds 60 --seed 1

Anything but a solution or a located SpecError is a finding: it is made as small as it goes and printed.
"""
