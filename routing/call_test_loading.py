"""Loads tests that stand in a file of their own, beside the rules."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

from routing.call_test_compiling import TESTS, compile_customer, compile_tests
from routing.call_test_model import STATUSES, AnyCustomer, CallTestShape
from routing.call_tests import CallTest
from routing.catalogue import Level
from routing.defining import one_a_place, resolve
from routing.dialogues import RECORDED, SurveyQuestion
from routing.documents import Document, Position
from routing.facts import CustomerFacts
from routing.loading import RulesError
from routing.names import Names, asterisk_queues, marks_of, stages
from routing.problems import Path, Problem
from routing.rules import Policy
from routing.shape import Shape
from routing.skills import divided_by_language
from routing.wording import problems_of
from routing.yaml_reading import read_yaml


class TestFileShape(Shape):
    """A file of tests. It may say of which version of the rules language it is, as rules do."""

    version: Literal[1] | None = Field(None, description="The version of this language.")
    define: dict[str, object] | None = Field(
        None, description="Values that are needed in several tests, by name."
    )
    tests: Annotated[list[CallTestShape], Field(min_length=1)] = Field(
        description="Calls with what is to become of them."
    )


BEGIN_TESTS: Final = "begin with `tests:`, and under it `- name: …`"
"""What to do about a file of tests without any."""

BEGIN_CUSTOMER: Final = "write what is known of the caller, such as `segment: gold`, or `unknown`"
"""What to do about a customer of whom nothing is said."""

_CUSTOMER: Final[Path] = (TESTS, 0, "customer")

_IN_ITS_PLACE: Final = TypeAdapter(dict[str, list[dict[str, AnyCustomer]]])
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
        RulesError: There is an error. With every problem that can be found at once.
    """
    reading = read_yaml(text, file, begin=BEGIN_TESTS)
    if reading.document is None:
        raise RulesError(_unread(reading.problems))
    resolved = resolve(reading.document)
    document = resolved.document
    read = (*reading.problems, *resolved.problems, *_of_rules(document))
    shape, wrong = _shape(document, names_of(policy, known_prompts))
    problems = tuple(sorted(set(one_a_place(resolved, read, wrong))))
    if shape is None or any(each.level == Level.ERROR for each in problems):
        raise RulesError(problems)
    return compile_tests(shape.tests, policy.business, document)


def _shape(document: Document, names: Names) -> tuple[TestFileShape | None, tuple[Problem, ...]]:
    try:
        return TestFileShape.model_validate(document.data, context=names), ()
    except ValidationError as error:
        return None, tuple(problems_of(error, document))


def _of_rules(document: Document) -> Iterator[Problem]:
    """Sections of rules, which have no place in a file of tests; taken out of it."""
    for section in [each for each in document.data if each not in TestFileShape.model_fields]:
        message = f'"{section}" means nothing in a file of tests'
        hint = "it holds `tests`, and may hold `define`; rules belong to the rules file"
        yield document.problem((section,), "unknown-key", message, hint, key=True)
        del document.data[section]


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
    document = _customer_in(file, text)
    try:
        found = _IN_ITS_PLACE.validate_python(
            document.data, context=names_of(policy, known_prompts)
        )
    except ValidationError as error:
        raise RulesError(tuple(sorted(set(problems_of(error, document))))) from None
    return compile_customer(found[TESTS][0]["customer"], at, withheld=withheld)


def _customer_in(file: str, text: str) -> Document:
    """What a file says of a customer, in its place: with the key of a test before it, or without.

    Raises:
        RulesError: It cannot be read.
    """
    lines = [line.partition("#")[0].strip() for line in text.removeprefix("\ufeff").splitlines()]
    word = "".join(lines)
    if word in STATUSES:
        at = Position(next(n for n, line in enumerate(lines, start=1) if line), 1, file)
        return _moved(Document({"is": word}, {}, {(): at}), _CUSTOMER)
    reading = read_yaml(text, file, begin=BEGIN_CUSTOMER)
    if reading.document is None or reading.problems:
        raise RulesError(_unread(reading.problems))
    keyed = [*reading.document.data] == [_CUSTOMER[-1]]
    return _moved(reading.document, _CUSTOMER[:-1] if keyed else _CUSTOMER)


def _unread(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Why a file cannot be read, where rules are not what was looked for."""
    return tuple(
        replace(each, message="nothing is written here") if each.code == "empty-file" else each
        for each in sorted(problems)
    )


def _moved(document: Document, path: Path) -> Document:
    """The document as if it stood at `path` of another one."""
    data: Any = document.data
    for part in reversed(path):
        data = [data] if isinstance(part, int) else {part: data}
    return Document(
        data=data,
        keys={(*path, *key): place for key, place in document.keys.items()},
        values={(*path, *key): place for key, place in document.values.items()},
    )


def names_of(policy: Policy, known_prompts: Iterable[str]) -> Names:
    """What may be mentioned beside a policy."""
    rules = [(list_.id, rule.id) for list_ in policy.rules.values() for rule in list_.rules]
    by_language = {id_: divided_by_language(queue) for id_, queue in policy.queues.items()}
    sources = (number.source for number in policy.numbers.values())
    return Names(
        {
            "queue": tuple(policy.queues),
            "menu": tuple(policy.menus),
            "entry": tuple(policy.entries),
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
            "stage": stages(
                {
                    "menu": policy.menus,
                    "entry": policy.entries,
                    "queue": policy.queues,
                    "survey": policy.surveys,
                    "mailbox": policy.mailboxes,
                    "agent": policy.agents,
                }
            ),
            "source": tuple(source for source in sources if source is not None),
        },
        policy.business.country,
        _answers(policy),
        policy.business.timezone,
    )


def _answers(policy: Policy) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for survey in policy.surveys.values():
        for each in survey.questions:
            found[each.id] = (*found.get(each.id, ()), *_answers_to(each))
    return found


def _answers_to(question: SurveyQuestion) -> tuple[str, ...]:
    if question.record is not None:
        return (RECORDED,)
    marks = () if question.scale is None else marks_of(*question.scale)
    return (*marks, *question.choices.values())
