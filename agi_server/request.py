"""What one AGI request says of itself: the dialplan's arguments, read strictly.

Everything here was made by our own dialplan or by Asterisk. What the telephone network sent
(caller's number and name) is hostile text and is fetched apart, see `Channel.get_untrusted`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from agi_server.session_errors import BadRequestError
from dialplan.contract import Argument
from routing.moments import read_moment

LONGEST_CALL_ID = 100
"""Characters. A unique id is `systemname-epoch.sequence-random`; longer is not ours."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the dialplan.

    Attributes:
        call_id: Our id of the call.
        visit: The how-manieth request of the call this is.
        channel: Asterisk's name of the caller's channel.
        dialled: Digits that were dialled, perhaps with `+`.
        at: A moment to take for now in the business's zone, or None in real service.
        status: QUEUESTATUS after a queue, else empty.
        agent: Who answered, else None.
        hold: Seconds until the agent answered, else None.
        queued_at: When the caller entered the queue, else None.
        key: The key by which the caller left the queue, else empty.
        abandoned: Whether the caller has left a queue without an agent, as Asterisk says: where
            `status` says nothing else, by hanging up.
        fell_back: Whether the fallback took the call.
        fell_back_at: When, if it is told.
        trial: Whether `rahyab try` made the call.
    """

    call_id: str
    visit: int
    channel: str
    dialled: str
    at: str | None
    status: str
    agent: str | None
    hold: int | None
    queued_at: datetime | None
    fell_back: bool
    trial: bool
    key: str = ""
    abandoned: bool = False
    fell_back_at: datetime | None = None

    @property
    def answered_at(self) -> datetime | None:
        """When the agent answered, as the dialplan counts it; None if nobody did."""
        if self.queued_at is None or self.hold is None:
            return None
        return self.queued_at + timedelta(seconds=self.hold)


def read_request(environment: Mapping[str, str]) -> Request:
    """Read the request out of the AGI environment.

    Raises:
        BadRequestError: The call id is missing or is not one of ours.
    """
    arguments = _arguments(environment)
    call_id = arguments.get(Argument.CALL, "")
    if not call_id or len(call_id) > LONGEST_CALL_ID or not call_id.isprintable():
        raise BadRequestError("no call id: is dialplan/extensions.conf the one of this version?")
    fell_back = arguments.get(Argument.FELL_BACK)
    return Request(
        call_id=call_id,
        visit=_whole(arguments.get(Argument.VISIT)) or 0,
        channel=environment.get("agi_channel", ""),
        dialled=arguments.get(Argument.DIALLED, ""),
        at=arguments.get(Argument.AT) or None,
        status=arguments.get(Argument.STATUS, ""),
        agent=arguments.get(Argument.AGENT) or None,
        hold=_whole(arguments.get(Argument.HOLD)),
        queued_at=_time(arguments.get(Argument.QUEUED_AT)),
        fell_back=bool(fell_back),
        trial=arguments.get(Argument.TRIAL) == "yes",
        key=arguments.get(Argument.KEY, ""),
        abandoned=arguments.get(Argument.ABANDONED) == "TRUE",
        fell_back_at=_time(fell_back),
    )


def moment_of(request: Request, now: datetime, zone: ZoneInfo) -> datetime:
    """The moment that the rules are asked about: now, or the one that the request names.

    Raises:
        BadRequestError: The request names a moment that is none.
    """
    if request.at is None:
        return now.astimezone(zone)
    return parse_moment(request.at, zone)


def parse_moment(text: str, zone: ZoneInfo) -> datetime:
    """Read a moment that somebody names for a trial. Raises BadRequestError."""
    try:
        return read_moment(text, zone)
    except ValueError as error:
        raise BadRequestError(str(error)) from None


def _arguments(environment: Mapping[str, str]) -> dict[str, str]:
    pairs = (
        value.partition("=")
        for name, value in environment.items()
        if name.startswith("agi_arg_") and "=" in value
    )
    return {name: value for name, _, value in pairs}


def _time(text: str | None) -> datetime | None:
    seconds = _whole(text)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() else None
