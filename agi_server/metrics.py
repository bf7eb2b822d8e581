"""What Prometheus reads: the state of the service as metric families.

The names follow Prometheus's practice: the base unit in the name, `_total` for what only grows.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from agi_server.measurements import BOUNDS_SECONDS, SEPARATOR, Histogram, Measurements
from agi_server.service_state import ServiceState, WorkerState

_BOUNDS: Final = (*map(str, BOUNDS_SECONDS), "+Inf")


class ServiceCollector(Collector):
    """Gives the registry the state of the service, made anew for each scrape."""

    def __init__(self, state: Callable[[], ServiceState]) -> None:
        self._state = state

    def collect(self) -> Iterator[Metric]:
        """All metrics of the service."""
        yield from families(self._state())


def make_registry(state: Callable[[], ServiceState]) -> CollectorRegistry:
    """A registry of the service's metrics, and those of the supervisor's process (`process_…`)."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    registry.register(ServiceCollector(state))
    return registry


def families(state: ServiceState) -> Iterator[Metric]:
    """The state of the service as metric families."""
    yield from _sessions(state.totals)
    yield from _times(state.totals)
    yield from _spool(state.totals)
    yield from _calls(state.totals)
    yield from _queues(state.totals)
    yield from _workers(state)
    yield from _each_worker(state.workers)
    yield from _rules(state)


def _sessions(counted: Measurements) -> Iterator[Metric]:
    yield _counter(
        "rahyab_agi_sessions",
        "AGI sessions that have ended, by script and how they ended.",
        ("script", "outcome"),
        counted.sessions,
    )
    yield _counter(
        "rahyab_agi_refusals",
        "AGI sessions refused with the line failure, by reason.",
        ("reason",),
        counted.refusals,
    )
    yield _counter(
        "rahyab_agi_rejections",
        "Connections that ended before there was a session, by reason.",
        ("reason",),
        counted.rejections,
    )
    yield _counter(
        "rahyab_agi_hang_ups",
        "Callers who left during a session, by script and by the command that was running.",
        ("script", "stage"),
        counted.hang_ups,
    )
    yield CounterMetricFamily(
        "rahyab_agi_out_of_step",
        "Sessions given up because replies could no longer be told apart.",
        value=counted.out_of_step,
    )
    yield CounterMetricFamily(
        "rahyab_agi_overdue",
        "Sessions given up because Asterisk took too long for a command.",
        value=counted.overdue,
    )


def _spool(counted: Measurements) -> Iterator[Metric]:
    yield _gauge(
        "rahyab_spool_batches",
        "Batches of writes that wait in spools for the store.",
        counted.spool_waiting,
    )
    yield CounterMetricFamily(
        "rahyab_spooled",
        "Batches of writes that went to a spool because the store did not take them.",
        value=counted.spooled,
    )
    yield CounterMetricFamily(
        "rahyab_spool_refused",
        "Batches of spools that the store refused: they lie in files named .refused.",
        value=counted.spool_refused,
    )


def _calls(counted: Measurements) -> Iterator[Metric]:
    yield CounterMetricFamily(
        "rahyab_missing_prompts",
        "Prompts that callers did not hear because Asterisk does not have the sound file.",
        value=counted.missing_prompts,
    )
    yield _counter(
        "rahyab_caps_reached",
        "Callers who could not go on because too much had been tried, by what.",
        ("cap",),
        counted.caps,
    )
    yield CounterMetricFamily(
        "rahyab_alerts", "Alerts that surveys have raised.", value=counted.alerts
    )
    yield CounterMetricFamily(
        "rahyab_alerts_not_passed_on",
        "Alerts that RAHYAB_ALERT_COMMAND was not told of, or failed at.",
        value=counted.alerts_not_passed_on,
    )


def _queues(counted: Measurements) -> Iterator[Metric]:
    yield _gauge(
        "rahyab_manager_up",
        "1 while the service is logged in at Asterisk's manager interface.",
        counted.manager_up,
    )
    yield CounterMetricFamily(
        "rahyab_priority_rises",
        "Callers in queues whose priority was raised while they waited.",
        value=counted.priority_rises,
    )
    yield _counter(
        "rahyab_agents_rang_out",
        "Rings that an agent did not answer, by Asterisk's queue.",
        ("queue",),
        counted.agents_rang_out,
    )
    yield _counter(
        "rahyab_agents_paused",
        "Agents whom Asterisk has paused because they did not answer, by its queue.",
        ("queue",),
        counted.agents_paused,
    )


