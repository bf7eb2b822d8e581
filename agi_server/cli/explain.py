"""`rahyab explain`: where would a call go, step by step, and why?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.text import Text

from agi_server.cli.access import Action, note
from agi_server.cli.errors import CannotRunError
from agi_server.cli.explaining import print_account
from agi_server.cli.explaining_past import print_past, read_past
from agi_server.cli.loading import opened_store, policy_for_command, settings_for_command
from agi_server.cli.printing import as_json, cell, table_console
from agi_server.cli.problems import print_problems
from agi_server.gather import customer_facts
from agi_server.policy import PolicyError, read_rules
from agi_server.settings import Settings
from ivr.prompts import builtin_prompts
from ivr.rulebook import Rulebook
from rehearsal.account import Account
from rehearsal.account_data import account_to_data
from rehearsal.journalled import script_of
from rehearsal.rehearse import rehearse
from rehearsal.telling import unused_lines
from rehearsal.waiting import ImpossibleVisitError
from rehearsal.why_not import NoSuchRuleError, find_rule, why_not
from rehearsal.writing import as_test
from routing.call_test_loading import load_customer
from routing.call_tests import UNNAMED_CALL, ScriptedCall, Visit, VisitEnd
from routing.entrances import read_caller
from routing.facts import Caller, CustomerFacts, CustomerStatus
from routing.key_script import read_script
from routing.loading import RulesError
from routing.moments import after_gap, read_moment
from routing.rules import Policy

_VISIT: Final = re.compile(
    r"(?:answered by (?P<agent>\S+)|presses (?P<key>[0-9*])"
    r"|(?P<end>gives up|refused|full|hangs up))"
    r"(?: after (?P<count>[0-9]{1,6})(?P<unit>[smh]))?"
)
_ENDS: Final = {
    "gives up": VisitEnd.GAVE_UP,
    "refused": VisitEnd.REFUSED,
    "full": VisitEnd.FULL,
    "hangs up": VisitEnd.HUNG_UP,
}
_SECONDS_IN: Final = {"s": 1, "m": 60, "h": 3600}


def _visits(
    _context: click.Context, _option: click.Parameter, values: Sequence[str]
) -> tuple[Visit, ...]:
    return tuple(_visit(value) for value in values)


def _visit(text: str) -> Visit:
    match = _VISIT.fullmatch(text)
    if match is None:
        raise click.BadParameter(
            f"{text!r}: write 'answered by sara after 20s', 'gives up', 'refused', 'full',"
            " 'presses 1 after 40s' or 'hangs up after 40s'"
        )
    after = int(match["count"] or 0) * _SECONDS_IN[match["unit"] or "s"]
    if match["key"]:
        return Visit(VisitEnd.LEFT, after, key=match["key"])
    end = VisitEnd.ANSWERED if match["agent"] else _ENDS[match["end"]]
    return Visit(end, after, match["agent"])


@click.command("explain")
@click.option("--from", "caller", metavar="NUMBER", help="Who calls; '' withholds.")
@click.option("--to", "dialled", metavar="NUMBER", help="The number dialled.")
@click.option(
    "--at",
    metavar="MOMENT",
    help="When: '2026-11-24 10:00', in an hour that the clock repeats '2026-10-25T03:30+02:00'."
    " Left out: now.",
)
@click.option("--keys", default="", metavar="WORDS", help='One word a question: "1 wait 10".')
@click.option("--name", default="", help="The caller's name as the network would send it.")
@click.option(
    "--in-queue",
    "visits",
    multiple=True,
    callback=_visits,
    metavar="WHAT",
    help="'answered by sara after 20s', 'gives up', 'refused' (nobody is there), 'full',"
    " 'presses 1 after 40s', 'hangs up'; one for each queue.",
)
@click.option(
    "--customer",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="What is known of the caller: YAML, as under `customer` of a test.",
)
@click.option("--call", "call_id", metavar="ID", help="A past call, by the rules as they were.")
@click.option("--why-not", "asked_rule", metavar="RULE", help="Why this rule did not decide.")
@click.option("--as-test", "writes_test", is_flag=True, help="Print a test to paste.")
@click.option("--json", "for_programs", is_flag=True, help="For programs: one JSON object.")
def explain_command(  # noqa: PLR0917  click passes the options by name
    caller: str | None,
    dialled: str | None,
    at: str | None,
    keys: str,
    name: str,
    visits: tuple[Visit, ...],
    customer: Path | None,
    call_id: str | None,
    asked_rule: str | None,
    writes_test: bool,
    for_programs: bool,
) -> None:
    """Tell where a call would go, and why: each rule on its way, and what it saw.

    No call is placed and nothing is written. The rules are led exactly as they are in service.
    Without --customer the caller is looked up in the local database, if there is one.

    Exit code 1: the journal has no such call, or the rules have problems. 2: it could not run.
    """
    settings = settings_for_command()
    console = table_console()
    quiet = for_programs or writes_test
    _refuse_useless(asked_rule, writes_test=writes_test, for_programs=for_programs)
    if call_id is not None:
        if caller is not None or dialled is not None or customer is not None:
            raise click.UsageError("--call tells who called whom: leave the other options out")
        _past_call(console, settings, call_id, asked_rule, writes_test, for_programs)
        return
    if caller is None or dialled is None:
        raise click.UsageError("write --from and --to, or --call for a past call")
    book = Rulebook.of(policy_for_command(settings.rules, for_programs=for_programs))
    call = _given_call(book.policy, caller, name, dialled, at, keys, visits)
    known, note = _customer(settings, book.policy, call.caller, call.at, customer)
    call = replace(call, customer=known)
    if note and not quiet:
        console.print(Text(note, style="dim"))
    if quiet:
        _print_quiet(book, call, asked_rule, writes_test=writes_test)
    else:
        _tell(console, book, call, asked_rule)


def _refuse_useless(asked_rule: str | None, *, writes_test: bool, for_programs: bool) -> None:
    if writes_test and for_programs:
        raise click.UsageError("--as-test writes YAML and --json does not: leave one of them out")
    if writes_test and asked_rule is not None:
        raise click.UsageError("a test has no place for the answer of --why-not: leave one out")


def _given_call(  # noqa: PLR0917  the options of the command
    policy: Policy,
    caller: str,
    name: str,
    dialled: str,
    at: str | None,
    keys: str,
    visits: tuple[Visit, ...],
) -> ScriptedCall:
    """The call that the options tell of, without what is known of the caller."""
    try:
        return ScriptedCall(
            call_id=UNNAMED_CALL,
            at=_moment(policy, at),
            caller=read_caller(caller, name, policy.business.country),
            dialled=dialled,
            customer=CustomerFacts(CustomerStatus.UNKNOWN),
            keys=read_script(keys),
            visits=visits,
        )
    except ValueError as error:
        raise CannotRunError(str(error)) from None


def _moment(policy: Policy, at: str | None) -> datetime:
    zone = policy.business.timezone
    if at is None:
        return datetime.now(UTC).astimezone(zone)
    meant = read_moment(at, zone)
    there = after_gap(at, zone)
    if there is not None:
        raise CannotRunError(f"the clock leaves {at} out: write {there:%Y-%m-%d %H:%M}")
    return meant


def _tell(console: Console, book: Rulebook, call: ScriptedCall, asked_rule: str | None) -> None:
    """For people."""
    account = _rehearsed(book, call)
    answer = _why_not(book.policy, asked_rule, account)
    print_account(console, book, account)
    _print_answer(console, answer)


def _print_quiet(
    book: Rulebook, call: ScriptedCall, asked_rule: str | None, *, writes_test: bool
) -> None:
    """For a file or a program: nothing but the test, or one object."""
    account = _rehearsed(book, call)
    answer = _why_not(book.policy, asked_rule, account)
    if writes_test:
        click.echo(as_test(book.policy, call, account, _title(call)), nl=False)
    else:
        click.echo(as_json(_as_data(book, account, answer)))


def _rehearsed(book: Rulebook, call: ScriptedCall) -> Account:
    try:
        return rehearse(book, call)
    except ImpossibleVisitError as error:
        raise CannotRunError(str(error)) from None


def _print_answer(console: Console, answer: Sequence[str]) -> None:
    if answer:
        console.print()
    for line in answer:
        console.print(cell(line))


def _why_not(policy: Policy, word: str | None, account: Account) -> tuple[str, ...]:
    try:
        return () if word is None else why_not(policy, find_rule(policy, word), account)
    except NoSuchRuleError as error:
        raise CannotRunError(str(error)) from None


def _as_data(book: Rulebook, account: Account, answer: Sequence[str]) -> Mapping[str, Any]:
    told: dict[str, Any] = {"revision": book.policy.revision}
    told["steps"] = account_to_data(book, account)
    told["unused"] = list(unused_lines(account))
    return {**told, "why_not": list(answer)} if answer else told


def _title(call: ScriptedCall) -> str:
    who = call.caller.number or "a withheld number"
    return f"{who} calls {call.dialled} at {call.at:%Y-%m-%d %H:%M}"


def _customer(
    settings: Settings, policy: Policy, who: Caller, at: datetime, file: Path | None
) -> tuple[CustomerFacts, str]:
    """What is known of the caller, and what there is to say about how it is known."""
    if file is not None and not who.number_as_sent:
        raise click.UsageError(
            "who shows no number is not looked up: give a --from, or leave --customer out"
        )
    if file is not None:
        return _customer_in(policy, who, at, file), ""
    if who.number is None:
        return CustomerFacts(CustomerStatus.WITHHELD), ""
    if settings.store.is_missing():
        told = f"There is no database at {settings.store}: the caller is taken for unknown."
        return CustomerFacts(CustomerStatus.UNKNOWN), told
    with opened_store(settings) as store, store.transaction():
        found = store.look_up_caller(who.number)
        for match in found.matches:
            note(store, Action.SHOWN, match.customer.id, "explained")
        return customer_facts(found), ""


def _customer_in(policy: Policy, who: Caller, at: datetime, file: Path) -> CustomerFacts:
    try:
        rules = read_rules(file)
        return load_customer(
            policy,
            str(file),
            rules.text,
            known_prompts=builtin_prompts(),
            at=at,
            withheld=who.number is None,
        )
    except PolicyError as error:
        raise CannotRunError(str(error)) from None
    except RulesError as error:
        print_problems(rules, error.problems)
        raise CannotRunError(f"{file} does not describe a customer") from None


def _past_call(  # noqa: PLR0917  the options of the command
    console: Console,
    settings: Settings,
    call_id: str,
    asked_rule: str | None,
    writes_test: bool,
    for_programs: bool,
) -> None:
    """A call of the journal: as it was, or what else is asked of it by the rules as they were."""
    past = read_past(settings, call_id)
    if past.book is None and (writes_test or asked_rule is not None):
        raise CannotRunError(f"{past.lack}: there is nothing to lead the call by once more")
    if past.book is None and for_programs:
        click.echo(as_json({"revision": past.revision, "lack": past.lack, **asdict(past.story)}))
        return
    if not (writes_test or for_programs):
        print_past(console, past)
    if past.book is None or not (writes_test or for_programs or asked_rule):
        return
    call = script_of(past.facts, past.story.timeline)
    if writes_test or for_programs:
        _print_quiet(past.book, call, asked_rule, writes_test=writes_test)
    else:
        account = _rehearsed(past.book, call)
        _print_answer(console, _why_not(past.book.policy, asked_rule, account))
