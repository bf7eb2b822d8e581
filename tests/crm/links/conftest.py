"""Links to stand-ins, with pauses that take no time."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import pytest

from crm.declared import parse_declaration
from crm.links.credentials import SuitecrmCredentials, VtigerCredentials
from crm.links.declaration import BEGIN_LINK, LinkShape, System, shipped
from crm.links.ports import Source
from crm.links.progress import ProgressFile
from crm.links.suitecrm import SuitecrmSource
from crm.links.syncing import Sync, SyncReport
from crm.links.vtiger import VtigerSource
from crm.links.web import Limits, WebClient
from crm.memory_store import MemoryStore
from tests.crm.links.suitecrm_stand_in import CLIENT, SuitecrmStandIn
from tests.crm.links.vtiger_stand_in import ACCESS_KEY, USER, VtigerStandIn

Sources: TypeAlias = Callable[..., Source]

AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)

FAST = Limits(per_second=1_000_000)
"""Requests a second: no pause between two."""


@pytest.fixture
def vtiger() -> Iterator[VtigerStandIn]:
    """An empty vTiger."""
    stand_in = VtigerStandIn()
    with stand_in.serving():
        yield stand_in


@pytest.fixture
def suitecrm() -> Iterator[SuitecrmStandIn]:
    """An empty SuiteCRM."""
    stand_in = SuitecrmStandIn()
    with stand_in.serving():
        yield stand_in


@pytest.fixture
def pauses() -> list[float]:
    """How long was paused, in seconds; nobody has waited."""
    return []


@pytest.fixture
def vtiger_source(vtiger: VtigerStandIn, pauses: list[float]) -> Iterator[Sources]:
    """Opens the vTiger, as a user."""
    with ExitStack() as stack:

        def opened(user: str = USER, key: str = ACCESS_KEY, scope: str = "application") -> Source:
            client = WebClient(vtiger.url, FAST, sleep=pauses.append)
            source = VtigerSource(client, VtigerCredentials(user, key), scope)
            return stack.enter_context(closing(source))

        yield opened


@pytest.fixture
def suitecrm_source(suitecrm: SuitecrmStandIn, pauses: list[float]) -> Iterator[Sources]:
    """Opens the SuiteCRM, with these credentials."""
    with ExitStack() as stack:

        def opened(credentials: SuitecrmCredentials | None = None) -> Source:
            client = WebClient(suitecrm.url, FAST, sleep=pauses.append)
            source = SuitecrmSource(client, credentials or SuitecrmCredentials(*CLIENT))
            return stack.enter_context(closing(source))

        yield opened


@pytest.fixture
def store() -> Iterator[MemoryStore]:
    """A store with nothing in it."""
    with closing(MemoryStore()) as opened:
        yield opened


@pytest.fixture
def declared(vtiger: VtigerStandIn) -> Callable[[str], LinkShape]:
    """A link to the vTiger with more lines; without `modules`, the shipped ones."""

    def link(lines: str = "") -> LinkShape:
        text = f"system: vtiger\nurl: {vtiger.url}\n{lines}"
        shape = parse_declaration(text, "vtiger.yaml", LinkShape, begin=BEGIN_LINK)
        modules = shape.modules or shipped(System.VTIGER)
        return shape.model_copy(update={"modules": modules})

    return link


@pytest.fixture
def sync(
    store: MemoryStore,
    declared: Callable[[str], LinkShape],
    vtiger_source: Sources,
    tmp_path: Path,
) -> Callable[..., SyncReport]:
    """Runs the link to the vTiger, in Latvia."""

    def run(lines: str = "", *, anew: bool = False, dry: bool = False) -> SyncReport:
        link = declared(lines)
        made = Sync(
            store,
            vtiger_source(scope=link.scope),
            link,
            system="vtiger",
            country="LV",
            kept=ProgressFile(tmp_path, "vtiger"),
            dry=dry,
        )
        return made.run(show_nobody, anew=anew)

    return run


def show_nobody(module: str, done: int, total: int | None) -> None:
    """Show no progress."""


def fields_of(
    source: Source, module: str, cursor: str | None = None
) -> dict[str, Mapping[str, str]]:
    """Every record that comes, by its id."""
    wanted = ["first_name"]
    pages = source.pages(module, wanted, cursor)
    return {record.id: record.fields for page in pages for record in page.records}
