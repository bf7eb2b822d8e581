"""`rahyab queues`: what Asterisk gets, and who is rung in it from which second on."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli.queues import queues
from tests.sample import TEXT


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A rules file."""
    file = tmp_path / "rules.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return file


def run(rules: Path, *arguments: str) -> Result:
    """Run the command."""
    environment = {"RAHYAB_RULES": str(rules), "RAHYAB_HOME": str(rules.parent / "home")}
    return CliRunner(env=environment).invoke(queues, arguments)


def test_every_asterisk_queue_is_listed_with_what_it_stands_for(rules: Path) -> None:
    """The best agents first, and how many queues there are."""
    lines = run(rules).output.splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["support-fa", "support", "in", "fa", "2", "sara,", "mina"],
        ["support-en", "support", "in", "en", "2", "mina,", "sara"],
        ["reception", "reception", "2", "mina,", "reza"],
        ["3", "in", "all,", "and", "rahyab-fallback."],
    ]


def test_programs_read_what_a_queue_stands_for(rules: Path) -> None:
    """With the penalty of each member."""
    first = json.loads(run(rules, "--json").output)[0]
    assert first == {
        "asterisk_queue": "support-fa",
        "stands_for": [{"queue": "support", "language": "fa"}],
        "alone": None,
        "members": {"mina": 2, "sara": 1},
    }


def test_a_queue_is_shown_in_each_language_that_makes_a_difference(rules: Path) -> None:
    """As a table and in words, with the lateness."""
    output = run(rules, "show", "support").output
    assert output.count("Asterisk queue support-") == 2
    assert "20s   37s            2        mina" in output
    assert "From the first second on sara is rung." in output
    assert "From 20s on also mina is rung." in output
    assert "5m 17s where a telephone still rings then" in output


def test_programs_read_one_language(rules: Path) -> None:
    """The seconds as numbers."""
    (shown,) = json.loads(run(rules, "show", "support", "--language", "en", "--json").output)
    assert shown["asterisk_queue"] == "support-en"
    assert [(each["after"], each["at_the_latest"]) for each in shown["steps"]] == [
        (0, 0),
        (20, 37),
        (60, 77),
    ]
    assert [each["agents"] for each in shown["steps"]] == [[], ["mina"], ["sara"]]


def test_a_queue_that_no_call_can_come_to_says_so(rules: Path) -> None:
    """In words and for programs."""
    spare = (
        "  spare:\n    need: [{skill: support, level: 9}]\n"
        "    give_up: {after: 1m, then: {hangup: 17}}\n"
    )
    rules.write_text(TEXT.replace("menus:\n", f"{spare}menus:\n", 1), encoding="utf-8")
    assert "no call can come to it" in run(rules, "show", "spare").output
    assert json.loads(run(rules, "show", "spare", "--json").output)[0]["asterisk_queue"] is None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "suport"), "they have reception, support"),
        (("show", "support", "--language", "lv"), "choose one of fa, en"),
    ],
)
def test_what_the_rules_do_not_have_is_told_with_what_they_have(
    rules: Path, arguments: tuple[str, ...], told: str
) -> None:
    """In one line."""
    result = run(rules, *arguments)
    assert result.exit_code == 2
    assert told in result.output
    assert len(result.output.splitlines()) == 1


PARTS = """\
    survey: satisfaction
    gate: {hours: office, waiting: 20, then: {voicemail: messages}}
    prefer: {agent: [owner, last], for: 20s}
    say: {place: true, wait: true, prompt: [hello, not-a-choice], every: 45s}
    keys: {"1": {callback: true}}
"""


@pytest.fixture
def waiting(rules: Path) -> Path:
    """Rules with a queue that has a gate, a preference, words and a key."""
    text = TEXT.replace("    survey: satisfaction\n", PARTS, 1)
    rules.write_text(text, encoding="utf-8")
    return rules


def test_what_callers_meet_in_a_queue_is_shown_in_words(waiting: Path) -> None:
    """In the order of time: on the way in, who is rung, what is heard, the end."""
    output = run(waiting, "show", "support", "--language", "en").output
    said = output[output.index("  Not let in") :]
    assert " ".join(said.split()) == (
        "Not let in is a caller outside the hours office or while 20 wait. Then: voicemail"
        " messages. At first a caller waits for the customer's own agent, else the one who last"
        " spoke with the customer, for 20s: rahyab-agent-mina, rahyab-agent-sara; after 22s"
        " at the latest they go on into this queue. What follows counts from then on. On coming in"
        " they hear how many are before them and how long it will take. From 20s on"
        " mina is rung. From 1m on also sara is rung. Every 45s they hear"
        " hello, then not-a-choice. Nobody is rung for them meanwhile: a step, or the end, can come"
        " later by as long as that takes. Key 1: ask to be called back. Waiting ends after 5m, or"
        " 5m 17s where a telephone still rings then."
    )


def test_programs_read_what_callers_meet_in_a_queue(waiting: Path) -> None:
    """Routes as the rules file writes them."""
    (shown,) = json.loads(run(waiting, "show", "support", "--language", "en", "--json").output)
    assert {key: shown[key] for key in ("gate", "prefer", "say", "keys")} == {
        "gate": {
            "hours": "office",
            "waiting": 20,
            "per_agent": None,
            "wait": None,
            "then": {"voicemail": "messages"},
        },
        "prefer": {
            "agent": ["owner", "last"],
            "for": 20,
            "gone_at_the_latest": 22,
            "asterisk_queues": {"mina": "rahyab-agent-mina", "sara": "rahyab-agent-sara"},
        },
        "say": {
            "place": True,
            "wait": True,
            "prompts": ["hello", "not-a-choice"],
            "sounds": ["rahyab/en/hello", "rahyab/en/not-a-choice"],
            "every": 45,
        },
        "keys": {"1": {"callback": True}},
    }


def test_a_queue_without_such_parts_has_none_of_them(rules: Path) -> None:
    """For programs: the same keys."""
    (shown,) = json.loads(run(rules, "show", "reception", "--json").output)
    quiet = {"place": False, "wait": False, "prompts": [], "sounds": [], "every": None}
    assert (shown["gate"], shown["prefer"], shown["keys"]) == (None, None, {})
    assert shown["say"] == quiet


def test_queues_for_one_agent_alone_are_listed_and_counted(waiting: Path) -> None:
    """After the others."""
    lines = [" ".join(line.split()) for line in run(waiting).output.splitlines()]
    assert lines[-3:] == [
        "rahyab-agent-mina support in fa, support in en, for mina alone 1 mina",
        "rahyab-agent-sara support in fa, support in en, for sara alone 1 sara",
        "5 in all, and rahyab-fallback.",
    ]
    last = json.loads(run(waiting, "--json").output)[-1]
    assert (last["alone"], last["members"]) == ("sara", {"sara": 1})
