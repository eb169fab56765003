"""TRUE and FALSE, letters and sizes, in every spelling that means the same."""

from solver.mark.judge.numbers import Verdict
from solver.mark.judge.word_answers import judge_words
from tests.tables import each


@each(
    ("expected", "right", "wrong"),
    [
        ("TRUE", ["TRUE", "true", "T", "t", " True. ", "yes", "'TRUE'"], ["FALSE", "f", "no", "1", "A", "TRUEFALSE"]),
        ("FALSE", ["FALSE", "F", "false", "No"], ["TRUE", "t", "-", "0"]),
        ("B", ["B", "b", " (b) ", "b)", "B."], ["A", "BB", "AB", "=B", "TRUE"]),
        ("T", ["t", "T"], ["TRUE", "F"]),
        ("1×7×7", ["1×7×7", "1x7x7", "1 X 7 X 7", "1*7*7", "[1, 7, 7]", "(1,7,7)"], ["7x7x1", "1x77", "1x7", "49"]),
        ("high bias", ["High  bias", "high bias."], ["bias", "high"]),
    ],
)
def test_words(expected: str, right: list[str], wrong: list[str]) -> None:
    judged = judge_words(expected, [*right, *wrong, None, "", "  ", "x" * 10_000])
    found = judged.verdicts.ravel().tolist()
    ends = [Verdict.BLANK] * 3 + [Verdict.WRONG]
    assert found == [Verdict.CORRECT] * len(right) + [Verdict.WRONG] * len(wrong) + ends
    assert judged.verdicts.shape == judged.notes.shape == judged.expected.shape == (len(found), 1, 1)
    assert not judged.notes.any()


def test_another_way_to_write_it_is_as_right() -> None:
    judged = judge_words("1×7×5", ["1x7x5", "[7, 5, 1]", "7 × 1 × 5", "5x7x1"], ["7×5×1"])
    assert judged.verdicts.ravel().tolist() == [Verdict.CORRECT] * 2 + [Verdict.WRONG] * 2


def test_nobody() -> None:
    assert judge_words("A", []).verdicts.shape == (0, 1, 1)
