"""A program that stands for `asterisk` on a machine without one: its command line alone.

It is run as `python console_asterisk.py FOLDER -rx "queue show"`, with the folder above `tests` in
PYTHONPATH. In FOLDER:

- `version`: what it says that it is. Without this file it does not run.
- `etc/`: its configuration, with `#include`. It is read when a reload is asked for, and not before;
  a line that begins with `[` and does not close it makes it refuse the whole file.
- `loaded/`: what it has read, so that the next run of this program knows.
- `waiting.json`: how many callers wait in which queue.
- `asked`: each command that it was given, a line each.

What it prints has the form of Asterisk 22's; the live tests hold ours against the real one.
"""

import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.simulation.queue_files import read_queues, read_rules

FILES = ("extensions.conf", "queues.conf", "queuerules.conf")


class RefusedError(Exception):
    """There is a mistake in a file."""


def read_whole(file: Path, etc: Path) -> Iterator[str]:
    """The lines of a file with those that it includes."""
    for line in file.read_text(encoding="utf-8").splitlines():
        found = re.match(r'#include "(.*)"', line)
        if found:
            paths = list(Path("/").glob(str(etc / found[1]).lstrip("/")))
            if not paths:
                raise RefusedError(line)
            for path in paths:
                yield from read_whole(path, etc)
        elif line.startswith("[") and "]" not in line:
            raise RefusedError(line)
        else:
            yield line


def reload(folder: Path, names: tuple[str, ...]) -> None:
    """Take files over; leave those with a mistake as they were."""
    (folder / "loaded").mkdir(exist_ok=True)
    for name in names:
        try:
            text = "\n".join(read_whole(folder / "etc" / name, folder / "etc"))
        except (OSError, RefusedError):
            continue
        (folder / "loaded" / name).write_text(text, encoding="utf-8")


def loaded(folder: Path, name: str) -> str:
    """What it has read of a file."""
    path = folder / "loaded" / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def queue_show(folder: Path) -> Iterator[str]:
    """All queues, with the age of what was read."""
    waiting_file = folder / "waiting.json"
    waiting = json.loads(waiting_file.read_text()) if waiting_file.exists() else {}
    text = loaded(folder, "queues.conf").replace("[general]\nshared_lastcall=yes\n", "")
    age = int(time.time() - (folder / "loaded" / "queues.conf").stat().st_mtime) if text else 0
    for name, queue in read_queues(text).items():
        calls = waiting.get(name, 0)
        yield (
            f"{name} has {calls} calls (max unlimited) in '{queue.strategy}' strategy"
            " (0s holdtime, 0s talktime), W:0, C:0, A:0, SL:0.0%, SL2:0.0% within 0s"
        )
        yield "   Members: "
        for each in queue.members:
            yield (
                f"      {each.name} ({each.device}) with penalty {each.penalty}"
                f" (ringinuse disabled) (\x1b[0;31mUnavailable\x1b[0m) has taken no calls yet"
                f" (login was {age} secs ago)"
            )
        yield "   No Callers"
        yield ""


def rules_show(folder: Path) -> Iterator[str]:
    """All penalty rules."""
    for name, changes in read_rules(loaded(folder, "queuerules.conf")).items():
        yield f"Rule: {name}"
        for each in changes:
            yield (
                f"\tAfter {each.after} seconds, adjust QUEUE_MAX_PENALTY to {each.highest}, "
                "adjust QUEUE_MIN_PENALTY by 0 and adjust QUEUE_RAISE_PENALTY by 0"
            )


def dialplan_show(folder: Path, context: str) -> Iterator[str]:
    """One context."""
    text = loaded(folder, "extensions.conf")
    found = re.search(
        rf"^\[{re.escape(context)}\]\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL
    )
    if not found:
        yield f"There is no existence of '{context}' context"
        return
    yield f"[ Context '{context}' created by 'pbx_config' ]"
    priority = 0
    for line in found[1].splitlines():
        exten = re.match(r"exten => ([^,]+),1,(.*)", line)
        same = re.match(r" same => n(?:\((.+?)\))?,(.*)", line)
        if exten:
            priority = 1
            name, what = f"  '{exten[1]}' =>", exten[2]
        elif same:
            priority += 1
            name, what = f"     [{same[1]}]" if same[1] else "", same[2]
        else:
            continue
        yield f"{name:19} {priority}. {what:45} [extensions.conf:1]"


def answer(folder: Path, command: str) -> Iterator[str]:
    """What it prints."""
    if command == "core show version":
        yield (folder / "version").read_text().strip()
    elif command == "core show settings":
        yield f"  Configuration directory:     {folder / 'etc'}"
        yield f"  Log directory:               {folder / 'log'}"
    elif command == "queue show":
        yield from queue_show(folder)
    elif command == "queue show rules":
        yield from rules_show(folder)
    elif command == "dialplan reload":
        reload(folder, FILES[:1])
        yield "Dialplan reloaded."
    elif command == "queue reload all":
        reload(folder, FILES[1:])
    elif command.startswith("dialplan show "):
        yield from dialplan_show(folder, command.removeprefix("dialplan show "))
    else:
        yield f"No such command '{command}'"


def main(folder: Path, command: str) -> int:
    """Do what one command says; its exit code."""
    if not (folder / "version").exists():
        socket = folder / "run" / "asterisk.ctl"
        sys.stderr.write(f"Unable to connect to remote asterisk (does {socket} exist?)\n")
        return 1
    with (folder / "asked").open("a", encoding="utf-8") as asked:
        asked.write(f"{command}\n")
    sys.stdout.writelines(f"{line}\n" for line in answer(folder, command))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[3]))
