"""The queue compiler: needs, steps and agents of the rules into Asterisk's queues.

`app_queue` gives callers their turn without looking at who may serve whom: in one big queue with a
penalty window for each caller, three callers who wait for the one Spanish agent hold up a fourth
beside two idle English ones. So each distinct requirement that a call can come to becomes a queue
of its own (`dialplan.requirements`): one for each language of the business where the caller's
language is needed, else one.

An agent who is good enough at some step is a member. The penalty is 1 for the ideal and one more
for each step the agent has to wait for; the server sets QUEUE_MAX_PENALTY to 1 at entry, and each
step is a line of `queuerules.conf` that raises it. (Asterisk changes by rule only what was set at
entry, and its older releases took a highest penalty of 0 for no limit at all.) Steps can be late by
the ring time and two seconds: a caller at the head is looked at only between two attempts to ring;
and by what is said to the caller meanwhile, which the compiler cannot measure.
"""

from collections.abc import Iterable
from typing import Final

from dialplan.contract import FALLBACK_QUEUE
from dialplan.heads import head
from dialplan.leaving import leaving_context
from dialplan.releases import NEWEST, Options, Release, known_options
from dialplan.requirements import AsteriskQueue, Ladder, plan_for, requirement_for
from routing.rules import Agent, Policy, Queue
from routing.skills import first_step

IDEAL_PENALTY: Final = 1
"""The penalty of agents who are good enough from the first second on."""

RETRY_SECONDS: Final = 1
"""Between two attempts to ring: the shortest there is, as steps and turns wait for it."""

WRAP_UP_SECONDS: Final = 5
"""After a call, before an agent is rung again: enough to finish a sentence."""

ALWAYS: Final[Options] = (
    # Without it only the first caller in line is ever served, one after the other.
    ("autofill", "yes"),
    # Above 0 it would switch penalties off while few are logged in, and ring the unskilled.
    ("penaltymemberslimit", 0),
    ("retry", RETRY_SECONDS),
    ("wrapuptime", WRAP_UP_SECONDS),
    ("ringinuse", "no"),
    ("timeoutrestart", "no"),
    # MEMBERNAME and QEHOLDTIME, for `after-queue`.
    ("setinterfacevar", "yes"),
    ("setqueueentryvar", "yes"),
    # QUEUEHOLDTIME, for rules about waiting times.
    ("setqueuevar", "yes"),
    ("announce-frequency", 0),
    ("announce-holdtime", "no"),
    ("announce-position", "no"),
    ("reportholdtime", "no"),
)
"""What every queue says, as defaults differ between releases and sites."""

RUNG_OUT: Final[Options] = (("timeoutpriority", "conf"),)
"""The last ring is not cut short by the caller's time limit: it would end up as "did not answer"
against an agent who had a second to do so."""

CUT_SHORT: Final[Options] = (("timeoutpriority", "app"),)
"""It is where the caller waits for that agent alone: for the seconds of `prefer`, whichever of its
queues they were sent to, and then others are to be rung too. Nobody is paused there."""

SILENT: Final[Options] = (("periodic-announce-frequency", 0),)
"""A queue in which nothing is said."""

UNBOUNDED: Final[Options] = (("maxlen", 0),)
"""A queue in which any number of callers may wait."""

NOBODY_THERE: Final = "paused,unavailable,invalid"
"""When a member does not count as being there. Penalty is left out: who comes with a later step is
worth waiting for. So is being on a call, and ringing."""

SERVED: Final[Options] = (
    # The agent who has been without a call for longest: the fairest order among equals.
    ("strategy", "leastrecent"),
    ("joinempty", NOBODY_THERE),
    ("leavewhenempty", NOBODY_THERE),
)
"""A caller for whom nobody is there goes back to the server at once, and on from there."""

UNSERVED: Final[Options] = (
    # One after the other: as nobody is paused here, `leastrecent` would ring an agent who has gone
    # home, and never had a call, for ever.
    ("strategy", "rrmemory"),
    ("joinempty", "yes"),
    ("leavewhenempty", "no"),
    ("autopause", "no"),
)
"""The fallback has nowhere to send callers on to: it lets everybody in and keeps them, and no agent
is ever taken out of it."""


def asterisk_queue_name(queue: Queue, language: str, policy: Policy) -> str:
    """The Asterisk queue for callers of `queue` who speak `language`.

    A language that is not one of the business's is served as its default. A queue that no call can
    come to has the name that it would have alone.
    """
    own = requirement_for(queue, language, policy).name
    return plan_for(policy).serving.get(own, own)


