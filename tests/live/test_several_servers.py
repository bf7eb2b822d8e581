"""Two servers over one database, one of them lost under load: no caller is.

Each test has an Asterisk of its own, whose global RAHYAB_SERVER names the two: as a list, or by
the name whose SRV records a small name server of the test's own holds.
"""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agi_server.lab.caller import Ended
from agi_server.lab.ports import LOCALHOST
from agi_server.lab.root import Root
from agi_server.lab.scenarios import Call, caller_files
from agi_server.lab.sipp import Sipp
from agi_server.lab.waiting import wait_until
from crm.records import Outcome
from tests.live.servers import Servers, Site, kill, name_server_of, two_servers

pytestmark = pytest.mark.live

QUEUE_NUMBER = "+982191000001"
"""Goes to a queue at once, and after a second to another."""
MENU_NUMBER = "+982191000002"
"""Stays in a menu, which no sound file disturbs."""
AGENT = "PJSIP/104"

RULES = f"""
version: 1
business:
  name: Two servers
  country: IR
  timezone: Asia/Tehran
  languages: [en]
  fallback: second
numbers:
  "{QUEUE_NUMBER}": {{start: {{queue: first}}}}
  "{MENU_NUMBER}": {{start: {{menu: patient}}}}
unlisted: {{hangup: true}}
skills: {{desk: everything}}
agents:
  mina: {{name: Mina Rad, device: {AGENT}, skills: {{desk: 5}}}}
queues:
  first: {{need: [{{skill: desk}}], give_up: {{after: 1s, then: {{queue: second}}}}}}
  second: {{need: [{{skill: desk}}], give_up: {{after: 1m, then: {{hangup: 17}}}}}}
menus:
  patient:
    say: choose
    keys: {{"1": {{queue: first}}}}
    first_key: 7s
    silence: {{repeat: 0, then: {{queue: first}}}}
    wrong_key: {{repeat: 0, then: {{queue: first}}}}
prompts:
  choose: {{en: Press one}}
"""

CALLS = 120
CALLS_A_SECOND = 25
LOST_AFTER = 40
"""So many calls have come in when the first server is lost; the others come without a pause."""
CALLER_SECONDS = 3
"""What a caller waits before they hang up: longer than the first queue keeps them."""
LOAD_SECONDS = 30.0
END_SECONDS = 10.0


@pytest.fixture
def servers(root: Root, tmp_path: Path) -> Iterator[Servers]:
    """Two servers that listen, and an Asterisk with an agent whose phone rings unanswered."""
    with two_servers(Site(RULES, (AGENT,)), root, tmp_path) as both:
        yield both


@pytest.fixture
def name_server(servers: Servers) -> Iterator[None]:
    """A name server that knows `rahyab.test`."""
    with name_server_of(servers):
        yield


def load(servers: Servers, lose: Callable[[], object]) -> Sipp:
    """Have calls come in steadily, lose a server under them, and wait until all have ended."""
    call = Call(QUEUE_NUMBER, number="+989351112233", keys=f"wait:{CALLER_SECONDS} hangup")
    sipp = Sipp.start(
        caller_files(call),
        servers.asterisk.calls_folder,
        [
            f"{LOCALHOST}:{servers.asterisk.sip_port}",
            *("-m", str(CALLS), "-r", str(CALLS_A_SECOND), "-l", str(CALLS)),
            *("-cid_str", "load-%u"),
        ],
    )
    assert wait_until(lambda: len(servers.asked()) >= LOST_AFTER, LOAD_SECONDS)
    lose()
    assert sipp.process.wait(LOAD_SECONDS) == 0, sipp.errors()
    return sipp


