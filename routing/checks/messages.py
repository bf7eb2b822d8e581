"""Text messages: what they must hold, and whether there is one that callers can read."""

from collections.abc import Iterator, Mapping
from typing import Final

from routing.checks.plain import mapping
from routing.checks.scene import Scene
from routing.dialogues import CODE_TEXT, TRACKING_TEXT
from routing.problems import Path, Problem
from routing.text_messages import TEXT_MESSAGES, placeholders_in

_PROVES: Final = "prove"


def problems(scene: Scene) -> Iterator[Problem]:
    """Every finding about text messages, and about proofs, which cannot do without."""
    yield from _proofs(scene)
    for id_, placeholder in TEXT_MESSAGES.items():
        texts = mapping(mapping(scene.data.get("texts")).get(id_))
        for language, text in texts.items():
            if isinstance(text, str):
                yield from _filled_in(scene, ("texts", id_, language), text, placeholder)
    if scene.whole is not None:
        yield from _unread(scene)


def _filled_in(scene: Scene, path: Path, text: str, placeholder: str) -> Iterator[Problem]:
    wanted = f"{{{placeholder}}}"
    rest = text.replace(wanted, "")
    unknown = [f"{{{each}}}" for each in placeholders_in(rest)] or [
        brace for brace in "{}" if brace in rest
    ]
    if unknown:
        message = f'nothing stands for "{unknown[0]}" in this text message'
        yield scene.at(path, "bad-placeholder", message, f"write {wanted}: it is filled in")
    elif wanted not in text:
        message = f"this text message does not hold {wanted}, for which it is sent"
        yield scene.at(path, "bad-placeholder", message, f"write {wanted} where that is to stand")


def _sent(scene: Scene) -> Mapping[str, bool]:
    """Which text messages any call can bring about."""
    tracking = mapping(scene.data.get("tracking"))
    return {TRACKING_TEXT: tracking.get("sms") is True, CODE_TEXT: "proof" in scene.data}


def _unread(scene: Scene) -> Iterator[Problem]:
    """Texts that are never sent, and messages that have none in a language of the business."""
    spoken = {language for texts in scene.builtin.values() for language in texts}
    for id_, sent in _sent(scene).items():
        own = mapping(mapping(scene.data.get("texts")).get(id_))
        if own and not sent:
            needed = "`sms` under `tracking`" if id_ == TRACKING_TEXT else "`proof`"
            message = f'the text message "{id_}" is never sent'
            hint = f"delete it, or write {needed}"
            yield scene.at(("texts", id_), "unused", message, hint, key=True)
        if sent and not {*own, *spoken} & {*scene.languages}:
            message = f'the text message "{id_}" has a text in no language of the business'
            hint = f"write under `texts`: {id_}: {{{scene.languages[0]}: …}}"
            place: Path = ("texts", id_) if own else ("business", "languages")
            yield scene.at(place, "missing-text", message, hint, key=True)


def _proofs(scene: Scene) -> Iterator[Problem]:
    """Calls that are sent to prove something, where nothing is said of what follows."""
    if "proof" in scene.data:
        return
    for way in scene.ways:
        if way.target is not None and way.target[0] == _PROVES:
            message = "nothing says where a caller goes who has proved it, or who has not"
            hint = "write `proof: {proven: {…}, otherwise: {…}}`"
            yield scene.at((*way.path, _PROVES), "no-proof", message, hint, key=True)
