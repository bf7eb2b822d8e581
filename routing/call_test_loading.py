"""Loads tests that stand in a file of their own, beside the rules."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, ValidationError

from routing.call_test_compiling import compile_tests
from routing.call_test_model import CallTestShape
from routing.call_tests import CallTest
from routing.defining import resolve
from routing.loading import RulesError
from routing.names import Names
from routing.rules import Policy
from routing.shape import Shape
from routing.wording import problems_of
from routing.yaml_reading import read_yaml


class TestFileShape(Shape):
    """A file of tests."""

    tests: Annotated[list[CallTestShape], Field(min_length=1)] = Field(
        description="Calls with what is to become of them."
    )


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


def names_of(policy: Policy, known_prompts: Iterable[str]) -> Names:
    """What may be mentioned beside a policy."""
    rules = [(list_.id, rule.id) for list_ in policy.rules.values() for rule in list_.rules]
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
            "source": tuple(source for source in sources if source is not None),
        },
        policy.business.country,
    )
