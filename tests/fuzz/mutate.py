"""Changes to a question's tree: of its form, its numbers, its words and its formulas."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from tests.fuzz.corpus import Corpus
from tests.fuzz.declared import refit
from tests.fuzz.formulas import changed, parsed
from tests.fuzz.trees import Anchored, Map, Path, Raw, Tree, at, copied, get, paths, put

NUMBERS = (
    "0", "-0", "0.0", "-0.0", "1", "-1", "2", "3", "7", "0.1", "0.5", "-0.5", "1.5", "99", "100", "1000", "16666",
    "100000", "1000000", "999999999", "1000000000000", "1e5", "1e12", "1e15", "1e16", "1e155", "1e307", "1e308",
    "-1e308", "1.7e308", "1.8e308", "1e309", "1e-5", "1e-12", "1e-155", "1e-307", "1e-308", "5e-324", "1e-400",
    "007", "00.50", "+3", ".5", "5.", "1/3", "36/13", "1_000", "0x10", "0b1", "nan", "inf", "-inf", ".inf", ".NaN",
    "12345678901234567890", "0.30000000000000004", "2.675", "0.645", "1e", "--1", "1.2.3", "1,5", "٣", "½", "1e+3",
    "0.99999999999999999", "1.0000000000000002", "0" * 400 + "1", "0." + "0" * 400 + "1", "9" * 300, "1" * 40,
)  # fmt: skip
HOSTILE = (
    "<script>alert(1)</script>", "$x$ \\input{/etc/passwd}", "---", "# h", "| a | b |", "\u202egnp", "{x}", "{W1}", "{}",
    "{", "}", "%s %d {0}", "[red]x[/red]", "![a](http://x)", "a" * 3000, "a " * 900, "\u200b", "日本語", "e\u0301", "😀",
    "```\ncode", "\x1b[31mred", "\u0000", "\x7f", "\x9b31m", "=1+1", "a\nb\n\nc", "\t", "   ", " ", "'", '"', "\\", "*", "&",
    "$$", "\\(x\\)", "\\end{document}", "&amp;", "<!--", "1. x", "> q", "\r\n", "a\u2028b", "\ufeffx", "﷽" * 40, "x" * 61,
    "~", "null", "true", "yes", "NaN", "é", "x = 1", "J", "grad_x", "grad_", "_", "__class__", "x_t1", "u1", "W", "e", "pi",
    "TRUE", "A", "0", "\\$", "`", "``", "#", ":", "a: b", "- a", "?", "!", "@", "\ud800",
)  # fmt: skip
RAW = (
    "~", "null", "", "*a", "*b", "&a 1", "!!int 3", "!!binary aGk=", "!!python/object/apply:os.system [true]", "|", ">",
    "2020-01-01", "0o17", "1:30", "on", "<<", "[", "]", "{", "}", "{a: 1", "'", '"', "@x", "%TAG", "? a", "- - 1", "!x y",
    "[1, 2", "{a, b}", "[[1, 2], [3]]", "[[]]", "[]", "{}", "[~]", "{~: ~}", "[1, [2, [3, [4]]]]", "x: y: z", "\t1", "# c",
)  # fmt: skip
FILES = ("q2.yaml", "none.npy", "none.csv", "../README.md", "/dev/zero", "networks", "", "a" * 300, "x\0.npy")
LABELS = ("a", "b", "a.i", "A1", "", "x" * 13, "1", "é")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_MOST = 4_000
"""Nodes of a question: what is larger is cut before it is mutated on."""


def mutated(rng: Random, tree: Tree, corpus: Corpus) -> Tree:
    """The tree with one to five changes."""
    for _ in range(min(1 + int(rng.expovariate(1.4)), 5)):
        places = list(paths(tree))
        if len(places) > _MOST:
            break
        tree = rng.choices(_CHANGES, _WEIGHTS)[0](rng, tree, places, corpus)
    return tree


def fewer_parts(rng: Random, tree: Tree) -> Tree:
    """Mostly one to three parts of a question only: what is wrong shows as well, and in less time."""
    pairs = tree.pairs if isinstance(tree, Map) else []
    place = next((i for i, (key, value) in enumerate(pairs) if key == "parts" and isinstance(value, list)), None)
    if place is None or rng.random() < 0.15:
        return tree
    parts = pairs[place][1]
    assert isinstance(parts, list)
    kept = sorted(rng.sample(range(len(parts)), min(len(parts), rng.choice((1, 1, 2, 3)))))
    return Map([*pairs[:place], ("parts", [parts[i] for i in kept]), *pairs[place + 1 :]])


def edited(rng: Random, text: str) -> str:
    """A text with a few characters changed, dropped or doubled, or lines moved."""
    for _ in range(rng.randint(1, 3)):
        i = rng.randrange(len(text) + 1)
        j = min(len(text), i + rng.choice((0, 1, 1, 2, 8, 40)))
        new = rng.choice(
            ("", "", text[i:j] * 2, rng.choice(HOSTILE)[:20], rng.choice(":-[]{},#&*!|>'\"%@`\t \n0"), "\n")
        )
        text = text[:i] + new.replace("\ud800", "?") + text[j:]
    return text


# -- of form ----------------------------------------------------------------------------------------------------------
Places = list[Path]


def _drop(rng: Random, tree: Tree, places: Places, corpus: Corpus) -> Tree:
    return put(tree, rng.choice(places), None)


def _double(rng: Random, tree: Tree, places: Places, corpus: Corpus) -> Tree:
    path = rng.choice(places)
    parent = at(tree, path[:-1]) if path else None
    if isinstance(parent, list):
        i = path[-1]
        return put(tree, path[:-1], [*parent[: i + 1], *[parent[i]] * rng.choice((1, 1, 1, 2, 30)), *parent[i + 1 :]])
    if isinstance(parent, Map):
        return put(tree, path[:-1], Map([*parent.pairs, copied(parent.pairs[path[-1] // 2])]))  # type: ignore[arg-type, list-item]
    return tree


def _swap(rng: Random, tree: Tree, places: Places, corpus: Corpus) -> Tree:
    a, b = rng.choice(places), rng.choice(places)
    if a[: len(b)] == b or b[: len(a)] == a:
        return tree
    first, second = at(tree, a), at(tree, b)
    return put(put(tree, a, second), b, first)


def _other(rng: Random, tree: Tree, places: Places, corpus: Corpus) -> Tree:
    source = rng.choice((tree, rng.choice(corpus.specs)))
    return put(tree, rng.choice(places), copied(at(source, rng.choice(list(paths(source))))))


def _retype(rng: Random, tree: Tree, places: Places, corpus: Corpus) -> Tree:
    path = rng.choice(places)
    old = at(tree, path)
    wrapped: list[Tree] = [[old], [[old]], Map([(rng.choice(corpus.fields), old)]), Map([(old, "1")]), [], Map(), ""]
    wrapped.append(Map([("file", rng.choice(FILES))]))
    if isinstance(old, list):
        wrapped += [
            Map([(str(i), each) for i, each in enumerate(old)]),
            *old[:1],
            [list(old)],
            [[each] for each in old],
        ]
    if isinstance(old, Map):
        wrapped += [[value for _, value in old.pairs], *[value for _, value in old.pairs][:1]]
    return put(tree, path, rng.choice(wrapped))


def _resize(rng: Random, tree: Tree, places: Places, corpus: Corpus) -> Tree:
    lists = [path for path in places if isinstance(at(tree, path), list)]
    if not lists:
        return tree
    path = rng.choice(lists)
    old = at(tree, path)
    assert isinstance(old, list)
    rows = [row for row in old if isinstance(row, list)]
    options: list[Tree] = [[], old[:1], old[:-1], old + old[:1], old[::-1], old * 2, old * rng.choice((3, 10))]
    if rows and len(rows) == len(old):
        options += [
            [list(column) for column in zip(*rows, strict=False)],
            [row[:1] for row in rows],
            [row + row[:1] for row in rows],
            [row[:-1] for row in rows],
            [each for row in rows for each in row],
            [[]],
        ]
    return put(tree, path, rng.choice(options))


def _rename(rng: Random, tree: Tree, places: Places, corpus: Corpus) -> Tree:
    keys = [path for path in places if path and path[-1] % 2 == 0 and isinstance(at(tree, path[:-1]), Map)]
    if not keys:
        return tree
    path = rng.choice(keys)
    old = at(tree, path)
    word = old if isinstance(old, str) else "x"
    new = rng.choice((rng.choice(corpus.fields), rng.choice(corpus.words), word[1:], word.upper(), word + "s", ""))
    return put(tree, path, new)


def _foreign(rng: Random, tree: Tree, places: Places, corpus: Corpus) -> Tree:
    """A field that a family has elsewhere, in any map; of another family now and then."""
    maps = [path for path in places if isinstance(at(tree, path), Map)]
    givens = [path for path in maps if get(at(tree, path), "family") is not None]
    if not maps:
        return tree
    path = rng.choice(givens if givens and rng.random() < 0.7 else maps)
    old = at(tree, path)
    assert isinstance(old, Map)
    alike = [given for given in corpus.givens if get(given, "family") == get(old, "family")]
    source = rng.choice(alike if alike and rng.random() < 0.8 else corpus.givens)
    pair = copied(list(rng.choice(source.pairs)))
    assert isinstance(pair, list)
    return put(tree, path, Map([*(each for each in old.pairs if each[0] != pair[0]), (pair[0], pair[1])]))


def _family(rng: Random, tree: Tree, places: Places, corpus: Corpus) -> Tree:
    """Another family's `given` in place of one."""
    givens = [path for path in places if get(at(tree, path), "family") is not None]
    if not givens:
        return tree
    path, new = rng.choice(givens), copied(rng.choice(corpus.givens))
    old = at(tree, path)
    if rng.random() < 0.3 and isinstance(old, Map):
        new = Map([(k, get(new, "family") or "mlp") if k == "family" else (k, v) for k, v in old.pairs])
    return put(tree, path, new)


