"""Feeds the reading of AGI with bytes that coverage chooses, for as long as it is told.

    python -m tests.fuzz --minutes 10

It starts from `seeds.py` and the kept corpus, and shows how it goes on: `cov` counts the branches
reached, `corp` the inputs worth keeping. An input that breaks something ends it with an error and
is saved in `tests/fuzz/corpus/`, where `test_corpus.py` tries it from then on. With `--keep` the
short inputs that together reach as much replace those that were kept before. Needs atheris:
`pip install -e .[fuzz]`.
"""

import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Final

import click

from tests.fuzz.reach import choose, count_lines, missed
from tests.fuzz.seeds import seeds

CORPUS: Final = Path(__file__).parent / "corpus"
LONGEST_INPUT: Final = 4_096
SLOW_SECONDS: Final = 10
"""One input that takes longer than this is a finding too."""
KEPT_BYTES: Final = 1_024
"""A longer input is not worth keeping in the repository."""


@click.command()
@click.option("--minutes", default=10.0, show_default=True, help="How long.")
@click.option("--keep", is_flag=True, help="Keep the inputs that reached something new.")
def main(minutes: float, keep: bool) -> None:
    """Fuzz the environment, the machine with all commands, and the splitting of words."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder)
        for seed in seeds():
            save(seed, found, "seed")
        code = fuzz(found, f"-max_total_time={round(minutes * 60)}")
        if code:
            sys.exit(code)
        summarise(found, keep=keep)


def fuzz(found: Path, *options: str) -> int:
    """Run libFuzzer in a process of its own, which it ends itself; its exit code."""
    words = (
        f"-max_len={LONGEST_INPUT}",
        f"-timeout={SLOW_SECONDS}",
        f"-artifact_prefix={CORPUS}/finding-",
        "-print_final_stats=1",
        *options,
        str(found),
        str(CORPUS),
    )
    return subprocess.run(
        [sys.executable, "-m", "tests.fuzz.engine", *words], check=False
    ).returncode


def summarise(found: Path, *, keep: bool) -> None:
    """Tell what was reached, and keep the inputs that reached it."""
    inputs = {path.read_bytes() for folder in (found, CORPUS) for path in folder.iterdir()}
    chosen, reached = choose(one for one in inputs if len(one) <= KEPT_BYTES)
    absent = missed(reached)
    lines = count_lines()
    click.echo(f"{lines - sum(map(len, absent.values()))} of {lines} lines reached; not reached:")
    for name, numbers in absent.items():
        click.echo(f"  {name}: {', '.join(map(str, numbers))}")
    if keep:
        for path in CORPUS.glob("reached-*"):
            path.unlink()
        for data in set(chosen) - set(seeds()):
            save(data, CORPUS, "reached")


def save(data: bytes, folder: Path, word: str) -> None:
    """Write an input under a name that its bytes give it."""
    (folder / f"{word}-{sha256(data).hexdigest()[:12]}").write_bytes(data)


if __name__ == "__main__":
    main()
