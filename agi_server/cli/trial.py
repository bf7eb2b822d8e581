"""`rahyab try`: a call in the terminal, over a real socket."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

import click
from rich.console import Console
from rich.text import Text

from agi_server.app import running, utc_now
from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.loading import (
    end_for_policy,
    opened_store,
    policy_for_command,
    settings_for_command,
    takes_connections,
)
from agi_server.cli.printing import cell
from agi_server.listening import ListenError, listen
from agi_server.logs import configure_logs
from agi_server.policy import PolicyError, RulesInForce, read_rules
from agi_server.request import parse_moment
from agi_server.revisions import record_revision
from agi_server.session_errors import BadRequestError
from agi_server.settings import LogLevel, Settings, SettingsError, parse_address
from agi_server.telling import tell_event
from agi_server.testing import FakeChannel
from agi_server.trial import (
    Keyboard,
    ScriptedAnswers,
    TrialCaller,
    TrialResult,
    place_trial,
    secret_prompts,
)
from crm.ports import StoreError
from dialplan import contract
from dialplan.contract import Go, Script
from ivr.rulebook import Rulebook
from routing.key_script import KeyScriptError

WHY: Final = (
    "queues",
    "decided",
    "left",
    "turned-away",
    "preferred",
    "looked-up",
    "pin-checked",
    "code-checked",
    "case-opened",
    "recorded",
    "callback-asked",
    "survey",
    "answered",
    "alert",
    "failed",
    "hung-up",
)
"""The events that tell why a call went where it went."""

ENDS: Final = {
    Go.QUEUE: f"Waits in the Asterisk queue {{{contract.QUEUE}}}.",
    Go.EXTENSION: f"Goes to extension {{{contract.EXTENSION}}}.",
    Go.NUMBER: f"Goes out to the number {{{contract.NUMBER}}}.",
    Go.HANGUP: f"Is ended with cause {{{contract.CAUSE}}}.",
    Go.AGENT: f"Rings the agent {{{contract.AGENT}}}.",
    Go.FALLBACK: "Goes to fallback.",
}
"""What is said of each place that a call goes to; channel variables stand in braces. None is said
of a survey: it is asked in the trial, and the call goes on from it."""

SERVED: Final = "no more is asked of the caller, and the line is cut"
"""What the dialplan does where nobody asks the survey (dialplan/extensions.conf, `survey`)."""


@click.command("try")
@click.option("--from", "caller", required=True, metavar="NUMBER", help="Who calls; '' withholds.")
@click.option("--to", "dialled", required=True, metavar="NUMBER", help="The number dialled.")
@click.option("--name", default="", help="The caller's name as the network would send it.")
@click.option("--at", metavar="'YYYY-MM-DD HH:MM'", help="When; in the business's time zone.")
@click.option(
    "--keys",
    metavar="WORDS",
    help='One word a question: "1 wait 10 hangup" (the words hear:… of the lab may stand there).',
)
@click.option("--server", metavar="HOST:PORT", help="A server to call, instead of RAHYAB_LISTEN.")
def try_command(  # noqa: PLR0917  click passes the options by name
    caller: str, dialled: str, name: str, at: str | None, keys: str | None, server: str | None
) -> None:
    """Place a call here in the terminal, and see where it goes and why.

    The call goes to the server that runs; without one, to a server that lives as long as the call.
    What you hear is printed; press keys and Enter, or give them with --keys: those that nothing was
    asked for are told at the end. A survey is asked, a queue is not waited in. The call is in the
    journal, marked as a trial: no report counts it, and nobody is alerted or written to. Exit code
    1: the server gave no answer, or the rules have problems.
    """
    settings = settings_for_command()
    configure_logs(settings.log_format, LogLevel.ERROR)
    console = Console(highlight=False)
    book = Rulebook.of(policy_for_command(settings.rules))
    keyboard = Keyboard(
        lambda line: console.print(cell(line)),
        lambda: console.print("  keys (Enter: none; hangup)> ", end=""),
    )
    try:
        if at is not None:
            parse_moment(at, book.policy.business.timezone)
        script = ScriptedAnswers(keys or "")
        answers = keyboard if keys is None else script
        person = TrialCaller(
            *(book.catalogue, lambda line: console.print(cell(line)), answers),
            secret=secret_prompts(book.policy),
        )
        known = {contract.SECRET: settings.secret}
        channel = FakeChannel(number=caller, name=name, dialled=dialled, caller=person, known=known)
        keyboard.departed, person.messages = channel.departed, channel.messages
        address = None if server is None else parse_address(server)
        result = asyncio.run(_place(console, settings, channel, address, at))
    except PolicyError as error:
        raise end_for_policy(error, settings.rules) from None
    except (BadRequestError, StoreError, ListenError, SettingsError, KeyScriptError) as error:
        raise CannotRunError(str(error)) from None
    person.flush()
    if left := script.left():
        console.print(cell(f"  (not keyed, as nothing more was asked: {left})"))
    _print_end(console, settings, result)
    if result.go is None and not result.hung_up:
        raise click.exceptions.Exit(FINDINGS)


async def _place(
    console: Console,
    settings: Settings,
    channel: FakeChannel,
    address: tuple[str, int] | None,
    at: str | None,
) -> TrialResult:
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, channel.hang_up)
    async with _server(settings, address) as (found, whose):
        console.print(Text(f"Calling {channel.dialled} on {whose}.", style="dim"))
        return await place_trial(channel, found, at)


@asynccontextmanager
async def _server(
    settings: Settings, wanted: tuple[str, int] | None
) -> AsyncIterator[tuple[tuple[str, int], str]]:
    """The server to call: the one that was named, the one that runs, or one for this call."""
    if wanted is not None and not takes_connections(wanted):
        raise CannotRunError("no server answers at {}:{}: is it running?".format(*wanted))
    if wanted is not None or takes_connections(settings.listen):
        address = wanted or settings.listen
        yield address, "the server at {}:{}".format(*address)
        return
    rules = read_rules(settings.rules)
    # A trial alerts nobody: a command that cannot be run must not stop it.
    quiet = replace(settings, alert_command=None)
    async with running(quiet, listen(port=0), RulesInForce(rules)) as application:
        await record_revision(settings, rules, utc_now())
        yield application.address, "a server of its own"


def _print_end(console: Console, settings: Settings, result: TrialResult) -> None:
    """Say where the call went, and why."""
    console.print(Text(_where(result), style="bold"))
    with opened_store(settings) as store:
        story = store.call_story(result.call_id)
    if story is None:
        console.print(Text("The journal of that server is not in this database.", style="dim"))
        return
    for event in story.timeline:
        if event.kind in WHY:
            console.print(cell("\n".join(f"  {line}" for line in tell_event(event))))
    console.print(Text(f"All of it: rahyab calls show {result.call_id}", style="dim"))


def _where(result: TrialResult) -> str:
    if result.hung_up:
        return "The caller hung up."
    values = result.variables
    if result.go is None:
        reason = values[contract.REASON] or "see the server's log"
        in_queue = f"the caller is now in {contract.FALLBACK_QUEUE}"
        now = SERVED if result.script is Script.SURVEY else in_queue
        return f"No answer from the server ({reason}): on a real PBX {now}."
    return ENDS[result.go].format_map(values)
