"""docs/linking-crms.md, from its first line to its last, against programs that stand in."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from crm.http_lookup.declaration import LookupShape
from crm.links.declaration import LinkShape
from tests.agi_server.service import operated
from tests.conversations.site import RULES
from tests.crm.links.standing_in import Request, Response, StandIn
from tests.crm.links.suitecrm_stand_in import SuitecrmStandIn
from tests.crm.links.vtiger_stand_in import ACCESS_KEY, USER, VtigerStandIn
from tests.docs.test_tutorial import assert_shown, commands

PAGE = (Path(__file__).parents[2] / "docs" / "linking-crms.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
FILE = re.compile(r"# ([\w/]+\.(?:yaml|env))\n")

SECRETS = {
    "RAHYAB_VTIGER_USER": USER,
    "RAHYAB_VTIGER_ACCESS_KEY": ACCESS_KEY,
    "RAHYAB_LOOKUP": "lookup.yaml",
    "ERP_TOKEN": "t0k3n",
}


class Erp(StandIn):
    """Knows the customer of the page."""

    def answer(self, request: Request) -> Response:
        """By number, for whoever has the token."""
        assert request.headers["Authorization"] == "Bearer t0k3n"
        if request.path != "/callers/%2B37120000002":
            return Response(404, {})
        customer = {"name": "Ilze Kalniņa", "language": "lv", "tier": "A", "score": 70}
        contract = {"plan": "care", "from": "2026-01-01", "until": "2026-12-31"}
        return Response(200, {"customer": customer, "contracts": [contract]})


@pytest.fixture
def addresses() -> Iterator[Mapping[str, str]]:
    """The addresses of the page, and where these programs really are."""
    vtiger, suitecrm, erp = VtigerStandIn(), SuitecrmStandIn(), Erp()
    mobile = {"contact_no": "CON101", "mobile": "+37120000001"}
    vtiger.add("Contacts", 101, 1_000, firstname="Jānis", lastname="Bērziņš", **mobile)
    vtiger.add("Contacts", 102, 2_000, lastname="Ozols", mobile="ask Ilze")
    vtiger.add("Accounts", 103, 1_500, accountname="SIA Firma", phone="+37167000000")
    suitecrm.add("a", "2026-03-21 08:00:00", first_name="Anna", phone_mobile="+37120000003")
    with ExitStack() as stack:
        for stand_in in (vtiger, suitecrm, erp):
            stack.enter_context(stand_in.serving())
        yield {
            "https://crm.example.com/Api": suitecrm.url,
            "https://crm.example.com": vtiger.url,
            "https://erp.example.com": erp.url,
        }


@pytest.mark.slow
def test_whoever_follows_the_page_sees_what_it_shows(
    tmp_path: Path, addresses: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file is written, each command is run."""
    monkeypatch.setenv("ERP_TOKEN", SECRETS["ERP_TOKEN"])
    (tmp_path / "rules.yaml").write_bytes(RULES.read_bytes())
    (tmp_path / "links").mkdir()
    for kind, block in BLOCKS:
        match = FILE.match(block)
        if match is not None:
            write(tmp_path / match[1], block, addresses)
        elif kind == "console":
            run(tmp_path, block)


def write(path: Path, text: str, addresses: Mapping[str, str]) -> None:
    """Write a file of the page, with the addresses that there really are."""
    for shown, real in addresses.items():
        text = re.sub(rf"{shown}(?=[\s/{{])", real, text)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)


def run(folder: Path, block: str) -> None:
    """Run the commands of a block, and look for what the page shows of their output."""
    # What a process is served from and nothing else: the names come without their beginning.
    settings = {name.removeprefix("RAHYAB_"): value for name, value in SECRETS.items()}
    for (program, *words), shown in commands(block):
        if program == "export":
            assert {word.partition("=")[0] for word in words} <= set(SECRETS)
            continue
        assert program == "rahyab"
        done = operated(folder, *words, folder=folder, **settings)
        assert done.returncode == 0, done.stderr
        assert_shown(shown, done.stdout)


@pytest.mark.parametrize(
    ("heading", "shape"),
    [("What else a link may say", LinkShape), ("A look-up during the call", LookupShape)],
)
def test_tables_name_every_key(heading: str, shape: type[LinkShape | LookupShape]) -> None:
    """And no other."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}

    assert named == set(shape.model_fields)


def test_examples_are_whole() -> None:
    """Every file of the page is found, so that none is left out by a slip of the pen."""
    files = [match[1] for _, block in BLOCKS if (match := FILE.match(block))]

    assert files == [
        *("links/vtiger.yaml", "links/suitecrm.yaml", "links/suitecrm.env"),
        *("links/vtiger.yaml", "lookup.yaml"),
    ]
