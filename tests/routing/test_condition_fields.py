"""How the values of conditions are written: comparisons, shares, areas, countries."""

import pytest
from pydantic import TypeAdapter, ValidationError

from routing.condition_fields import AgeOrWord, Area, Number, NumberOrWord, Share, Span, Time
from routing.conditions import NONE, UNAVAILABLE, Allowed, Prefix, Range

KINDS = {
    "number": TypeAdapter(Number),
    "number or word": TypeAdapter(NumberOrWord),
    "span": TypeAdapter(Span),
    "age": TypeAdapter(AgeOrWord),
    "share": TypeAdapter(Share),
    "area": TypeAdapter(Area),
}


def read(kind: str, value: object) -> Allowed:
    """What a value of a rules file becomes."""
    allowed: Allowed = KINDS[kind].validate_python(value)
    return allowed


def refused(kind: str, value: object) -> tuple[str, str, str]:
    """The code, the message and the hint of a value that is none."""
    with pytest.raises(ValidationError) as caught:
        KINDS[kind].validate_python(value)
    (error,) = caught.value.errors()
    context = error["ctx"]
    return error["type"], context["message"], context["hint"]


@pytest.mark.parametrize(
    ("kind", "written", "low", "high"),
    [
        ("number", "5", 5, 5),
        ("number", "<5", None, 4),
        ("number", "<=5", None, 5),
        ("number", ">5", 6, None),
        ("number", ">=5", 5, None),
        ("number", "5..9", 5, 9),
        ("number", "5..5", 5, 5),
        ("number", "0", 0, 0),
        ("number", "<1", None, 0),
        ("number", "> 5", 6, None),
        ("number", "5 .. 9", 5, 9),
        ("number", "007", 7, 7),
        ("number", "999999999", 999_999_999, 999_999_999),
        ("number or word", ">=50", 50, None),
        ("span", "<90s", None, 89),
        ("span", ">2m", 121, None),
        ("span", "1h..1d", 3600, 86_400),
        ("span", "60m", 3600, 3600),
        ("age", ">2d", 172_801, None),
        ("age", "0s", 0, 0),
        ("share", "10%", 0, 999),
        ("share", "100%", 0, 9_999),
        ("share", "0.01%", 0, 0),
        ("share", "12.5%", 0, 1_249),
        ("share", "10%..30%", 1_000, 2_999),
        ("share", "0%..10%", 0, 999),
        ("share", "99.99%..100%", 9_999, 9_999),
    ],
)
def test_a_comparison_is_a_range_with_both_ends_included(
    kind: str, written: str, low: int | None, high: int | None
) -> None:
    """It keeps how it was written, for explanations."""
    assert read(kind, written) == Range(low, high, written)


def test_a_bare_number_needs_no_quotes() -> None:
    """YAML reads it as one."""
    assert read("number", 5) == Range(5, 5, "5")
    assert read("number or word", 0) == Range(0, 0, "0")


