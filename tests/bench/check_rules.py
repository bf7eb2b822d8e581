"""A rules file as large as a big site's, in which nothing is wrong: what `check_bench.py` checks.

There are twenty lists of rules, fifty queues, fifty menus, a hundred agents and three hundred
prompts in two languages. Each rule asks for one narrow fact that no other rule of its list asks for
in the same way, and for up to three general ones, so that none takes the calls of another.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from random import Random
from typing import Final

SEED: Final = 4
"""The same file every time."""

LISTS: Final = 20
QUEUES: Final = 50
MENUS: Final = 50
AGENTS: Final = 100
ON_SHIFT: Final = 80
"""Agents who work in office hours; each skill is held by one of the others too."""
SKILLS: Final = 20
KEYS: Final = ("1", "2", "3", "4", "5")
FIRST_LEVEL: Final = 1 + len(KEYS)
"""The menus that other menus lead to begin after these; the first leads to them."""

GENERAL: Final[Mapping[str, Callable[[Random], str]]] = {
    "hours": lambda draw: f"{{office: {draw.choice(('open', 'closed', '[closed, holiday]'))}}}",
    "source": lambda draw: f"source-{draw.randrange(LISTS)}",
    "language": lambda draw: draw.choice(("fa", "en")),
    "caller.blocked": lambda _: "false",
    "customer": lambda _: "known",
    "customer.lead_score": lambda draw: f'">={draw.randrange(1, 90)}"',
    "customer.last_agent": lambda draw: f"[agent-{draw.randrange(AGENTS)}, none]",
    "contract": lambda draw: draw.choice(("running", "grace", "[ended, none]")),
    "case.open": lambda _: "true",
    "case.age": lambda draw: f'"<{draw.randrange(1, 60)}d"',
    "queue": lambda draw: (
        f'{{queue-{draw.randrange(QUEUES)}: {{waiting: "<{draw.randrange(9) + 1}"}}}}'
    ),
    "keyed": lambda draw: f'{{menu-{draw.randrange(MENUS)}: ["{draw.choice(KEYS)}", none]}}',
    "share": lambda draw: f"{{trial: {draw.randrange(10, 90)}%}}",
}
"""Facts of which a rule lets many calls through, and what it may ask of each."""


def rules_text(count: int) -> str:
    """A rules file with about `count` rules in all."""
    draw = Random(SEED)  # noqa: S311  repeatable, not secret
    rules = (f"list-{number}:\n{_rules(draw, number, count // LISTS)}" for number in range(LISTS))
    sections: Mapping[str, Iterable[str]] = {
        "numbers": map(_number, range(LISTS)),
        "skills": (*(f"skill-{number}: about {number}" for number in range(SKILLS)), *_SPOKEN),
        "agents": map(_agent, range(AGENTS)),
        "queues": map(_queue, range(QUEUES)),
        "menus": map(_menu, range(MENUS)),
        "rules": rules,
        "prompts": _prompts(),
    }
    return _HEAD + "".join(_section(name, entries) for name, entries in sections.items())


_SPOKEN: Final = ("fa: Persian", "en: English")
_HEAD: Final = """\
version: 1
business:
  {name: Pars, country: IR, timezone: Asia/Tehran, languages: [fa, en], fallback: queue-0}
unlisted: {menu: menu-0}
hours:
  office: {open: {sat-wed: "08:00-17:00", thu: "08:00-13:00"}, holidays: IR}
mailboxes: {messages: {say: menu-0}}
variables: {client: {channel: SITE_CLIENT}}
"""


def _section(name: str, entries: Iterable[str]) -> str:
    return "".join([f"{name}:\n", *(f"  {entry}\n" for entry in entries)])


def _number(number: int) -> str:
    return f'"+982191{number:06d}": {{start: {{rules: list-{number}}}, source: source-{number}}}'


def _agent(number: int) -> str:
    level = 9 if number < AGENTS // 2 else 5
    skills = f"{{skill-{number % SKILLS}: {level}, fa: 9, en: 7}}"
    told = f"name: A{number}, device: PJSIP/{number}"
    if number < ON_SHIFT:
        told += ", shift: office"
    return f"agent-{number}: {{{told}, skills: {skills}}}"


def _queue(number: int) -> str:
    skill = f"skill: skill-{number % SKILLS}"
    steps = f"[{{after: 20s, need: [{{{skill}, level: 4}}]}}]"
    ideal = f'[{{{skill}, level: 8}}, {{skill: "{{language}}"}}]'
    end = "{after: 5m, then: {voicemail: messages}}"
    return f"queue-{number}: {{need: {ideal}, steps: {steps}, give_up: {end}}}"


def _menu(number: int) -> str:
    """The first menus lead to others, three deep at most; the rest lead to queues."""
    keys = ", ".join(
        f'"{key}": {{say_key: menu-{number}-{key}, {_behind(number, place)}}}'
        for place, key in enumerate(KEYS)
    )
    end = f"{{repeat: 1, then: {{queue: queue-{number}}}}}"
    return (
        f"menu-{number}: {{say: menu-{number}, keys: {{{keys}}}, silence: {end}, wrong_key: {end}}}"
    )


def _behind(number: int, place: int) -> str:
    menu = number * len(KEYS) + place + 1
    if number < FIRST_LEVEL and menu < MENUS:
        return f"menu: menu-{menu}"
    return f"queue: queue-{(number + place) % QUEUES}"


def _rules(draw: Random, number: int, count: int) -> str:
    conditional = (_rule(draw, number, place) for place in range(count - 1))
    last = f"    - {{id: everyone, then: {{menu: menu-{(number + FIRST_LEVEL * 5) % MENUS}}}}}"
    return "".join([*conditional, last])


def _rule(draw: Random, number: int, place: int) -> str:
    narrow = (
        ("customer.segment", f"segment-{place}"),
        ("dialled", f'"{place:03d}"'),
        ("caller.area", f'"+9821{place:04d}"'),
        ("variable", f"{{client: client-{place}}}"),
    )
    asked = [narrow[place % len(narrow)]]
    asked += [
        (fact, GENERAL[fact](draw)) for fact in draw.sample(sorted(GENERAL), draw.randint(0, 3))
    ]
    when = ", ".join(
        f"{fact}: {what}" for fact, what in asked if asked[0][0] != "dialled" or fact != "source"
    )
    queue = f"queue-{draw.randrange(QUEUES)}"
    return (
        f"    - id: rule-{number}-{place}\n      when: {{{when}}}\n      then: {{queue: {queue}}}\n"
    )


def _prompts() -> Iterator[str]:
    for number in range(MENUS):
        for key in ("", *(f"-{key}" for key in KEYS)):
            yield f"menu-{number}{key}: {{fa: متن {number}, en: Text {number}}}"
