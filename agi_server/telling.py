"""The timeline of a call in words: one function per kind of event."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from crm.records import TimelineEvent
from routing.decisions_data import destination_from_data, explanation_from_data, route_from_data
from routing.describing_queues import ACQUAINTANCES
from routing.explain import destination_in_words, explain, route_in_words

Data = Mapping[str, Any]


def tell_event(event: TimelineEvent) -> list[str]:
    """The lines that tell one event; a kind from another version is shown as it is stored."""
    tell = TELLERS.get(event.kind)
    if tell is None:
        return [f"{event.kind} {dict(event.data)}"]
    return tell(event.data)


def _came_in(data: Data) -> list[str]:
    source = f" ({data['source']})" if data["source"] else ""
    return [f"came in to {data['dialled']}{source}; customer {data['customer']}"]


def _heard(data: Data) -> list[str]:
    stopped = _STOPPED.get(data.get("stopped", ""), "")
    return [f"heard {', '.join(data['prompts'])}{stopped} [{data['language']}]"]


_STOPPED: Final = {"key": "… (stopped by a key)", "hang-up": "… (hung up)"}
"""What is told behind the last prompt, by what stopped it."""


def _decided(data: Data) -> list[str]:
    return ["decided:", *(f"  {line}" for line in explain(explanation_from_data(data)))]


def _sent(data: Data) -> list[str]:
    return ["sent on: " + ", ".join(f"{name}={value}" for name, value in data.items())]


def _left_queue(data: Data) -> list[str]:
    agent = f", agent {data['agent']} after {data['hold']} s" if data["agent"] else ""
    how = f"key {data['key']}" if data.get("key") else data["status"] or "hung up"
    return [f"left the queue: {how}{agent}"]


def _place(data: Data) -> list[str]:
    ahead, wait = data["ahead"], data["wait"]
    before = "place not known" if ahead is None else f"{ahead} before the caller"
    if wait is None:
        return [f"queue {data['queue']}: {before}"]
    range_ = f"{wait['shortest']} to {wait['longest']} s, most likely {wait['likely']} s"
    return [f"queue {data['queue']}: {before}, a wait of {range_}"]


def _turned_away(data: Data) -> list[str]:
    way = route_in_words(route_from_data(data["then"]))
    return [f"not let into {data['queue']}: {data['why']}; goes to {way}"]


def _preferred(data: Data) -> list[str]:
    whom = ACQUAINTANCES.get(data["whom"], data["whom"])
    return [f"preferred in {data['queue']}: {data['agent']}, {whom}"]


def _agent_rang_out(data: Data) -> list[str]:
    return [f"agent {data['agent']} did not answer: rang {data['ring']} s in {data['queue']}"]


def _agent_paused(data: Data) -> list[str]:
    return [f"agent {data['agent']} was paused in {data['queue']} for it ({data['reason']})"]


def _callback_asked(data: Data) -> list[str]:
    joined = ", as before" if data.get("joined") else ""
    times = (data.get("earliest"), data.get("latest"))
    between = f" from {times[0]} until {times[1]}" if all(times) else ""
    return [f"asked to be called back at {data['number']}{between}{joined}"]


def _alert(data: Data) -> list[str]:
    answers = ", ".join(f"{question} {value}" for question, value in data["answers"].items())
    return [f"somebody was alerted to the answers of {data['survey']}: {answers}"]


def _taped(data: Data) -> list[str]:
    failure = data.get("failure")
    if failure is not None:
        return [f"was not recorded: {failure} ({data['place']})"]
    return [f"spoke for {data['seconds']:.1f} s ({data['place']})"]


def _queues(data: Data) -> list[str]:
    return [f"queue {queue}: {_standing(facts)}" for queue, facts in data.items()]


def _standing(facts: Data) -> str:
    known = {
        "waiting": facts["waiting"],
        "longest wait": _seconds(facts["longest_wait"]),
        "agents": facts["agents"],
        "estimated wait": _seconds(facts["estimated_wait"]),
    }
    return ", ".join(f"{name} {'unknown' if it is None else it}" for name, it in known.items())


def _seconds(number: int | None) -> str | None:
    return None if number is None else f"{number} s"


TELLERS: Final[Mapping[str, Callable[[Data], list[str]]]] = {
    "came-in": _came_in,
    "heard": _heard,
    "pressed": lambda data: [f"pressed {data['keys']} ({data['dialogue']})"],
    "silence": lambda data: [f"pressed nothing ({data['dialogue']})"],
    "left": lambda data: [f"left {data['dialogue']}: {data['why']}"],
    "decided": _decided,
    "arrived": lambda data: [f"arrived: {destination_in_words(destination_from_data(data))}"],
    "case-opened": lambda data: [f"case opened: {data['tracking']}"],
    "case-joined": lambda data: [f"put to the open case {data['tracking']}"],
    "queues": _queues,
    "place": _place,
    "turned-away": _turned_away,
    "preferred": _preferred,
    "callback-asked": _callback_asked,
    "callback-failed": lambda data: [f"could not put down {data['number']} to call back"],
    "looked-up": lambda data: [
        f"looked up {data['tracking']}: {'found' if data['found'] else 'unknown'}"
    ],
    "too-many-look-ups": lambda _: ["may look up no more requests today"],
    "pin-checked": lambda data: [
        f"keyed the {'right' if data['right'] else 'wrong'} PIN for {data['tracking']}"
    ],
    "too-many-pins": lambda data: [f"may key no more PINs for {data['tracking']}: too many today"],
    "code-drawn": lambda data: [
        "given a one-time code" if data["kept"] else "given no one-time code: too many today"
    ],
    "code-checked": lambda data: [f"keyed the {'right' if data['right'] else 'wrong'} code"],
    "code-void": lambda _: ["keyed a code, and there was none that holds"],
    "text-queued": lambda data: [f"a text message waits to be sent: {data['kind']}"],
    "survey": lambda data: [f"survey {data['survey']}: {data['outcome']}"],
    "alert": _alert,
    "begun-anew": lambda data: [
        f"begun anew, with what the channel told: queue {data['queue'] or 'unknown'}"
    ],
    "sent": _sent,
    "agent-rang-out": _agent_rang_out,
    "agent-paused": _agent_paused,
    "left-queue": _left_queue,
    "answered": lambda data: [f"answered {data['question']}: {data['value']}"],
    "taped": _taped,
    "not-played-back": lambda data: [f"could not be played what was recorded: {data['path']}"],
    "played-back": lambda data: [f"heard the recording ({data['place']})"],
    "recorded": lambda data: [f"left a message of {data['seconds']:.0f} s: {data['path']}"],
    "message-too-short": lambda data: [f"left no message ({data['seconds']:.1f} s)"],
    "missing-prompt": lambda data: [f"sound file missing: {data['sound']}"],
    "other-rules": lambda data: [
        f"went on by revision {data['revision']}: the rules that it began with are gone"
    ],
    "hung-up": lambda data: [f"hung up at {data['stage']}"],
    "failed": lambda data: [f"the server failed at {data['stage']}: {data['error']}"],
    "ended": lambda data: [f"ended at {data['stage']}"],
}
"""How each kind of event is told."""
