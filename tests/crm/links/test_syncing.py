"""The whole of a link: from a vTiger into a store, again and again."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

import pytest

from crm.links.declaration import LinkShape
from crm.links.ports import LinkError
from crm.links.progress import ProgressFile
from crm.links.syncing import Sync, SyncReport, Told
from crm.memory_store import MemoryStore
from crm.people import Restriction
from crm.ports import ImportCounts, StoreUnavailableError
from crm.records import Customer
from tests.crm.links.conftest import AT, Sources, show_nobody
from tests.crm.links.standing_in import answers, as_usual
from tests.crm.links.vtiger_stand_in import VtigerStandIn

pytestmark = pytest.mark.slow

Run: TypeAlias = Callable[..., SyncReport]

BY_NUMBER = "match: [number]\nmodules: {Contacts: {name: lastname, numbers: [mobile]}}\n"


def counts(report: SyncReport) -> tuple[int, int, int, int]:
    """Added, changed, unchanged, refused."""
    return report.added, report.changed, report.unchanged, report.refused


def fill(vtiger: VtigerStandIn, count: int) -> None:
    """Contacts that were changed one second after the other."""
    for number in range(count):
        vtiger.add(
            *("Contacts", number, 100_000 + number * 10),
            lastname=f"Contact {number}",
            contact_no=f"CON{number}",
            mobile=f"2000{number:04}",
        )


def test_first_everything_then_what_has_changed(
    vtiger: VtigerStandIn, store: MemoryStore, sync: Run
) -> None:
    """Customers are found again by their id there."""
    fill(vtiger, 150)
    vtiger.add("Accounts", 1, 5, accountname="Firma", account_no="ACC1", phone="67000000")

    assert counts(sync()) == (151, 0, 0, 0)
    found = store.find_external("vtiger", "12x149")
    assert found is not None
    assert found.name == "Contact 149"
    assert found.reference == "CON149"
    assert found.numbers == ("+37120000149",)

    vtiger.entities[3].modified = 200_000
    vtiger.entities[3].fields |= {"lastname": "New name", "contact_no": "CON3-new"}
    report = sync()

    assert report.changed == 1
    assert report.added == 0
    assert report.unchanged < 20, "only the last two minutes come again"
    changed = store.find_external("vtiger", "12x3")
    assert changed is not None
    assert (changed.name, changed.reference) == ("New name", "CON3")


def test_the_local_file_keeps_what_the_mapping_does_not_name(
    vtiger: VtigerStandIn, store: MemoryStore, sync: Run
) -> None:
    """Found by reference: language, score and notes stay."""
    store.put_customers(
        [Customer("Old", reference="CON0", language="lv", lead_score=70, notes="mine")]
    )
    fill(vtiger, 1)

    assert counts(sync()) == (0, 1, 0, 0)
    (customer,) = store.customers()
    assert (customer.name, customer.language) == ("Contact 0", "lv")
    assert (customer.lead_score, customer.notes) == (70, "mine")
    assert customer.external_ids == {"vtiger": "12x0"}


def test_a_number_finds_only_where_that_is_declared(
    vtiger: VtigerStandIn, store: MemoryStore, sync: Run
) -> None:
    """Otherwise a second customer shares it."""
    store.put_customers([Customer("Old", numbers=("+37120000000",))])
    fill(vtiger, 1)

    assert counts(sync(BY_NUMBER)) == (0, 1, 0, 0)
    assert [customer.name for customer in store.customers()] == ["Contact 0"]

    store.put_customers([Customer("Other", numbers=("+37120000001",))])
    fill(vtiger, 2)
    sync(anew=True)
    assert len(store.look_up_caller("+37120000001").matches) == 2


def test_who_could_be_several_is_refused(
    vtiger: VtigerStandIn, store: MemoryStore, sync: Run
) -> None:
    """Nobody guesses."""
    store.put_customers([Customer("A", numbers=("+37120000000",))])
    store.put_customers([Customer("B", numbers=("+37120000000",))])
    fill(vtiger, 1)

    report = sync(BY_NUMBER)

    assert counts(report) == (0, 0, 0, 1)
    assert report.refusals == [
        Told("Contacts", "12x0", "its numbers belong to more than one customer")
    ]


def test_colleagues_with_one_number_are_two_customers(
    vtiger: VtigerStandIn, store: MemoryStore, sync: Run
) -> None:
    """Who comes from one record is not found for another."""
    for number in (1, 2):
        vtiger.add("Contacts", number, 5, lastname=f"Colleague {number}", mobile="67000000")

    assert counts(sync(BY_NUMBER)) == (2, 0, 0, 0)
    assert len(store.look_up_caller("+37167000000").matches) == 2


def test_a_reference_of_somebody_else_is_refused(
    vtiger: VtigerStandIn, store: MemoryStore, sync: Run
) -> None:
    """Of another record, or of a customer whom the link must not find by it."""
    vtiger.add("Contacts", 1, 5, lastname="A", contact_no="CON1")
    vtiger.add("Contacts", 2, 6, lastname="B", contact_no="CON1")

    report = sync()
    assert counts(report) == (1, 0, 0, 1)
    assert "belongs to the customer who is 12x1 there" in report.refusals[0].reason

    store.put_customers([Customer("Books", reference="CON3")])
    vtiger.add("Contacts", 3, 7, lastname="C", contact_no="CON3")
    report = sync("match: []\n")
    assert "another customer has the reference 'CON3'" in report.refusals[-1].reason


def test_what_is_deleted_there_is_told_and_stays(
    vtiger: VtigerStandIn, store: MemoryStore, sync: Run
) -> None:
    """Of those only whom we have."""
    fill(vtiger, 3)
    sync()
    for number in (1, 2):
        vtiger.entities[number].deleted = True
        vtiger.entities[number].modified = 200_000
    vtiger.add("Contacts", 99, 200_000).deleted = True

    report = sync()

    assert report.deleted == [Told("Contacts", "12x1"), Told("Contacts", "12x2")]
    assert len(store.customers()) == 3


def test_a_record_without_a_name_stops_nobody(
    vtiger: VtigerStandIn, store: MemoryStore, sync: Run
) -> None:
    """It is told, as is a number that is none."""
    fill(vtiger, 2)
    vtiger.add("Contacts", 5, 5, lastname="")
    vtiger.add("Contacts", 6, 6, lastname="No number", mobile="n/a")

    report = sync()
    assert sync(anew=True).remarks == report.remarks, "no number here stays"

    assert counts(report) == (3, 0, 0, 1)
    assert report.refusals == [Told("Contacts", "12x5", "it has no name")]
    assert report.remarks == [
        Told("Contacts", "12x6", "mobile: 'n/a' is no telephone number of LV")
    ]
    assert report.complete
    assert store.find_external("vtiger", "12x6") is not None


def test_a_dry_run_counts_and_changes_nothing(
    vtiger: VtigerStandIn, store: MemoryStore, sync: Run, tmp_path: Path
) -> None:
    """Neither in the store nor in the progress."""
    fill(vtiger, 5)

    assert counts(sync(dry=True)) == (5, 0, 0, 0)
    assert not store.customers()
    assert not list(tmp_path.rglob("*.json"))
    assert counts(sync()) == (5, 0, 0, 0)


def test_an_interrupted_run_goes_on_where_it_was(
    vtiger: VtigerStandIn, store: MemoryStore, sync: Run, tmp_path: Path
) -> None:
    """The finished pages are kept, and not fetched again."""
    fill(vtiger, 350)
    vtiger.faults.extend([as_usual] * 4)
    vtiger.faults.append(answers(429, Retry_After="86400"))

    with pytest.raises(LinkError, match="run this again later"):
        sync()
    assert len(store.customers(limit=1_000)) == 200
    before = len(vtiger.requests)

    report = sync()

    assert report.complete
    assert len(store.customers(limit=1_000)) == 350
    assert report.added == 150
    assert report.unchanged < 20
    syncs = [each for each in vtiger.requests[before:] if each.query.get("operation") == "sync"]
    assert len(syncs) == 3, "two pages of contacts and one of accounts"
    assert set(json.loads((tmp_path / "links" / "vtiger.json").read_text())["cursors"]) == {
        "Contacts",
        "Accounts",
    }


def test_the_most_pages_of_a_run_are_a_limit(
    vtiger: VtigerStandIn, store: MemoryStore, sync: Run
) -> None:
    """The next run goes on."""
    fill(vtiger, 350)

    first = sync("most_pages: 2\n")
    second = sync("most_pages: 2\n")

    assert not first.complete
    assert (first.pages, first.added, second.added) == (2, 200, 150)
    assert len(store.customers(limit=1_000)) == 350


def test_another_mapping_fetches_everything_anew(vtiger: VtigerStandIn, sync: Run) -> None:
    """What it names newly is on records that have not changed since."""
    fill(vtiger, 150)
    sync()

    report = sync("modules: {Contacts: {name: lastname, notes: mobile}}\n")

    assert counts(report) == (0, 150, 0, 0)
    assert counts(sync(anew=True)) != (0, 0, 0, 0)


def test_a_restricted_customer_stays_one(
    vtiger: VtigerStandIn, store: MemoryStore, sync: Run
) -> None:
    """Their data is kept in step, and nobody finds them by number."""
    fill(vtiger, 1)
    sync()
    stored = store.find_external("vtiger", "12x0")
    assert stored is not None
    store.restrict(Restriction(stored.id or 0, AT, "asked to"))
    vtiger.entities[0].fields["lastname"] = "New"
    vtiger.entities[0].modified = 200_000

    assert sync().changed == 1
    assert not store.look_up_caller("+37120000000").matches


def test_what_is_refused_for_a_reason_here_is_tried_again(
    vtiger: VtigerStandIn, store: MemoryStore, sync: Run, tmp_path: Path
) -> None:
    """Nothing has to change there: it is fetched by its id as soon as the reason is gone."""
    store.put_customers([Customer("A", reference="C-1", numbers=("+37120000000",))])
    store.put_customers([Customer("B", reference="C-2", numbers=("+37120000000",))])
    fill(vtiger, 3)
    vtiger.add("Contacts", 90, 900_000, lastname="", contact_no="CON90")  # refused there
    for _ in range(2):
        report = sync(BY_NUMBER)
        assert (report.waiting, report.refusals[0].id) == (1, "12x0")
    kept = json.loads((tmp_path / "links" / "vtiger.json").read_text())
    assert kept["waiting"] == {"Contacts": ["12x0"]}

    store.put_customers([Customer("B", reference="C-2")])
    report = sync(BY_NUMBER)

    assert (report.waiting, report.changed) == (0, 1)
    found = store.find_external("vtiger", "12x0")
    assert found is not None
    assert (found.name, found.reference) == ("Contact 0", "C-1")


def test_good_numbers_are_not_erased_by_words(
    vtiger: VtigerStandIn, store: MemoryStore, sync: Run
) -> None:
    """The caller is still found; and it is told."""
    fill(vtiger, 1)
    sync()
    vtiger.entities[0].fields["mobile"] = "see notes"
    vtiger.entities[0].modified = 200_000

    report = sync()

    assert [match.customer.name for match in store.look_up_caller("+37120000000").matches]
    assert report.remarks[-1].reason == (
        "none of its numbers can be used: those that are here stay"
    )


def test_what_waits_and_is_gone_is_forgotten(
    vtiger: VtigerStandIn, store: MemoryStore, sync: Run
) -> None:
    """Whoever deleted it there has solved it."""
    for name in "AB":
        store.put_customers([Customer(name, numbers=("+37120000000",))])
    fill(vtiger, 2)
    assert sync(BY_NUMBER).waiting == 1
    vtiger.entities[0].deleted = True

    assert sync(BY_NUMBER).waiting == 0


def test_two_runs_of_one_link_are_not_at_work_together(
    vtiger: VtigerStandIn, sync: Run, tmp_path: Path
) -> None:
    """The second is told so, and asks nothing; a dry run keeps nothing, and may."""
    fill(vtiger, 1)
    with (
        ProgressFile(tmp_path, "vtiger").held(),
        pytest.raises(LinkError, match="another run of the link vtiger is at work"),
    ):
        sync()
    assert not vtiger.requests
    assert sync().added == 1


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"basis": 1}',
        '{"basis": "", "cursors": 5}',
        '{"basis": "", "cursors": {}, "waiting": 5}',
    ],
)
def test_a_damaged_progress_is_told(
    vtiger: VtigerStandIn, sync: Run, tmp_path: Path, content: str
) -> None:
    """With what to do."""
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "vtiger.json").write_text(content)

    with pytest.raises(LinkError, match=r"vtiger\.json is damaged: delete it"):
        sync()
    assert not vtiger.requests


def test_progress_that_cannot_be_written_ends_the_run(
    vtiger: VtigerStandIn, sync: Run, tmp_path: Path
) -> None:
    """In a sentence."""
    fill(vtiger, 1)
    (tmp_path / "links").write_text("a file where the folder belongs")

    with pytest.raises(LinkError, match="cannot be"):
        sync()


def test_progress_of_one_link_is_not_that_of_another(tmp_path: Path) -> None:
    """Each has its own file, and what it holds for."""
    file = ProgressFile(tmp_path, "vtiger")
    progress = file.read("basis")
    progress.cursors["Contacts"] = "5"
    file.write(progress)

    assert file.read("basis").cursors == {"Contacts": "5"}
    assert file.read("other basis").cursors == {}
    assert ProgressFile(tmp_path, "vtiger-riga").read("basis").cursors == {}


class _FullStore(MemoryStore):
    """A store whose disk is full after some customers."""

    room = 150

    def put_customers(self, customers: Iterable[Customer]) -> ImportCounts:
        if self.room == 0:
            raise StoreUnavailableError("the disk is full")
        self.room -= 1
        return super().put_customers(customers)


def test_a_page_that_fails_is_not_counted(
    vtiger: VtigerStandIn,
    declared: Callable[[str], LinkShape],
    vtiger_source: Sources,
    tmp_path: Path,
) -> None:
    """The one before it is, and is in the store."""
    fill(vtiger, 200)
    store = _FullStore()
    kept = ProgressFile(tmp_path, "vtiger")
    run = Sync(*(store, vtiger_source(), declared("")), system="vtiger", country="LV", kept=kept)

    with pytest.raises(StoreUnavailableError):
        run.run(show_nobody)

    assert counts(run.report) == (100, 0, 0, 0)
    assert len(store.customers(limit=1_000)) == 100
