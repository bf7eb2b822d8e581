"""What Asterisk gets of gates, keys, words and preferred agents of the rules' queues."""

from dataclasses import replace
from importlib import resources
from typing import Any

import pytest

from dialplan.contract import AGENT_QUEUE, LEAVING_CONTEXT, Go
from dialplan.leaving import leaving_contexts
from dialplan.openings import latest_end, openings
from dialplan.queues import asterisk_queue_name, penalty_rule_name, queues_conf
from dialplan.reachability import reachable_queues
from dialplan.releases import MACRO_UNTIL, Release, knows, queue_arguments
from dialplan.requirements import (
    QUEUES_BEFORE_WARNING,
    growth_warning,
    ladder_of,
    plan_for,
    requirement_for,
)
from routing.destinations import Route, ToHangup, ToQueue
from routing.rules import Agent, Announcements, Gate, Policy, Preference, Queue
from tests.dialplan.test_queues import sections
from tests.sample import POLICY

RECEPTION = POLICY.queues["reception"]
SUPPORT = POLICY.queues["support"]
TO_END = Route(ToHangup())
WORDS = Announcements(place=False, wait=False, prompts=("hello",), every=30)


def gate(waiting: int | None = None, then: Route = TO_END) -> Gate:
    """One that has a bound, or none for Asterisk."""
    return Gate(None, waiting, None, 600, then)


def rules(**changes: dict[str, Any]) -> Policy:
    """The sample, with queues changed."""
    changed = {id_: replace(POLICY.queues[id_], **parts) for id_, parts in changes.items()}
    return replace(POLICY, queues={**POLICY.queues, **changed})


def of_queue(policy: Policy, name: str) -> dict[str, list[str]]:
    """What queues.conf says of a queue."""
    return sections(queues_conf(policy))[name]


def with_twin(reception: Queue, twin: Queue) -> Policy:
    """The sample with a second queue like `reception`, to which calls come too."""
    queues = {**POLICY.queues, "reception": reception, "twin": twin}
    return replace(POLICY, queues=queues, unlisted=Route(ToQueue("twin")))


def test_as_many_may_wait_as_the_gate_says() -> None:
    """Without a bound of that kind: any number."""
    bounded = of_queue(rules(reception={"gate": gate(waiting=20)}), "reception")
    assert bounded["maxlen"] == ["20"]
    assert of_queue(rules(reception={"gate": gate()}), "reception")["maxlen"] == ["0"]
    assert of_queue(POLICY, "reception")["maxlen"] == ["0"]


def test_who_comes_from_an_agent_of_their_own_is_not_kept_out() -> None:
    """The gate has let them in before: Asterisk would not know."""
    own = {"gate": gate(waiting=20), "prefer": Preference(("owner",), 20)}
    assert of_queue(rules(reception=own), "reception")["maxlen"] == ["0"]


def test_each_queue_with_keys_has_a_context_of_exactly_these() -> None:
    """Any other key finds no extension, and leaves the caller in the queue."""
    policy = rules(support={"keys": {"*": TO_END, "1": TO_END}})
    contexts = sections(leaving_contexts(policy))
    assert list(contexts) == [f"{LEAVING_CONTEXT}-support-fa", f"{LEAVING_CONTEXT}-support-en"]
    assert contexts[f"{LEAVING_CONTEXT}-support-fa"] == {
        "exten": [
            f"*,1,Goto({LEAVING_CONTEXT},*,1)",
            f"1,1,Goto({LEAVING_CONTEXT},1,1)",
            "h,1,Goto(rahyab-call,h,1)",
        ]
    }
    assert of_queue(policy, "support-fa")["context"] == [f"{LEAVING_CONTEXT}-support-fa"]
    assert "context" not in of_queue(policy, "reception")


def test_without_keys_nothing_is_added_to_the_dialplan() -> None:
    """Whatever the rules are."""
    assert not leaving_contexts(POLICY)


def test_words_are_said_in_the_language_of_the_callers() -> None:
    """So a queue that speaks is a queue for each language, though anybody can serve there."""
    policy = rules(reception={"say": WORDS})
    assert asterisk_queue_name(policy.queues["reception"], "en", policy) == "reception-en"
    for language in POLICY.business.languages:
        queue = of_queue(policy, f"reception-{language}")
        assert queue["periodic-announce"] == [f"rahyab/{language}/hello"]
        assert queue["periodic-announce-frequency"] == ["30"]
        assert queue["relative-periodic-announce"] == ["yes"]
        assert queue["announce-to-first-user"] == ["yes"]
        assert queue["member"] == of_queue(POLICY, "reception")["member"]


