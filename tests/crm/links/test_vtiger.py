"""Fetching from a vTiger, as its documentation and source have it."""

import pytest

from crm.links.ports import LinkError
from crm.links.vtiger import OVERLAP_SECONDS
from tests.crm.links.conftest import Sources, fields_of
from tests.crm.links.standing_in import answers
from tests.crm.links.vtiger_stand_in import VtigerStandIn


def test_fetches_every_record_over_many_pages(
    vtiger: VtigerStandIn, vtiger_source: Sources
) -> None:
    """Also the two hundred of one second, which are one page."""
    for number in range(250):
        vtiger.add("Contacts", number, modified=1_000 + number, lastname=str(number))
    for number in range(250, 450):
        vtiger.add("Contacts", number, modified=1_249, lastname=str(number))
    vtiger.add("Accounts", 1, modified=1_100, accountname="Other module")

    found = fields_of(vtiger_source(), "Contacts")

    assert {fields["lastname"] for fields in found.values()} == set(map(str, range(450)))
    assert found["12x7"]["modifiedtime"] == "1007"


def test_says_what_was_deleted(vtiger: VtigerStandIn, vtiger_source: Sources) -> None:
    """By id alone."""
    vtiger.add("Contacts", 1, modified=5).deleted = True
    vtiger.add("Contacts", 2, modified=6)

    (page,) = vtiger_source().pages("Contacts", [], None)

    assert page.deleted == ["12x1"]
    assert [record.id for record in page.records] == ["12x2"]
    assert page.cursor == "6"


def test_goes_on_a_little_before_the_cursor(vtiger: VtigerStandIn, vtiger_source: Sources) -> None:
    """What was written shortly before, and seen only now, is not lost; older things do not come."""
    vtiger.add("Contacts", 1, modified=10_000 - OVERLAP_SECONDS)
    vtiger.add("Contacts", 2, modified=10_001 - OVERLAP_SECONDS)
    vtiger.add("Contacts", 3, modified=10_001)

    assert set(fields_of(vtiger_source(), "Contacts", "10000")) == {"12x2", "12x3"}


def test_texts_come_as_they_were_written(vtiger: VtigerStandIn, vtiger_source: Sources) -> None:
    """Without the entities of HTML, with the letters of any language."""
    vtiger.add("Contacts", 1, modified=5, lastname="O'Brien & Dēls", firstname="سارا")

    (fields,) = fields_of(vtiger_source(), "Contacts").values()

    assert fields["lastname"] == "O'Brien & Dēls"
    assert fields["firstname"] == "سارا"


def test_logs_in_again_when_the_session_is_over(
    vtiger: VtigerStandIn, vtiger_source: Sources
) -> None:
    """In the middle of everything, and nothing is lost."""
    for number in range(250):
        vtiger.add("Contacts", number, modified=1_000 + number)
    pages = vtiger_source().pages("Contacts", [], None)
    first = next(pages)
    vtiger.end_sessions()

    found = [record.id for page in (first, *pages) for record in page.records]

    assert len(set(found)) == 250
    assert vtiger.logins == 2


def test_logs_out_at_the_end(vtiger: VtigerStandIn, vtiger_source: Sources) -> None:
    """And never logs in when nothing is asked."""
    vtiger_source().close()
    assert vtiger.requests == []
    source = vtiger_source()
    list(source.pages("Contacts", [], None))
    source.close()
    assert vtiger.requests[-1].form["operation"] == "logout"


@pytest.mark.parametrize(
    ("user", "key", "scope", "message"),
    [
        ("admin", "wrong", "application", "access key is the one under “My Preferences”"),
        ("clerk", "clerk's key", "application", "Only admin users.*ACCESS_DENIED"),
    ],
)
def test_says_who_is_refused_and_why(
    vtiger_source: Sources, user: str, key: str, scope: str, message: str
) -> None:
    """The key itself is never told."""
    with pytest.raises(LinkError, match=message) as raised:
        fields_of(vtiger_source(user, key, scope), "Contacts")
    assert key not in str(raised.value)


def test_a_clerk_fetches_their_own(vtiger: VtigerStandIn, vtiger_source: Sources) -> None:
    """With another scope no administrator is needed."""
    vtiger.add("Contacts", 1, modified=5)
    vtiger.add("Contacts", 2, modified=6).owner = "clerk"

    assert set(fields_of(vtiger_source("clerk", "clerk's key", "user"), "Contacts")) == {"12x2"}


def test_one_that_does_not_go_on_is_noticed(vtiger: VtigerStandIn, vtiger_source: Sources) -> None:
    """More is promised and the same page comes: nobody goes round for ever."""
    source = vtiger_source()
    list(source.pages("Contacts", [], None))
    stuck = {"updated": [], "deleted": [], "more": True, "lastModifiedTime": 880}
    vtiger.faults.append(answers(200, {"success": True, "result": stuck}))

    with pytest.raises(LinkError, match="does not go on: it stays at 880"):
        list(source.pages("Contacts", [], "1000"))


@pytest.mark.parametrize(
    "result",
    [
        {"updated": []},
        {"updated": [{"lastname": "x"}], "deleted": [], "more": False, "lastModifiedTime": 1},
        {"updated": [7], "deleted": [], "more": False, "lastModifiedTime": 1},
        {"updated": [], "deleted": [], "more": False, "lastModifiedTime": "soon"},
    ],
)
def test_what_is_not_documented_is_no_traceback(
    vtiger: VtigerStandIn, vtiger_source: Sources, result: object
) -> None:
    """A proxy, or a version of tomorrow."""
    source = vtiger_source()
    list(source.pages("Contacts", [], None))
    vtiger.faults.append(answers(200, {"success": True, "result": result}))

    with pytest.raises(LinkError, match="not documented"):
        list(source.pages("Contacts", [], None))


def test_nothing_of_a_secret_is_in_an_address(
    vtiger: VtigerStandIn, vtiger_source: Sources
) -> None:
    """The key goes only as a digest, in a form."""
    fields_of(vtiger_source(), "Contacts")

    assert all("k3y" not in str(request) for request in vtiger.requests)
    assert all("accessKey" not in request.query for request in vtiger.requests)


def test_a_cursor_that_is_none_is_told(vtiger_source: Sources) -> None:
    """How to begin anew."""
    with pytest.raises(LinkError, match="--full"):
        list(vtiger_source().pages("Contacts", [], "2026-03-21"))
