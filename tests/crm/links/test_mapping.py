"""A record of another CRM as a customer of ours."""

from datetime import date
from typing import Any

import pytest

from crm.links.declaration import ModuleMapping
from crm.links.mapping import Mapped, RefusedRecordError, map_record
from crm.links.ports import SourceRecord
from crm.records import ContractRecord, Customer

STORED = Customer(
    name="Sara",
    reference="C-1",
    language="fa",
    segment="gold",
    numbers=("+989121234567",),
    contracts=(ContractRecord("gold", date(2025, 1, 1), date(2030, 12, 31)),),
    id=7,
    lead_score=80,
    address="Tehran",
    notes="rings twice",
    preferences={"channel": "sms", "time": "evening"},
    external_ids={"books": "77"},
)


def mapped(fields: dict[str, str], **mapping: Any) -> Mapped:  # noqa: ANN401  what YAML can hold
    """Read a record of these fields, in Latvia."""
    shape = ModuleMapping.model_validate({"name": "name", **mapping})
    record = SourceRecord("12x1", {"name": "Sāra", **fields})
    return map_record(record, shape, system="vtiger", country="LV")


def test_what_is_not_named_is_not_touched() -> None:
    """Name and id alone are new."""
    after = mapped({"notes": "other", "phone": "1"}).upon(STORED)

    assert after.name == "Sāra"
    assert after.external_ids == {"books": "77", "vtiger": "12x1"}
    assert [
        name for name in Customer.__slots__ if getattr(after, name) != getattr(STORED, name)
    ] == [
        "name",
        "external_ids",
    ]


def test_what_is_named_is_as_it_is_there() -> None:
    """Also where that is empty."""
    after = mapped(
        {"tier": "Top", "mobile": "2000 0001", "city": "Rīga", "zip": "LV-1010"},
        segment={"field": "tier", "values": {"Top": "gold"}},
        notes="description",
        numbers=["mobile"],
        address=["street", "city", "zip"],
        language={"always": "lv"},
    ).upon(STORED)

    assert after.segment == "gold"
    assert after.notes is None
    assert after.numbers == ("+37120000001",)
    assert after.address == "Rīga LV-1010"
    assert after.language == "lv"


def test_words_without_another_stay_as_they_are() -> None:
    """Only those that are listed become others."""
    translated = {"field": "tier", "values": {"Top": "gold"}}

    assert mapped({"tier": "basic"}, segment=translated).upon(None).segment == "basic"


def test_a_reference_of_the_site_s_own_books_stays() -> None:
    """One who has none gets it."""
    record = mapped({"no": "CON5"}, reference="no")

    assert record.reference == "CON5"
    assert record.upon(STORED).reference == "C-1"
    assert record.upon(None).reference == "CON5"


def test_preferences_are_named_one_by_one() -> None:
    """One that is empty there is taken away, others stay."""
    after = mapped({"by": "e-mail"}, preferences={"channel": "by", "time": "when"}).upon(STORED)

    assert after.preferences == {"channel": "e-mail"}


def test_numbers_are_made_one_and_bad_ones_left_out() -> None:
    """The customer is there without them."""
    record = mapped(
        {"a": "20000001", "b": "+371 2000-0001", "c": "call me", "d": "۰۰۹۸۹۱۲۱۲۳۴۵۶۷", "e": " "},
        numbers=["a", "b", "c", "d", "e"],
    )

    assert record.numbers == ("+37120000001", "+989121234567")
    assert record.remarks == ("c: 'call me' is no telephone number of LV",)


@pytest.mark.parametrize(
    ("text", "score", "remarks"),
    [("", None, 0), ("80", 80, 0), ("80.4", 80, 0), ("101", 80, 1), ("-5", 80, 1), ("inf", 80, 1)],
)
def test_lead_scores_are_from_0_to_100(text: str, score: int | None, remarks: int) -> None:
    """One that is none leaves it as it is; one that is empty is unknown."""
    record = mapped({"score": text}, lead_score="score")

    assert record.upon(STORED).lead_score == score
    assert len(record.remarks) == remarks


@pytest.mark.parametrize(
    ("starts", "ends", "days", "remarks"),
    [
        ("2026-01-01", "2026-12-31", (date(2026, 1, 1), date(2026, 12, 31)), 0),
        ("0000-00-00", "2026-12-31", None, 0),
        ("", "", None, 0),
        ("01.01.2026", "2026-12-31", (date(2025, 1, 1), date(2030, 12, 31)), 1),
        ("2027-01-01", "2026-12-31", (date(2025, 1, 1), date(2030, 12, 31)), 1),
    ],
)
def test_contracts_have_both_days(
    starts: str, ends: str, days: tuple[date, date] | None, remarks: int
) -> None:
    """Days that are none leave the contracts as they are."""
    contract = {"level": {"always": "care"}, "starts": "from", "ends": "to"}
    record = mapped({"from": starts, "to": ends}, contract=contract)

    contracts = record.upon(STORED).contracts

    assert [(each.starts, each.ends) for each in contracts] == ([] if days is None else [days])
    assert len(record.remarks) == remarks


def test_a_record_without_a_name_is_refused() -> None:
    """Nobody could be shown."""
    with pytest.raises(RefusedRecordError, match="no name"):
        mapped({"name": " \n"})


def test_texts_are_made_bearable() -> None:
    """For terminals and databases."""
    assert mapped({"name": "A\x00B\r\nC \ud800"}).upon(None).name == "AB C"
    assert len(mapped({"name": "x" * 100_000}).upon(None).name) == 10_000


def test_numbers_that_are_none_do_not_erase_good_ones() -> None:
    """Those that are here stay, and it is told; where there is none there, there is none here."""
    unusable = mapped({"mobile": "ask Ilze", "phone": "-"}, numbers=["mobile", "phone"])

    assert unusable.upon(STORED).numbers == STORED.numbers
    assert len(unusable.remarks) == 2
    one = mapped({"mobile": "ask Ilze", "phone": "20000001"}, numbers=["mobile", "phone"])
    assert one.upon(STORED).numbers == ("+37120000001",)
    assert mapped({"mobile": ""}, numbers=["mobile"]).upon(STORED).numbers == ()


def test_a_language_is_a_code() -> None:
    """What is none leaves the one that is here."""
    assert mapped({"lang": "en_GB"}, language="lang").upon(STORED).language == "en"
    assert mapped({"lang": ""}, language="lang").upon(STORED).language is None
    wrong = mapped({"lang": "Latvian"}, language="lang")
    assert wrong.upon(STORED).language == "fa"
    assert "'Latvian' is no language code" in wrong.remarks[0]
