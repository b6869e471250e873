import json

import pytest

from helpers.claims import claim
from tests.benchmarks import claims


@pytest.mark.parametrize("value, bound", [(0.5, {"below": 1}), (2, {"above": 1}), (3, {"equals": 3})])
def test_a_bound_that_holds_is_printed(value, bound, capsys):
    claim("some-id", value, **bound)
    assert capsys.readouterr().out.startswith("claim some-id: ")


@pytest.mark.parametrize(
    "value, bound", [(1, {"below": 1}), (1, {"above": 1}), (2, {"equals": 3}), (float("nan"), {"below": 1})]
)
def test_a_bound_that_does_not_hold_stops_the_lesson(value, bound):
    with pytest.raises(AssertionError, match="some-id"):
        claim("some-id", value, **bound)


@pytest.mark.parametrize("bounds", [{}, {"below": 1, "above": 0}])
def test_exactly_one_bound(bounds):
    with pytest.raises(TypeError, match="exactly one"):
        claim("some-id", 0.5, **bounds)


def test_claims_are_collected_where_asked(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CLAIMS", str(tmp_path / "claims.jsonl"))
    claim("a", 0.5, below=1)
    with pytest.raises(AssertionError):
        claim("b", 3, below=1)
    lines = [json.loads(line) for line in (tmp_path / "claims.jsonl").read_text().splitlines()]
    assert lines == [
        {"claim": "a", "value": 0.5, "sign": "<", "bound": 1.0},
        {"claim": "b", "value": 3.0, "sign": "<", "bound": 1.0},
    ]


@pytest.mark.parametrize(
    "sign, value, bound, words",
    [
        ("<", 0.001, 0.004, "4.0 times"),
        (">", 40, 10, "4.0 times"),
        (">", 0.94, 0.88, "2.0 times"),
        ("<", 0.96, 0.98, "2.0 times"),
        ("<", 0.2, 0.5, "2.5 times"),
        (">", 1.0, 0.99, "more than a million times"),
        (">", 0.12, 0, "0.12 away"),
    ],
)
def test_room_says_how_much_tighter_a_bound_could_be(sign, value, bound, words):
    assert claims.room(sign, value, bound) == words


def test_the_table_names_the_worst_run_and_what_is_missing():
    def told(value):
        return {"claim": "a", "value": value, "sign": "<", "bound": 1.0}

    found = {"seed 0": [told(0.1)], "seed 1": [told(0.5)]}
    assert list(claims.rows("99", found)) == ["| 99 | a | < 1 | 0.5 (seed 1) | 2.0 times |"]
    assert "✗" in next(claims.rows("99", {**found, "seed 1": []}))
    assert "✗" in next(claims.rows("99", {**found, "seed 1": [told(2.0)]}))


def test_a_lesson_that_ran_alone_leaves_the_rows_of_the_others():
    text = claims.merged("| 00 | a | old |\n| 01 | b | old |\n| 99 | gone | old |\n", {"01": ["| 01 | c | new |"]})
    assert text.splitlines()[-2:] == ["| 00 | a | old |", "| 01 | c | new |"]
    assert claims.merged(text, {}) == text
