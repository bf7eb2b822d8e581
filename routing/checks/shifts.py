"""Times of the week at which calls can come to a queue, and nobody at work can serve it.

Agents without a `shift` are taken to be always there for the queues that they serve. Where calls
come at any hour, those count at which some hours of the file are open: that the house is empty at
night is what `give_up` is for. Holidays are left out: they hit everybody alike.
"""

from collections.abc import Iterable, Iterator, Mapping

from routing.checks.hours import clock
from routing.checks.ladders import callers_of, queues_of, roster_of
from routing.checks.scene import Scene, listed
from routing.checks.speech import spoken_at
from routing.checks.times import Times, times_at
from routing.checks.weeks import WHOLE_WEEK, Minutes, first_span, in_hours, opened, union
from routing.compiling import compile_hours
from routing.problems import Path, Problem
from routing.rules import Agent, Queue
from routing.skills import first_step


def problems(scene: Scene) -> Iterator[Problem]:
    """Each queue, and each language in it, that is left alone at some hour."""
    roster = roster_of(scene)
    if roster is None or scene.whole is None or all(agent.shift is None for agent in roster):
        return
    zone = scene.whole.business.timezone
    weeks = {
        id_: opened(compile_hours(id_, shape, zone), zone)
        for id_, shape in scene.whole.hours.items()
    }
    times, spoken = times_at(scene, weeks), spoken_at(scene, scene.ways)
    for queue in queues_of(scene):
        come = _come(times.get(("queue", queue.id)), weeks) & _let_in(queue, weeks)
        callers = [
            language
            for language in callers_of(scene, queue)
            if not language or language in spoken.get(("queue", queue.id), ())
        ]
        alone: dict[Minutes, list[str]] = {}
        for language in callers:
            able = [agent for agent in roster if first_step(queue, agent, language) is not None]
            left = come & ~_there(able, weeks)
            if able and left:
                alone.setdefault(left, []).append(language)
        for minutes, languages in alone.items():
            yield _alone(scene, queue, [] if languages == callers else languages, minutes)


def _come(times: Times | None, weeks: Mapping[str, Minutes]) -> Minutes:
    """When somebody ought to be there for a queue."""
    return 0 if times is None else times.ever & union(weeks.values()) | times.asked


def _let_in(queue: Queue, weeks: Mapping[str, Minutes]) -> Minutes:
    """When the queue's gate lets anybody in."""
    hours = None if queue.gate is None else queue.gate.hours
    return WHOLE_WEEK if hours is None else weeks[hours]


def _there(able: Iterable[Agent], weeks: Mapping[str, Minutes]) -> Minutes:
    return union(WHOLE_WEEK if agent.shift is None else weeks[agent.shift] for agent in able)


def _alone(scene: Scene, queue: Queue, languages: list[str], alone: Minutes) -> Problem:
    start, end = first_span(alone)
    whom = f"a call in {listed(languages)}" if languages else "this queue"
    message = (
        f"nobody who can serve {whom} is at work from {clock(start)} to {clock(end)}, when calls"
        f" can come to it: {in_hours(alone)} a week"
    )
    hint = (
        "give somebody who is there the skill, or a longer shift, or send these calls elsewhere by"
        " a rule on hours"
    )
    path: Path = ("queues", queue.id, "need")
    return scene.at(path, "nobody-on-shift", message, hint, key=True)
