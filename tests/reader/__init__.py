"""A reader with a calculator: what a student makes of a printed line, with ordinary precedence and nothing of the solver."""
