"""The policy of `sample.yaml`, and facts to try it with."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from routing.facts import Caller, CustomerFacts, CustomerStatus, Facts
from routing.loading import load_policy
from routing.rules_text import RulesText

BUILTIN: Final[Mapping[str, Mapping[str, str]]] = {
    "not-a-choice": {"fa": "نادرست", "en": "Not a choice"}
}
TEXT: Final = Path(__file__).with_name("sample.yaml").read_text(encoding="utf-8")
POLICY: Final = load_policy(RulesText("sample.yaml", TEXT), known_prompts=BUILTIN)

TEHRAN: Final = ZoneInfo("Asia/Tehran")
OFFICE_TIME: Final = datetime(2026, 11, 24, 10, 0, tzinfo=TEHRAN)
"""A Tuesday on which nothing is closed."""

FACTS: Final = Facts(
    call_id="1.2-3",
    at=OFFICE_TIME,
    caller=Caller(number_as_sent="0912 123 4567", name_as_sent="Sara", number="+989121234567"),
    dialled="+982191000000",
    source="website",
    language="fa",
    customer=CustomerFacts(CustomerStatus.KNOWN, id=1, name="Sara", language="fa"),
)
