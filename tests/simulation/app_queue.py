"""A simulator of Asterisk's app_queue: who gets a turn, who is rung, and when.

It follows apps/app_queue.c of Asterisk 22.10.1, each caller being a generator that does what the
caller's thread does there; the functions are named in the docstrings. Time is simulated, in
milliseconds; where the C code asks time(NULL), whole seconds are taken. What happens at the same
moment happens in the order of arrival, or in one drawn at random: threads race.

Left out, as the compiled queues do not use it: ringall and other strategies, weights, realtime
queues, announced places, withdrawal, and the lag with which Asterisk learns a telephone's state.
"""

import heapq
from collections.abc import Callable, Generator, Iterator, Mapping
from random import Random
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar

from tests.simulation.people import NO_LIMIT, Caller, Event, Line, Phone, Seat
from tests.simulation.queue_files import Change, QueueOptions

RECHECK: Final = 1000
"""Milliseconds between two looks at whether it is our turn (`RECHECK`)."""

TOO_LITTLE: Final = 500
"""Milliseconds of an attempt in which nobody else is rung any more (`wait_for_answer`)."""

TIER: Final = 1_000_000
"""By which a penalty counts for more than the strategy (`calc_metric`)."""

Result = TypeVar("Result")
Doing: TypeAlias = Generator[int, None, Result]
"""What a caller does: it gives each moment until which the caller sleeps, and ends in a result."""


