"""A SuiteCRM as its documentation and its source (`Api/V8`) have it."""

import html
import operator
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from tests.crm.links.standing_in import Request, Response, StandIn

CLIENT = ("client-1", "s3cret")
USER = ("sara", "pa55 word")
OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
FIELDS = {"id", "name", "first_name", "last_name", "date_modified", "deleted", "description"}
FIELDS |= {f"phone_{kind}" for kind in ("mobile", "work", "home", "other", "office", "alternate")}
FIELDS |= {
    f"{kind}_address_{part}"
    for kind in ("primary", "billing")
    for part in ("street", "city", "state", "postalcode", "country")
}
_FILTER = re.compile(r"filter\[(\w+)\](?:\[(\w+)\])?")


class RefusedError(Exception):
    """What the middleware answers 400 for."""


@dataclass
class Bean:
    """A row; `modified` is as the database has it."""

    id: str
    modified: str
    fields: dict[str, str] = field(default_factory=dict)
    deleted: bool = False

    def column(self, name: str) -> str:
        """A column, as a query sees it."""
        given = {"id": self.id, "date_modified": self.modified}
        return {**self.fields, **given}.get(name, "")


class SuitecrmStandIn(StandIn):
    """Tokens are for an hour, or until they are ended."""

    def __init__(self) -> None:
        super().__init__()
        self.beans: dict[str, list[Bean]] = {"Contacts": [], "Accounts": []}
        self.tells_deleted = False
        self.grant = "client_credentials"
        self._tokens: set[str] = set()
        self._count = 0
        self._shuffle = random.Random(5)  # noqa: S311  it only has to be the same each time

    def add(self, id_: str, modified: str, module: str = "Contacts", **fields: str) -> Bean:
        """One more record."""
        bean = Bean(id_, modified, fields)
        self.beans[module].append(bean)
        return bean

    def end_tokens(self) -> None:
        """As after an hour."""
        with self.lock:
            self._tokens.clear()

    def answer(self, request: Request) -> Response:
        """A token, or records for one."""
        if (request.method, request.path) == ("POST", "/access_token"):
            return self._token(request.form)
        module = request.path.removeprefix("/V8/module/")
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self._tokens:
            return Response(401, {"error": "access_denied", "message": "The resource owner denied"})
        if module not in self.beans:
            return _refused(f"Module {module} does not exist")
        try:
            return self._records(module, dict(request.query))
        except RefusedError as error:
            return _refused(str(error))

    def _token(self, form: Any) -> Response:  # noqa: ANN401  a mapping of texts
        client = (form.get("client_id"), form.get("client_secret"))
        user = (form.get("username"), form.get("password"))
        known = form["grant_type"] == self.grant and client == CLIENT
        if not known or (self.grant == "password" and user != USER):
            error = {"error": "invalid_client", "error_description": "Client authentication failed"}
            return Response(401, error)
        self._count += 1
        self._tokens.add(f"token-{self._count}")
        token = {"token_type": "Bearer", "expires_in": 3600, "access_token": f"token-{self._count}"}
        return Response(200, token)

    def _records(self, module: str, query: dict[str, str]) -> Response:
        wanted = query.pop(f"fields[{module}]").split(",")
        size, number = int(query.pop("page[size]")), int(query.pop("page[number]"))
        sort = query.pop("sort")
        _check_fields([*wanted, sort])
        found = self._filtered(module, query)
        self._shuffle.shuffle(found)  # no order holds for what `sort` does not tell apart
        found.sort(key=lambda bean: bean.column(sort))
        page = found[(number - 1) * size : number * size]
        data = [self._shown(module, bean, wanted) for bean in page]
        if not data:
            meta = {"message": "Request was successful, but there is no result"}
            return Response(200, {"meta": meta, "data": []})
        meta = {"total-pages": ceil(len(found) / size), "records-on-this-page": len(data)}
        return Response(200, {"meta": meta, "data": data})

    def _filtered(self, module: str, query: dict[str, str]) -> list[Bean]:
        if query.pop("filter[operator]", "and") != "and":
            raise RefusedError("only `and` is needed here")
        deleted = query.pop("filter[deleted][eq]", "0") == "1"
        found = [bean for bean in self.beans[module] if bean.deleted is deleted]
        for name, value in query.items():
            column, compares = _read_filter(name)
            found = [bean for bean in found if compares(bean.column(column), value)]
        return found

    def _shown(self, module: str, bean: Bean, wanted: Sequence[str]) -> dict[str, Any]:
        if bean.deleted and not self.tells_deleted:
            raise RefusedError(f"{module} module with id {bean.id} is not found")
        attributes = {
            name: html.escape(bean.column(name), quote=True) for name in wanted if name != "id"
        }
        if "date_modified" in attributes:
            attributes["date_modified"] = bean.modified.replace(" ", "T") + "+03:30"
        # PHP writes an empty mapping as an empty list.
        return {"type": module, "id": bean.id, "attributes": attributes or [], "relationships": {}}


def _read_filter(name: str) -> tuple[str, Callable[[str, str], bool]]:
    match = _FILTER.fullmatch(name)
    if match is None or match[2] not in OPERATORS:
        raise RefusedError(f"Filter operator {name} is invalid")
    _check_fields([match[1]])
    return match[1], OPERATORS[match[2]]


def _check_fields(names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in FIELDS]
    if unknown:
        raise RefusedError(f"The following field in Contact module is not found: {unknown[0]}")


def _refused(detail: str) -> Response:
    return Response(400, {"errors": {"status": 400, "title": None, "detail": detail}})
