"""How verdicts become marks: the `marking:` block of a question, with defaults that suit most exams."""

from __future__ import annotations

from typing import Annotated, Literal

from solver.fields import Scalar, Spec

Share = Literal["cells", "all-or-nothing"]


class Scheme(Spec):
    """The `marking:` block."""

    follow: Annotated[Scalar | None, "what right work from a wrong value earns, as a share of its marks (1)"] = None
    too_few_digits: Annotated[Scalar | None, "what an answer with too few digits loses, as a share (0)"] = None
    last_digit: Annotated[Scalar | None, "what a wrongly rounded last digit loses, as a share (0)"] = None
    mistake: Annotated[Scalar | None, "what a wrong answer that a named mistake explains earns, as a share (0)"] = None
    share: Annotated[Share, "an answer's marks are shared over its cells, or given for all of them"] = "cells"
    weights: Annotated[dict[str, Scalar] | None, "weights of the answers of a part, by answer name (1 each)"] = None
