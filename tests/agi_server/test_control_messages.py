"""What operators and a server say to each other, as lines."""

from datetime import UTC, datetime

import pytest

from agi_server.control import (
    Answer,
    Failed,
    MisunderstoodError,
    NotTaken,
    Reload,
    Request,
    Rollback,
    RolledBack,
    Standing,
    Status,
    Taken,
    decode_answer,
    decode_request,
    encode,
)
from agi_server.service_state import (
    FailedReload,
    FileState,
    Health,
    Origin,
    Phase,
    RulesState,
    WorkerState,
)
from routing.problems import Problem
from routing.rules_text import RulesText

AT = datetime(2026, 11, 24, 6, 30, 0, 125, tzinfo=UTC)
PROBLEM = Problem("r.yaml", 3, 7, "queues.a", "no-unit", "«۲۰» lacks a unit", "write 20s")
FILE = FileState("/etc/r.yaml", "abc", differs=True, errors=2, trouble="")
WORKER = WorkerState(1, 100, Phase.SERVING, "abc", None, 1e9, 2.5, 4096, 3, 5)
ANSWERS = (
    Taken("/etc/r.yaml", "abc", "def"),
    NotTaken("abc", "why", (PROBLEM,), RulesText("r.yaml", "a\nنام", {"b": "c"}).bundled()),
    NotTaken("abc", "why"),
    RolledBack("abc", "def", 3, FILE),
    Standing(
        phase=Phase.SERVING,
        health=Health.SHORT,
        started_at=AT,
        watching=True,
        rules=RulesState("abc", AT, Origin.WATCH, 2),
        file=FILE,
        failed_reloads=1,
        failure=FailedReload(AT, "why", PROBLEM),
        wanted=2,
        workers=(WORKER,),
    ),
    Failed("why"),
)


@pytest.mark.parametrize("request_", [Reload(), Rollback(), Status()])
def test_a_request_is_one_line_and_comes_back(request_: Request) -> None:
    """As the type that it was."""
    line = encode(request_)
    assert line.count(b"\n") == 1
    assert decode_request(line) == request_


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.kind)
def test_an_answer_is_one_line_and_comes_back(answer: Answer) -> None:
    """With everything in it: moments, problems, the text of rules."""
    line = encode(answer)
    assert line.count(b"\n") == 1
    assert decode_answer(line) == answer


def test_half_a_character_from_a_rules_file_does_not_stop_an_answer() -> None:
    """YAML can spell one as an escape, and a problem quotes it."""
    assert decode_answer(encode(Failed("there is no queue \ud83d"))) == Failed(
        "there is no queue ?"
    )


def test_what_another_version_adds_is_left_aside() -> None:
    """An operator's command and the server may be of different ages."""
    assert decode_request(b'{"kind": "reload", "gently": true}\n') == Reload()


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"reload\n",
        b"[]\n",
        b"null\n",
        b"{}\n",
        b'{"kind": "restart"}\n',
        b'{"kind": ["reload"]}\n',
        b'{"kind": "taken"}\n',
        b"\xff\xfe\n",
        b"[" * 60_000 + b"\n",
        b"9" * 60_000 + b"\n",
    ],
    ids=lambda line: repr(line[:12]),
)
def test_rubbish_is_misunderstood(line: bytes) -> None:
    """In a short sentence, whatever it is."""
    with pytest.raises(MisunderstoodError) as found:
        decode_request(line)
    assert 0 < len(str(found.value)) < 1000
    assert "\n" not in str(found.value)
