"""What stands at the head of a paper, an exam's or a question's own: course, date, duration, instructions."""

from collections.abc import Mapping

from solver.spec.fields import text_of
from solver.spec.nodes import Node, Report
from solver.spec.prose.passages import read_passage
from solver.working.passage import NOTHING
from solver.working.question import PaperHead

HEAD_KEYS = ("course", "date", "duration", "instructions")


def read_head(entries: Mapping[str, Node], report: Report) -> PaperHead:
    """The head that these entries tell; instructions are a small markdown, as prompts are."""
    told = {
        key: text_of(entries[key], report, key).strip()
        for key in HEAD_KEYS[:3]
        if key in entries and not entries[key].empty
    }
    node = entries.get("instructions")
    said = NOTHING if node is None or node.empty else read_passage(node, report, "instructions", "prompt")
    return PaperHead(**told, instructions=said)
