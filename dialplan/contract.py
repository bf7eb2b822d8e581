"""Every name that the dialplan and the server share.

`dialplan/extensions.conf` is the other party to this contract; a test compares the two both ways.
The server never spells one of these names anywhere else.
"""

from enum import StrEnum
from typing import Final


class Script(StrEnum):
    """The AGI requests that the dialplan makes: `agi://server/<script>`."""

    INCOMING = "incoming"
    """A call has come in: where does it go?"""
    AFTER_QUEUE = "after-queue"
    """The caller is back from a queue, served or not: what now?"""
    SURVEY = "survey"
    """Ask the caller how it went."""
    ENDED = "ended"
    """The call is over (made from the `h` extension, on a dead channel)."""


class Go(StrEnum):
    """Where the server sends the dialplan: extensions of the context `rahyab-call`."""

    QUEUE = "queue"
    """Into the Asterisk queue named by RAHYAB_QUEUE, then ask `after-queue`."""
    SURVEY = "survey"
    """Ask `survey`, then hang up."""
    AGENT = "agent"
    """Ring the device RAHYAB_DEVICE for RAHYAB_RING seconds, then ask `after-queue`."""
    EXTENSION = "extension"
    """To RAHYAB_EXTENSION in the site's own context RAHYAB_SITE_CONTEXT."""
    NUMBER = "number"
    """To RAHYAB_NUMBER in the site's own context RAHYAB_OUTBOUND_CONTEXT, which dials it."""
    HANGUP = "hangup"
    """Hang up with cause RAHYAB_CAUSE."""
    FALLBACK = "fallback"
    """What also happens when the server gives no answer: the static fallback queue."""


class Argument(StrEnum):
    """What the dialplan hands over with a request, as `AGI(agi://…,name=value,…)`.

    Only values that the dialplan made itself are handed over so: text from the network could hold
    commas and newlines, and is fetched by `Channel.get_untrusted` instead.
    """

    CALL = "call"
    """RAHYAB_CALL."""
    VISIT = "visit"
    """RAHYAB_VISIT."""
    DIALLED = "dialled"
    """RAHYAB_DIALLED."""
    AT = "at"
    """RAHYAB_AT."""
    STATUS = "status"
    """QUEUESTATUS."""
    AGENT = "agent"
    """MEMBERNAME."""
    HOLD = "hold"
    """QEHOLDTIME."""
    QUEUED_AT = "queued"
    """RAHYAB_QUEUED_AT."""
    FELL_BACK = "fell-back"
    """RAHYAB_FELL_BACK."""
    KEY = "key"
    """RAHYAB_KEY."""
    ABANDONED = "abandoned"
    """ABANDONED."""
    TRIAL = "trial"
    """`yes` on calls made by `rahyab try`; the dialplan never sends it."""


# Set by the dialplan; the server learns them as arguments.
CALL: Final = "RAHYAB_CALL"
"""Our own id of the call: made by the dialplan, inherited, the same in every request."""
DIALLED: Final = "RAHYAB_DIALLED"
"""The number that the caller dialled, digits and `+` only."""
AT: Final = "RAHYAB_AT"
"""A moment to take for now, as `YYYY-MM-DD HH:MM` in the business's zone; empty in real service.

A site's own test extension may set it, to hear by telephone what callers hear on a holiday.
"""
VISIT: Final = "RAHYAB_VISIT"
"""How many requests the dialplan has made for this call, this one included."""
QUEUED_AT: Final = "RAHYAB_QUEUED_AT"
"""Unix time in whole seconds at which the caller entered the queue.

The server clears it when it sends a caller to a queue: without it at the end of the call, the
caller never came there.
"""
FELL_BACK: Final = "RAHYAB_FELL_BACK"
"""Unix time in whole seconds at which the call took the fallback; empty: it has not.

From then on the caller waits for an agent; each round in which they try to enter the fallback queue
sets RAHYAB_QUEUED_AT anew.
"""

KEY: Final = "RAHYAB_KEY"
"""The key by which the caller has left the queue; empty otherwise."""

