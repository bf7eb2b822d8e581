"""Fetching from a SuiteCRM, as its documentation and source have it."""

import random

import pytest

from crm.links.credentials import SuitecrmCredentials
from crm.links.ports import LinkError
from tests.crm.links.conftest import Sources, fields_of
from tests.crm.links.standing_in import answers
from tests.crm.links.suitecrm_stand_in import CLIENT, USER, SuitecrmStandIn

MORNING = "2026-03-21 08:00:00"


def test_fetches_every_record_also_where_many_share_a_second(
    suitecrm: SuitecrmStandIn, suitecrm_source: Sources
) -> None:
    """No order holds within a second, and a change of many at once fills pages with one."""
    draw = random.Random(7)  # noqa: S311  a test that is the same each time
    for number in range(700):
        second = min(draw.randrange(20), 9)
        suitecrm.add(f"id-{number:04}", f"2026-03-21 08:00:0{second}", first_name=str(number))

    found = fields_of(suitecrm_source(), "Contacts")

    assert {fields["first_name"] for fields in found.values()} == set(map(str, range(700)))


def test_what_is_changed_while_it_is_fetched_is_not_lost(
    suitecrm: SuitecrmStandIn, suitecrm_source: Sources
) -> None:
    """Whoever pages by number would miss the one that moves up to the first page."""
    for number in range(250):
        moment = f"2026-03-21 08:{number // 60:02}:{number % 60:02}"
        suitecrm.add(f"id-{number:04}", moment, first_name="old")
    pages = suitecrm_source().pages("Contacts", ["first_name"], None)
    found = {record.id: record.fields for record in next(pages).records}
    with suitecrm.lock:
        suitecrm.beans["Contacts"][0].modified = "2026-03-21 09:00:00"
        suitecrm.beans["Contacts"][0].fields["first_name"] = "new"

    found |= {record.id: record.fields for page in pages for record in page.records}

    assert len(found) == 250
    assert found["id-0000"]["first_name"] == "new"


def test_goes_on_a_little_before_the_cursor(
    suitecrm: SuitecrmStandIn, suitecrm_source: Sources
) -> None:
    """Two minutes, in the time of the database."""
    suitecrm.add("a", "2026-03-21 07:58:00")
    suitecrm.add("b", "2026-03-21 07:58:01")
    suitecrm.add("c", "2026-03-21 08:00:01")

    pages = list(suitecrm_source().pages("Contacts", [], MORNING))

    assert [record.id for page in pages for record in page.records] == ["b", "c"]
    assert pages[-1].cursor == "2026-03-21 08:00:01"


def test_asks_for_the_wanted_fields_alone(
    suitecrm: SuitecrmStandIn, suitecrm_source: Sources
) -> None:
    """And for the moment of the change."""
    suitecrm.add("a", MORNING, first_name="Sāra", description="&c.")

    (fields,) = fields_of(suitecrm_source(), "Contacts").values()

    assert fields == {"first_name": "Sāra", "date_modified": "2026-03-21T08:00:00+03:30"}


def test_texts_come_as_they_were_written(
    suitecrm: SuitecrmStandIn, suitecrm_source: Sources
) -> None:
    """Without the entities of HTML."""
    suitecrm.add("a", MORNING, first_name='O\'Brien & "Sons" <Riga>')

    (fields,) = fields_of(suitecrm_source(), "Contacts").values()

    assert fields["first_name"] == 'O\'Brien & "Sons" <Riga>'


def test_says_what_was_deleted_where_it_can(
    suitecrm: SuitecrmStandIn, suitecrm_source: Sources
) -> None:
    """More than a page of it, but nothing on the very first run."""
    suitecrm.tells_deleted = True
    for number in range(150):
        suitecrm.add(f"id-{number:04}", "2026-03-21 09:00:00").deleted = True
    source = suitecrm_source()

    (later,) = source.pages("Contacts", [], MORNING)
    (first,) = source.pages("Contacts", [], None)

    assert len(set(later.deleted)) == 150
    assert not first.deleted
    assert not source.notes()


