"""What Asterisk prints, read: its own words, from 16.28 and 22.10."""

import pytest

from dialplan.conf_text import EXTENSIONS, QUEUE_RULES, QUEUES, Member
from dialplan.console import (
    Shown,
    extensions_shown,
    folders_shown,
    lacking,
    queues_shown,
    rules_shown,
    version_shown,
)

QUEUE_SHOW = """\
sales has 2 calls (max 10) in 'leastrecent' strategy (3s holdtime, 9s talktime), W:0, C:1, A:0, SL:0.0%, SL2:0.0% within 0s
   Members: 
      mina (PJSIP/104) with penalty 2 (ringinuse disabled)\x1b[0m\x1b[0m\x1b[0m (\x1b[1;31mUnavailable\x1b[0m) has taken no calls yet \x1b[0;33m(login was 1 secs ago)\x1b[0m
      reza (Local/a@t/n from Custom:reza) with penalty 1 (ringinuse disabled) (in call) (paused:lunch was 4 secs ago) (In use) has taken 2 calls (last was 12 secs ago) (login was 3600 secs ago)
      PJSIP/9 (ringinuse enabled) (dynamic) (Not in use) has taken no calls yet
      old (PJSIP/8) (ringinuse disabled) (Not in use) has taken no calls yet
   Callers: 
      1. Local/w@t-00000000;1 (wait: 0:02, prio: 0)
      2. PJSIP/trunk-00000001 (wait: 1:05, prio: 0)

empty has 0 calls (max unlimited) in 'ringall' strategy (0s holdtime, 0s talktime), W:0, C:0, A:0, SL:0.0%, SL2:0.0% within 0s
   No Members
   No Callers

"""  # noqa: E501, W291  as Asterisk prints it

RULES_SHOW = """\
Rule: sales
	After 15 seconds, adjust QUEUE_MAX_PENALTY to 2, adjust QUEUE_MIN_PENALTY by 0 and adjust QUEUE_RAISE_PENALTY by 0
	After 30 seconds, adjust QUEUE_MAX_PENALTY to 3, adjust QUEUE_MIN_PENALTY to 1 and adjust QUEUE_RAISE_PENALTY by 0
Rule: relative
	After 30 seconds, adjust QUEUE_MAX_PENALTY by 3, adjust QUEUE_MIN_PENALTY by 0 and adjust QUEUE_RAISE_PENALTY by 0
"""  # noqa: E501  as Asterisk prints it

DIALPLAN_SHOW = """\
[ Context 'ours' created by 'pbx_config' ]
  'ask' =>          1. MSet(A=$[${A} + 1],B=)                     [/home/x/extensions.conf:145]
     [next]         2. Set(C=${IF($["${C}" =~ "://"]?:agi://)}${C}) [/home/x/extensions.conf:148]
                    3. Return()                                   [/home/x/extensions.conf:154]
  '_[+0-9]!' =>     1. Answer()                                   [/home/x/extensions.conf:40]

-= 2 extensions (4 priorities) in 1 context. =-
"""

EXTENSIONS_CONF = """\
[ours]
include => other
exten => _[+0-9]!,1,Answer
; a remark
exten => ask,1,MSet(A=$[${A} + 1],B=)
 same => n(next),Set(C=${IF($["${C}" =~ "://"]?:agi://)}${C})
 same => n,Return()
"""

FILES = {
    EXTENSIONS: EXTENSIONS_CONF,
    QUEUES: "[sales]\nstrategy=leastrecent\nmember => PJSIP/104,2,mina\n[empty]\n",
    QUEUE_RULES: "[sales]\npenaltychange => 15,2\npenaltychange => 30,3,1\n",
}
SHOWN = Shown(QUEUE_SHOW, RULES_SHOW, DIALPLAN_SHOW)


def test_queues_are_read_with_callers_and_members() -> None:
    """Colours, pauses and calls do not get in the way; who has no name of their own is not ours."""
    sales, empty = queues_shown(QUEUE_SHOW).values()
    assert (sales.strategy, sales.waiting) == ("leastrecent", 2)
    assert sales.members == {
        Member("PJSIP/104", 2, "mina"): 1,
        Member("Local/a@t/n", 1, "reza"): 3600,
        Member("PJSIP/8", 0, "old"): None,
    }
    assert (empty.strategy, empty.waiting, empty.members) == ("ringall", 0, {})
    assert queues_shown("No queues.\n\n") == {}