def penalty_rule_name(queue: Queue, language: str, policy: Policy) -> str | None:
    """The penalty rule that a caller enters the queue with; None when none is needed.

    It bears the requirement's own name (rules and queues are named apart from each other), so that
    it tells what a caller had required who comes back from a queue that serves several. There it is
    needed even without further steps.
    """
    own = requirement_for(queue, language, policy).name
    serving = plan_for(policy).serving.get(own, own)
    return own if len(queue.steps) > 1 or serving != own else None


def queues_conf(policy: Policy, release: Release = NEWEST) -> str:
    """The text of our part of `queues.conf`.

    Args:
        policy: The rules.
        release: The Asterisk that will read it.
    """
    parts = [_queue(queue, policy, release) for queue in plan_for(policy).all_queues]
    return "\n".join((head(policy, release, _PAUSED), *parts, _fallback(policy, release)))


def queue_rules_conf(policy: Policy, release: Release = NEWEST) -> str:
    """The text of our part of `queuerules.conf`.

    Args:
        policy: The rules.
        release: The Asterisk that will read it.
    """
    parts = [
        _rule(each.name, each.queue)
        for queue in plan_for(policy).queues
        for each in queue.requirements
        if len(each.queue.steps) > 1 or each.name != queue.name
    ]
    return "\n".join((head(policy, release, _LATE), *parts))


_PAUSED: Final = (
    "An agent who lets a call ring out is paused in that queue, so that callers are not kept",
    "waiting for an empty chair. Back at work: asterisk -rx 'queue unpause member PJSIP/101'",
)
_LATE: Final = (
    "penaltychange => seconds of waiting, the highest penalty that is rung from then on.",
    "It can be late by the ring time and two seconds, and by what is said to the caller just then.",
)


def _queue(queue: AsteriskQueue, policy: Policy, release: Release) -> str:
    ladder = queue.ladder
    # Pausing the only agent would close the queue and help nobody.
    autopause = "yes" if len(ladder.members) > 1 else "no"
    own: Options = (("musicclass", ladder.music), ("timeout", ladder.ring_for))
    end = RUNG_OUT if queue.alone is None else CUT_SHORT
    options = (*own, *ALWAYS, *end, *SERVED, ("autopause", autopause), *_waiting(queue))
    members = [(policy.agents[each.agent], IDEAL_PENALTY + each.tier) for each in ladder.members]
    return _remark(queue) + _section(queue.name, known_options(options, release), members)


def _remark(queue: AsteriskQueue) -> str:
    """Whose callers wait there, where the name does not tell."""
    if len(queue.requirements) == 1 and queue.alone is None:
        return ""
    waiting = ", ".join(each.name for each in queue.requirements)
    return f"; For callers of {waiting}{f' who wait for {queue.alone}' if queue.alone else ''}.\n"


def _waiting(queue: AsteriskQueue) -> Options:
    """How many may wait, by which keys they leave, and what is said to them."""
    ladder = queue.ladder
    bound: Options = (
        UNBOUNDED if ladder.most_waiting is None else (("maxlen", ladder.most_waiting),)
    )
    keys: Options = (("context", leaving_context(queue)),) if ladder.keys else ()
    return (*bound, *keys, *(_words(ladder) if ladder.sounds else SILENT))


def _words(ladder: Ladder) -> Options:
    return (
        ("periodic-announce", ",".join(ladder.sounds)),
        ("periodic-announce-frequency", ladder.every),
        # Counted from the last word, so that there is always time to be rung in between.
        ("relative-periodic-announce", "yes"),
        # Releases up to 20 speak to a caller in turn anyway, from the second attempt to ring on.
        ("announce-to-first-user", "yes"),
    )


def _fallback(policy: Policy, release: Release) -> str:
    """Everybody who serves the fallback queue at any step and in any language, as equals."""
    queue = policy.queues[policy.fallback]
    able = {
        agent.id
        for language in policy.business.languages
        for agent in policy.agents.values()
        if first_step(queue, agent, language) is not None
    }
    members = [(agent, IDEAL_PENALTY) for agent in policy.agents.values() if agent.id in able]
    own: Options = (("musicclass", queue.music), ("timeout", queue.ring_for))
    options = known_options((*own, *ALWAYS, *RUNG_OUT, *UNSERVED, *UNBOUNDED, *SILENT), release)
    return _section(FALLBACK_QUEUE, options, members)


def _section(name: str, options: Options, members: Iterable[tuple[Agent, int]]) -> str:
    lines = (
        f"[{name}]",
        *(f"{option}={value}" for option, value in options),
        *(f"member => {agent.device},{penalty},{agent.id}" for agent, penalty in members),
    )
    return "".join(f"{line}\n" for line in lines)


def _rule(name: str, queue: Queue) -> str:
    later = enumerate(queue.steps[1:], start=IDEAL_PENALTY + 1)
    changes = (f"penaltychange => {step.after},{penalty}\n" for penalty, step in later)
    return "".join((f"[{name}]\n", *changes))
