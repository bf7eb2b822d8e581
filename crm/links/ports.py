"""What a link asks of a CRM, whichever it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class LinkError(Exception):
    """The other CRM cannot be asked, or answers what cannot be used; the message says what to do.

    What was fetched before is kept.
    """


class BusyError(LinkError):
    """Another run of the same link is at work: nothing was done."""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A record of another CRM: its id there, and its fields as text, by their names there."""

    id: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """Records that were fetched together.

    Attributes:
        records: What was added or changed, in the order of time.
        deleted: The ids of what was deleted.
        cursor: From where to go on, in the source's own words.
        total: How many records there are to come in all, where the CRM says so.
    """

    records: Sequence[SourceRecord]
    deleted: Sequence[str]
    cursor: str
    total: int | None = None


class Source(Protocol):
    """A CRM that can be asked what has changed."""

    def pages(self, module: str, fields: Sequence[str], cursor: str | None) -> Iterator[Page]:
        """What has changed since a moment, the oldest change first; the last page is the newest.

        A record may come more than once: what was changed shortly before the cursor comes again,
        because another CRM may show a change later than the moment that it writes on it.

        Args:
            module: What to fetch: `Contacts`.
            fields: The names of the fields that are wanted. More may come.
            cursor: That of the last page that was used; None: everything.

        Raises:
            LinkError: It cannot be asked.
        """

    def again(
        self, module: str, fields: Sequence[str], ids: Sequence[str]
    ) -> Iterator[SourceRecord]:
        """Records by their ids, as they are now; those that are gone do not come.

        Args:
            module: Whose they are.
            fields: The names of the fields that are wanted. More may come.
            ids: Their ids there.

        Raises:
            LinkError: It cannot be asked.
        """

    def notes(self) -> Sequence[str]:
        """What this CRM could not tell, for the report."""

    def close(self) -> None:
        """Say goodbye and give up the connection. Idempotent."""
