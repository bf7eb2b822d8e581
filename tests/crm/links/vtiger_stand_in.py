"""A vTiger as its documentation and its source (`include/Webservices`) have it."""

import hashlib
import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.crm.links.standing_in import Request, Response, StandIn

USER = "admin"
ACCESS_KEY = "k3y of the-administrator"
PAGE = 100
NUMBERS = {"Contacts": "12", "Accounts": "11"}
"""The first part of an id, by module."""


class RefusedError(Exception):
    """How the web service says no: a code and a sentence."""


@dataclass
class Entity:
    """A row of vtiger_crmentity with its fields."""

    module: str
    number: int
    modified: int
    fields: dict[str, str] = field(default_factory=dict)
    deleted: bool = False
    owner: str = USER

    @property
    def id(self) -> str:
        """As the web service has it."""
        return f"{NUMBERS[self.module]}x{self.number}"


class VtigerStandIn(StandIn):
    """Users log in by a challenge; sessions end when they are told to."""

    def __init__(self) -> None:
        super().__init__()
        self.entities: list[Entity] = []
        self.administrators = {USER}
        self._keys = {USER: ACCESS_KEY, "clerk": "clerk's key"}
        self._tokens: dict[str, str] = {}
        self._sessions: dict[str, str] = {}
        self._count = 0

    def add(self, module: str, number: int, modified: int, **fields: str) -> Entity:
        """One more record."""
        entity = Entity(module, number, modified, fields)
        self.entities.append(entity)
        return entity

    def end_sessions(self) -> None:
        """As after half an hour without a request."""
        with self.lock:
            self._sessions.clear()

    @property
    def logins(self) -> int:
        """How often somebody has logged in."""
        return sum(each.form.get("operation") == "login" for each in self.requests)

    def answer(self, request: Request) -> Response:
        """A POST has its operation in the form, a GET in the URL."""
        if request.path != "/webservice.php":
            return Response(404, b"<h1>Not Found</h1>")
        try:
            given = dict(request.form if request.method == "POST" else request.query)
            operation = given.pop("operation")
            result = getattr(self, f"_{request.method.lower()}_{operation}")(**given)
        except RefusedError as error:
            code, message = error.args
            return Response(200, {"success": False, "error": {"code": code, "message": message}})
        return Response(200, {"success": True, "result": result})

    def _get_getchallenge(self, username: str) -> dict[str, Any]:
        self._count += 1
        self._tokens[username] = f"token-{self._count}"
        return {"token": self._tokens[username], "serverTime": 1, "expireTime": 301}

    def _post_login(self, username: str, accessKey: str) -> dict[str, Any]:  # noqa: N803  its own name
        token = self._tokens.pop(username, None)
        if token is None:
            raise RefusedError("INVALID_AUTH_TOKEN", "Specified token is invalid or expired")
        wanted = hashlib.md5((token + self._keys.get(username, "")).encode()).hexdigest()  # noqa: S324  its own scheme
        if accessKey != wanted:
            raise RefusedError("INVALID_USER_CREDENTIALS", "Invalid username or password")
        session = f"session-{self._count}"
        self._sessions[session] = username
        return {"sessionName": session, "userId": "19x1", "version": "0.22"}

    def _post_logout(self, sessionName: str) -> dict[str, str]:  # noqa: N803  its own name
        self._user(sessionName)
        del self._sessions[sessionName]
        return {"message": "successfull"}

    def _user(self, session: str) -> str:
        if session not in self._sessions:
            raise RefusedError("INVALID_SESSIONID", "Session Identifier provided is Invalid")
        return self._sessions[session]

    def _get_retrieve(self, sessionName: str, id: str) -> dict[str, str]:  # noqa: A002, N803  its own names
        self._user(sessionName)
        for each in self.entities:
            if each.id == id and not each.deleted:
                return _shown(each)
        raise RefusedError("RECORD_NOT_FOUND", "Record you are trying to access is not found")

    def _get_sync(
        self,
        sessionName: str,  # noqa: N803  its own names
        modifiedTime: str,  # noqa: N803
        elementType: str,  # noqa: N803
        syncType: str,  # noqa: N803
    ) -> dict[str, Any]:
        user = self._user(sessionName)
        if syncType == "application" and user not in self.administrators:
            raise RefusedError("ACCESS_DENIED", "Only admin users can perform application sync")
        if elementType not in NUMBERS:
            raise RefusedError("ACCESS_DENIED", "Permission to perform the operation is denied")
        since = int(modifiedTime)
        later = list(self._later(elementType, since, None if syncType == "application" else user))
        until = later[:PAGE][-1].modified if later else since
        found = [each for each in later if each.modified <= until]
        return {
            "updated": [_shown(each) for each in found if not each.deleted],
            "deleted": [each.id for each in found if each.deleted],
            "more": any(each.modified > until for each in later),
            "lastModifiedTime": until,
        }

    def _later(self, module: str, since: int, owner: str | None) -> Iterator[Entity]:
        for each in sorted(self.entities, key=lambda one: one.modified):
            if each.module == module and each.modified > since and owner in {None, each.owner}:
                yield each


def _shown(entity: Entity) -> dict[str, str]:
    """As `to_html` leaves it."""
    fields = {name: html.escape(value) for name, value in entity.fields.items()}
    return {**fields, "modifiedtime": str(entity.modified), "id": entity.id}
