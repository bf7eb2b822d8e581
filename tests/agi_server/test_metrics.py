"""Metrics and health, made of a state of the service, and the port that tells them."""

import asyncio
import json
from collections.abc import Sequence

import pytest
from prometheus_client import generate_latest

from agi_server.listening import listen
from agi_server.measurements import BOUNDS_SECONDS, Measurements
from agi_server.metrics import make_registry
from agi_server.monitoring import LONGEST_REQUEST, MOST_CLIENTS, Monitoring
from agi_server.service_state import (
    REPORT_LATE_SECONDS,
    Health,
    Phase,
    ServiceState,
    WorkerState,
    health_of,
)
from tests.agi_server.service import samples_in


def worker(
    number: int, phase: Phase = Phase.SERVING, report_age: float | None = 0.5
) -> WorkerState:
    """A worker in this phase, which reported so long ago."""
    return WorkerState(number, 100 + number, phase, "abc", report_age, 1e9, 2.5, 4096, 3, 5)


def service(
    *workers: WorkerState,
    phase: Phase = Phase.SERVING,
    totals: Measurements | None = None,
    wanted: int = 2,
) -> ServiceState:
    """A service of these workers."""
    counted = totals or Measurements()
    return ServiceState(phase, wanted, workers, 7, 1, "abc", 2e9, 4, counted)


def counted() -> Measurements:
    """Of each thing something."""
    totals = Measurements(out_of_step=1, overdue=2)
    totals.sessions.update({"incoming\tcomplete": 5, "survey\tfailed": 1})
    totals.refusals["overload"] = 3
    totals.rejections["peer"] = 4
    totals.hang_ups["incoming\tGET DATA"] = 2
    totals.command("GET DATA").observe(BOUNDS_SECONDS[1])
    totals.command("GET DATA").observe(BOUNDS_SECONDS[1] * 1.01)
    totals.command("GET DATA").observe(BOUNDS_SECONDS[-1] + 1)
    totals.thinking.observe(0.25)
    return totals


def samples(state: ServiceState) -> dict[tuple[str, ...], float]:
    """What Prometheus reads, by name and labels."""
    return samples_in(generate_latest(make_registry(lambda: state)).decode())


def test_counts_are_labelled() -> None:
    """A key of two parts becomes two labels."""
    read = samples(service(totals=counted()))
    assert read["rahyab_agi_sessions_total", "complete", "incoming"] == 5
    assert read["rahyab_agi_refusals_total", "overload"] == 3
    assert read["rahyab_agi_rejections_total", "peer"] == 4
    assert read["rahyab_agi_hang_ups_total", "incoming", "GET DATA"] == 2
    assert (read["rahyab_agi_out_of_step_total",], read["rahyab_agi_overdue_total",]) == (1, 2)


def test_buckets_hold_what_is_below_their_bound() -> None:
    """The bound itself included; the last one holds everything."""
    read = samples(service(totals=counted()))
    bucket = ("rahyab_agi_command_seconds_bucket", "GET DATA")
    assert read[(*bucket, str(BOUNDS_SECONDS[0]))] == 0
    assert read[(*bucket, str(BOUNDS_SECONDS[1]))] == 1
    assert read[(*bucket, str(BOUNDS_SECONDS[2]))] == 2
    assert read[(*bucket, str(BOUNDS_SECONDS[-1]))] == 2
    assert read[(*bucket, "+Inf")] == read["rahyab_agi_command_seconds_count", "GET DATA"] == 3
    assert read["rahyab_agi_thinking_seconds_sum",] == 0.25


def test_workers_and_rules_are_told() -> None:
    """What one worker has is told by its number."""
    read = samples(service(worker(1), worker(2, report_age=REPORT_LATE_SECONDS + 1)))
    assert (read["rahyab_workers_wanted",], read["rahyab_workers_serving",]) == (2, 1)
    assert read["rahyab_worker_deaths_total",] == 7
    assert read["rahyab_agi_open_sessions", "2"] == 3
    assert read["rahyab_worker_cpu_seconds_total", "1"] == 2.5
    assert read["rahyab_rules_info", "abc"] == 1
    assert read["rahyab_rules_loaded_timestamp_seconds",] == 2e9
    assert read["rahyab_rules_failed_reloads_total",] == 4
    assert read["process_start_time_seconds",] > 1e9, "the supervisor's own"


def test_a_label_from_the_network_cannot_break_the_page() -> None:
    """Neither by bytes that are no UTF-8 nor by what the text form gives a meaning."""
    totals = Measurements()
    totals.sessions['x\udcff"}\n\\\tcomplete'] = 1
    read = samples(service(totals=totals))
    assert read["rahyab_agi_sessions_total", "complete", 'x\\udcff"}\n\\'] == 1


