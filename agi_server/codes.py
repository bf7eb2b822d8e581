"""One-time codes: sent to the telephone that calls, and checked."""

import asyncio
import secrets
from datetime import timedelta
from typing import Final

import structlog

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

    def keep(store: Store) -> bool:
        return store.keep_code(code, per_number=proof.per_number, per_day=proof.per_day)

    try:
        await talk.journal.flush()  # the code belongs to a call that the store must know
        kept = await talk.journal.records.stores.write(keep, STORE_SECONDS)
    except StoreError as error:
        log.warning("no code can be given", reason=str(error))
        return Failed.UNAVAILABLE
    talk.journal.note("code-drawn", kept=kept)
    if not kept:
        return Failed.TOO_OFTEN
    sent = await queue_text(
        talk,
        Text(MessageKind.CODE, salt.hex(), CODE_TEXT, {"code": drawn}, code.expires_at),
    )
    return sent or Failed.UNAVAILABLE


async def check_code(talk: Conversation, wanted: CheckCode) -> bool | Failed:
    """Whether this is the code that was sent to the number; right ones are used up."""
    number, now = talk.course.facts.caller.number, talk.now()
    if number is None:
        return Failed.NO_NUMBER

    stores = talk.journal.records.stores
    try:
        code = await stores.write(lambda store: store.try_code(number, now), STORE_SECONDS)
        if code is None:
            talk.journal.note("code-void")
            return Failed.TOO_OFTEN
        right = await asyncio.to_thread(matches, wanted.code, code.salt, code.digest)
        if right:
            salt = code.salt
            right = await stores.write(lambda store: store.use_code(number, salt), STORE_SECONDS)
    except StoreError as error:
        log.warning("no code can be checked", reason=str(error))
        return Failed.UNAVAILABLE
    talk.journal.note("code-checked", right=right)
    return right