def _declared(rng: Random, tree: Tree, places: Places, corpus: Corpus) -> Tree:
    """A field of a `given`, or of what stands in it, with any value of its type."""
    givens = [path for path in places if get(at(tree, path), "family") is not None]
    if not givens:
        return tree
    path = rng.choice(givens)
    given = at(tree, path)
    assert isinstance(given, Map)
    return put(tree, path, refit(rng, given))


def _anchor(rng: Random, tree: Tree, places: Places, corpus: Corpus) -> Tree:
    a, b = sorted((rng.choice(places), rng.choice(places)))
    if b[: len(a)] == a:
        return put(tree, b, Raw("*a")) if b else tree
    return put(put(tree, b, Raw("*a")), a, Anchored("a", at(tree, a)))


def _raw(rng: Random, tree: Tree, places: Places, corpus: Corpus) -> Tree:
    return put(tree, rng.choice(places), Raw(rng.choice(RAW)))


# -- of what stands there -----------------------------------------------------------------------------------------------
def _scalars(tree: Tree, places: Places, wanted: Callable[[str], object]) -> Places:
    return [path for path in places if isinstance(text := at(tree, path), str) and wanted(text)]


def _number(rng: Random, tree: Tree, places: Places, corpus: Corpus) -> Tree:
    numbers = _scalars(tree, places, _NUMBER.fullmatch)
    if not numbers:
        return tree
    for path in rng.sample(numbers, min(len(numbers), rng.choice((1, 1, 1, 2, 5)))):
        text = str(at(tree, path))
        near = (
            text + "0",
            "-" + text.lstrip("-"),
            text + "e5",
            text + "e-9",
            text + "e200",
            text.replace(".", ""),
            "0",
        )
        tree = put(tree, path, rng.choice(NUMBERS if rng.random() < 0.6 else near))
    return tree