def demand_all_served(servers: Servers, sipp: Sipp, others: int = 0) -> None:
    """Each caller was let in and left by themselves; who was not cut is in the journal, once.

    A call is cut if the lost server had begun with it; those, and only those, took the fallback.
    Beside the load there were `others` calls.
    """
    kinds = [event.kind for event in sipp.events()]
    assert kinds.count("answered") == kinds.count("ended-by-caller") == CALLS
    told = wait_until(lambda: len(_told(servers)) == CALLS + others, END_SECONDS)
    asked = servers.asked()
    calls = {one.call for one in asked}
    cut = {one.call for one in asked if one.cut}
    assert told, servers.output()
    assert len(calls) == CALLS + others
    assert servers.fell_back() == cut
    for call in calls - cut:
        assert [one.go for one in asked if one.call == call and one.done == "incoming"] == ["queue"]
    stories = servers.stories()
    assert set(stories) <= calls
    assert set(stories) >= calls - cut
    for call in calls - cut:
        happened = [event.kind for event in stories[call].timeline]
        assert happened.count("came-in") == happened.count("ended") == 1, happened
        assert stories[call].call.outcome is not Outcome.FELL_BACK


def _told(servers: Servers) -> set[str]:
    """The calls whose end was reported to a server."""
    return {one.call for one in servers.asked() if one.script == "ended"}


def test_a_listed_server_is_killed_under_load(servers: Servers) -> None:
    """The calls go on with the next of the list."""
    servers.ask("{0}:{1}&{0}:{2}".format(LOCALHOST, *servers.ports))

    sipp = load(servers, lambda: kill(servers.first))

    demand_all_served(servers, sipp)
    done = {one.server for one in servers.asked() if one.done}
    assert done == {f"agi://{LOCALHOST}:{port}" for port in servers.ports}


@pytest.mark.usefixtures("name_server")
def test_a_server_named_by_srv_records_is_killed_under_load(servers: Servers) -> None:
    """Asterisk itself goes on to the next record; who was connected already asks the others."""
    servers.ask("hagi://rahyab.test&{0}:{1}&{0}:{2}".format(LOCALHOST, *servers.ports))

    sipp = load(servers, lambda: kill(servers.first))

    demand_all_served(servers, sipp)
    assert servers.asterisk.log.wait_for("AGI request failed for host 'rahyab.test'", END_SECONDS)


def test_a_draining_server_hands_calls_on(servers: Servers) -> None:
    """It finishes with its caller and refuses all others, whom the second server serves."""
    servers.ask("{0}:{1}&{0}:{2}".format(LOCALHOST, *servers.ports))
    patient = servers.telephony.start_call(Call(MENU_NUMBER, keys="wait:9 hangup"))
    wait_until_begun(servers)

    sipp = load(servers, lambda: os.kill(servers.first.pid, signal.SIGTERM))
    servers.telephony.end_call(patient)

    demand_all_served(servers, sipp, others=1)
    assert not servers.fell_back()
    refused = [one for one in servers.asked() if one.reason == "drain"]
    assert refused
    assert not [one for one in refused if one.begun or one.done]


def test_what_a_server_has_begun_no_other_repeats(servers: Servers) -> None:
    """A caller in mid-menu takes the fallback: the second server is not asked at all."""
    servers.ask("{0}:{1}&{0}:{2}".format(LOCALHOST, *servers.ports))
    patient = servers.telephony.start_call(Call(MENU_NUMBER, keys="wait:5 hangup"))
    wait_until_begun(servers)
    kill(servers.first)

    result = servers.telephony.end_call(patient)

    assert result.logged('"rahyab-fallback"')
    assert result.outcome.ended is Ended.BY_CALLER
    (only,) = (one for one in servers.asked() if one.script == "incoming")
    assert only.cut
    assert wait_until(lambda: _outcomes(servers) == [Outcome.FELL_BACK], END_SECONDS)


def wait_until_begun(servers: Servers) -> None:
    """Wait until a caller is in the menu: the call is in the journal then."""
    assert wait_until(servers.stories, END_SECONDS)


def _outcomes(servers: Servers) -> list[Outcome]:
    return [story.call.outcome for story in servers.stories().values()]
