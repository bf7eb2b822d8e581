"""What comes of each thing that the course of a rehearsed call asks for."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from ivr.effects import (
    Alert,
    BeginSurvey,
    ChangeLanguage,
    CheckCode,
    CheckPin,
    Collect,
    Decided,
    Effect,
    EndSurvey,
    Failed,
    FindCase,
    FindPlace,
    FoundCase,
    Keep,
    KeepRecording,
    Left,
    LookAtQueues,
    MayAsk,
    OpenCase,
    PlayBack,
    Preferred,
    PutDown,
    PutDownCallback,
    Record,
    Reply,
    Say,
    SendCode,
    SendText,
    TurnAway,
)
from rehearsal.account import (
    Alerted,
    Answered,
    CallbackAsked,
    CaseOpened,
    CodeChecked,
    CodeDrawn,
    CodeVoid,
    Entered,
    FoundPlace,
    LookedAtQueues,
    LookedUp,
    PinChecked,
    Pressed,
    Recorded,
    Step,
    SurveyBegun,
    SurveyEnded,
    TextSent,
)
from rehearsal.listening import collect, play_back, record, say
from rehearsal.scene import Scene
from rehearsal.waiting import queue_place, queue_state
from routing.call_tests import GivenRequest
from routing.callable_numbers import is_mobile
from routing.dialogues import CODE_TEXT
from routing.facts import CustomerStatus, QueueFacts
from routing.waits import Place

MADE_UP_TRACKING: Final = "123456786"
"""The tracking number of the request that a rehearsed call opens: well formed, and nobody's."""

MADE_UP_CODE: Final = "1234567890"
"""Begins with the one-time code that a rehearsed caller is sent."""


def do(scene: Scene, effect: Effect) -> Reply:
    """Do what the course of a call asks for; what comes of it."""
    return DOING[type(effect)](scene, effect)


def _note(scene: Scene, event: Decided | ChangeLanguage | TurnAway | Preferred) -> None:
    scene.note(event)


def _leave(scene: Scene, left: Left) -> None:
    entry = scene.course.book.policy.entries.get(left.dialogue)
    if left.why == "finished" and entry is not None and scene.course.stage == f"entry {entry.id}":
        scene.note(Entered(entry.id, _entered(scene, entry.id)))
    scene.note(left)


def _entered(scene: Scene, entry: str) -> str:
    """The value that was keyed last; of a secret, what stands for it."""
    known = scene.course.facts.keyed.get(entry)
    pressed = [each.keys for each in scene.events(Pressed) if each.question == entry]
    return pressed[-1] if known is None else known


def _look_at(scene: Scene, wanted: LookAtQueues) -> Mapping[str, QueueFacts]:
    looks = _looks(scene)
    seen = {
        queue: queue_state(scene.course, scene.call, queue, looks[queue]) for queue in wanted.queues
    }
    scene.note(LookedAtQueues(seen))
    return seen


def _looks(scene: Scene) -> Counter[str]:
    """How often each queue has been looked at."""
    return Counter(queue for each in scene.events(LookedAtQueues) for queue in each.queues)


def _find_place(scene: Scene, wanted: FindPlace) -> Place:
    looks = _looks(scene)[wanted.queue]
    place = queue_place(scene.course, scene.call, wanted, looks - 1)
    scene.note(FoundPlace(wanted.queue, place.ahead, place.wait))
    return place


def _open_case(scene: Scene, wanted: OpenCase) -> str:
    scene.note(CaseOpened(MADE_UP_TRACKING, wanted.subject))
    return MADE_UP_TRACKING


def _find_case(scene: Scene, wanted: FindCase) -> FoundCase | Failed | None:
    if _store_is_away(scene):
        return Failed.UNAVAILABLE
    found = _requests(scene).get(wanted.tracking)
    scene.note(LookedUp(wanted.tracking, None if found is None else found.state))
    return None if found is None else FoundCase(found.state, found.is_callers, found.agent)


def _check_pin(scene: Scene, asked: CheckPin) -> bool:
    request = _requests(scene)[asked.tracking]
    right = request.pin == asked.pin
    scene.note(PinChecked(asked.tracking, right))
    return right


def _requests(scene: Scene) -> Mapping[str, GivenRequest]:
    """Those that can be looked up: the given ones, and the one that this call has opened."""
    own = GivenRequest("new", is_callers=_is_known(scene))
    opened = {MADE_UP_TRACKING: own} if scene.events(CaseOpened) else {}
    return {**opened, **scene.call.requests}


