"""SuiteCRM by its V8 API: JSON:API with OAuth2 (client credentials, or a user's password).

As of SuiteCRM 7.11 to 8, by its documentation (JSON API) and its own source (`Api/V8`). What
matters here:

- It sorts by one field only. Pages by number would lose records, for what is changed meanwhile
  moves to another page; so each page is asked for by what the last one ended with. Of records that
  were changed in the same second the id decides.
- `filter[deleted][eq]=1` makes most versions answer 400 for the first deleted record that they
  find (SuiteCRM issue 8631): then nobody can say what was deleted.
- Texts come with `&`, `<`, `>` and quotes as HTML has them (SuiteCRM issue 8101).
- Moments in filters are as the database has them: UTC, `2026-03-21 08:30:00`. Those in answers are
  the same with a `T` and an offset, which is that of the server's PHP and does not count.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from crm.links.credentials import SuitecrmCredentials
from crm.links.ports import LinkError, Page, SourceRecord
from crm.links.web import Reply, WebClient

PAGE_SIZE: Final = 100
"""SuiteCRM loads each record of a page by itself: more at once would keep it busy too long."""

OVERLAP: Final = timedelta(seconds=120)
"""What is asked for again at the beginning of a run: a change is written with a moment that may be
seconds before it can be seen."""

BEGINNING: Final = "1970-01-01 00:00:00"

CHANGED: Final = "date_modified"

_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)")
_DELETED_UNKNOWN: Final = (
    "This SuiteCRM does not tell which records of {module} were deleted (its issue 8631)."
)


class SuitecrmSource:
    """A SuiteCRM.

    Args:
        client: Asks its address: `https://crm.example.com/Api`, in SuiteCRM 8
            `https://crm.example.com/legacy/Api`.
        credentials: What to log in with.
    """

    def __init__(self, client: WebClient, credentials: SuitecrmCredentials) -> None:
        self._client = client
        self._credentials = credentials
        self._token: str | None = None
        self._notes: dict[str, None] = {}

    def notes(self) -> Sequence[str]:
        """Of which modules it did not tell what was deleted."""
        return tuple(self._notes)

    def pages(self, module: str, fields: Sequence[str], cursor: str | None) -> Iterator[Page]:
        """What has changed since a moment, as the database has it."""
        since = _shortly_before(cursor or BEGINNING)
        gone = self._deleted(module, since) if cursor is not None else ()
        wanted = ",".join(dict.fromkeys((*fields, CHANGED)))
        while True:
            filters = {f"filter[{CHANGED}][gt]": since}
            records, total = self._records(module, wanted, filters, CHANGED)
            until = _moment(records[-1]) if records else since
            if len(records) < PAGE_SIZE:
                yield Page(records, gone, until, total)
                return
            # Others of the last second may have found no place any more: all of it is asked for.
            yield Page([each for each in records if _moment(each) < until], gone, until, total)
            for some in self._of_second(module, wanted, until):
                yield Page(some, (), until)
            since, gone = until, ()

    def again(
        self, module: str, fields: Sequence[str], ids: Sequence[str]
    ) -> Iterator[SourceRecord]:
        """Records by their ids, one request each."""
        wanted = ",".join(dict.fromkeys((*fields, CHANGED)))
        for id_ in ids:
            records, _ = self._records(module, wanted, {"filter[id][eq]": id_}, "id")
            yield from records

    def _of_second(self, module: str, wanted: str, moment: str) -> Iterator[Sequence[SourceRecord]]:
        """All records that were changed at this moment, some at a time.

        A run that ends between them loses none, for the next one begins `OVERLAP` earlier.
        """
        filters = {"filter[operator]": "and", f"filter[{CHANGED}][eq]": moment}
        while True:
            records, _ = self._records(module, wanted, filters, "id")
            yield records
            if len(records) < PAGE_SIZE:
                return
            filters["filter[id][gt]"] = records[-1].id

    def _deleted(self, module: str, since: str) -> tuple[str, ...]:
        """The ids of what was deleted since then; none, and a note, if it does not tell."""
        found: list[str] = []
        while True:
            query = self._query(module, "id", {f"filter[{CHANGED}][gt]": since}, "id")
            query["filter[deleted][eq]"] = "1"
            if found:
                query |= {"filter[operator]": "and", "filter[id][gt]": found[-1]}
            reply = self._get(f"/V8/module/{module}", query)
            if reply.status == HTTPStatus.BAD_REQUEST:
                self._notes[_DELETED_UNKNOWN.format(module=module)] = None
                return ()
            records = [_record(each) for each in _data(module, reply)]
            found += [each.id for each in records]
            if len(records) < PAGE_SIZE:
                return tuple(found)

    def _records(
        self, module: str, wanted: str, filters: Mapping[str, str], sort: str
    ) -> tuple[list[SourceRecord], int | None]:
        """The first page of what fits, and how many records there are about."""
        reply = self._get(f"/V8/module/{module}", self._query(module, wanted, filters, sort))
        records = [_record(each) for each in _data(module, reply)]
        meta = reply.data.get("meta")
        pages = meta.get("total-pages") if isinstance(meta, dict) else None
        return records, pages * PAGE_SIZE if isinstance(pages, int) else None

    @staticmethod
    def _query(module: str, wanted: str, filters: Mapping[str, str], sort: str) -> dict[str, str]:
        return {
            f"fields[{module}]": wanted,
            "page[size]": str(PAGE_SIZE),
            "page[number]": "1",
            "sort": sort,
            **filters,
        }

    def _get(self, path: str, query: Mapping[str, str]) -> Reply:
        """A GET with a token; with a new one if the old one is over, which is after an hour."""
        if self._token is not None:
            reply = self._with_token(path, query)
            if reply.status != HTTPStatus.UNAUTHORIZED:
                return reply
        self._token = self._new_token()
        reply = self._with_token(path, query)
        if reply.status == HTTPStatus.UNAUTHORIZED:
            raise LinkError("SuiteCRM does not accept the token that it has just given")
        return reply

    def _with_token(self, path: str, query: Mapping[str, str]) -> Reply:
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Accept": "application/vnd.api+json",
        }
        return self._client.ask("GET", path, query=query, headers=headers)

    def _new_token(self) -> str:
        given = self._credentials
        form = {"client_id": given.client_id, "client_secret": given.client_secret}
        if given.user is None:
            form["grant_type"] = "client_credentials"
        else:
            form |= {
                "grant_type": "password",
                "username": given.user,
                "password": given.password or "",
            }
        reply = self._client.ask("POST", "/access_token", form=form)
        token = reply.data.get("access_token")
        if reply.status != HTTPStatus.OK or not isinstance(token, str):
            reason = reply.data.get("error_description") or reply.data.get("message") or ""
            raise LinkError(
                f"SuiteCRM gives no token for {form['grant_type']!r} (HTTP {reply.status}:"
                f" {reply.data.get('error', 'no reason')}. {reason}): see Admin, OAuth2 Clients and"
                " Tokens, for the client's id, secret and kind of grant"
            )
        return token

    def close(self) -> None:
        """Give up the connection; the token ends by itself after an hour."""
        self._client.close()


def _data(module: str, reply: Reply) -> Sequence[Mapping[str, Any]]:
    """The records of an answer. Raises LinkError."""
    if reply.status != HTTPStatus.OK:
        errors = reply.data.get("errors")
        detail = errors.get("detail") if isinstance(errors, dict) else None
        raise LinkError(
            f"SuiteCRM refuses {module} (HTTP {reply.status}): {detail or 'it does not say why'}"
        )
    data = reply.data.get("data")
    if not isinstance(data, list):
        raise LinkError(f"SuiteCRM answers with no list of {module}")
    return data


def _record(item: Mapping[str, Any]) -> SourceRecord:
    try:
        attributes = item["attributes"]
        fields = {
            name: html.unescape(str(value)).strip() if value is not None else ""
            # Nothing to tell comes as an empty list: so PHP writes an empty mapping.
            for name, value in (attributes.items() if attributes else ())
        }
        return SourceRecord(str(item["id"]), fields)
    except (KeyError, TypeError, AttributeError):
        raise LinkError("SuiteCRM answers with a record that is none") from None


def _moment(record: SourceRecord) -> str:
    """When it was changed, as the database has it."""
    found = _MOMENT.match(record.fields.get(CHANGED, ""))
    if found is None:
        raise LinkError(f"SuiteCRM does not tell when {record.id} was changed")
    return f"{found[1]} {found[2]}"


def _shortly_before(moment: str) -> str:
    """A moment of the database, a little earlier."""
    try:
        at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    except ValueError:
        raise LinkError(f"{moment!r} is no moment of SuiteCRM: begin anew with --full") from None
    return f"{at - OVERLAP if moment != BEGINNING else at:%Y-%m-%d %H:%M:%S}"
