"""Who has a number, and how much would be pruned: in every store."""

from datetime import UTC, date, datetime, timedelta

from crm.people import DataKind, LegalHold, Restriction
from crm.ports import CustomerKeys, Store
from crm.records import Customer, NewCall

AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
TODAY = date(2026, 5, 1)


def test_all_who_have_a_number_are_found(store: Store) -> None:
    """Restricted ones too, in order of their ids; nobody else."""
    shared = ("+982188880000",)
    store.put_customers(
        [
            Customer("Zane", reference="C-1", numbers=shared),
            Customer("Anna", reference="C-2", numbers=("+37126123456", *shared)),
            Customer("Ilze", reference="C-3", numbers=("+37126123456",)),
        ]
    )
    anna = store.find_customer("C-2")
    assert anna is not None
    store.restrict(Restriction(anna.id or 0, AT, "asked"))
    found = store.find_customers(CustomerKeys(numbers=("+982188880000",)))
    assert [each.name for each in found] == ["Zane", "Anna"]
    assert found[1] == anna
    assert store.find_customers(CustomerKeys(numbers=("+98218888000",))) == []


def test_what_would_be_pruned_is_counted(store: Store) -> None:
    """As many as go, and none that is held."""
    store.put_customers([Customer("Zane", reference="C-1")])
    zane = store.find_customer("C-1")
    assert zane is not None
    for number, customer_id in enumerate((None, None, zane.id)):
        moment = AT + timedelta(hours=number)
        store.begin_call(
            NewCall(
                f"call-{number}", moment, "", "", None, "", None, "fa", customer_id, "r", {"a": 1}
            )
        )
    store.hold(LegalHold(zane.id or 0, AT, "claim 7"))
    late = AT + timedelta(days=9)
    assert store.count_prunable(DataKind.CALLS, late, TODAY) == 2
    assert store.count_prunable(DataKind.CALLS, AT + timedelta(minutes=1), TODAY) == 1
    assert store.prune(DataKind.CALLS, late, TODAY, limit=1).records == 1
    assert store.count_prunable(DataKind.CALLS, late, TODAY) == 1
    assert [store.count_prunable(kind, late, TODAY) for kind in DataKind] == [1, 0, 0, 0, 0]
