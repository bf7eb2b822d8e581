"""The file in which the look-up of callers over HTTP is declared (`RAHYAB_LOOKUP`).

url: https://crm.example.com/api/callers/{number}
headers: {Authorization: "Bearer ${CRM_TOKEN}"}
customer:
  name: customer.name
  segment: {path: customer.tier, values: {Gold: gold}}
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote

from pydantic import AfterValidator, BeforeValidator, Field

from crm.declared import DeclarationError, read_declaration
from crm.web_addresses import checked_url, is_clear
from routing.shape import Shape

BEGIN_LOOKUP: Final = "begin with `url: https://…/{number}`, then `customer:` with `name:` under it"
"""What to do about a file without anything useful."""

PLACES: Final = ("{number}", "{digits}")
"""What stands for the caller's number in an address: in E.164, or the same without its `+`."""

_STEP: Final = re.compile(r"\[(\d{1,4})\]|([^.\[\]]+)")
_PATH: Final = re.compile(r"(\[\d{1,4}\]|[^.\[\]]+)(\.[^.\[\]]+|\[\d{1,4}\])*")
_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE: Final = re.compile(r"[\x20-\x7e]*")


def _checked_path(path: str) -> str:
    if not _PATH.fullmatch(path):
        raise ValueError(f"{path!r} is no path: write names with dots, as in customers[0].name")
    return path


def _checked_template(url: str) -> str:
    beside = url
    for place in PLACES:
        beside = beside.replace(place, "")
    server = url.split("/", 3)[:3]
    if beside == url or any(place in part for place in PLACES for part in server):
        raise ValueError("the number stands nowhere in it: write {number} behind the server's name")
    if "{" in beside or "}" in beside:
        raise ValueError(f"of words in braces {' and '.join(PLACES)} alone are known")
    return checked_url(url)


JsonPath = Annotated[str, AfterValidator(_checked_path)]


def _spelt_out(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


class Sought(Shape):
    """Where a value stands in the answer, and which words of theirs are which of ours."""

    path: JsonPath
    values: dict[str, str] = Field(default_factory=dict)


AnySought = Annotated[Sought, BeforeValidator(_spelt_out)]


class ContractsSought(Shape):
    """Contracts: `each` leads to them, the other paths begin at one of them."""

    each: JsonPath
    level: AnySought
    starts: AnySought
    ends: AnySought
    grace_days: AnySought | None = None


class CustomerSought(Shape):
    """What the answer says of a customer. Without a name in it there is none."""

    name: AnySought
    language: AnySought | None = None
    segment: AnySought | None = None
    lead_score: AnySought | None = None
    contracts: ContractsSought | None = None


class CacheShape(Shape):
    """How long answers are remembered, in seconds; how many of them."""

    known: Annotated[float, Field(ge=0, le=86_400)] = 300.0
    unknown: Annotated[float, Field(ge=0, le=86_400)] = 60.0
    entries: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000


class BreakerShape(Shape):
    """After how many failures in a row to leave it alone, and for how many seconds."""

    failures: Annotated[int, Field(ge=1, le=1_000)] = 5
    seconds: Annotated[float, Field(gt=0, le=3_600)] = 30.0


class LookupShape(Shape):
    """A look-up.

    Raises:
        ValueError: What is asked could be read on the way.
    """

    url: Annotated[str, AfterValidator(_checked_template)]
    customer: CustomerSought
    headers: dict[str, str] = Field(default_factory=dict)
    ca_file: str | None = None
    allow_plain_http: bool = False
    budget_ms: Annotated[int, Field(ge=10, le=2_000)] = 150
    cache: CacheShape = Field(default_factory=CacheShape)
    breaker: BreakerShape = Field(default_factory=BreakerShape)

    def model_post_init(self, context: object, /) -> None:
        """Numbers of callers are sent in clear only where the file says so."""
        del context
        if is_clear(self.url) and not self.allow_plain_http:
            raise ValueError(
                "over http:// everybody on the way can read who calls: write https://, or"
                " `allow_plain_http: true`"
            )

    def address(self, number: str) -> str:
        """Where to ask about a number (E.164)."""
        places = zip(PLACES, (number, number.removeprefix("+")), strict=True)
        url = self.url
        for place, text in places:
            url = url.replace(place, quote(text, safe=""))
        return url


def read_lookup(path: Path) -> LookupShape:
    """A declared look-up. Raises DeclarationError."""
    return read_declaration(path, LookupShape, begin=BEGIN_LOOKUP)


def headers_of(lookup: LookupShape, environment: Mapping[str, str]) -> dict[str, str]:
    """The headers, with the environment's values in the places of `${NAME}`.

    Raises:
        DeclarationError: One is not set, or is no header. The message holds no value.
    """

    def value_of(match: re.Match[str]) -> str:
        value = environment.get(match[1])
        if not value:
            raise DeclarationError(f"the look-up needs {match[1]}, and the environment has none")
        return value

    headers = {name: _VARIABLE.sub(value_of, text) for name, text in lookup.headers.items()}
    for name, value in headers.items():
        if not _HEADER.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise DeclarationError(f"the header {name!r} of the look-up cannot be sent as it is")
    return headers


def steps(path: str) -> tuple[str | int, ...]:
    """A path as keys and indices.

    >>> steps("customers[0].name")
    ('customers', 0, 'name')
    """
    return tuple(int(index) if index else key for index, key in _STEP.findall(path))
