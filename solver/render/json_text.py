"""Values as JSON text in which nothing is hidden: what does not print stands as an escape, and reads back as it was."""

import json
from typing import Any


def json_text(value: Any, indent: int | None = None) -> str:
    """A value as JSON, with letters of every script as they are, and controls, marks of direction and such escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    if text.isprintable():
        return text
    hidden = {c for c in set(text) if not c.isprintable()} - {"\n"}  # a line's end stands between values alone
    if not hidden:
        return text
    return text.translate({ord(c): json.dumps(c)[1:-1] for c in hidden})