@pytest.mark.parametrize(
    ("written", "inside", "outside"),
    [
        ("<5", (0, 4), (5, 6)),
        ("<=5", (0, 5), (6,)),
        (">5", (6, 10**12), (0, 5)),
        (">=5", (5,), (4,)),
        ("5..9", (5, 7, 9), (4, 10)),
        ("5", (5,), (4, 6)),
    ],
)
def test_the_edges_of_a_comparison(
    written: str, inside: tuple[int, ...], outside: tuple[int, ...]
) -> None:
    """At the number itself, and one beside it."""
    allowed = read("number", written)
    assert isinstance(allowed, Range)
    assert [number for number in (*inside, *outside) if allowed.holds(number)] == list(inside)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("number or word", (NONE, UNAVAILABLE)),
        ("age", (NONE, UNAVAILABLE)),
        ("number", (UNAVAILABLE,)),
        ("span", (UNAVAILABLE,)),
        ("area", (NONE,)),
    ],
)
def test_words_that_may_stand_for_a_number(kind: str, words: tuple[str, ...]) -> None:
    """A queue always has callers or none: there is no queue without a number of them."""
    for word in (NONE, UNAVAILABLE):
        if word in words:
            assert read(kind, word) == word
        else:
            assert refused(kind, word)[0] in {"bad-comparison", "bad-area"}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *(("number", each) for each in ("", ">", "=5", "=>5", "5..", "..5", "5...9", "a", "1.5")),
        *(("number", each) for each in ("-1", ">-1", "5%", "5m", "1..2..3", "1000000000", "<>5")),
        *(("span", each) for each in ("5", ">5", "5 minutes", "5w", "1.5h", "-5m", "5m..6")),
        ("age", "2 days old"),
        ("number", "none or 5"),
    ],
)
def test_what_compares_with_nothing_is_refused_with_an_example(kind: str, value: str) -> None:
    """The hint shows one."""
    code, message, hint = refused(kind, value)
    assert (code, message) == ("bad-comparison", f'"{value}" compares with nothing')
    assert ('">=5"' if kind == "number" else '">2') in hint


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        ("number", "9..5", "its end is below its beginning"),
        ("span", "2m..90s", "its end is below its beginning"),
        ("number", "<0", "none is below zero"),
        ("span", "<0s", "none is below zero"),
    ],
)
def test_a_comparison_that_nothing_satisfies_is_refused(kind: str, value: str, why: str) -> None:
    """A rule with it could never match."""
    code, message, _ = refused(kind, value)
    assert (code, message) == ("bad-comparison", f'"{value}" holds nothing: {why}')


@pytest.mark.parametrize("value", ["۵", ">=۵", "٥..٩"])
def test_digits_of_another_script_are_called_so(value: str) -> None:
    """They look right on the screen of whoever typed them."""
    assert refused("number", value)[2].startswith("write its digits as 0 to 9; ")


@pytest.mark.parametrize("value", [True, 1.5, None, {"a": 1}])
def test_what_is_no_text_is_refused(value: object) -> None:
    """With what it is to YAML."""
    assert refused("number", value)[0] in {"quotes-needed", "wrong-kind"}


@pytest.mark.parametrize(
    "value", ["10", "0%", "101%", "-5%", "10%..10%", "30%..10%", "10%..", "10.125%", "%", "ten"]
)
def test_what_is_no_share_is_refused(value: str) -> None:
    """Also one that holds no call."""
    code, message, hint = refused("share", value)
    assert (code, message) == ("bad-share", f'"{value}" is no share of the calls')
    assert "10%..20%" in hint


@pytest.mark.parametrize("digits", ["+9", "+98", "+9821", "+989121234567", "+1", "+371", "+37"])
def test_an_area_is_the_beginning_of_numbers(digits: str) -> None:
    """As little of it as one likes, even of a country's code."""
    assert read("area", digits) == Prefix(digits)


@pytest.mark.parametrize("value", ["", "+", "021", "98", "+0", "+98 21", "+98x", "+999", "+2100"])
def test_an_area_where_no_number_begins_is_refused(value: str) -> None:
    """Nobody ever calls from there."""
    code, message, _ = refused("area", value)
    assert (code, message) == ("bad-area", f'no telephone number begins with "{value}"')


@pytest.mark.parametrize(
    ("written", "seconds"), [("0s", 0), ("90s", 90), ("2m", 120), ("1h", 3600), ("3d", 259_200)]
)
def test_a_declared_time_is_in_seconds(written: str, seconds: int) -> None:
    """Days are counted as hours are."""
    assert TypeAdapter(Time).validate_python(written) == seconds


@pytest.mark.parametrize("value", ["5", ">5m", "1.5h", "۵m"])
def test_a_declared_time_is_exact(value: str) -> None:
    """A comparison is no value."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Time).validate_python(value)
    assert caught.value.errors()[0]["type"] == "bad-duration"