def test_of_several_prompts_the_next_is_said_each_time() -> None:
    """Asterisk takes them as a list."""
    words = replace(WORDS, prompts=("hello", "not-a-choice"))
    queue = of_queue(rules(reception={"say": words}), "reception-fa")
    assert queue["periodic-announce"] == ["rahyab/fa/hello,rahyab/fa/not-a-choice"]


def test_a_prompt_without_words_in_a_language_is_said_as_everywhere_else() -> None:
    """In the default language; who hears the same may then wait in one line."""
    policy = replace(rules(reception={"say": WORDS}), prompts={"hello": {"fa": "سلام"}})
    name = asterisk_queue_name(policy.queues["reception"], "en", policy)
    assert of_queue(policy, name)["periodic-announce"] == ["rahyab/fa/hello"]
    assert name == "reception-fa"


def test_a_queue_in_which_nothing_is_said_is_told_so() -> None:
    """As sites and releases have defaults of their own; the place alone is said on coming in."""
    placed = Announcements(place=True, wait=True, prompts=(), every=60)
    for policy in (POLICY, rules(reception={"say": placed})):
        queue = of_queue(policy, "reception")
        assert queue["periodic-announce-frequency"] == ["0"]
        assert "periodic-announce" not in queue


@pytest.mark.parametrize(
    "change",
    [
        {"gate": gate(waiting=7)},
        {"keys": {"1": TO_END}},
        {"say": WORDS},
    ],
    ids=["gate", "keys", "words"],
)
def test_what_an_asterisk_queue_has_one_of_keeps_queues_apart(change: dict[str, Any]) -> None:
    """Two that differ in it are two; two that have the same are one."""
    for second in ({}, change):
        twin = replace(RECEPTION, id="twin", **second)
        first = replace(RECEPTION, **change)
        policy = with_twin(first, twin)
        shared = asterisk_queue_name(twin, "fa", policy) == asterisk_queue_name(first, "fa", policy)
        assert shared == (second == change)


def test_where_keys_and_gates_lead_is_no_matter_of_asterisks() -> None:
    """The server knows by the penalty rule for what a caller had come."""
    first = replace(RECEPTION, keys={"1": TO_END}, gate=gate(then=TO_END))
    to_first = Route(ToQueue("reception"))
    twin = replace(RECEPTION, id="twin", keys={"1": to_first}, gate=gate(then=to_first))
    policy = with_twin(first, twin)
    assert asterisk_queue_name(twin, "fa", policy) == "reception"
    assert penalty_rule_name(twin, "fa", policy) == "twin"


@pytest.mark.parametrize("part", ["gate", "keys"])
def test_what_gates_and_keys_lead_to_can_be_come_to(part: str) -> None:
    """And so is generated."""
    spare = replace(SUPPORT, id="spare")
    to_spare = Route(ToQueue("spare"))
    change = {"gate": gate(9, to_spare), "keys": {"1": to_spare}}[part]
    policy = rules(reception={part: change})
    policy = replace(policy, queues={**policy.queues, "spare": spare})
    assert reachable_queues(policy) == {"reception", "support", "spare"}


PREFERRING = rules(
    support={"prefer": Preference(("owner",), 20), "keys": {"1": TO_END, "2": TO_END}},
    reception={"prefer": Preference(("last",), 30), "keys": {"2": TO_END}},
)


def test_each_agent_whom_callers_may_prefer_has_a_queue_with_nobody_else() -> None:
    """Whoever can serve, at any step and in any language, a queue that has `prefer`."""
    queues = sections(queues_conf(PREFERRING))
    alone = {name: each["member"] for name, each in queues.items() if AGENT_QUEUE in name}
    assert alone == {
        "rahyab-agent-mina": ["PJSIP/104,1,mina"],
        "rahyab-agent-sara": ["PJSIP/101,1,sara"],
        "rahyab-agent-reza": ["PJSIP/103,1,reza"],
    }


