"""Spanish and English callers: in one big queue they block each other, in compiled queues not."""

from routing.destinations import Route, ToHangup
from routing.rules import CALLERS_LANGUAGE, Agent, Need, Queue, Step
from tests.simulation.app_queue import AppQueue
from tests.simulation.people import Caller, Phone
from tests.simulation.queue_files import read_queues
from tests.simulation.sites import KEPT_SECONDS, Visitor, Watch, play, site, watched

LANGUAGES = {"ann": "en", "bob": "en", "eva": "es"}
AGENTS = [
    Agent(name, f"PJSIP/{name}", name, {language: 5}, None) for name, language in LANGUAGES.items()
]
NEEDS = (Need(CALLERS_LANGUAGE),)
HELP = Queue("help", (Step(0, NEEDS),), 40, Route(ToHangup()), 15, "default", None)
CROWD = [Visitor("help", "es", number * 1000, 60_000) for number in range(4)]
"""Four who speak Spanish, for one agent; the first of them is served."""
ENGLISH = Visitor("help", "en", 6000)

ONE_BIG_QUEUE = """
[help]
strategy=leastrecent
autofill=yes
timeout=15
retry=1
wrapuptime=5
ringinuse=no
member => PJSIP/ann,1,ann
member => PJSIP/bob,1,bob
member => PJSIP/eva,11,eva
"""
"""With a window for each caller: 1 to 9 for English, 11 to 19 for Spanish."""


def test_compiled_queues_do_not_hold_up_the_english_caller() -> None:
    """Whoever waits for the Spanish agent."""
    history = play(site(AGENTS, [HELP]), [*CROWD, ENGLISH])
    assert history.waits()["c4"] == 2000
    assert history.watch.longest <= KEPT_SECONDS


def test_one_big_queue_does_and_the_watch_sees_it() -> None:
    """The same callers and agents; what the properties look for is there to be found."""
    phones = {f"PJSIP/{name}": Phone(f"PJSIP/{name}", 2000) for name in LANGUAGES}
    queues = AppQueue(read_queues(ONE_BIG_QUEUE), {}, phones)
    for number, each in enumerate([*CROWD, ENGLISH]):
        lowest = 11 if each.language == "es" else 1
        queues.call(
            Caller(
                f"c{number}",
                "help",
                arrives=each.arrives,
                timeout=40,
                highest=lowest + 8,
                lowest=lowest,
                talks=each.talks,
            )
        )
    watch = Watch()
    watched(queues, watch, 60_000)
    events = queues.run()
    (rung,) = [each.at for each in events if each.what == "rung" and each.caller == "c4"]
    assert rung - ENGLISH.arrives > 30_000
    assert (watch.who, watch.longest > 30) == ("c4", True)
