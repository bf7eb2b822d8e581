"""The file in which a link to another CRM is declared: where it is, and which field is which.

    system: vtiger
    url: https://crm.example.com
    modules:
      Contacts:
        name: [firstname, lastname]
        numbers: [mobile, phone]
        segment: {field: leadsource, values: {Partner: gold}}

Without `modules` those of `crm/links/mappings` hold.
"""

from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from crm.declared import parse_declaration, read_declaration
from crm.web_addresses import checked_url, is_clear
from routing.shape import Shape

BEGIN_LINK: Final = "begin with `system: vtiger` (or suitecrm), then `url: https://…`"
"""What to do about a file without anything useful."""

_MAPPINGS: Final = resources.files("crm") / "links" / "mappings"


class System(StrEnum):
    """The CRMs that can be linked."""

    VTIGER = "vtiger"
    SUITECRM = "suitecrm"


class Scope(StrEnum):
    """Whose records vTiger gives, in its own words (`syncType`)."""

    ALL = "application"
    """Everybody's. The user must be an administrator of vTiger."""
    OWN = "user"
    OWN_AND_GROUPS = "userandgroup"


class MatchBy(StrEnum):
    """By what a customer is found who does not have the other CRM's id yet."""

    REFERENCE = "reference"
    NUMBER = "number"


def _spelt_out(value: object) -> object:
    """One field, or several, as the mapping that they are short for."""
    if isinstance(value, str):
        return {"fields": [value]}
    return {"fields": value} if isinstance(value, list) else _of_one(value)


def _of_one(value: object) -> object:
    if isinstance(value, dict) and "field" in value and "fields" not in value:
        others = {key: each for key, each in value.items() if key != "field"}
        return {"fields": [value["field"]], **others}
    return value


class Taken(Shape):
    """Where a value is taken from: fields, joined by a space; words by other words; or a constant.

    Raises:
        ValueError: Neither is there, or both are.
    """

    fields: list[str] = Field(default_factory=list)
    values: dict[str, str] = Field(default_factory=dict)
    always: str | None = None

    def model_post_init(self, context: object, /) -> None:
        """One of the two is needed."""
        del context
        if bool(self.fields) == (self.always is not None):
            raise ValueError("name a field, several in a list, or write {always: …}")


AnyTaken = Annotated[Taken, BeforeValidator(_spelt_out)]


class ContractTaken(Shape):
    """A customer's contract. Days are written as 2026-03-21; one without both days is none."""

    level: AnyTaken
    starts: AnyTaken
    ends: AnyTaken
    grace_days: Annotated[int, Field(ge=0)] = 0


class ModuleMapping(Shape):
    """What becomes of a module's records. What is not named here is never touched."""

    name: AnyTaken
    numbers: list[str] = Field(default_factory=list)
    reference: AnyTaken | None = None
    language: AnyTaken | None = None
    segment: AnyTaken | None = None
    lead_score: AnyTaken | None = None
    address: AnyTaken | None = None
    notes: AnyTaken | None = None
    preferences: dict[str, AnyTaken] = Field(default_factory=dict)
    contract: ContractTaken | None = None

    def wanted(self) -> tuple[str, ...]:
        """Every field of the other CRM that this names."""
        plain = (self.name, self.reference, self.language, self.segment, self.lead_score)
        contract = self.contract
        of_contract = () if contract is None else (contract.level, contract.starts, contract.ends)
        taken = (*plain, self.address, self.notes, *self.preferences.values(), *of_contract)
        named = [field for each in taken if each is not None for field in each.fields]
        return tuple(dict.fromkeys((*named, *self.numbers)))


class LinkShape(Shape):
    """A link.

    Raises:
        ValueError: Credentials would be sent in clear.
    """

    system: Annotated[System, Field(strict=False)]
    url: Annotated[str, AfterValidator(checked_url)]
    ca_file: str | None = None
    allow_plain_http: bool = False
    credentials: str | None = None
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    scope: Annotated[Scope, Field(strict=False)] = Scope.ALL
    match: list[Annotated[MatchBy, Field(strict=False)]] = Field([MatchBy.REFERENCE])
    requests_per_second: Annotated[float, Field(gt=0, le=100)] = 5.0
    most_pages: Annotated[int, Field(ge=1)] = 10_000
    modules: dict[str, ModuleMapping] = Field(default_factory=dict)

    def model_post_init(self, context: object, /) -> None:
        """Secrets are sent in clear only where the file says so."""
        del context
        if is_clear(self.url) and not self.allow_plain_http:
            raise ValueError(
                "over http:// everybody on the way can read the credentials: write https://, or"
                " `allow_plain_http: true`"
            )


class _Mappings(Shape):
    """What `crm/links/mappings` has of a system."""

    version: Literal[1]
    modules: dict[str, ModuleMapping]


def read_link(path: Path) -> LinkShape:
    """A declared link, with the shipped mapping where it has none of its own.

    Raises:
        DeclarationError: The file cannot be used.
    """
    link = read_declaration(path, LinkShape, begin=BEGIN_LINK)
    return link if link.modules else link.model_copy(update={"modules": shipped(link.system)})


def shipped(system: System) -> dict[str, ModuleMapping]:
    """The mapping that suits this system as it is delivered."""
    file = f"{system}.yaml"
    text = (_MAPPINGS / file).read_text(encoding="utf-8")
    return parse_declaration(text, file, _Mappings, begin=BEGIN_LINK).modules
