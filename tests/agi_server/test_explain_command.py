"""`rahyab explain`: where a call would go, and why; past calls by the rules as they were."""

import asyncio
import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli import main
from agi_server.policy import read_rules
from agi_server.testing import FakeChannel, Press, ScriptedCaller
from crm.importing import import_customers
from crm.records import Revision
from crm.sample import SAMPLE_FILE
from crm.sqlite_store import SqliteStore
from dialplan.contract import Script
from tests.conversations.site import CALL_ID, GOLD_CUSTOMER, MAIN_NUMBER, NOW, RULES, serving

CALL = ("--from", GOLD_CUSTOMER, "--to", MAIN_NUMBER, "--at", "2026-11-24 10:00", "--keys", "1")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a database, and the rules that we ship."""
    monkeypatch.setenv("RAHYAB_HOME", str(tmp_path))
    monkeypatch.setenv("RAHYAB_RULES", str(RULES))
    monkeypatch.delenv("RAHYAB_DATABASE", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def explain(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["explain", *words])


def described(home: Path, text: str) -> str:
    """A file that describes a customer."""
    file = home / "customer.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_without_a_database_the_caller_is_unknown_and_that_is_said() -> None:
    """The way goes on all the same."""
    result = explain(*CALL)
    assert result.exit_code == 0, result.output
    assert "the caller is taken for unknown" in result.output
    assert "✗ gold: customer.segment is none, not gold" in result.output
    assert "✓ everyone-else: for everyone" in result.output


def test_the_caller_is_looked_up_in_the_database(home: Path) -> None:
    """As in service."""
    with closing(SqliteStore(home / "rahyab.db")) as store:
        import_customers(store, SAMPLE_FILE, country="IR")
    result = explain(*CALL)
    assert "taken for unknown" not in result.output
    assert "✓ gold: customer.segment is gold" in result.output


def test_queue_shows_who_is_rung_and_what_asterisk_runs(home: Path) -> None:
    """Steps in absolute seconds, with the moment; then the application and its variables."""
    customer = described(home, "segment: gold\ncontract: {until: '2027-01-01'}")
    output = explain(*CALL, "--customer", customer).output
    rows = [line.split() for line in output.splitlines()]
    assert ["20s", "10:00:20", "2", "support", "5,", "fa", "sara"] in rows
    assert ["1m", "10:01:00", "3", "support", "sara,", "janis"] in rows
    assert "gives up after 5m" in output
    assert "Asterisk: Queue(support-fa,c,,,300,,,support-fa,)" in output
    assert "QUEUE_MAX_PENALTY=1, QUEUE_PRIO=10" in output


def test_what_follows_a_queue_can_be_said() -> None:
    """In the words of a person."""
    output = explain(*CALL, "--in-queue", "gives up").output
    assert "[after 5m] is not answered within 5m in support" in output
    assert "leaves a message in the mailbox support" in output
    wrong = explain(*CALL, "--in-queue", "sleeps")
    assert wrong.exit_code == 2
    assert "answered by sara after 20s" in wrong.output


@pytest.mark.parametrize(
    ("visit", "told"),
    [
        ("full", "is not let into support: full"),
        ("refused", "is not let into support: nobody is there"),
        ("presses 1 after 40s", "the queue support has no key 1"),
    ],
)
def test_other_ways_out_of_a_queue_can_be_said(visit: str, told: str) -> None:
    """The rules that we ship have no keys at their queues."""
    assert told in explain(*CALL, "--in-queue", visit).output


def test_mistake_in_the_description_of_a_customer_has_its_line(home: Path) -> None:
    """With the cure, as everywhere."""
    result = explain(*CALL, "--customer", described(home, "segment: gold\nlead_skore: 3\n"))
    assert result.exit_code == 2
    assert "customer.yaml:2:1: error:" in result.output
    assert 'did you mean "lead_score"?' in result.output


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("unavailable\n", "customer: unavailable"),
        ("# down\nambiguous # both\n", "customer: ambiguous"),
        ("customer: {segment: gold}\n", "customer: known, segment gold"),
        ("customer: unavailable\n", "customer: unavailable"),
    ],
)
def test_customer_is_described_as_in_a_test(home: Path, text: str, told: str) -> None:
    """By a bare word too, and with the key that a test has before it."""
    result = explain(*CALL, "--customer", described(home, text))
    assert result.exit_code == 0, result.output
    assert told in result.output


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("", "customer.yaml:1:1", "such as `segment: gold`"),
        ("customer:\n  segmnt: gold\n", "customer.yaml:2:3", 'did you mean "segment"?'),
    ],
)
def test_customer_of_whom_nothing_can_be_said(home: Path, text: str, place: str, hint: str) -> None:
    """Nothing is said of rules files."""
    output = explain(*CALL, "--customer", described(home, text)).output
    assert place in output
    assert hint in output
    assert "version" not in output


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        ("gold", "support/gold does not match this call:"),
        ("support/everyone-else", "support/everyone-else did decide:"),
        ("arrival/closed-now", "✗ closed-now: hours office is open, not closed"),
    ],
)
def test_why_a_rule_did_not_decide(rule: str, answer: str) -> None:
    """The clause that failed and what it saw; or that it did."""
    assert answer in explain(*CALL, "--why-not", rule).output


def test_rule_that_an_earlier_one_went_before(home: Path) -> None:
    """It would match, and names the one that did."""
    customer = described(home, "segment: gold")
    output = explain(*CALL, "--customer", customer, "--why-not", "everyone-else").output
    assert "would match, but an earlier rule did so first: no-contract" in output


def test_rule_that_was_never_asked_says_what_leads_there() -> None:
    """And what the call passed instead."""
    night = [*CALL[:5], "2026-11-24 22:00"]
    output = explain(*night, "--why-not", "gold").output
    assert "the call never came to the rules support" in output
    assert "it passed rules arrival (closed-now decided)" in output
    assert "what leads there: menu welcome, key 1" in output


def test_unknown_rule_is_refused() -> None:
    """With an example of how one is named."""
    result = explain(*CALL, "--why-not", "golden")
    assert result.exit_code == 2
    assert "there is no rule golden: write list/rule, as in arrival/" in result.output


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--in-queue", "answered by sara after 20s", "--keys", "1 9 2"),
        ("--in-queue", "gives up", "--keys", "9 2"),
        ("--keys", "hangup"),
        ("--from", "", "--keys", "3 1 1 1"),
        ("--at", "2026-11-24 22:00:30"),
        ("--keys", "1 2 3 hangup", "--in-queue", "gives up", "--in-queue", "gives up"),
        ("--keys", "12"),
    ],
)
def test_a_call_as_a_test_passes(home: Path, words: tuple[str, ...]) -> None:
    """It is written so that it can be run as it is."""
    customer = "language: en\ncontract: {until: '2027-01-01', grace: 3}\noldest_case: 20d\n"
    who = () if "--from" in words else ("--customer", described(home, customer))
    written = explain(*CALL, *who, *words, "--as-test")
    assert written.exit_code == 0, written.output
    file = home / "pasted.test.yaml"
    file.write_text(written.output, encoding="utf-8")
    result = CliRunner().invoke(main, ["test", str(file)])
    assert result.exit_code == 0, result.output
    assert "1 test: 1 passed" in result.output


def test_a_written_test_expects_all_that_the_call_went_through(home: Path) -> None:
    """And gives no more of a contract than it takes."""
    contracts = (
        "[{level: gold, starts: '2026-01-01', until: '2026-06-01', grace: 9},"
        " {level: gold, starts: '2026-06-02', until: '2027-01-01', grace: 9}]"
    )
    customer = described(home, f"segment: gold\ncontract: {contracts}\n")
    written = explain(*CALL, "--customer", customer, "--as-test").output
    assert 'customer: {segment: gold, contract: {until: "2027-01-01"}}' in written
    expected = written.partition("expect: ")[2]
    for each in ("menu: welcome", "queue: support", "priority: 10", "language: fa", "case: opened"):
        assert each in expected
    assert "track: true" in explain(*CALL[:-1], "3 123456786", "--as-test").output
    late = described(home, "contract: {until: '2026-11-20', grace: 9}")
    assert (
        'contract: {until: "2026-11-20", grace: 9}'
        in explain(*CALL, "--customer", late, "--as-test").output
    )


def test_programs_get_every_step() -> None:
    """With the reasons, who is rung, and what the dialplan is told."""
    told = json.loads(explain(*CALL, "--json", "--why-not", "gold").output)
    kinds = [step["kind"] for step in told["steps"]]
    assert kinds[0] == "came-in"
    assert kinds.count("decided") == 2
    (sent,) = [step for step in told["steps"] if step["kind"] == "sent"]
    assert sent["variables"]["RAHYAB_QUEUE"] == "support-fa"
    assert [step["after"] for step in sent["steps"]] == [0, 20, 60]
    assert told["why_not"][0] == "support/gold does not match this call:"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--from", "1"), "write --from and --to"),
        (("--call", "x", "--to", "1"), "leave the other options out"),
        ((*CALL, "--as-test", "--json"), "leave one of them out"),
        ((*CALL, "--as-test", "--why-not", "gold"), "leave one out"),
        ((*CALL, "--from", "", "--customer", "x.yaml"), "is not looked up"),
        ((*CALL[:4], "--at", "yesterday"), "is not a moment"),
        ((*CALL[:4], "--keys", "one"), "is not known"),
        ((*CALL, "--in-queue", "answered by janis"), "not before 1m"),
        (
            (*CALL, "--in-queue", "answered by jani"),
            'there is no agent "jani": did you mean "janis"?',
        ),
    ],
)
def test_what_cannot_be_explained_says_why(words: tuple[str, ...], reason: str) -> None:
    """In one sentence, without a traceback."""
    result = explain(*words)
    assert result.exit_code == 2
    assert reason in result.output


def past_call(home: Path, *, keeps_rules: bool) -> None:
    """A call in the journal of this home."""

    async def call() -> None:
        async with serving(home) as site:
            caller = ScriptedCaller(Press("7"), Press("1"))
            channel = FakeChannel(number=GOLD_CUSTOMER, dialled=MAIN_NUMBER, caller=caller)
            await site.request(channel, Script.INCOMING)
            visit = {"status": "TIMEOUT", "hold": "300"}
            await site.request(channel, Script.AFTER_QUEUE, 2, **visit)

    asyncio.run(call())
    rules = read_rules(RULES)
    with closing(SqliteStore(home / "rahyab.db")) as store:
        if keeps_rules:
            store.keep_revision(Revision(rules.revision, rules.bundled(), NOW))


def test_past_call_is_explained_by_the_rules_as_they_were(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever has become of the rules file since."""
    past_call(home, keeps_rules=True)
    monkeypatch.setenv("RAHYAB_RULES", str(home / "gone.yaml"))
    result = explain("--call", CALL_ID, "--why-not", "closed-now")
    assert result.exit_code == 0, result.output
    lines = [line.rstrip() for line in result.output.splitlines()]
    assert "     ✓ gold: customer.segment is gold" in lines
    assert "     from  at        penalty  needs          who is rung" in lines
    assert "     Asterisk: Queue(support-fa,c,,,300,,,support-fa,)" in result.output
    assert "left the queue: TIMEOUT" in result.output
    assert "arrived: voicemail support" in result.output
    assert "arrival/closed-now does not match this call:" in lines
    numbers = [line.split(".")[0].strip() for line in lines if line[:3].strip().isdigit()]
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


