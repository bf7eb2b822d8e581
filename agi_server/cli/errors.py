"""How commands fail: one sentence with the cure, and an exit code that scripts can rely on."""

from typing import Final

import click

FINDINGS: Final = 1
"""Exit code: the command ran, and found something wrong in what it was given."""

COULD_NOT_RUN: Final = 2
"""Exit code: the command could not do its work at all."""


class CannotRunError(click.ClickException):
    """The command cannot do its work; the message says why and what to do."""

    exit_code = COULD_NOT_RUN
