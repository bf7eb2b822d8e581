"""vTiger by its REST API: `webservice.php` with `getchallenge`, `login`, `sync` and `logout`.

As of vTiger 5.4 to 8, by its documentation (Third Party App Integration) and its own source
(`include/Webservices`). What matters here:

- A page of `sync` has the hundred oldest changes after `modifiedTime` and all others of the same
  second as the last of these, so that the moment of a page is a cursor by which nothing is lost.
- It tells what was deleted, by id.
- Of a session: half an hour idle or a day old, it has to log in again.
- Texts come with `&`, `<`, `>` and quotes as HTML has them.
"""

import hashlib
import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from crm.links.credentials import VtigerCredentials
from crm.links.ports import LinkError, Page, SourceRecord
from crm.links.web import WebClient

PATH: Final = "/webservice.php"

OVERLAP_SECONDS: Final = 120
"""What is asked for again at the beginning of a run: a change is written with the moment at which
its transaction began, and may be seen some time later."""

_ASKS_FOR_LOGIN: Final = frozenset(
    {"INVALID_SESSIONID", "SESSION_EXPIRED", "SESSION_LEFT_IDLE", "AUTHENTICATION_REQUIRED"}
)
_REFUSES_LOGIN: Final = frozenset({"INVALID_USER_CREDENTIALS", "ACCESSKEY_UNDEFINED"})
_IS_GONE: Final = frozenset({"RECORD_NOT_FOUND", "ACCESS_DENIED"})
"""A deleted record, or one that this user may not see any more."""


class _RefusedError(LinkError):
    """vTiger says no; `code` is its own word for it."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class VtigerSource:
    """A vTiger.

    Args:
        client: Asks its address, that of the folder with `webservice.php` in it.
        credentials: Whose API key to use.
        scope: Whose records to fetch, `sync`'s `syncType`: `application` (all of them; the user
            must be an administrator), `user`, or `userandgroup`.
    """

    def __init__(self, client: WebClient, credentials: VtigerCredentials, scope: str) -> None:
        self._client = client
        self._credentials = credentials
        self._scope = scope
        self._session: str | None = None

    def notes(self) -> Sequence[str]:
        """It tells everything."""
        return ()

    def pages(self, module: str, fields: Sequence[str], cursor: str | None) -> Iterator[Page]:
        """What has changed since a moment, in seconds since 1970."""
        del fields  # it sends all of them
        since = _shortly_before(cursor)
        more = True
        while more:
            page, until, more = self._page(module, since)
            yield page
            if more and until <= since:
                raise LinkError(
                    f"vTiger says that there are more {module}, and does not go on: it stays at"
                    f" {until}"
                )
            since = until

    def again(
        self, module: str, fields: Sequence[str], ids: Sequence[str]
    ) -> Iterator[SourceRecord]:
        """Records by their ids, one request each (`retrieve`)."""
        del module, fields  # an id has its module in it, and it sends all fields
        for id_ in ids:
            try:
                found = self._perform("retrieve", id=id_)
            except _RefusedError as error:
                if error.code not in _IS_GONE:
                    raise
            else:
                yield _record({**found, "id": id_})

    def _page(self, module: str, since: int) -> tuple[Page, int, bool]:
        """A page, its moment, and whether there are more."""
        found = self._perform(
            "sync", modifiedTime=str(since), elementType=module, syncType=self._scope
        )
        try:
            until = int(found["lastModifiedTime"])
            records = [_record(each) for each in found["updated"]]
            deleted = [str(each) for each in found["deleted"]]
            return Page(records, deleted, str(until)), until, bool(found["more"])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise LinkError("vTiger answers `sync` in a way that is not documented") from None

    def close(self) -> None:
        """Log out, as well as can be, and give up the connection. Idempotent."""
        session, self._session = self._session, None
        try:
            if session is not None:
                form = {"operation": "logout", "sessionName": session}
                self._client.ask("POST", PATH, form=form)
        except LinkError:
            pass  # the session ends by itself after half an hour
        finally:
            self._client.close()

    def _perform(self, operation: str, **parameters: str) -> Mapping[str, Any]:
        """One operation that reads, logged in; logged in again if the session is over."""
        if self._session is not None:
            try:
                return self._get(operation, {**parameters, "sessionName": self._session})
            except _RefusedError as error:
                if error.code not in _ASKS_FOR_LOGIN:
                    raise
        self._session = self._logged_in()
        return self._get(operation, {**parameters, "sessionName": self._session})

    def _logged_in(self) -> str:
        user = self._credentials.user
        challenge = self._get("getchallenge", {"username": user})
        # The API's own scheme, not ours to choose; it is why vTiger should be asked over TLS only.
        key = f"{challenge.get('token')}{self._credentials.access_key}".encode()
        proof = hashlib.md5(key, usedforsecurity=False).hexdigest()
        form = {"operation": "login", "username": user, "accessKey": proof}
        try:
            session = self._result("login", self._client.ask("POST", PATH, form=form).data)
        except _RefusedError as error:
            if error.code not in _REFUSES_LOGIN:
                raise
            raise LinkError(
                f"vTiger does not let {user!r} in ({error.code}): the access key is the one under"
                " “My Preferences” of that user, not the password"
            ) from None
        return str(session.get("sessionName") or session.get("sessionId"))

    def _get(self, operation: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        query = {"operation": operation, **parameters}
        return self._result(operation, self._client.ask("GET", PATH, query=query).data)

    def _result(self, operation: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """What an operation gave. Raises _RefusedError."""
        result = data.get("result")
        if data.get("success") is True and isinstance(result, dict):
            return result
        error = data.get("error")
        code, message = "", ""
        if isinstance(error, dict):
            code, message = str(error.get("code", "")), str(error.get("message", ""))
        raise _RefusedError(f"vTiger refuses `{operation}`: {message} ({code})", code)


def _shortly_before(cursor: str | None) -> int:
    """A moment in seconds since 1970, a little earlier than a cursor; the first one without any."""
    try:
        return max(int(cursor or 0) - OVERLAP_SECONDS, 0)
    except ValueError:
        raise LinkError(f"{cursor!r} is no moment of vTiger: begin anew with --full") from None


def _record(fields: Mapping[str, Any]) -> SourceRecord:
    texts = {name: _text(value) for name, value in fields.items()}
    return SourceRecord(texts.pop("id"), texts)


def _text(value: object) -> str:
    return "" if value is None else html.unescape(str(value)).strip()
