"""What a store must be able to do with visits to queues: a part of `crm.ports.Store`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from crm.records import QueueVisit


class QueueVisits(Protocol):
    """Who came to a queue, who waits there now, and how each visit ended."""

    def keep_queue_visit(self, visit: QueueVisit) -> None:
        """Keep a visit, or complete it with what has become of it, in any order.

        Of two words on one visit the one that tells more counts: an end more than an answer, an
        answer more than the beginning, and any end more than `Disposition.UNKNOWN`; of two ends the
        earlier. What the one that counts leaves open of queue, agent, answer and key, the other
        fills in. So a beginning that is written late puts nobody back into a queue.

        Raises UnknownRecordError for a call that was not begun.
        """

    def queue_visits(
        self, *, since: datetime | None = None, search: str = "", limit: int = 50
    ) -> Sequence[QueueVisit]:
        """Visits since then, by when the caller came: the newest first, without those of trials.

        The caller's number, the customer's name or the queue contains `search`: Asterisk's, where
        the rules do not have it any more.
        """

    def callers_waiting(self, asterisk_queue: str, since: datetime) -> Sequence[QueueVisit]:
        """Who waits in one of Asterisk's queues, in the order in which they are to be served.

        The higher priority goes first, and of one priority who has waited longest. Left out are
        calls that have ended and trials, and whom an agent has answered. A priority is the one that
        the caller came with: that it may have risen since is not looked at.

        Args:
            asterisk_queue: The name of the queue.
            since: The earliest moment of coming, included: who came before that has left without
                our being told.
        """

    def states_of_callers_waiting(
        self, asterisk_queue: str, since: datetime
    ) -> Mapping[str, Mapping[str, Any]]:
        """What each call of `callers_waiting` has left to its next request, by the call's id."""

    def departures(self, asterisk_queue: str, since: datetime) -> int:
        """How many have left one of Asterisk's queues since then: answered, or in any other way.

        Who was not let in does not count, nor do trials; an answered one counts from the answer on.
        """
