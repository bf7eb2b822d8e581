"""A whole file to a policy, in one go."""

from datetime import date, time

import pytest

from routing.catalogue import Level
from routing.conditions import Condition
from routing.destinations import (
    Priority,
    Route,
    ToExtension,
    ToHangup,
    ToMenu,
    ToQueue,
    ToRules,
    ToTracking,
    ToVoicemail,
)
from routing.dialogues import KeyChoice, Patience, SurveyQuestion, Tracking
from routing.loading import RulesError, load_policy
from routing.model import FileShape, Shape
from routing.rules import ClosedRange, Need, OpenSpan, Step
from routing.rules_text import RulesText
from tests.sample import BUILTIN, POLICY, TEXT


def test_the_business_is_compiled() -> None:
    """Name, zone, languages, and who takes calls when the server is away."""
    business = POLICY.business
    assert (business.name, business.country, business.timezone.key) == (
        "Pars Support",
        "IR",
        "Asia/Tehran",
    )
    assert business.languages == ("fa", "en")
    assert POLICY.fallback == "reception"
    assert POLICY.unlisted == Route(ToHangup(16))


def test_a_number_starts_at_a_menu_or_at_any_destination() -> None:
    """A bare word is a menu."""
    website, london = POLICY.numbers["+982191000000"], POLICY.numbers["+442079460000"]
    assert (website.start, website.source) == (Route(ToMenu("welcome")), "website")
    assert website.language is None
    assert (london.start, london.source) == (Route(ToRules("arrival")), None)
    assert london.language == "en"


def test_hours_are_spread_over_the_week_in_order() -> None:
    """A range of days goes over the week's end; spans of a day are sorted."""
    office = POLICY.hours["office"]
    day = (OpenSpan(time(8), time(17)),)
    thursday = (OpenSpan(time(8), time(12)), OpenSpan(time(13), time(15)))
    assert office.week == (day, day, day, thursday, (), day, day)
    assert office.holidays == "IR"
    assert office.closed == (
        ClosedRange(date(2026, 10, 1), date(2026, 10, 3), "moving"),
        ClosedRange(date(2026, 10, 10), date(2026, 10, 10), "inventory"),
    )


def test_a_day_may_end_at_midnight() -> None:
    """24:00 is the next day's 00:00."""
    assert POLICY.hours["night"].week[6] == (OpenSpan(time(0), time(0)),)


def test_the_need_of_a_queue_is_its_first_step() -> None:
    """Seconds, defaults, and where the wait ends."""
    support = POLICY.queues["support"]
    speaks = Need("{language}", 1)
    assert support.steps == (
        Step(0, (Need("support", 8), speaks)),
        Step(20, (Need("support", 3), speaks)),
        Step(60, (Need("support", 1),)),
    )
    assert (support.give_up_after, support.give_up_then) == (300, Route(ToVoicemail("messages")))
    assert (support.ring_for, support.music, support.survey) == (15, "default", "satisfaction")
    assert POLICY.queues["reception"].give_up_then == Route(ToHangup(17))


def test_a_menu_keeps_the_order_of_its_keys() -> None:
    """Callers hear them in that order."""
    menu = POLICY.menus["welcome"]
    assert menu.say == ("not-a-choice", "hello")
    assert menu.keys == (
        KeyChoice("1", "hello", Route(ToRules("arrival"))),
        KeyChoice("3", None, Route(ToTracking())),
        KeyChoice("9", None, Route(ToMenu("welcome"), language="en")),
        KeyChoice("42", None, Route(ToExtension("201"))),
    )
    assert menu.silence == Patience(2, Route(ToQueue("reception")), ("nothing-pressed",))
    assert (menu.first_key_seconds, menu.between_keys_seconds) == (4.5, 3.0)


def test_conditions_keep_the_order_of_the_file() -> None:
    """Explanations follow it; each of several hours is a condition of its own."""
    closed, gold, everyone = POLICY.rules["arrival"].rules
    assert closed.when == (
        Condition("customer", None, ("known",)),
        Condition("hours", "office", ("closed", "holiday")),
        Condition("hours", "night", ("closed",)),
    )
    assert gold.when == (
        Condition("case.open", None, ("true",)),
        Condition("customer.segment", None, ("gold", "unavailable")),
    )
    assert everyone.when == ()


def test_a_rule_knows_its_line_and_its_effects() -> None:
    """The line is that of its first word."""
    closed, gold, _ = POLICY.rules["arrival"].rules
    assert TEXT.splitlines()[gold.line - 1].strip() == "- id: gold"
    assert closed.then == Route(ToVoicemail("messages"), say=("hello",))
    assert gold.then == Route(ToQueue("support"), open_case=True, priority=Priority(10))
    assert {closed.file, gold.file} == {"sample.yaml"}


def test_a_survey_asks_for_a_mark_or_a_choice() -> None:
    """Never both."""
    score, solved = POLICY.surveys["satisfaction"].questions
    assert score == SurveyQuestion("score", "hello", (1, 10), {})
    assert solved == SurveyQuestion("solved", "hello", None, {"1": "yes", "2": "no"})


def test_tracking_may_be_left_out() -> None:
    """Who found the number is done; who did not is helped by a person."""
    without = "\n".join(line for line in TEXT.splitlines() if not line.startswith("tracking:"))
    policy = load_policy(RulesText("f", without), known_prompts=BUILTIN)
    assert policy.tracking == Tracking(3, Route(ToHangup(16)), Route(ToQueue("reception")))


def test_a_builtin_prompt_may_be_reworded_in_one_language() -> None:
    """The other languages stay built in."""
    assert POLICY.prompts["not-a-choice"] == {"en": "No such choice"}


def test_the_revision_is_that_of_the_text() -> None:
    """Any change of the text is another revision."""
    assert POLICY.revision == RulesText("f", TEXT).revision
    assert len(POLICY.revision) == 12
    assert RulesText("f", TEXT).revision != RulesText("f", TEXT + "\n").revision


def test_a_problem_in_one_entry_hides_none_in_another() -> None:
    """A misspelt skill and a rule list without an end are told together."""
    text = TEXT.replace("support: 9", "suport: 9").replace(
        "    - id: everyone\n", "    - id: gold\n"
    )
    with pytest.raises(RulesError) as caught:
        load_policy(RulesText("f", text), known_prompts=BUILTIN)
    errors = [each.code for each in caught.value.problems if each.level == Level.ERROR]
    assert errors == ["unknown-skill", "duplicate-id"]
    assert "2 errors" in str(caught.value)


def test_every_key_of_the_file_is_described() -> None:
    """The JSON Schema and the reference are made from the model."""
    undescribed = [
        f"{shape.__name__}.{name}"
        for shape in _shapes(Shape)
        for name, field in shape.model_fields.items()
        if shape.__module__.startswith("routing.") and not field.description
    ]
    assert undescribed == []
    assert FileShape in _shapes(Shape)


def _shapes(kind: type[Shape]) -> list[type[Shape]]:
    below = [shape for each in kind.__subclasses__() for shape in _shapes(each)]
    return [*kind.__subclasses__(), *below]