def test_rules_are_read_as_they_are_written() -> None:
    """Relative changes are not ours."""
    assert rules_shown(RULES_SHOW) == {"sales": ("15,2", "30,3,1"), "relative": ()}
    assert rules_shown("") == {}


def test_a_context_is_read_by_extension() -> None:
    """Without labels and places."""
    assert extensions_shown(DIALPLAN_SHOW) == {
        "ask": (
            "MSet(A=$[${A} + 1],B=)",
            'Set(C=${IF($["${C}" =~ "://"]?:agi://)}${C})',
            "Return()",
        ),
        "_[+0-9]!": ("Answer()",),
    }
    assert extensions_shown("There is no existence of 'x' context\n") == {}


def test_an_asterisk_that_has_everything_lacks_nothing() -> None:
    """More than ours does not matter."""
    assert lacking(FILES, SHOWN) == {}


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (QUEUES, "PJSIP/104,2,mina", "PJSIP/104,3,mina", "queue sales"),
        (QUEUES, "PJSIP/104,2,mina", "PJSIP/105,2,mina", "queue sales"),
        (QUEUES, "leastrecent", "rrmemory", "queue sales"),
        (QUEUES, "[empty]", "[new]", "queue new"),
        (QUEUE_RULES, "15,2", "16,2", "penalty rule sales"),
        (QUEUE_RULES, "[sales]", "[new]", "penalty rule new"),
        (EXTENSIONS, "Return()", "Hangup()", "context ours"),
        (EXTENSIONS, "exten => ask,1", "exten => asks,1", "context ours"),
        (EXTENSIONS, "[ours]", "[new]", "context new"),
        (EXTENSIONS, " same => n,Return()\n", "", "context ours"),
    ],
)
def test_whatever_is_not_as_the_file_says_is_lacking(
    name: str, old: str, new: str, told: str
) -> None:
    """By file, with what it is about."""
    assert lacking({**FILES, name: FILES[name].replace(old, new)}, SHOWN) == {name: (told,)}


def test_members_that_were_read_before_the_reload_tell_that_it_was_refused() -> None:
    """Who does not tell when is believed."""
    older = {**FILES, QUEUES: "[sales]\nstrategy=leastrecent\nmember => Local/a@t/n,1,reza\n"}
    silent = {**FILES, QUEUES: "[sales]\nstrategy=leastrecent\nmember => PJSIP/8,,old\n"}
    assert lacking(older, SHOWN) == {}
    assert lacking(older, SHOWN, since=3600) == {}
    assert lacking(older, SHOWN, since=3599) == {QUEUES: ("queue sales",)}
    assert lacking(FILES, SHOWN, since=1) == {}
    assert lacking(FILES, SHOWN, since=0) == {QUEUES: ("queue sales",)}
    assert lacking(silent, SHOWN, since=0) == {}


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Asterisk 22.10.1+dfsg+~cs6.17.60671434-1 built by nobody @ buildd.debian.org\n", 22),
        ("Asterisk 16.28.0~dfsg-0+deb11u10 built by nobody\n", 16),
        ("Asterisk certified/18.9-cert5 built by x\n", 18),
        ("Asterisk certified-20.7-cert3 built by x\n", 20),
        ("Asterisk GIT-master-1a2b3c4d built by x\n", None),
        ("Asterisk SVN-branch-1.8-r3 built by x\n", None),
        ("", None),
    ],
)
def test_the_version_is_the_branch(text: str, version: int | None) -> None:
    """None where nothing was released under that name."""
    assert version_shown(text) == version


def test_folders_are_those_of_the_settings() -> None:
    """Of many lines, two."""
    text = (
        "  Startup time:                17:57:11\n"
        "  Configuration file:          /etc/asterisk/asterisk.conf\n"
        "  Configuration directory:     /etc/asterisk\n"
        "  Log directory:               /var/log/asterisk\n"
    )
    assert folders_shown(text) == {"Configuration": "/etc/asterisk", "Log": "/var/log/asterisk"}
