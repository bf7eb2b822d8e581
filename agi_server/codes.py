"""One-time codes: sent to the telephone that calls, and checked."""

import asyncio
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from agi_server.caps import Cap, tell_reached
from agi_server.conversation import Conversation
from agi_server.outbox import Text, queue_text
from crm.asking_records import MessageKind, OneTimeCode
from crm.hashed_secrets import digest, matches, new_salt
from crm.ports import Store, StoreError
from ivr.effects import CheckCode, Failed, SendCode
from routing.callable_numbers import is_mobile
from routing.dialogues import CODE_TEXT

log = structlog.get_logger(__name__)

STORE_SECONDS: Final = 0.5
"""How long a caller waits for a code to be kept, or looked up."""


async def send_code(talk: Conversation, wanted: SendCode) -> bool | Failed:
    """Draw a code, keep its digest, and hand the message to the outbox."""
    del wanted
    number, proof = talk.course.facts.caller.number, talk.course.book.policy.proof
    if number is None or not is_mobile(number):
        return Failed.NO_NUMBER
    drawn = str(secrets.randbelow(10**proof.digits)).zfill(proof.digits)
    issued, salt = talk.now(), new_salt()
    code = OneTimeCode(
        number=number,
        salt=salt,
        # In a thread: a digest takes time on purpose, and the loop has other callers.
        digest=await asyncio.to_thread(digest, drawn, salt),
        issued_at=issued,
        expires_at=issued + timedelta(seconds=proof.valid),
        tries=proof.tries,
        call_id=talk.journal.call_id,
    )

    try:
        kept = await _keep(talk, code)
    except StoreError as error:
        log.warning("no code can be given", reason=str(error))
        return Failed.UNAVAILABLE
    talk.journal.note("code-drawn", kept=kept)
    if not kept:
        tell_reached(talk, Cap.CODES)
        return Failed.TOO_OFTEN
    sent = await queue_text(
        talk,
        Text(MessageKind.CODE, salt.hex(), CODE_TEXT, {"code": drawn}, code.expires_at),
    )
    return sent or Failed.UNAVAILABLE


async def _keep(talk: Conversation, code: OneTimeCode) -> bool:
    """Keep a code, unless too many were given. Raises StoreError.

    That of a trial stays in the conversation: it neither takes the place of one that a caller was
    sent, nor is it of use to a caller.
    """
    if talk.trial:
        talk.trial_code = code
        return True
    proof = talk.course.book.policy.proof

    def keep(store: Store) -> bool:
        return store.keep_code(code, per_number=proof.per_number, per_day=proof.per_day)

    await talk.journal.flush()  # the code belongs to a call that the store must know
    return await talk.journal.records.stores.write(keep, STORE_SECONDS)


async def check_code(talk: Conversation, wanted: CheckCode) -> bool | Failed:
    """Whether this is the code that was sent to the number; right ones are used up."""
    number = talk.course.facts.caller.number
    if number is None:
        return Failed.NO_NUMBER
    try:
        # A caller who hangs up in the middle would leave a right code to whoever calls next.
        with talk.line.channel.protected():
            right = await _try(talk, number, wanted.code)
    except StoreError as error:
        log.warning("no code can be checked", reason=str(error))
        return Failed.UNAVAILABLE
    if right is None:
        talk.journal.note("code-void")
        return Failed.TOO_OFTEN
    talk.journal.note("code-checked", right=right)
    return right


async def _try(talk: Conversation, number: str, keyed: str) -> bool | None:
    """Use up one try, and the code if it is right; None if it holds no more. Raises StoreError."""
    code = await _take_try(talk, number)
    if code is None:
        return None
    if not await asyncio.to_thread(matches, keyed, code.salt, code.digest):
        return False
    if talk.trial:
        talk.trial_code = None
        return True
    # Of two who key the same code at once, one alone uses it up; the other's is none any more.
    is_first = await talk.journal.records.stores.write(
        lambda store: store.use_code(number, code.salt), STORE_SECONDS
    )
    return True if is_first else None


async def _take_try(talk: Conversation, number: str) -> OneTimeCode | None:
    """The code that was sent, with one try less from now on. Raises StoreError."""
    now = talk.now()
    if not talk.trial:
        return await talk.journal.records.stores.write(
            lambda store: store.try_code(number, now), STORE_SECONDS
        )
    code = talk.trial_code
    if code is None or code.tries == 0 or code.expires_at <= now:
        return None
    talk.trial_code = replace(code, tries=code.tries - 1)
    return code
