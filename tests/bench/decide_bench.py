"""What a decision costs: on rule lists of any length, against other libraries on the same rules.

    decide_bench.py [--rules 10,100,1000,10000] [--rivals rule-engine,json-logic]

Run by hand; it prints, and nothing is asserted but that all take the same rule for every call. The
rules and the calls are made by `decide_rules.py`, the same ones every time; the others are in
`decide_rivals.py` and are installed by `pip install -e .[test]`. Times are CPU time of the one
thread: what else the machine does is not counted.
"""

import gc
import json
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import quantiles
from time import thread_time, thread_time_ns

import click

from agi_measuring import percentile
from decide_rivals import RIVALS, Rival, first_match, shown_by
from decide_rules import LIST, calls_for, rules_text
from decide_tables import print_decisions, print_loading, print_rivals
from ivr.prompts import builtin_prompts
from routing.compiling import compile_policy
from routing.decide import decide, explanation
from routing.decisions_data import explanation_to_data
from routing.defining import resolve
from routing.documents import Document
from routing.facts import Facts
from routing.including import read_all
from routing.indexing import index_rules
from routing.loading import load_policy
from routing.model import FileShape
from routing.names import names_in
from routing.rules import Policy, RuleList
from routing.rules_text import RulesText

RULES_TOLD = 30
"""Rules of a decision that the journal keeps."""

ROUNDS_OF_LOADING = 3
"""The shortest of these is taken: what is longer was disturbed."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Rules, and calls to try them with."""

    policy: Policy
    calls: Sequence[Facts]

    @property
    def rules(self) -> RuleList:
        """The list that decides."""
        return self.policy.rules[LIST]

    def decided(self) -> Iterator[float]:
        """How long each call takes to decide, in µs."""
        for call in self.calls:
            begin = thread_time_ns()
            decide(self.policy, LIST, call)
            yield (thread_time_ns() - begin) / 1000

    def told(self) -> Iterator[float]:
        """The same with the reasons as data, as the journal keeps them."""
        for call in self.calls:
            begin = thread_time_ns()
            explanation_to_data(explanation(decide(self.policy, LIST, call), RULES_TOLD))
            yield (thread_time_ns() - begin) / 1000


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions on one list. Times are in µs, of one decision."""

    rules: int
    facts: int
    """How many facts the list asks for."""
    p50: float
    p99: float
    told_p50: float
    """With its reasons as data, as the journal keeps them."""
    quarters: tuple[float, ...]
    """Where in the list the rules stand that were taken: three quarters, as shares of it."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file made into a policy. Times are in ms, memory in MiB."""

    rules: int
    whole: float
    reading: float
    validating: float
    compiling: float
    """Without indexing."""
    indexing: float
    checking: float
    """All the rest."""
    memory: float
    """That the policy keeps."""


@dataclass(frozen=True, slots=True)
class Rivalled:
    """Another library on the same list. Times are in µs, `compiling` in ms."""

    rules: int
    rival: str
    calls: int
    agreed: int
    """Of these calls, for how many it took the rule that we took."""
    compiling: float
    p50: float
    p99: float
    ratio: float
    """Of the medians: how many times longer than ours."""


@click.command()
@click.option("--rules", default="10,100,1000,10000", show_default=True, help="By comma.")
@click.option("--calls", default=1000, show_default=True, help="Different ones, for each list.")
@click.option("--rounds", default=5, show_default=True, help="Times that each is decided.")
@click.option("--rivals", default=",".join(RIVALS), show_default=True, help="By comma.")
@click.option("--seconds", default=5.0, show_default=True, help="For each of them and each list.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def main(  # noqa: PLR0913  the options of a command
    *, rules: str, calls: int, rounds: int, rivals: str, seconds: float, as_json: bool
) -> None:
    """Measure decisions and loading, and compare."""
    others = chosen(rivals)
    sizes = [int(size) for size in rules.split(",")]
    texts = [rules_text(size) for size in sizes]
    policies = [load(text) for text in texts]
    trials = [Trial(policy, calls_for(policy, calls)) for policy in policies]
    gc.collect()
    gc.freeze()  # as a worker does when it has loaded its rules
    decided = measure_deciding(trials, rounds)
    rivalled = [
        measure_rival(rival, trial, seconds, ours.p50)
        for trial, ours in zip(trials, decided, strict=True)
        for rival in others
    ]
    loaded = [measure_loading(*each) for each in zip(sizes, texts, policies, strict=True)]
    if as_json:
        tables = {"loading": loaded, "deciding": decided, "rivals": rivalled}
        rows = {name: [asdict(row) for row in table] for name, table in tables.items()}
        click.echo(json.dumps(rows, indent=2))
        return
    print_decisions(decided, f"{calls} calls, each {rounds} times")
    if rivalled:
        print_rivals(rivalled)
    print_loading(loaded)


