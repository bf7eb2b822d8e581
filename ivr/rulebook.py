"""A policy with what is derived from it once: its prompts, and the questions of its menus."""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.machine import Question
from ivr.menu_questions import menu_question
from ivr.prompts import Catalogue
from routing.rules import Policy


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All that a call is led by."""

    policy: Policy
    catalogue: Catalogue
    menus: Mapping[str, Question]

    @classmethod
    def of(cls, policy: Policy) -> "Rulebook":
        """Derive what calls need from a policy."""
        menus = {menu.id: menu_question(menu) for menu in policy.menus.values()}
        return cls(policy, Catalogue.of(policy), menus)
