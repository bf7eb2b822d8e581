"""What one AGI request says of itself."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from agi_server.request import BadRequestError, moment_of, parse_moment, read_request

TEHRAN = ZoneInfo("Asia/Tehran")
NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


def environment(*arguments: str) -> dict[str, str]:
    """An AGI environment with these arguments."""
    numbered = {f"agi_arg_{n}": text for n, text in enumerate(arguments, 1)}
    return {"agi_channel": "PJSIP/trunk-1", **numbered}


def test_reads_what_the_dialplan_hands_over() -> None:
    """Every argument finds its place."""
    request = read_request(
        environment(
            "call=pbx-1.2-3", "visit=2", "dialled=+982191000000", "at=", "status=CONTINUE",
            "agent=sara", "hold=7", "queued=1795500000", "fell-back=",
        )
    )  # fmt: skip

    assert request.call_id == "pbx-1.2-3"
    assert request.visit == 2
    assert request.dialled == "+982191000000"
    assert request.at is None
    assert (request.status, request.agent, request.hold) == ("CONTINUE", "sara", 7)
    assert request.queued_at == datetime.fromtimestamp(1795500000, UTC)
    assert not request.fell_back
    assert not request.trial


def test_the_fallback_tells_since_when() -> None:
    """In whole seconds, which `rahyab-fallback` may have tried to be entered in again since."""
    request = read_request(environment("call=a", "fell-back=1795500000", "queued=1795500010"))
    assert (request.fell_back, request.fell_back_at) == (
        True,
        datetime.fromtimestamp(1795500000, UTC),
    )


def test_value_may_hold_equals_signs() -> None:
    """Only the first one divides."""
    assert read_request(environment("call=a=b")).call_id == "a=b"


@pytest.mark.parametrize("call_id", ["", "x" * 101, "a\x07b"])
def test_refuses_a_call_id_that_is_not_ours(call_id: str) -> None:
    """Missing, too long, or with control characters."""
    with pytest.raises(BadRequestError, match="call id"):
        read_request(environment(f"call={call_id}"))


@pytest.mark.parametrize("hold", ["", "-1", "seven", "٧"])
def test_number_that_is_none_is_left_out(hold: str) -> None:
    """A queue that was left by hang-up sends empty values."""
    assert read_request(environment("call=a", f"hold={hold}")).hold is None


def test_moment_is_now_in_the_zone_of_the_business() -> None:
    """Real service."""
    moment = moment_of(read_request(environment("call=a")), NOW, TEHRAN)

    assert moment.isoformat() == "2026-11-24T10:00:00+03:30"


def test_moment_may_be_named() -> None:
    """A site's test extension, or the terminal call."""
    request = read_request(environment("call=a", "at=2027-03-21 10:00"))

    assert moment_of(request, NOW, TEHRAN) == datetime(2027, 3, 21, 10, 0, tzinfo=TEHRAN)


def test_moment_that_is_none_is_refused_with_an_example() -> None:
    """The sentence tells how to write one."""
    with pytest.raises(BadRequestError, match="2026-11-24 10:00"):
        moment_of(read_request(environment("call=a", "at=tomorrow")), NOW, TEHRAN)


@pytest.mark.parametrize("year", ["1405", "1999", "2101"])
def test_year_of_another_calendar_is_refused(year: str) -> None:
    """Rules about dates would be asked about a time six hundred years ago."""
    with pytest.raises(BadRequestError, match="2000 to 2100: write the Gregorian year"):
        parse_moment(f"{year}-01-01 10:00", TEHRAN)


@pytest.mark.parametrize("year", ["2000", "2100"])
def test_first_and_last_year_are_taken(year: str) -> None:
    """Both ends count."""
    assert parse_moment(f"{year}-01-01 10:00", TEHRAN).year == int(year)
