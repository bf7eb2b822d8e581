"""Requests that fail as requests do."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from crm.links.ports import LinkError
from crm.links.web import ATTEMPTS, Limits, WebClient
from tests.crm.links.certificate import write_certificate
from tests.crm.links.conftest import FAST
from tests.crm.links.standing_in import Request, Response, StandIn, answers, cuts

pytestmark = pytest.mark.slow


class Hello(StandIn):
    """Says hello."""

    def answer(self, request: Request) -> Response:
        """Whatever was asked."""
        return Response(200, {"hello": request.path})


@pytest.fixture
def hello() -> Iterator[Hello]:
    """A program that says hello."""
    stand_in = Hello()
    with stand_in.serving():
        yield stand_in


@pytest.fixture
def client(hello: Hello, pauses: list[float]) -> Iterator[WebClient]:
    """Asks it."""
    with WebClient(hello.url, FAST, sleep=pauses.append) as made:
        yield made


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_asks_again_what_may_work_later(hello: Hello, client: WebClient, status: int) -> None:
    """Twice it fails."""
    hello.faults.extend([answers(status), answers(status)])

    assert client.ask("GET", "/a").data == {"hello": "/a"}
    assert len(hello.requests) == 3


def test_waits_as_long_as_it_is_asked_to(
    hello: Hello, client: WebClient, pauses: list[float]
) -> None:
    """Seconds, or a moment."""
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    hello.faults.append(answers(429, Retry_After="7"))
    hello.faults.append(answers(503, Retry_After=moment))

    client.ask("GET", "/a")

    seconds, until = (pause for pause in pauses if pause > 1)
    assert seconds == 7
    assert 80 < until <= 90


def test_a_moment_that_is_over_is_no_pause(hello: Hello, client: WebClient) -> None:
    """Nor is nonsense a reason to fail."""
    hello.faults.append(answers(429, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"))
    hello.faults.append(answers(429, Retry_After="soon"))

    assert client.ask("GET", "/a").status == 200


def test_leaves_alone_who_asks_to_wait_too_long(hello: Hello, client: WebClient) -> None:
    """A day."""
    hello.faults.append(answers(429, Retry_After="86400"))

    with pytest.raises(LinkError, match=r"429.*asks to wait for 86400 s: run this again later"):
        client.ask("GET", "/a")


def test_pauses_grow_and_come_to_an_end(
    hello: Hello, client: WebClient, pauses: list[float]
) -> None:
    """Then the last failure is told."""
    hello.faults.extend([answers(500)] * ATTEMPTS)

    with pytest.raises(LinkError, match="HTTP 500 Internal Server Error"):
        client.ask("GET", "/a")
    assert len(hello.requests) == ATTEMPTS
    assert all(pause <= 60 for pause in pauses)


def test_a_cut_connection_is_made_anew(hello: Hello, client: WebClient) -> None:
    """In the middle of an answer."""
    hello.faults.append(cuts)

    assert client.ask("POST", "/a", form={"a": "b"}).data == {"hello": "/a"}
    assert [request.form for request in hello.requests] == [{"a": "b"}] * 2


def test_nobody_there_is_told(pauses: list[float], hello: Hello) -> None:
    """With the address, without what was asked for."""
    with WebClient("http://127.0.0.1:1", FAST, sleep=pauses.append) as client:
        with pytest.raises(LinkError, match=r"http://127\.0\.0\.1:1 cannot be reached") as raised:
            client.ask("GET", "/a", query={"sessionName": "s3cret"})
        assert "s3cret" not in str(raised.value)
    assert not hello.requests


def test_a_slow_answer_is_given_up(hello: Hello, pauses: list[float]) -> None:
    """And asked for again, a few times."""
    limits = Limits(per_second=FAST.per_second, answer_seconds=0.05)
    with (
        WebClient(hello.url, limits, sleep=pauses.append) as client,
        hello.lock,  # without it the stand-in cannot answer
        pytest.raises(LinkError, match="does not answer in time"),
    ):
        client.ask("GET", "/a")


def test_redirects_are_not_followed(hello: Hello, client: WebClient) -> None:
    """Credentials go to one address alone."""
    hello.faults.append(answers(302, Location="http://127.0.0.1:1/elsewhere"))

    with pytest.raises(LinkError, match="redirects elsewhere"):
        client.ask("GET", "/a")
    assert len(hello.requests) == 1


@pytest.mark.parametrize("data", [b"<html>Log in</html>", b"[1, 2]", b"", b"\xff"])
def test_what_is_no_object_is_told_as_a_wrong_address(
    hello: Hello, client: WebClient, data: bytes
) -> None:
    """A log-in page, most of all."""
    hello.faults.append(answers(200, data))

    with pytest.raises(LinkError, match="is this the address of the CRM's API"):
        client.ask("GET", "/a")


def test_endless_answers_are_not_read(hello: Hello, pauses: list[float]) -> None:
    """Beyond the limit nothing is kept."""
    hello.faults.append(answers(200, b"[" * (2 * 1024 * 1024)))
    limits = Limits(per_second=FAST.per_second, most_bytes=1024 * 1024)

    with (
        WebClient(hello.url, limits, sleep=pauses.append) as client,
        pytest.raises(LinkError, match="more than 1 MiB"),
    ):
        client.ask("GET", "/a")


def test_keeps_the_pace(hello: Hello) -> None:
    """Two a second: the third waits a second from the first, whatever the others took."""
    now = [100.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    with WebClient(hello.url, Limits(per_second=2), sleep=sleep, clock=lambda: now[0]) as client:
        for _ in range(3):
            client.ask("GET", "/a")
        assert now == [101.0]
        now[0] += 60
        client.ask("GET", "/a")
        assert now == [161.0]


def test_a_certificate_of_nobody_is_refused(
    pauses: list[float], tmp_path: Path, tls_hello: str
) -> None:
    """Once, for it would be the same again; with its file under `ca_file` it is trusted."""
    with (
        WebClient(tls_hello, FAST, sleep=pauses.append) as client,
        pytest.raises(LinkError, match=r"cannot be verified.*`ca_file`"),
    ):
        client.ask("GET", "/a")
    assert max(pauses, default=0) < 0.1
    with WebClient(tls_hello, FAST, ca_file=tmp_path / "ca.pem", sleep=pauses.append) as client:
        assert client.ask("GET", "/a").data == {"hello": "/a"}


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_a_file_without_certificates_is_told(tmp_path: Path, text: str | None) -> None:
    """Missing, or something else."""
    file = tmp_path / "ca.pem"
    if text is not None:
        file.write_text(text)

    with pytest.raises(LinkError, match=r"ca\.pem cannot be used"):
        WebClient("https://127.0.0.1", FAST, ca_file=file)


@pytest.fixture
def tls_hello(tmp_path: Path) -> Iterator[str]:
    """Says hello over TLS, with a certificate that it has signed itself: `ca.pem`."""
    write_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "ca.pem", tmp_path / "key.pem")
    stand_in = Hello()
    with stand_in.serving(context):
        yield stand_in.url
