"""Marking: students' answers against the same formulas that make the model answer.

`sheet` says what is asked, `read` brings answers in, `judge` decides each cell, `marks` turns verdicts into marks,
`mistakes` names what went wrong, `report` and `feedback` tell it.
"""
