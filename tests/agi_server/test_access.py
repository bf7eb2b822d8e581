"""Whatever shows or changes a person's data is written down."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from agi_server.cli import main
from agi_server.cli.access import whoever
from crm.asking_records import Pin
from crm.sample import SAMPLE_FILE
from tests.agi_server import people
from tests.agi_server.people import run

pytestmark = pytest.mark.slow

NUMBER = "09121234567"

ON_PEOPLE: dict[str, tuple[tuple[str, ...], str]] = {
    "customers import": ((str(SAMPLE_FILE),), "imported"),
    "customers list": ((), "listed"),
    "customers show": (("C-1",), "shown"),
    "customers add": (("--name", "Zane"), "added"),
    "customers edit": (("C-1", "--segment", "silver"), "changed"),
    "customers block": ((NUMBER, "--reason", "x"), "blocked"),
    "customers unblock": (("09120000000",), "unblocked"),
    "customers blocked": ((), "listed"),
    "customers marks list": ((NUMBER,), "shown"),
    "customers marks set": ((NUMBER, "--kind", "do-not-call", "--source", "x"), "marked"),
    "customers marks withdraw": ((NUMBER, "--kind", "consent", "--purpose", "survey"), "unmarked"),
    "customers pin": (("C-1", "--remove"), "changed"),
    "customers restrict": (("C-1", "--reason", "x"), "restricted"),
    "customers unrestrict": (("C-2",), "unrestricted"),
    "customers hold": (("C-1", "--reason", "x"), "held"),
    "customers unhold": (("C-2",), "unheld"),
    "customers export": (("C-1", "--output", "{home}/sara.zip"), "exported"),
    "customers erase": (("C-1", "--reason", "asked", "--yes"), "erased"),
    "cases list": ((), "listed"),
    "cases show": (("{case}",), "shown"),
    "cases add": (("--subject", "x", "--customer", "C-1"), "added"),
    "cases edit": (("{case}", "--state", "resolved"), "changed"),
    "cases close": (("{case}",), "changed"),
    "cases note": (("{case}", "hello"), "changed"),
    "answers list": ((), "listed"),
    "answers report": ((), "listed"),
    "answers show": (("call-1",), "shown"),
    "callbacks list": ((), "listed"),
    "callbacks show": (("call-1",), "shown"),
    "callbacks add": (("call-2", NUMBER), "added"),
    "callbacks edit": (("call-1", "09121234568"), "changed"),
    "callbacks close": (("call-1",), "changed"),
    "callbacks done": (("call-1",), "changed"),
    "voicemail list": ((), "listed"),
    "voicemail show": (("call-1",), "shown"),
    "voicemail play": (("call-1",), "played"),
    "voicemail close": (("call-1",), "changed"),
    "outbox list": ((), "listed"),
    "queues visits": ((), "listed"),
    "agents show": (("ali",), "shown"),
    "calls": ((), "listed"),
    "calls show": (("call-1",), "shown"),
    "explain": (("--from", NUMBER, "--to", "+982191000000"), "shown"),
    "db prune": ((), "pruned"),
}
"""Commands on people: arguments with which each succeeds, and what they write down."""

ON_NOBODY = {
    "agents list": "agents are staff",
    "audit": "it is the log itself, and tells no values",
    "customers erasures": "proofs hold nothing of the person",
    "customers lookup": "it asks another program, and opens no store",
    "customers sync": "it needs another program; its own tests look at its entry",
    "db backup": "it copies the file, which whoever runs it can read anyway",
    "db check": "it tells of tables and pages",
    "db copy": "it copies what whoever runs it can read anyway",
    "db migrate": "it tells of steps",
    "db pending": "it tells of steps",
    "db restore": "it copies the file, which whoever runs it can read anyway",
    "queues list": "it tells of the rules, and opens no store",
    "queues show": "it tells of the rules, and opens no store",
    "replay": "it tells how many calls, and their ids",
    "try": "the caller is whoever tries",
}
"""Commands that open the store and tell of nobody, each with the reason."""

ELSEWHERE = {
    *("check", "dialplan", "diff", "help", "lab", "prompts", "reload", "rollback", "schema"),
    *("serve", "status", "test"),
}
"""Commands that show nothing of the store."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with people, rules that keep calls for a day, and what the commands take back."""
    people.make_home(tmp_path, monkeypatch)
    rules = Path(people.RULES).read_text(encoding="utf-8")
    rules = re.sub(r"^retention:.*\n(  .*\n)*", "", rules, flags=re.MULTILINE)
    (tmp_path / "rules.yaml").write_text(f"{rules}\nretention: {{calls: 1}}\n", encoding="utf-8")
    monkeypatch.setenv("RAHYAB_RULES", str(tmp_path / "rules.yaml"))
    return tmp_path