class _Gone(Exception):  # noqa: N818  it is no error: it ends a visit
    """The caller has had enough, or has pressed a key that leads out."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class AppQueue:
    """Asterisk's queues, with everybody's telephones and callers.

    Args:
        queues: What queues.conf says.
        rules: What queuerules.conf says.
        phones: By device.
        race: Draws the order of what happens at the same moment; None: in the order of arrival.
        keys: Those of each context of the dialplan.
        sounds: How many milliseconds each sound lasts; one that is missing is not there.
    """

    def __init__(  # noqa: PLR0913  all that Asterisk reads, and who is there
        self,
        queues: Mapping[str, QueueOptions],
        rules: Mapping[str, tuple[Change, ...]],
        phones: Mapping[str, Phone],
        race: Random | None = None,
        *,
        keys: Mapping[str, frozenset[str]] = MappingProxyType({}),
        sounds: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        # As of a clock that began long ago: no call is the last one.
        self.now = self.began = 1_000_000_000_000
        self.events: list[Event] = []
        self._race, self._rules = race, rules
        self._keys, self._sounds = keys, sounds
        self._pending: list[tuple[int, float, int, Callable[[], None]]] = []
        self._count = 0
        self.lines = {name: self._line(options, phones) for name, options in queues.items()}

    def _line(self, options: QueueOptions, phones: Mapping[str, Phone]) -> Line:
        """A queue; the order of its members is that of a hash table, so any."""
        seats = [
            Seat(member, phones[member.device], place)
            for place, member in enumerate(options.members)
        ]
        if self._race is not None:
            self._race.shuffle(seats)
        return Line(options, seats)

    def call(self, caller: Caller) -> None:
        """Let somebody enter a queue at `caller.arrives`."""
        self.at(caller.arrives, lambda: self._go_on(self._visit(caller)))

    def at(self, moment: int, action: Callable[[], None]) -> None:
        """Let something happen, so many milliseconds from the beginning."""
        self._plan(self.began + moment, action)

    def run(self, until: int | None = None) -> list[Event]:
        """Let time pass until nothing more happens, or until so many milliseconds are over."""
        while self._pending and (until is None or self._pending[0][0] <= self.began + until):
            self.now, _, _, action = heapq.heappop(self._pending)
            action()
        return self.events

    def _plan(self, moment: int, action: Callable[[], None]) -> None:
        self._count += 1
        rank = 0.0 if self._race is None else self._race.random()
        heapq.heappush(self._pending, (moment, rank, self._count, action))

    def _go_on(self, visit: Doing[None]) -> None:
        """Let a caller's thread run until it sleeps."""
        moment = next(visit, None)
        if moment is not None:
            self._plan(moment, lambda: self._go_on(visit))

    def _note(self, what: str, caller: Caller, **more: str) -> None:
        at = self.now - self.began
        self.events.append(Event(at, what, caller.name, caller.queue, **more))

    def _seconds(self) -> int:
        """time(NULL)."""
        return self.now // 1000

    # What a caller's thread does.

    def _visit(self, caller: Caller) -> Doing[None]:
        """A whole Queue() (`queue_exec`, `join_queue`)."""
        line = self.lines[caller.queue]
        caller.start = caller.spoken_to = self._seconds()
        caller.changes = list(self._rules.get(caller.rule, ()))
        if self._nobody(line, caller, line.options.joinempty):
            self._note("left", caller, why="JOINEMPTY")
            return
        if line.options.maxlen and len(line.callers) >= line.options.maxlen:
            self._note("left", caller, why="FULL")
            return
        self._join(line, caller)
        self._note("entered", caller)
        try:
            why = yield from self._wait_and_ring(line, caller)
        except _Gone as gone:
            why = gone.why
        line.callers = [each for each in line.callers if each is not caller]
        if why:
            self._note("left", caller, why=why)

    def _join(self, line: Line, caller: Caller) -> None:
        """Behind everybody of the same priority or a higher one, or where asked (`join_queue`)."""
        before = [self._goes_before(place, each, caller) for place, each in enumerate(line.callers)]
        line.callers.insert(before.index(True) if True in before else len(before), caller)

    def _goes_before(self, place: int, other: Caller, caller: Caller) -> bool:
        """Whether a caller who comes in goes before the one at a place; the first is 0."""
        asked = 0 < caller.position <= place + 1 and caller.priority >= other.priority
        return asked or caller.priority > other.priority

    def _wait_and_ring(self, line: Line, caller: Caller) -> Doing[str]:
        """Wait for a turn, ring, wait, look again (`queue_exec` from `check_turns`)."""
        while True:
            why = yield from self._wait_for_turn(line, caller)
            if why:
                return why
            while True:
                end = yield from self._try_once(line, caller)
                if end is not None:
                    return end
                yield from self._sleep(caller, line.options.retry * 1000)
                if not self._our_turn(line, caller):
                    break

    def _try_once(self, line: Line, caller: Caller) -> Doing[str | None]:
        """Why the visit ends in this round, "" where somebody answered; None when it goes on."""
        if self._expired(caller):
            return "TIMEOUT"
        if line.options.speaks_in_turn:
            yield from self._speak(line, caller)
            if self._expired(caller):
                return "TIMEOUT"
        while caller.changes and self._waited(caller) > caller.changes[0].after:
            self._change(caller)
        if (yield from self._try_calling(line, caller)):
            return ""
        if self._nobody(line, caller, line.options.leavewhenempty):
            return "LEAVEEMPTY"
        return "TIMEOUT" if self._expired(caller) else None

    def _wait_for_turn(self, line: Line, caller: Caller) -> Doing[str]:
        """Why the caller leaves, "" when it is the caller's turn (`wait_our_turn`)."""
        while not self._our_turn(line, caller):
            if self._expired(caller):
                return "TIMEOUT"
            if self._nobody(line, caller, line.options.leavewhenempty):
                return "LEAVEEMPTY"
            yield from self._speak(line, caller)
            while caller.changes and self._waited(caller) >= caller.changes[0].after:
                self._change(caller)
            if self._expired(caller):
                return "TIMEOUT"
            yield from self._sleep(caller, RECHECK)
            if self._expired(caller):
                return "TIMEOUT"
        return ""

    def _speak(self, line: Line, caller: Caller) -> Doing[None]:
        """Say what is due; nobody is rung meanwhile (`say_periodic_announcement`)."""
        options, begun = line.options, self._seconds()
        if not options.every or begun - caller.spoken_to < options.every:
            return
        sound = options.sounds[caller.heard % len(options.sounds)]
        self._note("heard", caller, why=sound)
        yield from self._sleep(caller, self._heard_of(caller, self._sounds.get(sound, 0)))
        caller.spoken_to = self._seconds() if options.from_last_word else begun
        caller.heard += 1

    def _heard_of(self, caller: Caller, length: int) -> int:
        """How much of words is heard: any key ends them (`play_file`)."""
        moment = -1 if caller.presses is None else self.began + caller.arrives + caller.presses[0]
        return moment - self.now if self.now <= moment < self.now + length else length

    def _sleep(self, caller: Caller, time: int) -> Doing[None]:
        """Wait for a while, unless the caller hangs up first, or leaves by a key."""
        end = self.now + time
        moment, why = min(self._leaving(caller), default=(end + 1, ""))
        if moment <= end:
            yield max(moment, self.now)
            raise _Gone(why)
        yield end

    def _leaving(self, caller: Caller) -> Iterator[tuple[int, str]]:
        """When the caller goes, and why; a key that leads nowhere is not heard (`valid_exit`)."""
        if caller.patience is not None:
            yield self.began + caller.arrives + caller.patience, "ABANDON"
        leading = self._keys.get(self.lines[caller.queue].options.context, frozenset())
        if caller.presses is not None and caller.presses[1] in leading:
            yield self.began + caller.arrives + caller.presses[0], "EXITWITHKEY"

    def _waited(self, caller: Caller) -> int:
        return self._seconds() - caller.start

    def _expired(self, caller: Caller) -> bool:
        return caller.timeout is not None and self._waited(caller) >= caller.timeout

    def _change(self, caller: Caller) -> None:
        """The next penalty bounds; only what was set at entry changes (`update_qe_rule`)."""
        change = caller.changes.pop(0)
        if caller.highest != NO_LIMIT:
            caller.highest = change.highest
        if caller.lowest != NO_LIMIT and change.lowest is not None:
            caller.lowest = min(change.lowest, change.highest)

    # Whose turn it is.

    def _our_turn(self, line: Line, caller: Caller) -> bool:
        """Whether fewer callers wait ahead than members of the queue are free (`is_our_turn`).

        Penalties are not looked at: this is the head-of-line blocking.
        """
        place = line.callers.index(caller)
        ahead = sum(not each.pending for each in line.callers[:place])
        return ahead < self._free_members(line) and (line.options.autofill or place == 0)

    def _free_members(self, line: Line) -> int:
        """How many could be rung (`num_available_members`); without autofill one is enough."""
        free = sum(self.free(line, seat) for seat in line.seats)
        return free if line.options.autofill else min(free, 1)

    def free(self, line: Line, seat: Seat) -> bool:
        """Whether a member is taken for available (`is_member_available`)."""
        resting = self._seconds() - line.wrap_up() < seat.last_call
        if not seat.phone.there or seat.paused or (seat.last_call and resting):
            return False
        return line.options.ringinuse or not seat.phone.busy

    def _nobody(self, line: Line, caller: Caller, reasons: frozenset[str]) -> bool:
        """Whether no member counts as being there (`get_member_status`)."""
        if not reasons:
            return False
        return not any(self._counts(seat, caller, reasons) for seat in line.seats)

    def _counts(self, seat: Seat, caller: Caller, reasons: frozenset[str]) -> bool:
        away = not seat.phone.there and "unavailable" in reasons
        paused = seat.paused and "paused" in reasons
        outside = "penalty" in reasons and not caller.lets_in(seat.member.penalty)
        return not (away or paused or outside)

    # Ringing.

    def _try_calling(self, line: Line, caller: Caller) -> Doing[bool]:
        """One attempt: whether somebody answered (`try_calling`, `wait_for_answer`)."""
        if self._expired(caller):
            return False
        candidates = self._candidates(line, caller)
        left = self._ring_time(line, caller)
        caller.pending = True
        try:
            answered = yield from self._attempt(line, caller, candidates, left)
        finally:
            caller.pending = False
        if line.options.strategy == "rrmemory":
            self._store_next(line, candidates)
        return answered

    def _attempt(
        self, line: Line, caller: Caller, candidates: list[tuple[int, Seat]], left: int
    ) -> Doing[bool]:
        """Ring one after the other until one answers or lets it ring out."""
        whole, end = left, self.now + left
        seat = self._ring_one(line, caller, candidates)
        while seat is not None:
            phone, left = seat.phone, end - self.now
            if phone.picks_up is not None and phone.rejects is None and phone.picks_up < left:
                yield from self._ringing(caller, seat, phone.picks_up)
                self._connect(line, caller, seat)
                return True
            if phone.rejects is None or phone.rejects >= left:
                yield from self._ringing(caller, seat, left)
                self._not_answered(line, caller, seat)
                return False
            yield from self._ringing(caller, seat, phone.rejects)
            self._not_answered(line, caller, seat)
            end = self.now + whole if line.options.timeoutrestart else end
            enough = end - self.now > TOO_LITTLE
            seat = self._ring_one(line, caller, candidates) if enough else None
        return False

    def _ringing(self, caller: Caller, seat: Seat, time: int) -> Doing[None]:
        try:
            yield from self._sleep(caller, time)
        except _Gone:
            seat.phone.busy = False
            raise

    def _candidates(self, line: Line, caller: Caller) -> list[tuple[int, Seat]]:
        """Whom the window lets in, each with the metric; the lowest is rung (`calc_metric`)."""
        use = len(line.seats) > line.options.penaltymemberslimit
        return [
            (self._metric(line, seat) + seat.member.penalty * TIER * use, seat)
            for seat in line.seats
            if not use or caller.lets_in(seat.member.penalty)
        ]

    def _metric(self, line: Line, seat: Seat) -> int:
        if line.options.strategy == "leastrecent":
            return TIER - (self._seconds() - seat.last_call) if seat.last_call else 0
        if seat.place < line.next_place:
            return 1000 + seat.place
        line.wrapped = line.wrapped or seat.place > line.next_place
        return seat.place

    def _ring_time(self, line: Line, caller: Caller) -> int:
        """Milliseconds for one attempt."""
        whole = line.options.timeout
        if line.options.conf_timeout_first or caller.timeout is None:
            return whole * 1000
        return min(whole, caller.timeout - self._waited(caller)) * 1000

    def _ring_one(
        self, line: Line, caller: Caller, candidates: list[tuple[int, Seat]]
    ) -> Seat | None:
        """Ring the best who can be rung, and cross out those before (`ring_one`, `find_best`)."""
        while candidates:
            best = min(candidates, key=lambda each: each[0])
            candidates.remove(best)
            seat = best[1]
            if self._can_ring(line, seat):
                seat.phone.busy = True
                self._note("rung", caller, agent=seat.member.name)
                return seat
            if self._expired(caller):
                break
        return None

    def _can_ring(self, line: Line, seat: Seat) -> bool:
        """Whether a member can be rung now (`can_ring_entry`); one who is away cannot be called."""
        wrap_up = (seat.last_queue or line).wrap_up()
        resting = wrap_up and self._seconds() - seat.last_call < wrap_up
        taken = seat.phone.busy and not line.options.ringinuse
        return seat.phone.there and not (seat.paused or taken or resting)

    def _store_next(self, line: Line, candidates: list[tuple[int, Seat]]) -> None:
        """Where the next round begins (`store_next_rr`)."""
        if candidates:
            line.next_place = min(metric for metric, _ in candidates) % 1000
        else:
            line.next_place = 0 if line.wrapped else line.next_place + 1
        line.wrapped = False

    def _not_answered(self, line: Line, caller: Caller, seat: Seat) -> None:
        """Put down as no answer; autopause is for this queue alone (`rna`).

        So is a refusal: chan_pjsip tells of its end only, and never that the telephone was busy.
        """
        seat.phone.busy = False
        seat.paused = seat.paused or line.options.autopause
        self._note("unanswered", caller, agent=seat.member.name)

    def _connect(self, line: Line, caller: Caller, seat: Seat) -> None:
        """The agent talks; the rest afterwards counts in every queue of theirs (`update_queue`)."""
        self._note("answered", caller, agent=seat.member.name)
        self._plan(self.now + caller.talks, lambda: self._hang_up(line, caller, seat))

    def _hang_up(self, line: Line, caller: Caller, seat: Seat) -> None:
        """As with shared_lastcall=yes, which the site is told to set."""
        seat.phone.busy = False
        for each in self.lines.values():
            for other in each.seats:
                if other.phone is seat.phone:
                    other.last_call, other.last_queue = self._seconds(), line
        self._note("free", caller, agent=seat.member.name)
