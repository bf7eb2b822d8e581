"""Rules in words: nothing of what callers are asked is left out when versions are compared."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace

import pytest

from routing.describing_routes import named_routes
from routing.destinations import Route, ToHangup
from routing.differences import differences
from tests.routing.asking import ASKING, POLICY, policy_of


@pytest.mark.parametrize(
    ("old", "new", "place", "about"),
    [
        ("person: {menu: welcome}", "person: {queue: support}", "business", "key for a person"),
        ("uninterrupted: [hello]", "uninterrupted: []", "uninterrupted", "hello"),
        ("say: [hello, not-a-choice]", "say: hello", "menus.welcome", "silence"),
        ("early_keys: false", "early_keys: true", "menus.welcome", "early keys"),
        ("pace: slow", "pace: normal", "menus.welcome", "key 4"),
        ("length: 6..10", "length: 6..9", "entries.account", "digits"),
        ("checksum: luhn", "checksum: damm", "entries.account", "checksum"),
        ("confirm: true", "confirm: false", "entries.account", "confirmed"),
        ("variable: SITE_ACCOUNT", "variable: SITE_ID", "entries.account", "variable"),
        ("first_key: 9s", "first_key: 10s", "entries.account", "first key"),
        ("between: 0.50", "between: 0.60", "entries.payment", "between"),
        ("currency: EUR", "currency: USD", "entries.payment", "currency"),
        ("kind: date", "kind: phone", "entries.birthday", "kind"),
        ("secret: true", "secret: false", "entries.pin", "secret"),
        ("identified: true", "identified: false", "tracking", "only for the customer"),
        ("ring: 25s", "ring: 30s", "tracking", "agent"),
        ("otherwise: {queue: support}", "otherwise: {hangup: true}", "tracking", "agent"),
        ("note: 45s", "note: 46s", "tracking", "note"),
        ("sms: true", "sms: false", "tracking", "text message"),
        ("countries: [IR, LV]", "countries: [IR]", "callbacks", "countries"),
        ("premium: true", "premium: false", "callbacks", "costly numbers"),
        ("window: 90m", "window: 2h", "callbacks", "times to choose from"),
        ("hours: office", "hours: night", "callbacks", "times to choose from"),
        ("then: {survey: satisfaction}", "then: {hangup: 16}", "callbacks", "then"),
        ("otherwise: {voicemail: messages}", "otherwise: {hangup: 16}", "callbacks", "otherwise"),
        ("digits: 5", "digits: 6", "proof", "digits"),
        ("valid: 5m", "valid: 6m", "proof", "valid"),
        ("per_number: 3", "per_number: 4", "proof", "codes for a number"),
        ("per_day: 100", "per_day: 101", "proof", "codes in all"),
        ("silence: 4s", "silence: 5s", "mailboxes.messages", "ended by silence"),
        ("review: true", "review: false", "mailboxes.messages", "review"),
        ("    consent: hello\n", "", "surveys.satisfaction", "consent"),
        ("again_after: 30d", "again_after: 31d", "surveys.satisfaction", "asked again"),
        ('score: "<=4"', 'score: "<=3"', "surveys.satisfaction", "alert"),
        ("record: 60s", "record: 61s", "surveys.satisfaction", "question comment"),
        ('when: {solved: ["no"]}', "when: {score: 1}", "surveys.satisfaction", "question reason"),
        ("Code: {code}", "Your code: {code}", "texts.one-time-code", "en"),
    ],
)
def test_whatever_is_changed_is_told(old: str, new: str, place: str, about: str) -> None:
    """Of two versions: where, and what of it."""
    assert old in ASKING
    changed = policy_of(ASKING.replace(old, new, 1))
    told = [(each.place, each.about) for each in differences(POLICY, changed)]
    assert (place, about) in told
    assert [(each.place, each.about) for each in differences(POLICY, POLICY)] == []


def routes_in(value: object) -> Iterator[Route]:
    """Every route that a part of a policy holds, however deep."""
    if isinstance(value, Route):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from routes_in(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from routes_in(each)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from routes_in(getattr(value, field.name))


def test_every_route_has_a_name() -> None:
    """Whoever looks for what leads to a list finds it."""
    named = [route for _, route in named_routes(POLICY)]
    held = list(routes_in(replace(POLICY, tests=())))
    assert len(held) > 30
    assert sorted(map(repr, named)) == sorted(map(repr, held))


def test_a_proof_is_told_by_what_becomes_of_the_call() -> None:
    """The two ways on have names of their own."""
    proven, otherwise = Route(ToHangup(17)), Route(ToHangup(21))
    proof = replace(POLICY.proof, proven=proven, otherwise=otherwise)
    names = {route: name for name, route in named_routes(replace(POLICY, proof=proof))}
    assert names[proven] == "a caller who has proved it"
    assert names[otherwise] == "a caller who has not proved it"
