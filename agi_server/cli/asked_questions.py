"""How questions were put in the past, from the revisions of the rules that the store keeps."""

from collections.abc import Mapping

from agi_server.policy import PolicyError, load_rules
from crm.ports import Store
from reports.question_forms import UNKNOWN, Asked, question_in
from routing.rules import Policy
from routing.rules_text import BundleError, RulesText


class AskedQuestions:
    """Finds how a question was put by a revision; each revision is loaded once.

    Args:
        store: Keeps the revisions.
        present: The rules as they are now, which a store may not have yet; None: they are broken.
    """

    def __init__(self, store: Store, present: Policy | None) -> None:
        self._store = store
        self._known: dict[str, Mapping[tuple[str, str], Asked]] = {}
        if present is not None:
            self._known[present.revision] = _questions(present)

    def __call__(self, revision: str, survey: str, question: str) -> Asked:
        """The question as the revision has it; `UNKNOWN` where that is not kept or not read."""
        if revision not in self._known:
            policy = self._load(revision)
            self._known[revision] = {} if policy is None else _questions(policy)
        return self._known[revision].get((survey, question), UNKNOWN)

    def _load(self, revision: str) -> Policy | None:
        kept = self._store.revision(revision)
        if kept is None:
            return None
        try:
            return load_rules(RulesText.unbundled(kept.bundle))
        except (BundleError, PolicyError):  # of a version of the program that read other rules
            return None


def _questions(policy: Policy) -> Mapping[tuple[str, str], Asked]:
    """Of a policy what is asked for here: a whole one takes a megabyte or more."""
    return {
        (survey.id, question.id): question_in(policy, survey.id, question.id)
        for survey in policy.surveys.values()
        for question in survey.questions
    }
