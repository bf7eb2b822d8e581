"""`rahyab lab`: a private Asterisk wired to the server, calls through it, and its end."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

import click
from rich.console import Console
from rich.text import Text

from agi_server.cli.errors import CannotRunError
from agi_server.cli.loading import (
    make_home_for,
    policy_for_command,
    settings_for_command,
    takes_connections,
)
from agi_server.lab.caller import Caller, Ended, Outcome
from agi_server.lab.configuration import Plan
from agi_server.lab.narration import Told, tell
from agi_server.lab.problems import LabError
from agi_server.lab.scenarios import Call
from agi_server.lab.standing import Lab, find_lab, start_lab
from agi_server.lab.waiting import wait_until
from agi_server.request import parse_moment
from agi_server.session_errors import BadRequestError
from agi_server.settings import Settings, SettingsError, parse_address
from dialplan.leaving import leaving_contexts
from dialplan.queues import queue_rules_conf, queues_conf
from ivr.prompts import Catalogue
from routing.describing_routes import named_routes
from routing.rules import Policy

DEFAULT_NAME: Final = "default"
LOOK_SECONDS: Final = 0.2
"""How often the log is looked at for something to tell."""

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def _telling_problems(command: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Let a command end with one sentence when the lab or the rules do not allow it."""

    @functools.wraps(command)
    def wrapped(*arguments: Parameters.args, **options: Parameters.kwargs) -> Result:
        try:
            return command(*arguments, **options)
        except (BadRequestError, LabError, SettingsError) as error:
            raise CannotRunError(str(error)) from None
        except OSError as error:
            raise CannotRunError(
                f"the lab cannot use {error.filename}: {error.strerror}; check RAHYAB_HOME, and"
                " that there is room on the disk"
            ) from None

    return wrapped


@click.group()
def lab() -> None:
    """Hear it all on a private Asterisk: real SIP calls, on this machine only (as root)."""


@lab.command()
@click.option("--name", default=DEFAULT_NAME, show_default=True, help="Which lab, if several.")
@click.option("--server", metavar="HOST:PORT", help="The AGI server; by default RAHYAB_LISTEN.")
@click.option("--suite", help="Debian release of the Asterisk: sid has 22, bullseye has 16.")
@_telling_problems
def up(name: str, server: str | None, suite: str | None) -> None:
    """Start an Asterisk with the queues of the rules, and agents who answer."""
    settings = settings_for_command()
    folder = _folder(settings, name)
    standing = find_lab(folder)
    if standing is not None and standing.running:
        click.echo(f"The lab {name} is up already.")
        _warn_if_silent(standing.server)
        _print_lab(standing, name)
        return
    address = parse_address(server) if server else settings.listen
    policy = policy_for_command(settings.rules)
    make_home_for(settings, folder)
    started = start_lab(
        _plan(folder, address, policy, settings),
        suite,
        lambda sentence: click.echo(sentence, err=True),
    )
    if not (settings.sounds / "rahyab").is_dir():
        click.echo(f"There are no prompts in {settings.sounds} yet: rahyab prompts build", err=True)
    _warn_if_silent(address)
    _print_lab(started, name)


@lab.command()
@click.option("--from", "number", default="", help="The caller's number; none: withheld.")
@click.option("--to", required=True, help="The number that the caller dials.")
@click.option("--name", "display", help="The caller's name, as a telephone network would send it.")
@click.option(
    "--keys",
    default="",
    help='What the caller does: "hear:welcome 1 wait:2 5# speak:3 hangup".',
)
@click.option("--hangup-after", type=click.FloatRange(min=0.1), metavar="SECONDS")
@click.option("--at", metavar="'YYYY-MM-DD HH:MM'", help="Call as if it were then.")
@click.option("--lab", "name", default=DEFAULT_NAME, show_default=True, help="Which lab.")
@_telling_problems
def call(  # noqa: PLR0917  click passes the options by name
    number: str,
    to: str,
    display: str | None,
    keys: str,
    hangup_after: float | None,
    at: str | None,
    name: str,
) -> None:
    """Place a call through the lab, and tell what the caller hears."""
    settings = settings_for_command()
    policy = policy_for_command(settings.rules)
    if at is not None:
        parse_moment(at, policy.business.timezone)
    standing = _standing(settings, name)
    _warn_if_silent(standing.server)
    wanted = Call(
        to=to,
        number=number,
        name=display,
        withheld=not number,
        keys=keys,
        hangup_after=hangup_after,
        at=at,
    )
    text_of = _texts(policy)
    caller = standing.telephony().start_call(wanted)
    try:
        _follow(caller, text_of)
    except KeyboardInterrupt:
        caller.hang_up()
    _print_end(caller.wait(), standing)


