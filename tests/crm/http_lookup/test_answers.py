"""What answers mean, with all that can be wrong with them."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.http_lookup.answers import found_at, understand
from crm.http_lookup.declaration import CustomerSought
from crm.records import ContractRecord, Customer

SOUGHT = CustomerSought.model_validate(
    {
        "name": "data[0].full.name",
        "language": "data[0].language",
        "segment": {"path": "data[0].tier", "values": {"Gold": "gold"}},
        "lead_score": "data[0].score",
        "contracts": {
            "each": "data[0].contracts",
            "level": "plan",
            "starts": "from",
            "ends": "to",
            "grace_days": "grace",
        },
    }
)


def answer(**fields: Any) -> dict[str, Any]:  # noqa: ANN401  whatever JSON can hold
    """One customer."""
    return {"data": [{"full": {"name": "Sara"}, **fields}]}


def test_reads_a_whole_customer() -> None:
    """Words of theirs become ours."""
    contract = {"plan": "care", "from": "2026-01-01", "to": "2026-12-31", "grace": 14}

    found = understand(answer(language="fa", tier="Gold", score=80, contracts=[contract]), SOUGHT)

    assert found.customer == Customer(
        name="Sara",
        language="fa",
        segment="gold",
        lead_score=80,
        contracts=(ContractRecord("care", date(2026, 1, 1), date(2026, 12, 31), 14),),
    )
    assert not found.remarks


@pytest.mark.parametrize(
    "given_", [{}, [], None, 5, {"data": []}, {"data": [{}]}, {"data": [{"full": {"name": ""}}]}]
)
def test_without_a_name_there_is_nobody(given_: object) -> None:
    """Whatever else is there."""
    found = understand(given_, SOUGHT)

    assert found.customer is None
    assert not found.remarks


@pytest.mark.parametrize(
    ("fields", "remark"),
    [
        ({"language": True}, r"language: this is neither text nor a number"),
        ({"tier": {"a": 1}}, r"tier: this is neither text nor a number"),
        ({"score": "many"}, r"score: 'many' is no number from 0 to 100"),
        ({"score": 101}, r"score: '101' is no number from 0 to 100"),
        ({"score": -1}, r"score: '-1' is no number from 0 to 100"),
        ({"contracts": [{"plan": "care"}]}, r"contracts: a contract's days are none"),
        ({"contracts": ["care"]}, r"contracts: a contract's days are none"),
        (
            {"contracts": {"plan": "care", "from": "2027-01-01", "to": "2026-01-01"}},
            r"ends before it begins",
        ),
        ({"contracts": [{"from": "2026-01-01", "to": "2026-01-01"}]}, r"has no level"),
    ],
)
def test_what_cannot_be_used_is_left_out(fields: dict[str, Any], remark: str) -> None:
    """The customer is known all the same."""
    found = understand(answer(**fields), SOUGHT)

    assert found.customer == Customer("Sara")
    (told,) = found.remarks
    assert remark in told


def test_only_some_contracts_are_looked_at() -> None:
    """However many come."""
    contract = {"plan": "care", "from": "2026-01-01", "to": "2026-12-31"}

    found = understand(answer(contracts=[contract] * 1_000), SOUGHT)

    assert found.customer is not None
    assert len(found.customer.contracts) == 50


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a", {"b": [1, 2]}), ("a.b[1]", 2), ("a.b[2]", None), ("a.b.c", None), ("a[0]", None)],
)
def test_paths_lead_to_values(path: str, expected: object) -> None:
    """Or nowhere, whatever is there instead."""
    assert found_at({"a": {"b": [1, 2]}}, path) == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "full", "name", "score", "contracts", "from", "to", "plan"]),
            inner,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_answer_is_a_traceback(value: object) -> None:
    """Whatever JSON can hold."""
    for whole in (value, {"data": value}, {"data": [{"full": {"name": "x"}, "score": value}]}):
        found = understand(whole, SOUGHT)
        assert found.customer is None or found.customer.name


@pytest.mark.parametrize(
    ("written", "code"), [("FA", "fa"), ("en-GB", "en"), ("pt_BR", "pt"), ("Persian", None)]
)
def test_a_language_is_a_code(written: str, code: str | None) -> None:
    """By the rule of every other way in; what is none is left out."""
    found = understand(answer(language=written), SOUGHT)
    assert found.customer is not None
    assert found.customer.language == code
    assert bool(found.remarks) is (code is None)