def _times(counted: Measurements) -> Iterator[Metric]:
    yield _histogram(
        "rahyab_agi_first_command_seconds",
        "From the connection to our first command.",
        counted.first_command,
    )
    yield _histogram(
        "rahyab_agi_thinking_seconds",
        "Of a whole session, the time in which no command was with Asterisk: ours.",
        counted.thinking,
    )
    yield _histogram(
        "rahyab_agi_asterisk_seconds",
        "Of a whole session, the time in which a command was with Asterisk.",
        counted.commanding,
    )
    commands = HistogramMetricFamily(
        "rahyab_agi_command_seconds", "From a command to its reply, by command.", labels=["command"]
    )
    for name, histogram in sorted(counted.commands.items()):
        commands.add_metric([_clean(name)], _buckets(histogram), histogram.seconds)
    yield commands


def _workers(state: ServiceState) -> Iterator[Metric]:
    yield _gauge("rahyab_workers_wanted", "Worker processes that there should be.", state.wanted)
    yield _gauge(
        "rahyab_workers_serving",
        "Worker processes that take calls and report.",
        sum(worker.reports for worker in state.workers),
    )
    yield CounterMetricFamily(
        "rahyab_worker_deaths",
        "Worker processes that ended without having been told to.",
        value=state.deaths,
    )
    yield CounterMetricFamily(
        "rahyab_agi_sessions_cut",
        "Sessions that were still running at the deadline of a drain.",
        value=state.cut,
    )


def _each_worker(workers: Sequence[WorkerState]) -> Iterator[Metric]:
    yield _of_each(
        "rahyab_agi_open_sessions",
        "AGI sessions with a handler now.",
        {worker.number: worker.open_sessions for worker in workers},
    )
    yield _of_each(
        "rahyab_agi_open_connections",
        "Connections now, those without a session included.",
        {worker.number: worker.open_connections for worker in workers},
    )
    yield _of_each(
        "rahyab_worker_report_age_seconds",
        "Since the worker's last report; it reports each second.",
        {worker.number: worker.report_age for worker in workers if worker.report_age is not None},
    )
    yield _of_each(
        "rahyab_worker_start_time_seconds",
        "When the worker's process was started, in Unix time.",
        {worker.number: worker.started_at for worker in workers},
    )
    yield _of_each(
        "rahyab_worker_resident_memory_bytes",
        "What the worker's process holds in memory.",
        {worker.number: worker.memory_bytes for worker in workers},
    )
    used = CounterMetricFamily(
        "rahyab_worker_cpu_seconds",
        "Processor time of this worker and of those whose place it took.",
        labels=["worker"],
    )
    for worker in workers:
        used.add_metric([str(worker.number)], worker.cpu_seconds)
    yield used


def _rules(state: ServiceState) -> Iterator[Metric]:
    yield InfoMetricFamily(
        "rahyab_rules", "The rules in force.", value={"revision": state.revision}
    )
    yield _gauge(
        "rahyab_rules_loaded_timestamp_seconds",
        "Since when the rules are in force, in Unix time.",
        state.loaded_at,
    )
    yield CounterMetricFamily(
        "rahyab_rules_failed_reloads",
        "Reloads that were refused, so that the old rules stayed.",
        value=state.failed_reloads,
    )


def _counter(
    name: str, text: str, labels: Sequence[str], counts: Counter[str]
) -> CounterMetricFamily:
    """A counter whose keys hold the values of its labels, one behind the other."""
    family = CounterMetricFamily(name, text, labels=labels)
    for key, count in sorted(counts.items()):
        family.add_metric([_clean(part) for part in key.split(SEPARATOR)], count)
    return family


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _of_each(name: str, text: str, values: Mapping[int, float]) -> GaugeMetricFamily:
    """A gauge of each worker, by its number."""
    family = GaugeMetricFamily(name, text, labels=["worker"])
    for number, value in values.items():
        family.add_metric([str(number)], value)
    return family


def _histogram(name: str, text: str, histogram: Histogram) -> HistogramMetricFamily:
    return HistogramMetricFamily(
        name, text, buckets=_buckets(histogram), sum_value=histogram.seconds
    )


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    """As Prometheus has them: each holds the ones before it too."""
    return list(zip(_BOUNDS, accumulate(histogram.counts), strict=True))


def _clean(text: str) -> str:
    """A label's value that can be written as UTF-8: a script's name comes from the network."""
    return text.encode("utf-8", "backslashreplace").decode()
