"""How long the tests of the rules take.

    python tests/bench/rehearsal_bench.py

The calls are those of the rules that we ship, again and again.
"""

import sys
import time
from pathlib import Path
from statistics import quantiles

import click

from agi_server.policy import load_policy_file
from ivr.rulebook import Rulebook
from rehearsal.judging import run_test

CALLS = 1_000
RULES = Path(__file__).parents[2] / "routing_rules.yaml"


def main(calls: int = CALLS) -> None:
    """Run and print."""
    policy = load_policy_file(RULES)
    book, tests = Rulebook.of(policy), policy.tests
    seconds = []
    for number in range(calls):
        begun = time.perf_counter()
        verdict = run_test(book, tests[number % len(tests)])
        seconds.append(time.perf_counter() - begun)
        if not verdict.passed:
            sys.exit(f"{verdict.test.name} fails: run `rahyab test`")
    cuts = quantiles(seconds, n=100)
    click.echo(f"{calls} calls in {sum(seconds):.2f} s ({len(tests)} different ones)")
    click.echo(f"one call: p50 {cuts[49] * 1e6:.0f} µs, p99 {cuts[98] * 1e6:.0f} µs")


if __name__ == "__main__":
    main()