@lab.command()
@click.option("--name", default=DEFAULT_NAME, show_default=True, help="Which lab, if several.")
@_telling_problems
def down(name: str) -> None:
    """End the lab: no process of it is left."""
    folder = _folder(settings_for_command(), name)
    standing = find_lab(folder)
    if standing is None:
        click.echo(f"There is no lab {name}.")
        return
    standing.stop()
    click.echo(f"The lab {name} is down. Its logs are in {folder / 'log'}.")


def _warn_if_silent(server: tuple[str, int]) -> None:
    """Say so when no server takes connections there: it need not run yet when a lab comes up."""
    if not takes_connections(server):
        host, port = server
        click.echo(
            f"Nothing listens on {host}:{port}: calls will take the fallback until a server runs"
            " there (rahyab serve).",
            err=True,
        )


def _folder(settings: Settings, name: str) -> Path:
    if not name.replace("-", "").isalnum():
        raise LabError(f"{name!r} cannot be a lab's name: use letters, digits and hyphens")
    return settings.home / "lab" / name


def _standing(settings: Settings, name: str) -> Lab:
    standing = find_lab(_folder(settings, name))
    if standing is None or not standing.running:
        raise LabError(f"the lab {name} is not up: rahyab lab up")
    return standing


def _plan(folder: Path, server: tuple[str, int], policy: Policy, settings: Settings) -> Plan:
    return Plan(
        folder=folder,
        server=server,
        queues=queues_conf(policy),
        queue_rules=queue_rules_conf(policy),
        leaving=leaving_contexts(policy),
        devices=tuple(sorted({agent.device for agent in policy.agents.values()})),
        sounds=settings.sounds,
        shared=(Path(settings.messages),),
        music=tuple({route.music for _, route in named_routes(policy) if route.music is not None}),
    )


def _print_lab(standing: Lab, name: str) -> None:
    option = "" if name == DEFAULT_NAME else f" --lab {name}"
    suffix = "" if name == DEFAULT_NAME else f" --name {name}"
    click.echo(
        f"Asterisk takes calls on 127.0.0.1:{standing.sip_port} (SIP over UDP) and asks the server "
        f"on {standing.server[0]}:{standing.server[1]}.\n"
        "Every agent answers, talks for a while and hangs up.\n"
        f"Asterisk's log: {standing.folder}/log/full\n\n"
        f"  rahyab lab call{option} --from +989121234567 --to +982191000000"
        " --keys 'wait:3 1' --at \"2026-11-24 10:00\"\n"
        f"  rahyab lab down{suffix}"
    )


def _texts(policy: Policy) -> Callable[[str], str | None]:
    """What a sound says, by its name in Asterisk."""
    texts = {prompt.sound: prompt.text for prompt in Catalogue.of(policy)}
    return texts.get


def _follow(caller: Caller, text_of: Callable[[str], str | None]) -> None:
    """Tell what happens until the call has ended."""
    console = Console(highlight=False)
    first: Told | None = None
    told = 0
    while True:
        over = not caller.on_the_line
        lines = caller.log.lines
        for happened in filter(None, (tell(line, text_of) for line in lines[told:])):
            first = first or happened
            seconds = (happened.at - first.at).total_seconds()
            console.print(Text(f"{seconds:6.1f} s  {happened.what}"))
        told = len(lines)
        if over:
            return
        wait_until(lambda: not caller.on_the_line, LOOK_SECONDS)


def _print_end(outcome: Outcome, standing: Lab) -> None:
    match outcome.ended:
        case Ended.BY_CALLER:
            end = f"The caller hung up after {outcome.seconds:.1f} s."
        case Ended.BY_ASTERISK:
            end = f"The call was ended by the other side after {outcome.seconds:.1f} s."
        case Ended.REFUSED:
            end = f"The call was refused with SIP status {outcome.status}."
        case Ended.BROKEN:
            raise LabError(
                f"the call went astray: {outcome.errors or f'SIPp ended with {outcome.exit_code}'} "
                f"(Asterisk's log: {standing.folder}/log/full)"
            )
    click.echo(f"{end}\nWhat the server made of it: rahyab calls")