# Set by the server, read by the dialplan.
BEGUN: Final = "RAHYAB_BEGUN"
"""The script that a server has begun to perform: from then on no other server is asked for it.

Set before the caller hears of the request and before anything is written: without it the request
has done nothing, and another server may do all of it. `ended`, which can be repeated without harm,
does without.
"""
DONE: Final = "RAHYAB_DONE"
"""The script that was completed: the last variable of every successful request.

AGISTATUS alone is no proof: it is SUCCESS when a server crashes and FAILURE after a missing prompt.
"""
GO: Final = "RAHYAB_GO"
"""Where to go now: one of `Go`."""
QUEUE: Final = "RAHYAB_QUEUE"
"""The Asterisk queue to enter; empty: the caller was sent to one agent since."""
QUEUE_RULE: Final = "RAHYAB_QUEUE_RULE"
"""The penalty rule (queuerules.conf) that widens the circle of agents; may be empty.

It is called after what the caller requires (`support-en`), which RAHYAB_QUEUE may serve together
with other requirements and not tell. So it is where the caller waits for one agent alone, whom it
concerns in nothing else.
"""
QUEUE_TIMEOUT: Final = "RAHYAB_QUEUE_TIMEOUT"
"""Seconds after which the caller is given back to `after-queue`."""
QUEUE_POSITION: Final = "RAHYAB_QUEUE_POSITION"
"""The place in the queue that the caller has earned by an earlier wait, 1 for the first; empty: the
last. Asterisk lets nobody before callers of a higher priority by it."""
AGENT: Final = "RAHYAB_AGENT"
"""The agent to be rung: our id, as in MEMBERNAME."""
DEVICE: Final = "RAHYAB_DEVICE"
"""The agent's device, as Dial() takes it."""
RING: Final = "RAHYAB_RING"
"""Seconds for which it is rung."""
EXTENSION: Final = "RAHYAB_EXTENSION"
"""The extension to go to."""
NUMBER: Final = "RAHYAB_NUMBER"
"""The telephone number outside to go to, in E.164 with its `+`."""
CAUSE: Final = "RAHYAB_CAUSE"
"""The hang-up cause (Q.850); 16 is normal clearing."""
SECRET: Final = "RAHYAB_SECRET"  # noqa: S105  the name of it
"""A global of the site's, 16 letters and digits: how Asterisk proves who it is, where servers and
PBXs are on different machines (`agi_server.challenge`)."""
REASON: Final = "RAHYAB_REASON"
"""Why a request failed, or which rule decided: one word for the Asterisk log."""

# Asterisk's own variables that the server reads or sets.
QUEUE_STATUS: Final = "QUEUESTATUS"
"""Why Queue() ended: one of `QueueStatus`; unset when the caller hung up (app_queue.c)."""
MEMBER_NAME: Final = "MEMBERNAME"
"""The agent who took the call (setinterfacevar=yes); our agent id, as written in queues.conf."""
MEMBER_INTERFACE: Final = "MEMBERINTERFACE"
"""The agent's device."""
ABANDONED: Final = "ABANDONED"
"""`TRUE` once a caller has left a queue without having spoken with an agent (app_queue.c,
`record_abandoned`): by hanging up, but also where the wait was over, nobody was there any more or
somebody took them out. So QUEUESTATUS goes before it."""
HOLD_TIME: Final = "QEHOLDTIME"
"""Seconds the caller waited before an agent answered (setqueueentryvar=yes)."""
MAX_PENALTY: Final = "QUEUE_MAX_PENALTY"
"""The highest member penalty that may be rung; must be set at entry or a rule cannot change it."""
MIN_PENALTY: Final = "QUEUE_MIN_PENALTY"
"""The lowest member penalty that may be rung; the dialplan sets 0, which keeps nobody away."""
RAISE_PENALTY: Final = "QUEUE_RAISE_PENALTY"
"""Lower penalties count as this one; the dialplan sets it to 0, which raises none."""
PRIORITY: Final = "QUEUE_PRIO"
"""The caller's place among others: higher goes first."""
MUSIC: Final = "CHANNEL(musicclass)"
"""The channel's own music class: it goes before a queue's (`preferchannelclass`, a default)."""
LANGUAGE: Final = "CHANNEL(language)"
"""The channel's language, for Asterisk's own announcements."""

INCOMING_CONTEXT: Final = "rahyab-incoming"
"""Where a trunk or phone sends calls for us."""
CALL_CONTEXT: Final = "rahyab-call"
"""Where a call lives between requests; its extensions are the members of `Go`."""
ANSWERED_CONTEXT: Final = "rahyab-answered"
"""What runs on the channel of an agent who was rung alone, when they answer."""
LEAVING_CONTEXT: Final = "rahyab-leaving"
"""Where Asterisk sends a caller who presses a key in a queue that has keys: its extension."""
AGENT_QUEUE: Final = "rahyab-agent-"
"""Begins the names of the queues in which callers wait for one agent alone, whose id follows."""
FALLBACK_QUEUE: Final = "rahyab-fallback"
"""The static queue that takes a call when the server gives no answer."""
SITE_CONTEXT: Final = "RAHYAB_SITE_CONTEXT"
"""A global of the dialplan: the site's own context for `Go.EXTENSION`."""
OUTBOUND_CONTEXT: Final = "RAHYAB_OUTBOUND_CONTEXT"
"""A global of the dialplan: the site's own context for `Go.NUMBER`, which dials its trunk."""
SERVER: Final = "RAHYAB_SERVER"
"""A global of the dialplan: host:port of the server, or `hagi://name` for the servers that the DNS
names (SRV); several of these with `&` between them are asked in this order."""


class QueueStatus(StrEnum):
    """The values of QUEUESTATUS (app_queue.c, `queue_results`, Asterisk 16 to 22)."""

    TIMEOUT = "TIMEOUT"
    FULL = "FULL"
    JOINEMPTY = "JOINEMPTY"
    LEAVEEMPTY = "LEAVEEMPTY"
    JOINUNAVAIL = "JOINUNAVAIL"
    LEAVEUNAVAIL = "LEAVEUNAVAIL"
    CONTINUE = "CONTINUE"
    WITHDRAW = "WITHDRAW"
