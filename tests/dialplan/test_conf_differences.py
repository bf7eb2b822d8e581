"""What is different in meaning between two versions of our files."""

import re

import pytest

from agi_server.cli.dialplan_files import asterisk_files
from dialplan.conf_differences import FileDifference, file_differences
from dialplan.conf_text import (
    EXTENSIONS,
    QUEUE_RULES,
    QUEUES,
    Made,
    Member,
    included,
    read_dialplan,
    read_made,
    read_queues,
    read_rules,
)
from dialplan.releases import Release, release_of
from tests.sample import POLICY

FILES = asterisk_files(POLICY)


def changed(name: str, old: str, new: str) -> list[tuple[str, str, str | None, str | None]]:
    """What is different when one text in a file becomes another, but for the file's name."""
    assert old in FILES[name]
    found = file_differences(FILES, {**FILES, name: FILES[name].replace(old, new, 1)})
    assert {each.file for each in found} <= {name}
    return [(each.place, each.about, each.before, each.now) for each in found]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "member => PJSIP/101,1,sara",
            "member => PJSIP/101,4,sara",
            ("queue support-fa", "member sara", "PJSIP/101, penalty 1", "PJSIP/101, penalty 4"),
        ),
        (
            "member => PJSIP/101,1,sara\n",
            "",
            ("queue support-fa", "member sara", "PJSIP/101, penalty 1", None),
        ),
        (
            "member => PJSIP/101,1,sara\n",
            "member => PJSIP/101,1,sara\nmember => PJSIP/109,2,nadia\n",
            ("queue support-fa", "member nadia", None, "PJSIP/109, penalty 2"),
        ),
        (
            "member => PJSIP/104,2,mina\nmember => PJSIP/101,1,sara\n",
            "member => PJSIP/101,1,sara\nmember => PJSIP/104,2,mina\n",
            ("queue support-fa", "order of members", "mina, sara", "sara, mina"),
        ),
        ("timeout=15", "timeout=30", ("queue support-fa", "timeout", "15", "30")),
        ("timeout=15\n", "", ("queue support-fa", "timeout", "15", None)),
        (
            "timeout=15\n",
            "timeout=15\nweight=3\n",
            ("queue support-fa", "weight", None, "3"),
        ),
        (
            "for Asterisk 22",
            "for Asterisk 16",
            ("all queues", "written for", "Asterisk 22", "Asterisk 16"),
        ),
    ],
)
def test_each_change_of_a_queue_is_told(
    old: str, new: str, told: tuple[str, str, str | None, str | None]
) -> None:
    """Who is rung and how, one by one."""
    assert changed(QUEUES, old, new) == [told]


def test_queues_that_come_and_go_are_told_with_their_members() -> None:
    """Another name is another queue."""
    members = "mina (PJSIP/104, penalty 2), sara (PJSIP/101, penalty 1)"
    assert changed(QUEUES, "[support-fa]", "[help-fa]") == [
        ("queue support-fa", "", members, None),
        ("queue help-fa", "", None, members),
    ]


def test_a_queue_in_which_nobody_is_rung_says_so() -> None:
    """No member is no empty text."""
    found = file_differences({}, {QUEUES: "[lonely]\nstrategy=rrmemory\n"})
    assert found == (FileDifference(QUEUES, "queue lonely", "", None, "nobody is rung"),)


def test_changes_of_penalty_rules_are_told_in_words() -> None:
    """Seconds and the highest penalty from then on."""
    assert changed(QUEUE_RULES, "penaltychange => 20,2", "penaltychange => 25,2") == [
        (
            "penalty rule support-fa",
            "",
            "from 20s on up to penalty 2, from 60s on up to penalty 3",
            "from 25s on up to penalty 2, from 60s on up to penalty 3",
        )
    ]
    assert file_differences({QUEUE_RULES: "[a]\n"}, {}) == (
        FileDifference(QUEUE_RULES, "penalty rule a", "", "no change", None),
    )


def test_changes_of_the_dialplan_are_told_line_by_line() -> None:
    """Of the extension that they are in."""
    assert changed(EXTENSIONS, "Wait(10)", "Wait(20)") == [
        ("context rahyab-call", "extension fallback", "Wait(10)", "Wait(20)")
    ]
    assert changed(EXTENSIONS, "[rahyab-answered]", "[rahyab-taken]") == [
        ("context rahyab-answered", "", "extensions s", None),
        ("context rahyab-taken", "", None, "extensions s"),
    ]