def test_an_agents_queue_is_as_the_queues_that_it_stands_before() -> None:
    """The longest ring, the first one's music, and the keys that lead on from all of them."""
    mina, sara = (of_queue(PREFERRING, f"rahyab-agent-{each}") for each in ("mina", "sara"))
    assert (mina["timeout"], mina["musicclass"]) == (["20"], ["default"])
    assert (sara["timeout"], sara["musicclass"]) == (["15"], ["default"])
    for option in ("strategy", "joinempty", "leavewhenempty", "autofill"):
        assert mina[option] == of_queue(PREFERRING, "reception")[option]
    assert (mina["autopause"], mina["periodic-announce-frequency"]) == (["no"], ["0"])
    contexts = sections(leaving_contexts(PREFERRING))
    assert [each[0] for each in contexts["rahyab-leaving-rahyab-agent-mina"]["exten"]] == ["2", "h"]
    assert [each[0] for each in contexts["rahyab-leaving-rahyab-agent-sara"]["exten"]] == [
        *("1", "2", "h")
    ]


def test_an_agent_whom_nobody_can_prefer_has_none() -> None:
    """As no queue that has `prefer` is one that they can serve, or that a call can come to."""
    assert not plan_for(POLICY).for_agents
    only_support = rules(support={"prefer": Preference(("owner",), 20)})
    assert [each.alone for each in plan_for(only_support).for_agents] == ["mina", "sara"]
    spare = replace(SUPPORT, id="spare", prefer=Preference(("owner",), 20))
    assert not plan_for(replace(POLICY, queues={**POLICY.queues, "spare": spare})).for_agents


def test_queues_of_agents_count_among_those_of_which_too_many_are_warned() -> None:
    """And the queue that prefers them is named."""
    agents = {
        f"a{number}": Agent(f"a{number}", f"PJSIP/{number}", "x", {"support": 9, "fa": 1}, None)
        for number in range(QUEUES_BEFORE_WARNING)
    }
    crowded = replace(POLICY, agents=agents)
    prefer = replace(SUPPORT, prefer=Preference(("owner",), 20))
    assert growth_warning(plan_for(crowded)) is None
    warning = growth_warning(
        plan_for(replace(crowded, queues={**POLICY.queues, "support": prefer}))
    )
    assert warning is not None
    assert 'queue "support" makes 52 of them, 50 of them for agents whom callers prefer' in warning


@pytest.mark.parametrize("release", Release)
def test_every_release_knows_what_is_written_for_waiting_callers(release: Release) -> None:
    """All four know all of it."""
    words = set(of_queue(rules(reception={"say": WORDS}), "reception-fa"))
    assert all(knows(release, name) for name in words - {"member"})
    everything = rules(reception={"say": WORDS, "keys": {"1": TO_END}, "gate": gate(3)})
    written = sections(queues_conf(everything, release))["reception-fa"]
    assert {"context", "maxlen", "periodic-announce", "announce-to-first-user"} <= written.keys()


@pytest.mark.parametrize("release", Release)
def test_the_dialplan_hands_over_the_arguments_in_the_order_of_each_release(
    release: Release,
) -> None:
    """The place after the rule, which is one further on where there are macros."""
    fields = {
        "{queue}": "${RAHYAB_QUEUE}",
        "{timeout}": "${RAHYAB_QUEUE_TIMEOUT}",
        "{rule}": "${RAHYAB_QUEUE_RULE}",
        "{position}": "${RAHYAB_QUEUE_POSITION}",
    }
    arguments = ",".join(fields.get(each, each) for each in queue_arguments(release))
    text = resources.files("dialplan").joinpath("extensions.conf").read_text(encoding="utf-8")
    extension = text.partition(f"exten => {Go.QUEUE},1")[2].partition("exten =>")[0]
    label = "n(with-macro)" if release <= MACRO_UNTIL else "n"
    assert f" same => {label},Queue({arguments})\n" in extension


def speaking(queue: Queue) -> Policy:
    """The sample, with words in a queue."""
    return rules(**{queue.id: {"say": WORDS}})


def test_words_make_no_step_come_earlier_than_it_is_written() -> None:
    """How much later, nobody knows who does not know how long they are."""
    spoken = speaking(SUPPORT)
    quiet = ladder_of(requirement_for(SUPPORT, "fa", POLICY), POLICY)
    loud = ladder_of(requirement_for(spoken.queues["support"], "fa", spoken), spoken)
    assert openings(quiet) == openings(loud)
    assert latest_end(quiet) == latest_end(loud)
