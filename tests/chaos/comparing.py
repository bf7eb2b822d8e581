"""Comparing what callers were told with what the store has."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from crm.ports import Store
from crm.records import CallStory
from dialplan.contract import Script
from tests.chaos.told import CallNotes, Promise, Told

MARKS_OF_SCRIPTS = {Script.INCOMING: "came-in", Script.ENDED: "ended"}
"""What a visit of this script leaves in the timeline, once."""

ONCE_A_VISIT = frozenset({"came-in", "ended", "left-queue", "case-opened", "case-joined"})


@dataclass(slots=True)
class Comparison:
    """What was found.

    Attributes:
        calls: Calls that were made.
        requests: Requests that were completed.
        told: What callers were told, by kind.
        lost: What of it the store does not have, in words.
        twice: What it has more than once, in words.
        unwritten: Completed requests that the journal does not tell of, in words.
    """

    calls: int = 0
    requests: int = 0
    told: Counter[Promise] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unwritten: list[str] = field(default_factory=list)


def compare(calls: Sequence[CallNotes], store: Store) -> Comparison:
    """Look every call up."""
    found = Comparison(calls=len(calls))
    for call in calls:
        _compare_call(call, store, found)
    found.twice += _told_to_two(calls)
    return found


def _compare_call(call: CallNotes, store: Store, found: Comparison) -> None:
    story = store.call_story(call.id)
    found.requests += len(call.asked)
    for told in call.promises():
        found.told[told.promise] += 1
        if story is None or not _is_kept(told, story, store):
            found.lost.append(f"{call.id}: {told.promise} {told.question} {told.value}")
    visits = set() if story is None else {event.visit for event in story.timeline}
    found.unwritten += [
        f"{call.id}: {asked.script}, visit {asked.visit}"
        for asked in call.asked
        if asked.visit not in visits
    ]
    if story is not None:
        found.twice += _doubles(story)


def _is_kept(told: Told, story: CallStory, store: Store) -> bool:
    match told.promise:
        case Promise.TRACKING:
            return _is_found(told.value, story, store)
        case Promise.CALLBACK:
            return story.callback is not None and story.callback.number == told.value
        case Promise.ANSWER:
            answers = {answer.question: answer.value for answer in story.answers}
            return answers.get(told.question) == told.value


def _is_found(heard: str, story: CallStory, store: Store) -> bool:
    """Whether a case has the number that was heard, or begins with the part of it that was.

    A call whose write was given up for its slowness and came through nonetheless may have been put
    to a case that was open already, and have been told a number of its own from the spool: that one
    has a case then to which no call belongs (`crm.writes.apply`).
    """
    if any(case.tracking.startswith(heard) for case in story.cases):
        return True
    alone = store.find_case(heard)
    return alone is not None and alone.call_id is None


def _doubles(story: CallStory) -> Iterator[str]:
    """What the store has twice of a call; keys of its tables forbid much of it already."""
    if len(story.cases) > 1:
        yield f"{story.call.id}: cases {[case.tracking for case in story.cases]}"
    events = Counter((event.visit, event.kind) for event in story.timeline)
    for (visit, kind), times in events.items():
        if times > 1 and kind in ONCE_A_VISIT:
            yield f"{story.call.id}: {kind} {times} times in visit {visit}"
    for kind in MARKS_OF_SCRIPTS.values():
        if sum(event.kind == kind for event in story.timeline) > 1:
            yield f"{story.call.id}: {kind} in more than one visit"
    answered = Counter(
        event.data["question"] for event in story.timeline if event.kind == "answered"
    )
    for question, times in answered.items():
        if times > 1:
            yield f"{story.call.id}: {question} answered {times} times"


def _told_to_two(calls: Sequence[CallNotes]) -> Iterator[str]:
    """Tracking numbers that more than one caller was told. Who withholds a number is themselves."""
    callers = defaultdict(set)
    longest = max((len(told.value) for call in calls for told in call.promises()
                   if told.promise is Promise.TRACKING), default=0)  # fmt: skip
    for call in calls:
        for told in call.promises():
            if told.promise is Promise.TRACKING and len(told.value) == longest:
                callers[told.value].add(call.number or call.id)
    for tracking, them in callers.items():
        if len(them) > 1:
            yield f"{tracking} was told to {sorted(them)}"