def test_lines_that_change_places_are_told_whole() -> None:
    """Both orders."""
    before = {EXTENSIONS: "[a]\nexten => s,1,One()\n same => n,Two()\n"}
    now = {EXTENSIONS: "[a]\nexten => s,1,Two()\n same => n,One()\n"}
    assert file_differences(before, now) == (
        FileDifference(EXTENSIONS, "context a", "extension s", "One()\nTwo()", "Two()\nOne()"),
    )


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (QUEUES, POLICY.revision, "0123456789ab"),
        (QUEUES, "; An agent who", "; Somebody who"),
        (QUEUES, "timeout=15", "timeout => 15   ; seconds"),
        (EXTENSIONS, "; How a call goes.", "; How calls go."),
        (QUEUE_RULES, "penaltychange => 20,2", "penaltychange=20, 2"),
    ],
)
def test_what_asterisk_does_not_heed_is_no_difference(name: str, old: str, new: str) -> None:
    """Remarks, the revision, blanks, `=` for `=>`."""
    assert changed(name, old, new) == []


def test_the_order_of_sections_is_no_difference() -> None:
    """Asterisk finds them by name."""
    first, second = "[a]\ntimeout=1\n", "[b]\ntimeout=2\n"
    assert file_differences({QUEUES: first + second}, {QUEUES: second + first}) == ()


def test_everything_is_new_where_there_was_nothing() -> None:
    """And nothing is different from itself."""
    found = file_differences({}, FILES)
    assert all(each.before is None and each.now for each in found)
    assert {each.file for each in found} == set(FILES)
    assert file_differences(FILES, FILES) == ()


def test_our_own_files_are_read_as_they_are() -> None:
    """Nothing of them is passed over."""
    queues, rules, dialplan = (
        read_queues(FILES[QUEUES]),
        read_rules(FILES[QUEUE_RULES]),
        read_dialplan(FILES[EXTENSIONS]),
    )
    assert queues["support-fa"].members == (
        Member("PJSIP/104", 2, "mina"),
        Member("PJSIP/101", 1, "sara"),
    )
    assert queues["support-fa"].options["joinempty"] == "paused,unavailable,invalid"
    assert rules["support-fa"] == ("20,2", "60,3")
    assert list(dialplan) == re.findall(r"^\[(.*)\]$", FILES[EXTENSIONS], re.MULTILINE)
    assert dialplan["rahyab-answered"] == {"s": ("Set(GOSUB_RESULT=ANSWERED)", "Return(${EPOCH})")}
    lines = [
        line for extensions in dialplan.values() for each in extensions.values() for line in each
    ]
    assert len(lines) == len(re.findall("^(?:exten| same) => ", FILES[EXTENSIONS], re.MULTILINE))
    assert read_made(FILES[QUEUES]) == Made(22, POLICY.revision)
    assert read_made("[a]\n") is None


def test_what_was_written_by_hand_is_read_too() -> None:
    """Members without a name or with a broken penalty, an option twice, stray lines."""
    members = "member => PJSIP/1\nmember=PJSIP/2,high,two\n"
    text = f"stray\n[general]\nx=1\n[a]\n{members}m=1\nm=2\nodd\n[a]\n"
    (queue,) = read_queues(text).values()
    assert queue.members == (Member("PJSIP/1", 0, "PJSIP/1"), Member("PJSIP/2", 0, "two"))
    assert queue.options == {"m": "1, 2", "odd": ""}
    text = "[c]\nexten => s,1,Answer()\ninclude => other\nsame => n,Wait(1)\n"
    assert read_dialplan(text) == {"c": {"s": ("Answer()", "Wait(1)"), "": ("include => other",)}}


def test_includes_are_found_in_every_form() -> None:
    """Quoted, in angle brackets, bare; not in a remark."""
    text = '#include "/a b/x.conf"\n  #include <y.conf> ; why\n#tryinclude z*.conf\n;#include no\n'
    assert included(text) == ("/a b/x.conf", "y.conf", "z*.conf")


@pytest.mark.parametrize(
    ("version", "release"), [(15, None), (16, 16), (17, 16), (19, 18), (21, 20), (22, 22), (30, 22)]
)
def test_a_version_is_as_the_branch_before(version: int, release: int | None) -> None:
    """None before the first."""
    assert release_of(version) == (release and Release(release))
