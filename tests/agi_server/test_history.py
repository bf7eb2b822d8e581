"""Everything that happened with a customer, in one timeline."""

from datetime import UTC, datetime, timedelta, timezone

from agi_server.history import history, lasted
from crm.people import CustomerFile, LegalHold, Mark, MarkKind, Restriction
from crm.records import Case, CaseNote, CaseState, Customer

AT = datetime(2026, 3, 21, 20, 30, tzinfo=UTC)
DAY = timedelta(days=1)
TEHRAN = timezone(timedelta(hours=3, minutes=30))

MARK = Mark(
    "+98912", MarkKind.CONSENT, "survey", "web form", AT, until=AT + DAY, withdrawn_at=AT + 5 * DAY
)
FILE = CustomerFile(
    customer=Customer("Sara", id=1),
    restriction=Restriction(1, AT + 3 * DAY, "asked"),
    hold=LegalHold(1, AT + 4 * DAY, "claim 7"),
    marks=(MARK,),
    calls=(),
    cases=(Case("123456789", CaseState.NEW, "support", AT + DAY, 1, None),),
    answers=(),
    callbacks=(),
    recordings=(),
)
NOTES = [CaseNote("123456789", AT + 2 * DAY, "ali", CaseState.WAITING, "for the bill")]


def test_the_newest_comes_first() -> None:
    """Of whatever kind; a mark that was withdrawn stands there twice."""
    found = history(FILE, NOTES, AT + 9 * DAY, UTC)
    assert [each.kind for each in found] == ["mark", "hold", "restriction", "note", "case", "mark"]
    assert [each.at for each in found] == sorted((each.at for each in found), reverse=True)


def test_each_line_tells_what_happened() -> None:
    """Days are those of the zone."""
    words = [each.words for each in history(FILE, NOTES, AT, TEHRAN)]
    assert words == [
        "consent for survey withdrawn",
        "not to be erased: claim 7",
        "kept, not used: asked",
        "ali: waiting. for the bill",
        "opened: support; it is new now",
        "consent for survey until 2026-03-23, from web form",
    ]


def test_how_long_something_lasted() -> None:
    """In minutes and seconds; what has not ended lasts."""
    assert lasted(AT, AT + timedelta(seconds=83)) == "1:23"
    assert lasted(AT, None) == ""