@pytest.mark.parametrize(
    ("state", "health"),
    [
        (service(worker(1), worker(2)), Health.OK),
        (service(worker(1), worker(2, Phase.STARTING, None)), Health.SHORT),
        (service(worker(1)), Health.SHORT),
        (service(worker(1), worker(2, report_age=REPORT_LATE_SECONDS * 2)), Health.SHORT),
        (service(worker(1, report_age=REPORT_LATE_SECONDS * 2)), Health.SILENT),
        (service(worker(1, Phase.STARTING, None)), Health.NO_WORKER),
        (service(), Health.NO_WORKER),
        (service(worker(1, Phase.STARTING, None), phase=Phase.STARTING), Health.STARTING),
        (service(worker(1), worker(2), phase=Phase.DRAINING), Health.DRAINING),
    ],
)
def test_health(state: ServiceState, health: Health) -> None:
    """One worker that serves is enough to be sent calls."""
    assert health_of(state) is health
    response = Monitoring(lambda: state).answer("/health", "")
    assert response.status == (200 if health in {Health.OK, Health.SHORT} else 503)
    assert json.loads(response.body)["status"] == health


def test_openmetrics_is_given_to_who_asks_for_it() -> None:
    """Prometheus does."""
    monitoring = Monitoring(lambda: service(worker(1), totals=counted()))
    response = monitoring.answer("/metrics", "application/openmetrics-text;version=1.0.0,*/*;q=0.1")
    assert response.kind.startswith("application/openmetrics-text; version=1.0.0")
    assert response.body.endswith(b"# EOF\n")


async def asked(address: tuple[str, int], request: bytes) -> bytes:
    """Send this, and read to the end."""
    reader, writer = await asyncio.open_connection(*address)
    writer.write(request)
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def told(*requests: bytes, silent: int = 0) -> Sequence[bytes]:
    """What such requests get, one after the other, beside clients that say nothing."""
    monitoring = Monitoring(lambda: service(worker(1), worker(2)))
    async with monitoring.listening(listen(port=0)) as address:
        idle = [await asyncio.open_connection(*address) for _ in range(silent)]
        try:
            return [await asked(address, request) for request in requests]
        finally:
            for _, writer in idle:
                writer.close()


@pytest.mark.parametrize(
    ("request_", "first_line"),
    [
        (b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", b"HTTP/1.1 200 OK"),
        (b"GET /metrics?x=1 HTTP/1.0\r\n\r\n", b"HTTP/1.1 200 OK"),
        (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 404 Not Found"),
        (b"POST /metrics HTTP/1.1\r\n\r\n", b"HTTP/1.1 405 Method Not Allowed"),
        (b"\xff\x00\r\n\r\n", b"HTTP/1.1 405 Method Not Allowed"),
        (b"x" * LONGEST_REQUEST * 2, b""),
    ],
)
def test_requests_are_answered(request_: bytes, first_line: bytes) -> None:
    """Each with one answer, and what is no request with none."""
    (response,) = asyncio.run(told(request_))
    assert response.partition(b"\r\n")[0] == first_line
    head, _, body = response.partition(b"\r\n\r\n")
    assert not head or f"Content-Length: {len(body)}".encode() in head


def test_head_is_the_same_without_the_body() -> None:
    """Load balancers ask so."""
    got, asked_head = asyncio.run(
        told(b"GET /health HTTP/1.1\r\n\r\n", b"HEAD /health HTTP/1.1\r\n\r\n")
    )
    assert asked_head == got.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


def test_silent_clients_do_not_keep_others_out() -> None:
    """More of them than are let in at once."""
    request = b"GET /health HTTP/1.1\r\n\r\n"
    (response,) = asyncio.run(told(request, silent=MOST_CLIENTS * 2))
    assert b'"status": "ok"' in response


def test_the_spool_is_told() -> None:
    """What waits in it, what it has taken, and what the store refused of it."""
    totals = Measurements(spool_waiting=3)
    totals.add(Measurements(spool_waiting=1, spooled=7, spool_refused=2))
    read = samples(service(totals=totals))
    assert read["rahyab_spool_batches",] == 4
    assert read["rahyab_spooled_total",] == 7
    assert read["rahyab_spool_refused_total",] == 2


def test_missing_prompts_and_alerts_are_told() -> None:
    """Over all workers, through what they report."""
    totals = Measurements.from_data(Measurements(missing_prompts=3).to_data())
    totals.add(Measurements(missing_prompts=1, alerts=5, alerts_not_passed_on=2))
    read = samples(service(totals=totals))
    assert read["rahyab_missing_prompts_total",] == 4
    assert read["rahyab_alerts_total",] == 5
    assert read["rahyab_alerts_not_passed_on_total",] == 2