def _word(rng: Random, tree: Tree, places: Places, corpus: Corpus) -> Tree:
    texts = _scalars(tree, places, lambda text: not _NUMBER.fullmatch(text))
    pool = HOSTILE if rng.random() < 0.4 else corpus.words
    return put(tree, rng.choice(texts), rng.choice(pool)) if texts else tree


def _formula(rng: Random, tree: Tree, places: Places, corpus: Corpus) -> Tree:
    found = _scalars(tree, places, lambda text: parsed(text.partition("=")[2] or text))
    if not found:
        return tree
    path = rng.choice(found)
    return put(tree, path, changed(rng, str(at(tree, path))))


def _find(rng: Random, tree: Tree, places: Places, corpus: Corpus) -> Tree:
    parts = [path for path in places if get(at(tree, path), "label") is not None]
    if not parts:
        return tree
    path = rng.choice(parts)
    part = at(tree, path)
    assert isinstance(part, Map)
    names = [
        text for at_ in _scalars(tree, places, lambda text: len(text) < 12) if isinstance(text := at(tree, at_), str)
    ]

    def asked() -> Tree:
        name = rng.choice((rng.choice(names), rng.choice(corpus.words), "gradients", "unknowns", "all", ""))
        return rng.choice((name, name, name, f"grad_{name}", f"gradients of {name}", Map([("gradients of", [name])])))

    pairs = [pair for pair in part.pairs if pair[0] != "find"]
    if rng.random() < 0.8:
        pairs.append(("find", rng.choice((asked(), [asked() for _ in range(rng.randrange(4))]))))
    return put(tree, path, Map(pairs))