def chosen(names: str) -> list[Rival]:
    """The libraries named, by comma, if there are such and they are installed."""
    wanted = [name for name in names.split(",") if name]
    unknown = [name for name in wanted if name not in RIVALS]
    if unknown:
        there_are = ", ".join(RIVALS)
        raise click.ClickException(f"no library {', '.join(unknown)}: there are {there_are}")
    rivals = [RIVALS[name] for name in wanted]
    missing = [rival.package for rival in rivals if not rival.is_installed]
    if missing:
        raise click.ClickException(
            f"{', '.join(missing)} not installed: pip install -e .[test], or leave them out of "
            "--rivals"
        )
    return rivals


def load(text: str) -> Policy:
    """The policy of a file, as the server loads it."""
    return load_policy(RulesText("rules.yaml", text), known_prompts=builtin_prompts())


def read(text: str) -> Document:
    """The plain data of a file, as loading reads it."""
    document = read_all(RulesText("rules.yaml", text)).document
    if document is None:
        raise click.ClickException("the rules that were made cannot be read")
    return resolve(document).document


def milliseconds(work: Callable[[], object]) -> float:
    """How long this takes, undisturbed."""
    times = []
    for _ in range(ROUNDS_OF_LOADING):
        gc.collect()
        begin = thread_time()
        work()
        times.append(thread_time() - begin)
    return min(times) * 1000


def measure_deciding(trials: Sequence[Trial], rounds: int) -> list[Decided]:
    """Every list in turn, round after round: a slow minute of the machine slows all of them."""
    alone: list[list[float]] = [[] for _ in trials]
    told: list[list[float]] = [[] for _ in trials]
    for _ in range(rounds):
        for place, trial in enumerate(trials):
            alone[place] += trial.decided()
            told[place] += trial.told()
    return [_decided(*each) for each in zip(trials, alone, told, strict=True)]


def _decided(trial: Trial, alone: list[float], told: list[float]) -> Decided:
    rules = trial.rules
    positions = [decide(trial.policy, LIST, call).position for call in trial.calls]
    return Decided(
        rules=len(rules.rules),
        facts=len(rules.index.dimensions),
        p50=percentile(alone, 0.5),
        p99=percentile(alone, 0.99),
        told_p50=percentile(told, 0.5),
        quarters=tuple(quantiles(position / len(rules.rules) for position in positions)),
    )


def measure_loading(size: int, text: str, policy: Policy) -> Loaded:
    """The whole way from text to policy, and its parts each by itself."""
    conditions = [rule.when for rule in policy.rules[LIST].rules]
    document = read(text)
    names = names_in(document.data, builtin_prompts())
    shape = FileShape.model_validate(document.data, context=names)
    whole = milliseconds(lambda: load(text))
    reading = milliseconds(lambda: read(text))
    validating = milliseconds(lambda: FileShape.model_validate(document.data, context=names))
    compiling = milliseconds(lambda: compile_policy(shape, document, "r"))
    indexing = milliseconds(lambda: index_rules(conditions))
    return Loaded(
        rules=size,
        whole=whole,
        reading=reading,
        validating=validating,
        compiling=compiling - indexing,
        indexing=indexing,
        checking=whole - reading - validating - compiling,
        memory=_memory(text),
    )


def _memory(text: str) -> float:
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    policy = load(text)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del policy
    return (after - before) / 2**20


def measure_rival(rival: Rival, trial: Trial, seconds: float, ours: float) -> Rivalled:
    """As many of the calls as it decides in `seconds`; `ours` is our median in µs."""
    rules = trial.rules.rules
    begin = thread_time()
    compiled = [rival.compiled(rule.when) for rule in rules]
    compiling = thread_time() - begin
    times: list[float] = []
    agreed = 0
    end = thread_time() + seconds
    for call in trial.calls:
        if times and thread_time() > end:
            break
        decision = decide(trial.policy, LIST, call)
        shown = shown_by(decision)
        begin = thread_time_ns()
        place = first_match(compiled, shown)
        times.append((thread_time_ns() - begin) / 1000)
        agreed += place == decision.position
    return Rivalled(
        rules=len(rules),
        rival=rival.label,
        calls=len(times),
        agreed=agreed,
        compiling=compiling * 1000,
        p50=percentile(times, 0.5),
        p99=percentile(times, 0.99),
        ratio=percentile(times, 0.5) / ours,
    )


if __name__ == "__main__":
    main()
