"""The queue compiler: who is a member where, at which penalty, and what every queue says."""

from dataclasses import replace

import pytest

from dialplan.contract import FALLBACK_QUEUE
from dialplan.queues import (
    IDEAL_PENALTY,
    asterisk_queue_name,
    penalty_rule_name,
    queue_rules_conf,
    queues_conf,
)
from routing.destinations import Route, ToHangup, ToQueue
from routing.rules import Agent, Need, Policy, Queue, Step
from tests.sample import POLICY

SUPPORT = POLICY.queues["support"]
RECEPTION = POLICY.queues["reception"]


def sections(text: str) -> dict[str, dict[str, list[str]]]:
    """A configuration as Asterisk reads it: `=` and `=>` alike, `;` begins a remark."""
    parsed: dict[str, dict[str, list[str]]] = {}
    current: dict[str, list[str]] = {}
    for line in text.splitlines():
        bare = line.partition(";")[0].strip()
        if bare.startswith("["):
            current = parsed.setdefault(bare.strip("[]"), {})
        elif bare:
            name, _, value = bare.partition("=")
            current.setdefault(name.strip(), []).append(value.removeprefix(">").strip())
    return parsed


QUEUES = sections(queues_conf(POLICY))
RULES = sections(queue_rules_conf(POLICY))


def test_one_queue_for_each_distinct_requirement() -> None:
    """One a language where the caller's language is needed, else one."""
    assert list(QUEUES) == ["support-fa", "support-en", "reception", FALLBACK_QUEUE]


@pytest.mark.parametrize(
    ("queue", "members"),
    [
        ("support-fa", ["PJSIP/104,2,mina", "PJSIP/101,1,sara"]),
        ("support-en", ["PJSIP/104,2,mina", "PJSIP/101,3,sara"]),
        ("reception", ["PJSIP/104,1,mina", "PJSIP/103,1,reza"]),
        (FALLBACK_QUEUE, ["PJSIP/104,1,mina", "PJSIP/103,1,reza"]),
    ],
)
def test_members_are_those_who_can_ever_serve(queue: str, members: list[str]) -> None:
    """The penalty is one for the ideal and one more for each step."""
    assert QUEUES[queue]["member"] == members


def test_steps_raise_the_highest_penalty_at_their_second() -> None:
    """Absolute seconds; a queue without steps has no rule."""
    assert RULES == {
        "support-fa": {"penaltychange": ["20,2", "60,3"]},
        "support-en": {"penaltychange": ["20,2", "60,3"]},
    }


@pytest.mark.parametrize("name", list(QUEUES))
def test_every_queue_says_what_must_not_be_left_to_defaults(name: str) -> None:
    """Each of these has a default, in some release or at some site, that breaks the ladder."""
    expected = {
        "autofill": "yes",
        "penaltymemberslimit": "0",
        "strategy": "rrmemory" if name == FALLBACK_QUEUE else "leastrecent",
        "ringinuse": "no",
        "timeoutpriority": "conf",
        "setinterfacevar": "yes",
        "setqueueentryvar": "yes",
        "announce-frequency": "0",
        "announce-position": "no",
        "announce-holdtime": "no",
    }
    assert {option: QUEUES[name][option] for option in expected} == {
        option: [value] for option, value in expected.items()
    }
    assert all(len(values) == 1 for key, values in QUEUES[name].items() if key != "member")


def test_a_queue_rings_and_plays_as_its_rules_say() -> None:
    """The fallback as the queue that it stands for."""
    assert (QUEUES["support-fa"]["timeout"], QUEUES["support-fa"]["musicclass"]) == (
        ["15"],
        ["default"],
    )
    for name in ("reception", FALLBACK_QUEUE):
        assert (QUEUES[name]["timeout"], QUEUES[name]["musicclass"]) == (["20"], ["jazz"])


def test_callers_for_whom_nobody_is_there_come_back() -> None:
    """Later steps count as being there, so penalties are not among the reasons."""
    assert QUEUES["support-fa"]["joinempty"] == ["paused,unavailable,invalid"]
    assert QUEUES["support-fa"]["leavewhenempty"] == ["paused,unavailable,invalid"]


def test_the_fallback_lets_everybody_in_and_keeps_them() -> None:
    """It has nowhere to send them on to."""
    fallback = QUEUES[FALLBACK_QUEUE]
    assert (fallback["joinempty"], fallback["leavewhenempty"]) == (["yes"], ["no"])
    assert fallback["autopause"] == ["no"]


def test_an_agent_who_does_not_answer_is_paused_where_others_can_take_over() -> None:
    """The only agent of a queue never is: that would close the queue."""
    alone = replace(POLICY, agents={"mina": POLICY.agents["mina"]})
    assert QUEUES["reception"]["autopause"] == ["yes"]
    assert sections(queues_conf(alone))["reception"]["autopause"] == ["no"]


def test_the_server_finds_the_queue_and_the_rule_by_the_same_names() -> None:
    """A language that the business does not speak is served as the default one."""
    assert asterisk_queue_name(SUPPORT, "en", POLICY) == "support-en"
    assert asterisk_queue_name(SUPPORT, "lv", POLICY) == "support-fa"
    assert asterisk_queue_name(RECEPTION, "en", POLICY) == "reception"
    assert penalty_rule_name(SUPPORT, "en", POLICY) == "support-en"
    assert penalty_rule_name(RECEPTION, "en", POLICY) is None


def test_the_files_carry_their_revision_and_a_warning() -> None:
    """Before the first section."""
    for text in (queues_conf(POLICY), queue_rules_conf(POLICY)):
        head = text.partition("[")[0]
        assert POLICY.revision in head
        assert "Do not edit" in head


def spanish_and_english() -> Policy:
    """Two English agents and one Spanish, and a queue that needs the caller's language."""
    agents = {
        id_: Agent(id_, f"PJSIP/{id_}", id_, {language: 5}, None)
        for id_, language in (("ann", "en"), ("bob", "en"), ("eva", "es"))
    }
    queue = Queue("help", (Step(0, (Need("{language}"),)),), 60, Route(ToHangup()), 15, "x", None)
    business = replace(POLICY.business, languages=("en", "es"))
    to_help = Route(ToQueue("help"))
    return replace(
        POLICY,
        business=business,
        agents=agents,
        queues={"help": queue},
        fallback="help",
        numbers={},
        unlisted=to_help,
        person=to_help,
    )


def test_callers_of_one_class_do_not_stand_in_line_before_another() -> None:
    """Three who wait for the one Spanish agent are in another queue than the English caller."""
    queues = sections(queues_conf(spanish_and_english()))
    assert queues["help-es"]["member"] == ["PJSIP/eva,1,eva"]
    assert queues["help-en"]["member"] == ["PJSIP/ann,1,ann", "PJSIP/bob,1,bob"]
    assert queues[FALLBACK_QUEUE]["member"] == [
        "PJSIP/ann,1,ann",
        "PJSIP/bob,1,bob",
        "PJSIP/eva,1,eva",
    ]


def test_no_penalty_is_ever_zero() -> None:
    """Older Asterisk took a highest penalty of zero for no limit at all."""
    penalties = [int(each.split(",")[1]) for queue in QUEUES.values() for each in queue["member"]]
    assert min(penalties) == IDEAL_PENALTY == 1