def _option(rng: Random, tree: Tree, places: Places, corpus: Corpus) -> Tree:
    """A rounding, carry, marking, label, text or marks of any kind, right or wrong."""
    if not isinstance(tree, Map):
        return tree
    count = rng.choice(("0", "1", "1", "2", "2", "3", "4", "6", "12", rng.choice(("13", "-1", "1.5", "x"))))
    digits: Tree = Map([(rng.choice(("decimals", "figures", "figures")), count)])
    shares = Map(
        [(rng.choice(("follow", "last_digit", "mistake", "too_few_digits")), rng.choice(("0", "0.5", "1", "2")))]
    )
    if rng.random() < 0.3:
        shares.pairs += [("share", rng.choice(("cells", "all-or-nothing"))), ("weights", Map([("a/J", "2")]))]
    maps = [path for path in places if get(at(tree, path), "label") is not None]
    path = rng.choice(maps) if maps and rng.random() < 0.4 else ()
    text = rng.choice(HOSTILE)
    anywhere: list[tuple[Tree, Tree]] = [("round", digits), ("round", digits), ("prompt", text)]
    of_all: list[tuple[Tree, Tree]] = [
        ("carry", rng.choice(("exact", "exact", "no"))),
        ("marking", shares),
        ("title", text),
    ]
    of_part: list[tuple[Tree, Tree]] = [("note", text), ("marks", rng.choice(NUMBERS)), ("label", rng.choice(LABELS))]
    pair = rng.choice(anywhere + (of_part if path else of_all))
    old = at(tree, path)
    assert isinstance(old, Map)
    return put(tree, path, Map([*(each for each in old.pairs if each[0] != pair[0]), pair]))


Change = Callable[[Random, Tree, Places, Corpus], Tree]
_WEIGHED: dict[Change, int] = {
    _drop: 4, _double: 2, _swap: 3, _other: 3, _retype: 3, _resize: 10, _rename: 2, _foreign: 5, _family: 2, _anchor: 1, _declared: 20,
    _raw: 1, _number: 26, _word: 7, _formula: 24, _find: 9, _option: 9,
}  # fmt: skip
_CHANGES, _WEIGHTS = list(_WEIGHED), list(_WEIGHED.values())