def prepare(home: Path) -> str:
    """Fill the home with what each of the commands finds something in."""
    tracking = people.fill(home)
    with people.opened(home) as store:
        store.begin_call(people.new_call("call-2", customer_id=2))
        store.set_pin(Pin(1, b"salt", b"digest", people.AT))
    for words in (
        ("customers", "block", "09120000000", "--reason", "x"),
        ("customers", "restrict", "C-2", "--reason", "x"),
        ("customers", "hold", "C-2", "--reason", "x"),
    ):
        assert run(*words).exit_code == 0
    return tracking


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command that there is, by its words."""
    if not isinstance(command, click.Group):
        yield " ".join(path)
        return
    if command.invoke_without_command:
        yield " ".join(path)
    context = click.Context(command)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        yield from leaves(inner, (*path, name))


def test_every_command_is_one_or_the_other() -> None:
    """A new command says whether it tells of people, or this test says that it did not."""
    named = {name for name in leaves(main) if name.split()[0] not in ELSEWHERE}
    assert named == {*ON_PEOPLE, *ON_NOBODY}


@pytest.mark.parametrize("command", ON_PEOPLE)
def test_it_is_written_down(home: Path, command: str) -> None:
    """Once or more, by the user of this machine, and without values of a person."""
    tracking = prepare(home)
    before = len(people.audit(home))
    words, action = ON_PEOPLE[command]
    given = [word.format(home=home, case=tracking) for word in words]

    result = run(*command.split(), *given)

    assert result.exit_code == 0, result.output
    entries = people.audit(home)[before:]
    assert {entry.action for entry in entries} == {action}
    assert {entry.by for entry in entries} == {whoever()}
    told = " ".join(entry.detail for entry in entries)
    assert not [secret for secret in people.SECRETS if secret in told]


@pytest.mark.parametrize(
    "command", ["customers show C-1", "cases close {case}", "calls show call-1"]
)
def test_whose_data_it_was_is_written_down(home: Path, command: str) -> None:
    """So that the log of one customer can be asked for."""
    tracking = prepare(home)
    assert run(*command.format(case=tracking).split()).exit_code == 0
    assert people.audit(home)[-1].customer_id == 1


def test_what_was_undone_is_not_written_down(home: Path) -> None:
    """The entry stands in the transaction of the change."""
    prepare(home)
    before = people.audit(home)
    taken = ("customers", "edit", "C-1", "--name", "X", "--reference", "C-2")
    assert run(*taken).exit_code == 1
    assert people.audit(home) == before


def test_who_called_sudo_is_who_did_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Root is everybody."""
    monkeypatch.setenv("SUDO_USER", "maryam")
    assert whoever() == "maryam"


def test_a_user_without_a_name_is_told_by_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container."""
    for name in ("SUDO_USER", "LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 4_000_000)
    assert whoever() == "uid 4000000"


def test_an_import_that_changes_nothing_leaves_no_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither one of a file that is none, nor the same file a second time."""
    people.make_home(tmp_path, monkeypatch)
    none = tmp_path / "none.csv"
    none.write_text("some,words\n1,2\n")
    assert run("customers", "import", str(none)).exit_code == 2
    assert people.audit(tmp_path) == []
    for _ in range(2):
        assert run("customers", "import", str(SAMPLE_FILE)).exit_code == 0
    assert [entry.action for entry in people.audit(tmp_path)] == ["imported"]
