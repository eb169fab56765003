"""The parser of markdown, with the rules of this dialect; imported only for a text with markup in it."""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, blockquote, fence, list_block
from markdown_it.rules_inline import StateInline, link
from markdown_it.rules_inline.state_inline import Delimiter
from mdit_py_plugins.dollarmath import dollarmath_plugin

_RULES = ["blockquote", "fence", "list", "table", "backticks", "emphasis", "escape", "image", "link", "newline"]
_ESCAPED = re.compile(r"\\([\\`*$\[\]!|>~+.-])")
_ADDRESS = re.compile(r"<?(?:https?://|mailto:)[^\s<>\\\"`]+>?[\s)]", re.IGNORECASE)
_OPENING = "([{\"'“‘«¿¡—–-/:"
_CLOSING = ".,;:!?)]}\"'”’»—–-/…"
_INSIDE: RuleOptionsType = {"alt": ["paragraph", "blockquote", "list"]}


@cache
def parser() -> MarkdownIt:
    """The parser of the dialect: nothing of HTML, no headings, no rules, no entities; underscores are text."""
    made = _Dialect("zero").enable(_RULES)
    made.use(dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True)
    made.inline.ruler.at("emphasis", _stars)
    made.inline.ruler.at("escape", _escape)
    made.inline.ruler.at("link", _link)
    made.block.ruler.at("list", _list, {"alt": ["paragraph", "blockquote"]})
    made.block.ruler.at("blockquote", _quote, _INSIDE)
    made.block.ruler.at("fence", _fence, _INSIDE)
    return made


class _Dialect(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        """Any: what a link or picture may name is checked where it is used."""
        return True

    def normalizeLink(self, url: str) -> str:
        """As it is typed."""
        return url


def _stars(state: StateInline, silent: bool) -> bool:
    """Stars emphasise at the borders of words only, so that 2*a*b stays what it is."""
    if silent or state.src[state.pos] != "*":
        return False
    scanned = state.scanDelims(state.pos, True)
    before = state.src[state.pos - 1] if state.pos else " "
    after = state.src[state.pos + scanned.length : state.pos + scanned.length + 1] or " "
    opens = scanned.can_open and (before.isspace() or before in _OPENING)
    closes = scanned.can_close and (after.isspace() or after in _CLOSING)
    for _ in range(scanned.length):
        token = state.push("text", "", 0)
        token.content = "*"
        state.delimiters.append(Delimiter(ord("*"), scanned.length, len(state.tokens) - 1, -1, opens, closes))
    state.pos += scanned.length
    return True


def _escape(state: StateInline, silent: bool) -> bool:
    """A backslash before a sign of the dialect; any other backslash is one."""
    match = _ESCAPED.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        token = state.push("text_special", "", 0)
        token.content, token.markup, token.info = match[1], match[0], "escape"
    state.pos = match.end()
    return True


def _link(state: StateInline, silent: bool) -> bool:
    """Links lead to http, https and mailto; anything else in such brackets is text."""
    start = state.pos
    if not link(state, True):
        return False
    end, state.pos = state.pos, start
    opening = state.src.rfind("](", start, end)
    return bool(_ADDRESS.match(state.src, opening + 2, end)) and link(state, silent)


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A point says something: a lone - or 1. is text."""
    said = re.match(r"(?:[-+*]|\d{1,9}[.)])\s+\S", _line(state, start))
    return bool(said) and list_block(state, start, end, silent)


def _quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A quotation has a space behind its sign: >= 0 is text."""
    return bool(re.match(r">\s+[^\s>]", _line(state, start))) and blockquote(state, start, end, silent)


def _fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A block of code is closed: lone backticks are text."""
    opening = re.match(r"`{3,}|~{3,}", _line(state, start))
    if opening is None:
        return False
    closing = re.compile(rf"{opening[0][0]}{{{len(opening[0])},}}\s*")
    closed = any(closing.fullmatch(_line(state, line)) for line in range(start + 1, end))
    return closed and fence(state, start, end, silent)
