"""A server that wants to be shown the secret, and a real Asterisk that knows it, or does not."""

# ruff: noqa: D103  the names of the tests say what they test

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agi_server.lab.scenarios import Call
from agi_server.lab.telephony import Telephony
from tests.live.conftest import SECRET, Server

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]
SERVE = (sys.executable, "-m", "agi_server.cli", "serve")
CALL = Call("+982191000000", number="+989121234567", at="2026-11-24 10:00", hangup_after=2.0)


def settings(secret: str) -> dict[str, str]:
    return {
        "RAHYAB_RULES": str(ROOT / "routing_rules.yaml"),
        "RAHYAB_LOG_FORMAT": "json",
        "RAHYAB_SECRET": secret,
    }


def test_an_asterisk_that_knows_the_secret_is_served(
    telephony: Telephony, serving: Callable[..., Server]
) -> None:
    server = serving(*SERVE, **settings(SECRET))
    result = telephony.place_call(CALL)
    assert "rahyab/fa/welcome" in result.sounds, "\n".join(map(str, result.lines))
    assert not result.logged('"rahyab-fallback"')
    assert "unproven" not in server.output.read_text()


def test_an_asterisk_that_does_not_takes_the_fallback(
    telephony: Telephony, serving: Callable[..., Server]
) -> None:
    server = serving(*SERVE, **settings(SECRET[::-1]))
    result = telephony.place_call(CALL)
    assert not result.sounds
    assert result.logged('"rahyab-fallback"')
    lines = [json.loads(line) for line in server.output.read_text().splitlines() if line[:1] == "{"]
    refused = [line for line in lines if line["event"] == "session refused"]
    assert {line["reason"] for line in refused} == {"unproven"}
