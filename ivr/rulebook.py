"""A policy with what is derived from it once: prompts and dialogues."""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.dialogues import (
    Dialogue,
    callback_dialogue,
    menu_dialogue,
    survey_dialogue,
    tracking_dialogue,
)
from ivr.prompts import Catalogue
from routing.rules import Policy


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All that a call is led by."""

    policy: Policy
    catalogue: Catalogue
    menus: Mapping[str, Dialogue]
    surveys: Mapping[str, Dialogue]
    tracking: Dialogue
    callback: Dialogue

    @classmethod
    def of(cls, policy: Policy) -> "Rulebook":
        """Derive what calls need from a policy."""
        return cls(
            policy=policy,
            catalogue=Catalogue.of(policy),
            menus={menu.id: menu_dialogue(menu) for menu in policy.menus.values()},
            surveys={survey.id: survey_dialogue(survey) for survey in policy.surveys.values()},
            tracking=tracking_dialogue(policy.tracking),
            callback=callback_dialogue(policy.fallback),
        )
