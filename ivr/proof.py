"""One-time codes: a caller proves to have the telephone that calls."""

from dataclasses import replace
from typing import Final

from ivr.effects import CheckCode, Failed, Say, SendCode, Steps
from ivr.keys import Input
from ivr.machine import Given, Impossible, Invalid, Nothing, Question, Valid, Verdict
from ivr.talk import BETWEEN_KEYS_SECONDS, Talk, value_question
from routing.destinations import Route
from routing.dialogues import Proof

DIALOGUE: Final = "proof"

PATIENCE_SECONDS: Final = 30.0
"""To the first key: a text message takes its time, and is read on the telephone that calls."""

_NOT_SENT: Final = {
    Failed.UNAVAILABLE: "code-unavailable",
    Failed.TOO_OFTEN: "too-many-tries",
    Failed.NO_NUMBER: "code-no-number",
}
_NOT_CHECKED: Final = {**_NOT_SENT, Failed.TOO_OFTEN: "code-void"}
"""A code that is too old and one that was tried too often are the same to who keys it."""


def prove(talk: Talk) -> Steps[Route]:
    """Send a code and ask for it."""
    talk.stage, proof = "proof", talk.book.policy.proof
    if talk.facts.proven:
        return (yield from talk.go(DIALOGUE, "proven before", proof.proven))
    sent = yield SendCode()
    if isinstance(sent, Failed):
        yield Say((_NOT_SENT[sent],))
        return (yield from talk.leave(DIALOGUE, Nothing("unavailable"), proof.otherwise))
    outcome = yield from talk.ask(DIALOGUE, _question(proof), _check)
    if not isinstance(outcome, Given):
        return (yield from talk.leave(DIALOGUE, outcome, proof.otherwise))
    talk.facts = replace(talk.facts, proven=True)
    yield Say(("code-right",))
    return (yield from talk.go(DIALOGUE, "finished", proof.proven))


def _question(proof: Proof) -> Question:
    def accept(keyed: str) -> Verdict:
        well_formed = len(keyed) == proof.digits and keyed.isdigit()
        return Valid(keyed) if well_formed else Invalid(("code-wrong",))

    wanted = Input(
        proof.digits, PATIENCE_SECONDS, BETWEEN_KEYS_SECONDS, early_keys=False, secret=True
    )
    return value_question("code", "enter-code", wanted=wanted, accept=accept, tries=proof.tries)


def _check(code: str) -> Steps[Verdict]:
    match (yield CheckCode(code)):
        case True:
            return Valid(code)
        case Failed() as why:
            return Impossible((_NOT_CHECKED[why],))
    return Invalid(("code-wrong",))
