"""Two rules files that differ in every name that a call can meet, and a bad one."""

from typing import Final

MARKS: Final = ("one", "two")
_SECONDS: Final = {"one": 111, "two": 222}

_RULES: Final = """\
version: 1
business:
  name: Bench {mark}
  country: IR
  timezone: Asia/Tehran
  languages: [en]
  fallback: queue-{mark}
numbers:
  "+982191000000": {{start: {{menu: first-{mark}}}, source: source-{mark}}}
unlisted: {{hangup: true}}
skills: {{skill-{mark}: something}}
agents:
  agent-{mark}: {{name: Agent, device: PJSIP/101, skills: {{skill-{mark}: 9}}}}
queues:
  queue-{mark}:
    need: [{{skill: skill-{mark}, level: 5}}]
    give_up: {{after: {seconds}s, then: {{extension: "{seconds}"}}}}
menus:
  first-{mark}:
    say: first-{mark}
    keys: {{"1": {{menu: second-{mark}}}}}
    silence: {{repeat: 1, then: {{queue: queue-{mark}}}}}
    wrong_key: {{repeat: 1, then: {{queue: queue-{mark}}}}}
  second-{mark}:
    say: second-{mark}
    keys: {{"1": {{rules: list-{mark}}}}}
    silence: {{repeat: 1, then: {{queue: queue-{mark}}}}}
    wrong_key: {{repeat: 1, then: {{queue: queue-{mark}}}}}
rules:
  list-{mark}:
    - {{id: rule-{mark}, say: third-{mark}, then: {{queue: queue-{mark}}}}}
prompts:
  first-{mark}: {{en: First {mark}}}
  second-{mark}: {{en: Second {mark}}}
  third-{mark}: {{en: Third {mark}}}
"""


def good_rules(mark: str) -> str:
    """Rules in which every name, and every number that is told, has this mark."""
    return _RULES.format(mark=mark, seconds=_SECONDS[mark])


def bad_rules(mark: str) -> str:
    """The same with a mistake: a key leads nowhere."""
    return good_rules(mark).replace(f"{{rules: list-{mark}}}", "{rules: nowhere}")


def marks_in(said: str) -> set[str]:
    """Which of the two files something that a call was told comes from."""
    return {mark for mark in MARKS if mark in said or str(_SECONDS[mark]) in said}
