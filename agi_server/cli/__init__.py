"""The `rahyab` command."""

import io
import sys
from importlib import import_module
from typing import Final

import click

from agi_server import __version__

COMMANDS: Final = {
    "serve": ("serve:serve_command", "Serve calls until stopped."),
    "reload": ("reload:reload_command", "Have the running server load the rules file again."),
    "rollback": (
        "rollback:rollback_command",
        "Have the running server return to the rules before the present ones.",
    ),
    "status": (
        "status:status_command",
        "Show how the running server stands: its rules, their file, its workers.",
    ),
    "check": (
        "check:check_command",
        "Check a rules FILE (default: RAHYAB_RULES, else routing_rules.yaml).",
    ),
    "schema": (
        "schema:schema_command",
        "Print the JSON Schema by which editors check a rules file.",
    ),
    "try": (
        "trial:try_command",
        "Place a call here in the terminal, and see where it goes and why.",
    ),
    "test": (
        "test:test_command",
        "Run the tests of the rules, without a telephone and without waiting.",
    ),
    "explain": (
        "explain:explain_command",
        "Tell where a call would go, and why: each rule on its way, and what it saw.",
    ),
    "agents": ("agents:agents", "Who has answered calls, as the journal has it: list, show."),
    "answers": ("answers:answers", "What callers have answered in surveys: list, show, report."),
    "audit": ("audit:audit_command", "List who read or changed people's data, the newest first."),
    "callbacks": (
        "callbacks:callbacks",
        "Callers who wait to be called back: list, show, add, edit, close.",
    ),
    "calls": ("calls:calls", "List the newest calls of the journal."),
    "cases": (
        "cases:cases",
        "Callers' requests by tracking number: list, show, add, edit, note, close.",
    ),
    "customers": (
        "customers:customers",
        "The customer file, and what people may ask of whoever keeps it.",
    ),
    "outbox": ("outbox:outbox", "Written messages to callers that wait to be sent: list."),
    "voicemail": (
        "voicemail:voicemail",
        "Messages that callers have recorded: list, show, play, close.",
    ),
    "db": ("db:db", "The database: its steps, check, backup, restore, moving it, pruning it."),
    "help": (
        "help:help_command",
        "Explain the CODE of a finding, with an example; without CODE, list them all.",
    ),
    "prompts": ("prompts:prompts", "The prompts that callers hear."),
    "queues": (
        "queues:queues",
        "The Asterisk queues that the rules make, who is rung, and who came: list, show, visits.",
    ),
    "diff": (
        "diff:diff_command",
        "Tell what is different between two versions of the rules, in meaning and not in text.",
    ),
    "replay": (
        "replay:replay_command",
        "Send the calls of the journal through a rules file, and tell which would go elsewhere.",
    ),
    "dialplan": (
        "dialplan:dialplan_group",
        "The files that Asterisk includes: build, diff, install.",
    ),
    "lab": (
        "lab:lab",
        "Hear it all on a private Asterisk: real SIP calls, on this machine only (as root).",
    ),
}
"""By name: module and attribute of this package, and the line in the list of commands. It is
written out here, for `rahyab --help` would otherwise import the whole program."""


class _CommandsOnDemand(click.Group):
    """Imports a command's module when the command is wanted, not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the alphabet."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported; None if there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=_CommandsOnDemand, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rahyab")
def main() -> None:
    """Rahyab finds the way for every call: the routing brain beside an Asterisk PBX."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot write Persian shows `?` for it, rather than no answer at all.
            stream.reconfigure(errors="replace")
