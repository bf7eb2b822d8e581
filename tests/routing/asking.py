"""A policy in which callers are asked everything that they can be asked."""

from pathlib import Path
from typing import Final

from ivr.prompts import builtin_prompts
from routing.loading import load_policy
from routing.rules import Policy
from routing.rules_text import RulesText
from routing.yaml_reading import read_yaml
from tests.sample import TEXT

ASKING: Final = Path(__file__).with_name("asking.yaml").read_text(encoding="utf-8")


def _without(sections: set[str], text: str) -> str:
    """A rules file without some of its sections."""
    kept, keeping = [], True
    for line in text.splitlines(keepends=True):
        if line[:1].isalpha():
            keeping = line.partition(":")[0] not in sections
        if keeping:
            kept.append(line)
    return "".join(kept)


def policy_of(asking: str) -> Policy:
    """The sample, some of whose sections are these."""
    document = read_yaml(asking, "asking").document
    assert document is not None
    text = _without(set(document.data), TEXT) + asking
    return load_policy(RulesText("asking", text), known_prompts=builtin_prompts())


POLICY: Final = policy_of(ASKING)
