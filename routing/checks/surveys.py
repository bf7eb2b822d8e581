"""Surveys: questions whose answers would not be what callers mean."""

from collections.abc import Iterator, Mapping
from typing import Final

from routing.checks.plain import mapping, sequence
from routing.checks.rule_lists import same_ids
from routing.checks.scene import Scene
from routing.conditions import Range, allowed_in_words
from routing.dialogue_compiling import compile_question
from routing.dialogues import AnswerCondition
from routing.names import marks_of, suggestion
from routing.problems import Path, Problem
from routing.survey_model import QuestionShape, SurveyShape

SHORTEST_PAUSE_SECONDS: Final = 1.5
"""In which a caller who rates with a ten can press the zero after the one."""


def problems(scene: Scene) -> Iterator[Problem]:
    """Every finding about surveys."""
    for id_, survey in mapping(scene.data.get("surveys")).items():
        questions = sequence(mapping(survey).get("questions"))
        yield from same_ids(scene, questions, ("surveys", id_, "questions"), "question")
    for id_, shape in scene.surveys.items():
        for index, question in enumerate(shape.questions if shape is not None else ()):
            path: Path = ("surveys", id_, "questions", index)
            yield from _mark_by_one_key(scene, question, path)
            yield from _same_answers(scene, question, path)
        if shape is not None:
            yield from _hurried(scene, id_, shape)
            yield from _conditions(scene, id_, shape)


def _mark_by_one_key(scene: Scene, question: QuestionShape, path: Path) -> Iterator[Problem]:
    """A mark above nine that stands on a single key."""
    for key, answer in (question.keys or {}).items():
        if len(key) == 1 and answer.isdecimal() and len(str(int(answer))) > 1:
            message = f'"{answer}" is to be given by the key "{key}": who keys it in gives another'
            hint = "write `scale: 1..10` in place of `keys`: two keys in a row are one mark"
            yield scene.at((*path, "keys", key), "mark-by-one-key", message, hint)


def _same_answers(scene: Scene, question: QuestionShape, path: Path) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for key, answer in (question.keys or {}).items():
        if first.setdefault(answer, key) != key:
            message = f'"{answer}" is what the key "{first[answer]}" means already'
            hint = "let each key mean something else: reports count by the meaning"
            yield scene.at((*path, "keys", key), "same-answer", message, hint)


def _conditions(scene: Scene, id_: str, survey: SurveyShape) -> Iterator[Problem]:
    """Conditions on answers that there are not, or not yet."""
    every = {question.id: question for question in survey.questions}
    before: dict[str, QuestionShape] = {}
    for index, question in enumerate(survey.questions):
        path: Path = ("surveys", id_, "questions", index, "when")
        for asked, allowed in (question.when or {}).items():
            if asked in every and asked not in before:
                message = f'"{asked}" is not asked before this question'
                hint = "let a question depend on earlier ones only, or move it down"
                yield scene.at((*path, asked), "asked-later", message, hint, key=True)
            else:
                yield from _condition(scene, (*path, asked), before, allowed)
        before[question.id] = question
    for asked, allowed in (survey.alert or {}).items():
        yield from _condition(scene, ("surveys", id_, "alert", asked), every, allowed)


def _condition(
    scene: Scene,
    path: Path,
    questions: Mapping[str, QuestionShape],
    allowed: tuple[str | Range, ...],
) -> Iterator[Problem]:
    """A condition on a question that the survey does not have, or answers that it cannot have."""
    name = str(path[-1])
    if name not in questions:
        message = f'this survey has no question "{name}"'
        hint = suggestion(name, questions) or "name the id of a question"
        yield scene.at(path, "unknown-question", message, hint, key=True)
        return
    answers = _possible(questions[name])
    if not answers:
        message = f'the answer to "{name}" is spoken: nothing is known of it'
        hint = "ask for the answer to a question with a scale or keys"
        yield scene.at(path, "unknown-answer", message, hint)
        return
    for each in allowed:
        if not any(AnswerCondition(name, (each,)).holds({name: answer}) for answer in answers):
            message = f'the question "{name}" has no answer "{allowed_in_words(each)}"'
            yield scene.at(path, "unknown-answer", message, suggestion("", answers))


def _possible(question: QuestionShape) -> tuple[str, ...]:
    """The answers that a question can have; none if it is answered by speaking."""
    compiled = compile_question(question)
    marks = () if compiled.scale is None else marks_of(*compiled.scale)
    return (*marks, *compiled.choices.values())


def _hurried(scene: Scene, id_: str, survey: SurveyShape) -> Iterator[Problem]:
    """Too short a pause for a mark of two keys; the shorter one would be kept instead."""
    marks = [question.scale for question in survey.questions if question.scale is not None]
    mistaken = [(high, high // 10) for low, high in marks if low <= high // 10]
    if mistaken and survey.between_keys < SHORTEST_PAUSE_SECONDS:
        high, heard = mistaken[0]
        message = f"who keys in {high} has {survey.between_keys:g}s for it, or is heard as {heard}"
        hint = f"let `between_keys` be {SHORTEST_PAUSE_SECONDS}s or more"
        yield scene.at(("surveys", id_, "between_keys"), "hurried-mark", message, hint)
