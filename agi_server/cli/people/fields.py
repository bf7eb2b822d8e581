"""The options that say what is known of a customer, and what they make of one."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any, Final, TypeVar

import click

from crm.records import LEAD_SCORES, ContractRecord, Customer

F = TypeVar("F", bound=Callable[..., Any])

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_CONTRACT: Final = "LEVEL:FROM:UNTIL[:GRACE-DAYS]"
_LONGEST: Final = 5000
"""Characters of a text: more is a file that was put where words belong."""


def _text(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    del context
    if value is not None and len(value) > _LONGEST:
        raise click.BadParameter(f"it has more than {_LONGEST} characters", param=parameter)
    return None if value is None else value.strip()


def _name(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    name = _text(context, parameter, value)
    if name == "":
        raise click.BadParameter("a customer needs a name", param=parameter)
    return name


def _language(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    code = _text(context, parameter, value)
    if code and not _LANGUAGE.fullmatch(code):
        raise click.BadParameter("write the code of a language: fa, en, lv …", param=parameter)
    return code


def _score(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    del context
    is_number = value is not None and value.isascii() and value.isdecimal()
    if value and not (is_number and int(value) in LEAD_SCORES):
        raise click.BadParameter(
            f"write a number from {LEAD_SCORES[0]} to {LEAD_SCORES[-1]}", param=parameter
        )
    return value


def _pairs(
    context: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> dict[str, str]:
    del context
    pairs = {}
    for value in values:
        name, equals, text = (part.strip() for part in value.partition("="))
        if not name or not equals:
            raise click.BadParameter(f"{value!r} is no NAME=VALUE", param=parameter)
        pairs[name] = text
    return pairs


def _contracts(
    context: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> tuple[ContractRecord, ...] | None:
    del context
    try:
        return tuple(_contract(value) for value in values if value) if values else None
    except ValueError:
        raise click.BadParameter(
            f"write {_CONTRACT}, as in gold:2026-01-01:2026-12-31:14", param=parameter
        ) from None


def _contract(written: str) -> ContractRecord:
    level, starts, ends, *grace = written.split(":")
    (days,) = grace or ("0",)
    contract = ContractRecord(
        level.strip(), date.fromisoformat(starts), date.fromisoformat(ends), int(days)
    )
    if not contract.level or contract.ends < contract.starts or contract.grace_days < 0:
        raise ValueError(written)
    return contract


_OPTIONS: Final = (
    click.option("--reference", callback=_text, help="The id in your own books."),
    click.option("--language", callback=_language, metavar="CODE", help="As in fa, en, lv."),
    click.option("--segment", callback=_text, help="As the rules ask for it: gold, silver …"),
    click.option("--lead-score", callback=_score, metavar="0-100", help="As your books reckon it."),
    click.option("--number", "numbers", multiple=True, help="The first is the one to call."),
    click.option(
        "--contract",
        "contracts",
        multiple=True,
        callback=_contracts,
        metavar=_CONTRACT,
        help="A contract.",
    ),
    click.option("--address", callback=_text, help="Where they live."),
    click.option("--notes", callback=_text, help="What else there is to know."),
    click.option(
        "--preference",
        "preferences",
        multiple=True,
        callback=_pairs,
        metavar="NAME=VALUE",
        help="As in channel=sms.",
    ),
    click.option(
        "--external",
        "external_ids",
        multiple=True,
        callback=_pairs,
        metavar="SYSTEM=ID",
        help="As in vtiger=12x34.",
    ),
)


def field_options(*, name_required: bool) -> Callable[[F], F]:
    """One option for each field of a customer; an empty text takes the value away."""

    def decorated(function: F) -> F:
        for option in reversed(_OPTIONS):
            function = option(function)
        name = click.option("--name", required=name_required, callback=_name, help="In full.")
        return name(function)

    return decorated


def with_fields(
    customer: Customer, given: Mapping[str, Any], number: Callable[[str], str]
) -> Customer:
    """The customer with what the options say; what they do not say stays as it is.

    Numbers and contracts that are given take the place of all that there were; preferences and ids
    elsewhere are changed name by name.

    Args:
        customer: As it is.
        given: The values of the options, by field.
        number: Reads a telephone number.
    """
    texts = ("name", "reference", "language", "segment", "address", "notes")
    said: dict[str, Any] = {name: given[name] or None for name in texts if given[name] is not None}
    if given["lead_score"] is not None:
        said["lead_score"] = int(given["lead_score"]) if given["lead_score"] else None
    if given["numbers"]:
        said["numbers"] = tuple(number(each) for each in given["numbers"] if each)
    if given["contracts"] is not None:
        said["contracts"] = given["contracts"]
    for name in ("preferences", "external_ids"):
        said[name] = _merged(getattr(customer, name), given[name])
    return replace(customer, **said)


def _merged(before: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in {**before, **given}.items() if value}


def changed_fields(before: Customer, after: Customer) -> list[str]:
    """The names of the fields that differ."""
    return [
        each.name
        for each in fields(Customer)
        if getattr(before, each.name) != getattr(after, each.name)
    ]
