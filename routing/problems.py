"""What is wrong with a rules file, in words an administrator can act on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding in a rules file.

    `line` and `column` count from 1. `path` names the place in the file (`queues.support.need`),
    `message` says what is wrong, `hint` what to write instead (may be empty), and `code` is the
    stable name of the kind of problem (`unknown-queue`).
    """

    file: str
    line: int
    column: int
    path: str
    code: str
    message: str
    hint: str = ""