def _is_known(scene: Scene) -> bool:
    facts = scene.course.facts
    return facts.caller.number is not None or facts.customer.id is not None


def _store_is_away(scene: Scene) -> bool:
    return scene.call.customer.status is CustomerStatus.UNAVAILABLE


def _send_code(scene: Scene, wanted: SendCode) -> bool | Failed:
    del wanted
    if not is_mobile(scene.course.facts.caller.number):
        return Failed.NO_NUMBER
    if _store_is_away(scene):
        return Failed.UNAVAILABLE
    proof = scene.course.book.policy.proof
    kept = len(scene.events(CodeDrawn)) < min(proof.per_number, proof.per_day)
    scene.note(CodeDrawn(kept))
    if not kept:
        return Failed.TOO_OFTEN
    scene.note(TextSent(CODE_TEXT))
    return True


def _check_code(scene: Scene, wanted: CheckCode) -> bool | Failed:
    if _store_is_away(scene):
        return Failed.UNAVAILABLE
    proof = scene.course.book.policy.proof
    if scene.clock - _drawn_at(scene.steps) >= proof.valid:
        scene.note(CodeVoid())
        return Failed.TOO_OFTEN
    right = wanted.code == (scene.call.code or MADE_UP_CODE[: proof.digits])
    scene.note(CodeChecked(right))
    return right


def _drawn_at(steps: list[Step]) -> float:
    return max(step.after for step in steps if isinstance(step.event, CodeDrawn))


def _send_text(scene: Scene, wanted: SendText) -> bool:
    is_sent = scene.course.facts.caller.number is not None
    if is_sent:
        scene.note(TextSent(wanted.text))
    return is_sent


def _put_down(scene: Scene, wanted: PutDownCallback) -> PutDown:
    """On disk also while the store is away: in the spool, which knows of no earlier request."""
    joined = wanted.number in scene.call.callbacks and not _store_is_away(scene)
    scene.note(CallbackAsked(wanted.number, joined, wanted.earliest, wanted.latest))
    return PutDown(joined)


def _keep_recording(scene: Scene, kept: KeepRecording) -> bool:
    scene.note(Recorded(kept.place, kept.seconds, kept.tracking))
    return True


def _begin_survey(scene: Scene, wanted: BeginSurvey) -> MayAsk:
    may = _may_ask(scene, wanted)
    scene.note(SurveyBegun(wanted.survey, may))
    return may


def _may_ask(scene: Scene, wanted: BeginSurvey) -> MayAsk:
    """What is given of an earlier call: the course itself asks once in a call.

    While the store is away nobody can tell, and everybody is asked.
    """
    if _store_is_away(scene):
        return MayAsk.YES
    given = MayAsk(scene.call.surveys.get(wanted.survey, MayAsk.YES))
    is_asked_each_time = wanted.again_after_days is None
    return MayAsk.YES if given is MayAsk.RECENTLY and is_asked_each_time else given


def _end_survey(scene: Scene, ended: EndSurvey) -> None:
    scene.note(SurveyEnded(ended.survey, ended.declined))


def _keep_answer(scene: Scene, kept: Keep) -> None:
    scene.note(Answered(kept.survey, kept.question, kept.value))


def _alert(scene: Scene, alert: Alert) -> None:
    scene.note(Alerted(alert.survey, alert.answers))


DOING: Final[Mapping[type[Effect], Callable[[Scene, Any], Reply]]] = {
    Say: say,
    Collect: collect,
    ChangeLanguage: _note,
    LookAtQueues: _look_at,
    FindPlace: _find_place,
    TurnAway: _note,
    Preferred: _note,
    Decided: _note,
    Left: _leave,
    OpenCase: _open_case,
    Record: record,
    PlayBack: play_back,
    KeepRecording: _keep_recording,
    FindCase: _find_case,
    CheckPin: _check_pin,
    SendCode: _send_code,
    CheckCode: _check_code,
    SendText: _send_text,
    PutDownCallback: _put_down,
    BeginSurvey: _begin_survey,
    EndSurvey: _end_survey,
    Keep: _keep_answer,
    Alert: _alert,
}
"""Who does each effect; a test sees to it that none is forgotten."""
