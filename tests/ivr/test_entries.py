"""Values that callers key in: typed, checked, read back and confirmed."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from stdnum import damm, luhn, verhoeff
from stdnum.iso7064 import mod_97_10

from agi_server.policy import read_rules
from ivr.course import Course, Ending
from ivr.effects import Collect, Left
from ivr.machine import MOST_REPEATS
from ivr.prompts import builtin_prompts
from ivr.spoken import LARGEST_NUMBER, day, digits, digits_in_groups, money
from routing.catalogue import EXAMPLE_YEAR
from routing.destinations import Route, ToEntry, ToExtension, ToHangup, ToQueue
from routing.dialogues import Checksum, Entry, EntryKind
from routing.loading import examine
from routing.rules import Policy, Variable
from tests.ivr.driver import SILENCE, Driver, course
from tests.ivr.no_language import NO_LANGUAGE
from tests.sample import FACTS, POLICY

THEN, OTHERWISE = Route(ToExtension("then")), Route(ToExtension("otherwise"))
ACCOUNT = Entry(
    id="account",
    say=("enter-account",),
    kind=EntryKind.DIGITS,
    shortest=4,
    longest=10,
    checksum=None,
    least=None,
    most=None,
    currency=None,
    secret=False,
    confirm=False,
    tries=3,
    variable=None,
    then=THEN,
    otherwise=OTHERWISE,
    first_key_seconds=8.0,
    between_keys_seconds=4.0,
)
DATE = replace(ACCOUNT, kind=EntryKind.DATE, shortest=8, longest=8)
AMOUNT = replace(ACCOUNT, kind=EntryKind.AMOUNT, shortest=1, longest=12)
PHONE = replace(ACCOUNT, kind=EntryKind.PHONE, shortest=5, longest=15)


def with_entry(entry: Entry) -> Policy:
    """The sample policy with an entry."""
    return replace(POLICY, entries={entry.id: entry})


def key_in(entry: Entry, *keys: str, language: str = "fa") -> tuple[Ending, Driver, Course]:
    """Where an entry leads, what it asked for, and the call after it."""
    driver, going = Driver(keys), course(with_entry(entry), replace(FACTS, language=language))
    return driver.drive(going.follow(Route(ToEntry(entry.id)))), driver, going


def value(entry: Entry, keys: str, language: str = "fa") -> str | None:
    """What keys come to; None if they are refused."""
    return key_in(entry, keys, language=language)[2].facts.keyed.get(entry.id)


def refused(entry: Entry, keys: str) -> str:
    """What is said of keys that are no such value."""
    _, driver, going = key_in(replace(entry, tries=1), keys)
    assert not going.facts.keyed
    return driver.said[-1]


def test_a_value_is_a_fact_for_rules_from_then_on() -> None:
    """The call goes on with it."""
    ending, driver, going = key_in(ACCOUNT, "001234")
    assert ending == THEN.to
    assert going.facts.keyed == {"account": "001234"}
    assert going.stage == "entry account"
    assert driver.asked(Left) == [Left("account", "finished", THEN)]


RULES = Path(__file__).parent.parent / "bad_rules" / "zero-as-a-value.yaml"
ZEROS = examine(read_rules(RULES), known_prompts=builtin_prompts(), year=EXAMPLE_YEAR)
ENTRIES = () if ZEROS.policy is None else tuple(ZEROS.policy.entries.values())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_the_check_knows_where_a_lone_zero_is_a_value(entry: Entry) -> None:
    """It warns just there, but not of an amount that is said to begin with 0."""
    lines = RULES.read_text(encoding="utf-8").splitlines()
    told = (lines[each.line - 1] for each in ZEROS.problems)
    warned = any(line.startswith(f"  {entry.id}:") for line in told)
    meant = entry.least == 0
    person = Route(ToExtension("person"))
    here = replace(with_entry(replace(entry, then=THEN, otherwise=OTHERWISE)), person=person)
    ending = Driver(("0",)).drive(course(here, FACTS).follow(Route(ToEntry(entry.id))))
    assert ending == (THEN.to if warned or meant else person.to)


@pytest.mark.parametrize("keys", ["123", "12345678901", "12*4", "12#4"])
def test_digits_are_as_many_as_the_rules_say(keys: str) -> None:
    """And digits."""
    assert refused(ACCOUNT, keys) == "entry-wrong"


@pytest.mark.parametrize(
    ("keys", "why"), [((SILENCE,) * 3, "silence"), (("1", SILENCE, "2"), "wrong key")]
)
def test_who_keys_no_value_goes_the_other_way(keys: tuple[str, ...], why: str) -> None:
    """Three tries are three."""
    ending, driver, going = key_in(ACCOUNT, *keys)
    assert ending == OTHERWISE.to
    assert driver.questions == ["account"] * 3
    assert [left.why for left in driver.asked(Left)] == [why]
    assert not going.facts.keyed


def test_zero_asks_for_a_person_where_it_is_no_value() -> None:
    """An account of at least four digits is none; a count of one digit may be."""
    assert key_in(ACCOUNT, "0")[0] == ToQueue("reception")
    assert value(replace(ACCOUNT, shortest=1), "0") == "0"
    assert value(AMOUNT, "0") == "0"


@pytest.mark.parametrize(
    ("checksum", "body", "check"),
    [
        ("damm", "572", damm.calc_check_digit("572")),
        ("luhn", "7992739871", luhn.calc_check_digit("7992739871")),
        ("verhoeff", "236", verhoeff.calc_check_digit("236")),
        ("iso7064", "79404", mod_97_10.calc_check_digits("79404")),
    ],
)
def test_check_digits_tell_a_mistyped_one(checksum: Checksum, body: str, check: str) -> None:
    """Two neighbours swapped, or a digit replaced."""
    entry = replace(ACCOUNT, shortest=1, longest=20, checksum=checksum)
    keys = body + check
    assert value(entry, keys) == keys
    assert refused(entry, keys[1] + keys[0] + keys[2:]) == "entry-mistyped"
    assert refused(entry, str((int(keys[0]) + 1) % 10) + keys[1:]) == "entry-mistyped"


@pytest.mark.parametrize(
    ("keys", "language", "read"),
    [
        ("24112026", "en", "2026-11-24"),
        ("20261124", "en", "2026-11-24"),
        ("20101210", "en", "2010-12-10"),
        ("03091405", "fa", "2026-11-24"),
        ("14050903", "fa", "2026-11-24"),
        ("14051201", "fa", "2027-02-20"),
        ("30121403", "fa", "2025-03-20"),
        ("24112026", "lv", "2026-11-24"),
        ("24112026", NO_LANGUAGE, "2026-11-24"),
    ],
)
def test_a_date_is_read_in_the_calendar_of_the_language(
    keys: str, language: str, read: str
) -> None:
    """Day first or year first; 14051201 is in the year 1405, not in 1201."""
    policy = with_entry(DATE)
    policy = replace(policy, business=replace(policy.business, languages=(language,)))
    going = course(policy, replace(FACTS, language=language))
    Driver([keys]).drive(going.follow(Route(ToEntry("account"))))
    assert going.facts.keyed == {"account": read}


@pytest.mark.parametrize("keys", ["31112026", "00000000", "241126", "2411202*", "30121402"])
def test_a_day_that_there_is_not_is_refused(keys: str) -> None:
    """Esfand of 1402 has 29 days."""
    assert refused(DATE, keys) == "entry-wrong"


@pytest.mark.parametrize(
    ("keys", "read"),
    [("12", "12"), ("007", "7"), ("12*5", "12.50"), ("12*05", "12.05"), ("0*50", "0.50")],
)
def test_an_amount_may_have_hundredths(keys: str, read: str) -> None:
    """The star is the point."""
    _, driver, going = key_in(AMOUNT, keys)
    assert going.facts.keyed == {"account": read}
    assert driver.asked(Collect)[0].input.has_point


@pytest.mark.parametrize("keys", ["12*", "*50", "12*505", "1*2*3", "1234567890123"])
def test_what_is_no_amount_is_refused(keys: str) -> None:
    """Nothing on one side of the point, too exact, two points, too long."""
    assert refused(AMOUNT, keys) == "entry-wrong"


@pytest.mark.parametrize("currency", ["IRR", "IRT"])
def test_nobody_keys_half_a_rial(currency: str) -> None:
    """There the star begins the amount anew, as in every number."""
    rials = replace(AMOUNT, currency=currency)
    assert value(rials, "1250000") == "1250000"
    assert refused(rials, "12*50") == "entry-wrong"
    assert not key_in(rials, "12")[1].asked(Collect)[0].input.has_point


@pytest.mark.parametrize(
    ("least", "most", "keys", "fits"),
    [
        (Decimal(5), None, "4*99", False),
        (Decimal(5), None, "5", True),
        (None, Decimal("9.50"), "9*50", True),
        (None, Decimal("9.50"), "9*51", False),
        (Decimal(0), Decimal(9), "0", True),
    ],
)
def test_an_amount_keeps_within_its_limits(
    least: Decimal | None, most: Decimal | None, keys: str, fits: bool
) -> None:
    """Both are included."""
    entry = replace(AMOUNT, least=least, most=most)
    if fits:
        assert value(entry, keys) is not None
    else:
        assert refused(entry, keys) == "entry-out-of-range"


def test_an_amount_that_nobody_can_say_is_too_large() -> None:
    """Whatever the rules allow."""
    entry = replace(AMOUNT, longest=20, currency="EUR", confirm=True)
    assert refused(entry, str(LARGEST_NUMBER + 1)) == "entry-out-of-range"
    assert value(entry, str(LARGEST_NUMBER)) is None  # silence confirms nothing
    assert key_in(entry, str(LARGEST_NUMBER), "1")[0] == THEN.to


@pytest.mark.parametrize(
    ("keys", "read"),
    [("09121234567", "+989121234567"), ("00442079460958", "+442079460958")],
)
def test_a_telephone_number_is_read_as_people_dial_it(keys: str, read: str) -> None:
    """In the country of the business; kept as the world writes it."""
    assert value(PHONE, keys) == read


@pytest.mark.parametrize("keys", ["42", "0912*3"])
def test_what_is_no_telephone_number_is_refused(keys: str) -> None:
    """Too short, or no number at all."""
    assert refused(PHONE, keys) == "entry-wrong"


@pytest.mark.parametrize(
    ("entry", "keys", "read"),
    [
        (ACCOUNT, "001234", digits("001234", "fa")),
        (DATE, "14050903", day(FACTS.at.date(), "fa")),
        (AMOUNT, "12*5", (*digits("12", "fa"), "point", *digits("50", "fa"))),
        (replace(AMOUNT, currency="EUR"), "12*5", money(Decimal("12.50"), "EUR", "fa")),
        (replace(AMOUNT, currency="IRR"), "1000000", money(1_000_000, "IRR", "fa")),
        (PHONE, "09121234567", digits_in_groups(("0912", "123", "4567"))),
    ],
)
def test_a_value_is_read_back_as_people_say_it(
    entry: Entry, keys: str, read: tuple[str, ...]
) -> None:
    """And confirmed."""
    ending, driver, _ = key_in(replace(entry, confirm=True), keys, "1")
    assert ending == THEN.to
    assert driver.asked(Collect)[1].prompts == ("entry-is", *read, "entry-right")


def test_where_no_language_can_say_a_date_its_digits_are_read_back() -> None:
    """Rather that than a call that breaks off."""
    policy = with_entry(replace(DATE, confirm=True))
    policy = replace(policy, business=replace(policy.business, languages=(NO_LANGUAGE,)))
    driver = Driver(["24112026", "1"])
    driver.drive(
        course(policy, replace(FACTS, language=NO_LANGUAGE)).follow(Route(ToEntry("account")))
    )
    assert driver.asked(Collect)[1].prompts == (
        "entry-is",
        *digits("20261124", NO_LANGUAGE),
        "entry-right",
    )


def test_a_value_that_is_not_right_is_keyed_again() -> None:
    """Only the confirmed one counts."""
    confirmed = replace(ACCOUNT, confirm=True)
    _, driver, going = key_in(confirmed, "1111", "2", "2222", "1")
    assert going.facts.keyed == {"account": "2222"}
    assert driver.questions == ["account", "confirm"] * 2


def test_a_value_that_looks_like_a_key_is_not_taken_for_one() -> None:
    """An account 2 that needs no confirmation is an account."""
    assert value(replace(ACCOUNT, shortest=1, longest=1), "2") == "2"
    assert value(replace(ACCOUNT, shortest=1, longest=1, confirm=True), "2") is None


@pytest.mark.parametrize(
    ("keys", "to", "why"),
    [
        ((), OTHERWISE.to, "silence"),
        (("7", "7"), OTHERWISE.to, "wrong key"),
        (("0",), ToQueue("reception"), "key 0"),
    ],
)
def test_what_is_not_confirmed_is_not_known(keys: tuple[str, ...], to: Ending, why: str) -> None:
    """Silence confirms nothing."""
    ending, driver, going = key_in(replace(ACCOUNT, confirm=True), "1234", *keys)
    assert ending == to
    assert not going.facts.keyed
    assert [left.why for left in driver.asked(Left)] == [why]


def test_a_value_that_is_never_confirmed_ends_too() -> None:
    """Within the sum of what its questions allow."""
    entry = replace(ACCOUNT, confirm=True)
    keyed = ["*"] * MOST_REPEATS + ["7", SILENCE, "1234"]
    never = ["*"] * MOST_REPEATS + ["7", SILENCE, "2"]
    ending, driver, _ = key_in(entry, *[*keyed, *never] * 9)
    assert ending == OTHERWISE.to
    ceiling = entry.tries * (entry.tries + MOST_REPEATS + 3 + MOST_REPEATS)
    assert len(driver.questions) == ceiling


def test_a_value_goes_to_the_channel_and_to_rules_that_declare_it() -> None:
    """In the form in which conditions know it."""
    entry = replace(DATE, variable="SITE_DAY")
    going = course(
        replace(with_entry(entry), variables={"day": Variable("day", "SITE_DAY", None, ())})
    )
    Driver(["14050903"]).drive(going.follow(Route(ToEntry("account"))))
    assert going.variables == {"SITE_DAY": "2026-11-24"}
    assert going.facts.variables == {"day": "2026-11-24"}
    assert going.secrets == frozenset()


def test_a_secret_goes_to_the_channel_alone() -> None:
    """No rule sees it, nothing writes it down, until a route sets the variable anew."""
    entry = replace(ACCOUNT, secret=True, variable="SITE_PIN", then=Route(ToHangup()))
    policy = replace(with_entry(entry), variables={"pin": Variable("pin", "SITE_PIN", None, ())})
    going, driver = course(policy), Driver(["4321"])
    driver.drive(going.follow(Route(ToEntry("account"))))
    assert driver.asked(Collect)[0].input.secret
    assert going.variables == {"SITE_PIN": "4321"}
    assert going.secrets == {"SITE_PIN"}
    assert not going.facts.keyed
    assert not going.facts.variables
    driver.drive(going.follow(Route(ToHangup(), variables=(("SITE_PIN", ""),))))
    assert going.secrets == frozenset()