def test_past_call_without_its_rules_has_its_stored_reasons(home: Path) -> None:
    """And says that this is all."""
    past_call(home, keeps_rules=False)
    result = explain("--call", CALL_ID)
    assert result.exit_code == 0
    assert "✓ gold: customer.segment is gold" in result.output
    assert "what the journal says above is all" in result.output


def test_past_call_without_its_rules_cannot_be_led_again(home: Path) -> None:
    """A test is refused, and programs get what the journal has."""
    past_call(home, keeps_rules=False)
    for words in (("--as-test",), ("--why-not", "gold")):
        refused = explain("--call", CALL_ID, *words)
        assert refused.exit_code == 2
        assert "has not kept the rules" in refused.output
    told = json.loads(explain("--call", CALL_ID, "--json").output)
    assert "has not kept the rules" in told["lack"]
    assert [each["data"]["rule"] for each in told["timeline"] if each["kind"] == "decided"] == [
        "everyone",
        "gold",
    ]


def test_clocks_that_are_changed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour that never comes is refused, one that comes twice is told apart by its offset."""
    rules = home / "rules.yaml"
    text = RULES.read_text(encoding="utf-8").replace("Asia/Tehran", "Europe/Riga")
    rules.write_text(text.partition("\ntests:")[0] + "\n", encoding="utf-8")
    monkeypatch.setenv("RAHYAB_RULES", str(rules))
    never = explain(*CALL[:4], "--at", "2026-03-29 03:30")
    assert never.exit_code == 2
    assert "the clock leaves 2026-03-29 03:30 out: write 2026-03-29 04:00" in never.output
    second = (*CALL[:4], "--at", "2026-10-25T03:30+02:00")
    assert "at Sun 2026-10-25 03:30 EET" in explain(*second).output
    assert 'at: "2026-10-25 03:30+02:00"' in explain(*second, "--as-test").output
    assert "at Sun 2026-10-25 03:30 EEST" in explain(*CALL[:4], "--at", "2026-10-25 03:30").output


def test_what_is_no_number_is_taken_and_told() -> None:
    """Networks send such things."""
    output = explain("--from", "abc", "--to", "xyz", *CALL[4:]).output
    assert "abc (not a number) calls xyz (not a number)" in output
    assert "(not a number)" not in explain("--from", "200", "--to", "201", *CALL[4:]).output


def test_call_that_nobody_knows(home: Path) -> None:
    """Is a finding, not a failure."""
    SqliteStore(home / "rahyab.db").close()
    result = explain("--call", "nobody")
    assert result.exit_code == 1
    assert "The journal has no call nobody." in result.output


def test_programs_get_the_problems_of_bad_rules_as_json(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the shape of `rahyab check --format json`."""
    bad = home / "bad.yaml"
    bad.write_text("version: 2\n", encoding="utf-8")
    monkeypatch.setenv("RAHYAB_RULES", str(bad))
    result = explain("--from", "+989121234567", "--to", MAIN_NUMBER, "--json")
    assert result.exit_code == 1
    checked = CliRunner().invoke(main, ["check", "--format", "json"])
    assert json.loads(result.stdout) == json.loads(checked.stdout)
