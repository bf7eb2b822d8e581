"""An office of any size: its rules, and what its Asterisk needs beside them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

LANGUAGES: Final = ("en", "fa")
"""Each subject makes a queue of the rules, and each queue one of Asterisk for each language."""

FIRST_NUMBER: Final = 982_191_000_000
FIRST_CALLER: Final = 989_120_000_000

IDEAL_LEVEL: Final = 8
STEP_SECONDS: Final = 10
"""After which agents of the neighbouring subject are rung, too."""

PATIENCE: Final = "20m"
"""No rule ends a wait before the load does."""

RING_SECONDS: Final = 1
SHORTEST_TALK: Final = 2
LONGEST_TALK: Final = 4
HELD: Final = "LOAD_HELD"
"""While this global is `yes`, whoever talks with an agent goes on talking."""

AGENTS_CONTEXT: Final = f"""
[load-agents]
; Agents who answer soon and talk for some seconds, or for as long as they are held.
exten => _X.,1,Wait({RING_SECONDS})
 same => n,Answer()
 same => n(talk),Wait(${{RAND({SHORTEST_TALK},{LONGEST_TALK})}})
 same => n,GotoIf($["${{{HELD}}}" = "yes"]?talk)
 same => n,Hangup()
"""

LOGGER: Final = """
; To log each step of each call would cost more than the calls.
[general]
queue_log = yes
[logfiles]
full => notice,warning,error
"""


@dataclass(frozen=True, slots=True)
class Office:
    """How large it is.

    Attributes:
        queues: Asterisk queues; an even number.
        agents: Each of them serves one of the queues, and the next one at a later step.
    """

    queues: int
    agents: int

    @property
    def numbers(self) -> tuple[str, ...]:
        """What callers dial, one number for each queue."""
        return tuple(f"+{FIRST_NUMBER + place}" for place in range(self.queues))

    def rules(self) -> str:
        """The text of its rules."""
        subjects = [_subject(place) for place in range(self.queues // len(LANGUAGES))]
        data = {
            "version": 1,
            "business": {
                "name": "Load",
                "country": "IR",
                "timezone": "Asia/Tehran",
                "languages": list(LANGUAGES),
                "fallback": subjects[0],
            },
            "numbers": {number: self._start(place) for place, number in enumerate(self.numbers)},
            "unlisted": {"hangup": True},
            "skills": dict.fromkeys((*LANGUAGES, *subjects), "something that agents can do"),
            "agents": {f"a{place:03d}": self._agent(place) for place in range(self.agents)},
            "queues": {subject: _queue(subject) for subject in subjects},
        }
        return yaml.safe_dump(data, sort_keys=False)

    def write(self, folder: Path) -> Path:
        """Write its rules into a folder."""
        path = folder / "rules.yaml"
        path.write_text(self.rules())
        return path

    def _start(self, place: int) -> dict[str, object]:
        subject, language = divmod(place, len(LANGUAGES))
        return {"start": {"queue": _subject(subject)}, "language": LANGUAGES[language]}

    def _agent(self, place: int) -> dict[str, object]:
        subject, language = divmod(place % self.queues, len(LANGUAGES))
        neighbour = (subject + 1) % (self.queues // len(LANGUAGES))
        skills = {_subject(neighbour): 5, _subject(subject): 9, LANGUAGES[language]: 9}
        return {
            "name": f"Agent {place}",
            "device": f"Local/{1000 + place}@load-agents",
            "skills": skills,
        }


def _subject(place: int) -> str:
    return f"subject{place:02d}"


def _queue(subject: str) -> dict[str, object]:
    ideal = [{"skill": subject, "level": IDEAL_LEVEL}, {"skill": "{language}"}]
    later = {"after": f"{STEP_SECONDS}s", "need": [{"skill": subject}, {"skill": "{language}"}]}
    return {
        "need": ideal,
        "steps": [later],
        "give_up": {"after": PATIENCE, "then": {"hangup": True}},
    }


def callers_file(office: Office, first: int, count: int) -> str:
    """Who calls, as SIPp reads it: the number that is dialled, and the caller's own.

    Args:
        office: Who is called.
        first: How many have called before.
        count: How many call.
    """
    numbers = office.numbers
    rows = (
        f"{numbers[place % len(numbers)]};+{FIRST_CALLER + place}\n"
        for place in range(first, first + count)
    )
    return "".join(("SEQUENTIAL\n", *rows))