def test_notes_that_it_cannot_say_what_was_deleted(
    suitecrm: SuitecrmStandIn, suitecrm_source: Sources
) -> None:
    """As of most versions; what is there comes all the same."""
    suitecrm.add("a", "2026-03-21 09:00:00").deleted = True
    suitecrm.add("b", "2026-03-21 09:00:00")
    source = suitecrm_source()

    assert set(fields_of(source, "Contacts", MORNING)) == {"b"}
    (note,) = source.notes()
    assert "does not tell which records of Contacts were deleted" in note


def test_takes_a_new_token_when_the_old_one_is_over(
    suitecrm: SuitecrmStandIn, suitecrm_source: Sources
) -> None:
    """After an hour."""
    suitecrm.add("a", MORNING)
    source = suitecrm_source()
    fields_of(source, "Contacts")
    suitecrm.end_tokens()

    assert set(fields_of(source, "Contacts")) == {"a"}
    tokens = [each for each in suitecrm.requests if each.path == "/access_token"]
    assert len(tokens) == 2


def test_logs_in_as_a_user_where_there_is_one(
    suitecrm: SuitecrmStandIn, suitecrm_source: Sources
) -> None:
    """The password grant."""
    suitecrm.grant = "password"
    suitecrm.add("a", MORNING)

    assert set(fields_of(suitecrm_source(SuitecrmCredentials(*CLIENT, *USER)), "Contacts")) == {"a"}


def test_says_why_there_is_no_token(suitecrm: SuitecrmStandIn, suitecrm_source: Sources) -> None:
    """Without the secret."""
    source = suitecrm_source(SuitecrmCredentials("client-1", "wr0ng"))

    with pytest.raises(LinkError, match=r"no token for 'client_credentials'.*OAuth2") as raised:
        fields_of(source, "Contacts")
    assert "wr0ng" not in str(raised.value)
    assert "wr0ng" not in repr(SuitecrmCredentials("client-1", "wr0ng", "u", "wr0ng"))
    assert suitecrm.requests[-1].form["client_secret"] == "wr0ng"


def test_a_field_that_it_does_not_have_is_named(suitecrm_source: Sources) -> None:
    """In its own words."""
    with pytest.raises(LinkError, match="Contact module is not found: colour_c"):
        list(suitecrm_source().pages("Contacts", ["colour_c"], None))


@pytest.mark.parametrize(
    "data",
    [
        {"data": None},
        {"data": [{"id": "a"}]},
        {"data": [{"id": "a", "attributes": "none"}]},
        {"data": [{"id": "a", "attributes": []}]},
        {"data": [{"id": "a", "attributes": {"date_modified": "yesterday"}}]},
    ],
)
def test_what_is_not_documented_is_no_traceback(
    suitecrm: SuitecrmStandIn, suitecrm_source: Sources, data: object
) -> None:
    """A proxy, or a version of tomorrow."""
    source = suitecrm_source()
    fields_of(source, "Contacts")
    suitecrm.faults.append(answers(200, data))

    with pytest.raises(LinkError, match="SuiteCRM"):
        list(source.pages("Contacts", [], None))


def test_a_cursor_that_is_none_is_told(suitecrm_source: Sources) -> None:
    """How to begin anew."""
    with pytest.raises(LinkError, match="--full"):
        list(suitecrm_source().pages("Contacts", [], "12345"))


def test_fetches_records_again_by_their_ids(
    suitecrm: SuitecrmStandIn, suitecrm_source: Sources
) -> None:
    """As they are now; those that were deleted do not come."""
    for id_ in "abc":
        suitecrm.add(id_, MORNING, first_name=f"name of {id_}")
    suitecrm.beans["Contacts"][1].deleted = True

    found = list(suitecrm_source().again("Contacts", ["first_name"], ["c", "b", "x", "a"]))

    assert [(each.id, each.fields["first_name"]) for each in found] == [
        ("c", "name of c"),
        ("a", "name of a"),
    ]
