"""Loads tests that stand in a file of their own, beside the rules."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field, TypeAdapter, ValidationError

from routing.call_test_compiling import TESTS, compile_customer, compile_tests
from routing.call_test_model import CallTestShape, CustomerShape
from routing.call_tests import CallTest
from routing.defining import resolve
from routing.documents import Document
from routing.facts import CustomerFacts
from routing.loading import RulesError
from routing.names import Names, asterisk_queues, marks_of, stages
from routing.problems import Path
from routing.rules import Policy
from routing.shape import Shape
from routing.skills import uses_language
from routing.wording import problems_of
from routing.yaml_reading import read_yaml


class TestFileShape(Shape):
    """A file of tests."""

    tests: Annotated[list[CallTestShape], Field(min_length=1)] = Field(
        description="Calls with what is to become of them."
    )


_IN_ITS_PLACE: Final = TypeAdapter(dict[str, list[dict[str, CustomerShape]]])
"""A customer in the place that a test has for one, which findings then speak of."""


def load_tests(
    policy: Policy, file: str, text: str, *, known_prompts: Iterable[str]
) -> tuple[CallTest, ...]:
    """The tests of a file.

    Args:
        policy: The rules that are tested: tests may name only what is there.
        file: What problems call the file.
        text: Its text.
        known_prompts: The ids of the built-in prompts.

    Raises:
        RulesError: With every problem that can be found at once.
    """
    reading = read_yaml(text, file)
    if reading.document is None:
        raise RulesError(tuple(sorted(reading.problems)))
    resolved = resolve(reading.document)
    document, problems = resolved.document, {*reading.problems, *resolved.problems}
    try:
        shape = TestFileShape.model_validate(document.data, context=names_of(policy, known_prompts))
    except ValidationError as error:
        raise RulesError(tuple(sorted({*problems, *problems_of(error, document)}))) from None
    if problems:
        raise RulesError(tuple(sorted(problems)))
    return compile_tests(shape.tests, policy.business, document)


def load_customer(  # noqa: PLR0913  what a customer is read by, and what beside
    policy: Policy,
    file: str,
    text: str,
    *,
    known_prompts: Iterable[str],
    at: datetime,
    withheld: bool,
) -> CustomerFacts:
    """What a file says of a caller, as a test has it under `customer`.

    Args:
        policy: The rules: the file may name only what is there.
        file: What problems call the file.
        text: Its text.
        known_prompts: The ids of the built-in prompts.
        at: The moment of the call.
        withheld: Whether the caller shows no number.

    Raises:
        RulesError: With every problem that can be found at once.
    """
    reading = read_yaml(text, file)
    if reading.document is None or reading.problems:
        raise RulesError(tuple(sorted(reading.problems)))
    document = _moved(reading.document, (TESTS, 0, "customer"))
    try:
        found = _IN_ITS_PLACE.validate_python(
            {TESTS: [{"customer": document.data}]}, context=names_of(policy, known_prompts)
        )
    except ValidationError as error:
        raise RulesError(tuple(sorted(set(problems_of(error, document))))) from None
    return compile_customer(found[TESTS][0]["customer"], at, withheld=withheld)


def _moved(document: Document, path: Path) -> Document:
    """The document as if it stood at `path` of another one."""
    return Document(
        data=document.data,
        keys={(*path, *key): place for key, place in document.keys.items()},
        values={(*path, *key): place for key, place in document.values.items()},
    )


def names_of(policy: Policy, known_prompts: Iterable[str]) -> Names:
    """What may be mentioned beside a policy."""
    rules = [(list_.id, rule.id) for list_ in policy.rules.values() for rule in list_.rules]
    by_language = {id_: uses_language(queue) for id_, queue in policy.queues.items()}
    sources = (number.source for number in policy.numbers.values())
    return Names(
        {
            "queue": tuple(policy.queues),
            "menu": tuple(policy.menus),
            "rule-list": tuple(policy.rules),
            "rule": (*(rule for _, rule in rules), *(f"{name}/{rule}" for name, rule in rules)),
            "prompt": tuple(dict.fromkeys((*policy.prompts, *known_prompts))),
            "skill": tuple(policy.skills),
            "survey": tuple(policy.surveys),
            "mailbox": tuple(policy.mailboxes),
            "hours": tuple(policy.hours),
            "agent": tuple(policy.agents),
            "variable": tuple(policy.variables),
            "language": policy.business.languages,
            "asterisk-queue": asterisk_queues(by_language, policy.business.languages),
            "stage": stages(policy.menus, policy.queues, policy.surveys),
            "source": tuple(source for source in sources if source is not None),
        },
        policy.business.country,
        _answers(policy),
    )


def _answers(policy: Policy) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for survey in policy.surveys.values():
        for each in survey.questions:
            own = tuple(each.choices.values()) if each.scale is None else marks_of(*each.scale)
            found[each.id] = (*found.get(each.id, ()), *own)
    return found
