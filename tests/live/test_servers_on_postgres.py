"""Two servers on one PostgreSQL, whose calls pass from one to the other: everything counts once.

The order in which the dialplan asks them changes all the time, so that the requests of one call
land on either; the log of Asterisk tells which one served it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from agi_server.lab.caller import Caller
from agi_server.lab.ports import LOCALHOST
from agi_server.lab.root import Root
from agi_server.lab.scenarios import Call
from agi_server.lab.telephony import CallResult
from agi_server.lab.waiting import wait_until
from crm.records import CallStory, Outcome
from tests.live.servers import Asked, Servers, Site, kill, two_servers

pytestmark = pytest.mark.live

NUMBER = "+982191000001"
CALLS = 16
AGENTS = {f"agent{number}": f"PJSIP/{number}" for number in range(101, 101 + CALLS)}
AGENT_LINES = "\n".join(
    f"  {id_}: {{name: {id_}, device: {device}, skills: {{desk: 5}}}}"
    for id_, device in AGENTS.items()
)
KEYS = "hear:rate-us 7# hear:was-it-solved 1"
SCRIPTS = {"incoming", "after-queue", "survey", "ended"}
DIGITS = 9
"""Of a tracking number."""
KILLED_AFTER = 4
"""So many callers are back from the queue when a server is lost; others wait or are in a survey."""
END_SECONDS = 15.0
BEGIN_SECONDS = 30.0

RULES = f"""
version: 1
business:
  name: Two servers
  country: IR
  timezone: Asia/Tehran
  languages: [en]
  fallback: desk
numbers:
  "{NUMBER}": {{start: {{rules: requests}}}}
unlisted: {{hangup: true}}
skills: {{desk: everything}}
agents:
{AGENT_LINES}
queues:
  desk:
    need: [{{skill: desk}}]
    give_up: {{after: 1m, then: {{hangup: 17}}}}
    survey: satisfaction
rules:
  requests:
    - {{id: everyone, case: open, then: {{queue: desk}}}}
surveys:
  satisfaction:
    questions:
      - {{id: score, say: rate-us, scale: 1..9}}
      - {{id: solved, say: was-it-solved, keys: {{"1": "yes", "2": "no"}}}}
prompts:
  rate-us: {{en: From one to nine}}
  was-it-solved: {{en: Was it solved}}
"""


@pytest.fixture
def servers(root: Root, tmp_path: Path, sounds: Path, postgres_database: str) -> Iterator[Servers]:
    """Two servers, which every request finds by a name; agents who answer and soon hang up."""
    site = Site(
        RULES, tuple(AGENTS.values()), ring=0.3, talk=0.5, sounds=sounds, store=postgres_database
    )
    with two_servers(site, root, tmp_path) as both:
        yield both


def place_all(servers: Servers) -> Sequence[Caller]:
    """Everybody calls, while the servers take turns."""
    servers.ask_in_turn()
    return [
        servers.telephony.start_call(Call(NUMBER, number=f"+98935111{number:04d}", keys=KEYS))
        for number in range(CALLS)
    ]


def call_all(servers: Servers) -> Sequence[CallResult]:
    """Everybody calls; wait until all calls have ended."""
    return [servers.telephony.end_call(caller) for caller in place_all(servers)]


def served(servers: Servers, script: str) -> Sequence[Asked]:
    """The requests of a kind that were completed."""
    return [one for one in servers.asked() if one.done == script]


def by_call(asked: Sequence[Asked]) -> dict[str, dict[str, Asked]]:
    """The requests that were completed, by call and script."""
    calls: dict[str, dict[str, Asked]] = {one.call: {} for one in asked}
    for one in asked:
        if one.done:
            calls[one.call][one.script] = one
    return calls


def heard_tracking(result: CallResult) -> str:
    """The tracking number as its digits were played to the caller."""
    names = [Path(sound).name for sound in result.sounds]
    return "".join(name.removeprefix("digit-") for name in names if name.startswith("digit-"))


def demand_once(story: CallStory, requests: dict[str, Asked]) -> None:
    """Each request that a server completed is in the journal, and each thing once."""
    kinds = Counter(event.kind for event in story.timeline)
    assert kinds["came-in"] == kinds["ended"] == 1, kinds
    visits = {event.visit for event in story.timeline}
    assert len(visits) >= len(requests)
    assert len(story.cases) == ("incoming" in requests)
    if "survey" in requests:
        answers = [(answer.question, answer.value) for answer in story.answers]
        assert answers == [("score", "7"), ("solved", "yes")]
        assert {answer.tracking for answer in story.answers} == {story.cases[0].tracking}
        assert kinds["answered"] == len(answers)


def wait_until_ended(servers: Servers) -> None:
    """The servers are told of each end by the dialplan, after the caller is gone."""
    told = wait_until(
        lambda: len({one.call for one in served(servers, "ended")}) == CALLS,
        END_SECONDS,
    )
    assert told, servers.output()


def test_requests_of_a_call_land_on_different_servers(servers: Servers) -> None:
    """Whichever serves it, the call is one: its number, its answers and its visits are there."""
    results = call_all(servers)

    wait_until_ended(servers)
    calls, stories = by_call(servers.asked()), servers.stories()
    assert len(calls) == CALLS
    assert set(stories) == set(calls)
    for call, requests in calls.items():
        assert set(requests) == SCRIPTS
        demand_once(stories[call], requests)
        assert stories[call].call.outcome is Outcome.ANSWERED
    heard = sorted(map(heard_tracking, results))
    assert heard == sorted(story.cases[0].tracking for story in stories.values())
    assert len(set(heard)) == CALLS
    for one, other in pairwise(("incoming", "after-queue", "survey")):
        changed = [call for call in calls.values() if call[one].server != call[other].server]
        assert changed, f"no call went from one server to the other between {one} and {other}"


def test_a_server_killed_in_the_midst_takes_nothing_along(servers: Servers) -> None:
    """What it had told its callers is in the store, and their calls go on with the other one."""
    callers = place_all(servers)
    assert wait_until(lambda: len(served(servers, "after-queue")) >= KILLED_AFTER, BEGIN_SECONDS)
    kill(servers.first)
    results = [servers.telephony.end_call(caller) for caller in callers]

    wait_until_ended(servers)
    asked, stories = servers.asked(), servers.stories()
    calls = by_call(asked)
    cut = {one.call for one in asked if one.cut}
    assert len(calls) == CALLS
    assert set(stories) >= set(calls) - cut
    for call, story in stories.items():
        demand_once(story, calls[call])
    for call in set(calls) - cut:
        assert set(calls[call]) == SCRIPTS
    heard = {tracking for result in results if len(tracking := heard_tracking(result)) == DIGITS}
    assert heard <= {case.tracking for story in stories.values() for case in story.cases}
    assert len(heard) >= CALLS - len(cut)
    assert {one.server for one in asked if one.done} == {
        f"agi://{LOCALHOST}:{port}" for port in servers.ports
    }
