"""Surveys: what callers are asked about their call, or in a call of its own."""

from collections.abc import Mapping
from typing import Final

from ivr import machine
from ivr.effects import Alert, BeginSurvey, EndSurvey, Keep, MayAsk, Say, Steps, expect
from ivr.keys import Input
from ivr.machine import Again, Given, Invalid, Outcome, Question, Valid, Verdict, WantsPerson
from ivr.recording import SPEECHLESS_SECONDS, Wanted, record
from ivr.talk import Talk, choice, is_key
from routing.destinations import Route, ToHangup
from routing.dialogues import RECORDED, Survey, SurveyQuestion

YES: Final = "1"
NO: Final = "2"

_TWO_KEYS_FROM: Final = 10
"""The first mark that takes two keys."""


def ask_survey(talk: Talk, survey_id: str) -> Steps[Route]:
    """Ask a survey's questions, if the caller may be asked; where the call goes then.

    Once in a call: who is served by a second agent is not asked again.
    """
    survey, talk.stage = talk.book.policy.surveys[survey_id], f"survey {survey_id}"
    done = Route(ToHangup())
    if survey.id in talk.surveys:  # one call has one set of answers, with one agent
        return (yield from talk.go(survey.id, MayAsk.RECENTLY, done))
    may = expect((yield BeginSurvey(survey.id, survey.again_after_days)), MayAsk)
    if may is not MayAsk.YES:
        return (yield from talk.go(survey.id, may, done))
    talk.surveys |= {survey.id}
    if survey.consent is not None:
        question = choice("consent", survey.consent, keys=(YES, NO))
        outcome = yield from talk.ask(survey.id, question)
        if isinstance(outcome, WantsPerson):
            return (yield from talk.leave(survey.id, outcome, done))
        if not is_key(outcome, YES):  # silence is no consent
            yield EndSurvey(survey.id, declined=True)
            yield Say(("goodbye",))
            return (yield from talk.go(survey.id, "declined", done))
    answers: dict[str, str] = {}
    ended = yield from _questions(talk, survey, answers)
    if isinstance(ended, WantsPerson):
        return (yield from talk.leave(survey.id, ended, done))
    if ended:
        yield EndSurvey(survey.id)
    yield Say(("thank-you-for-your-answers",) if answers else ("goodbye",))
    return (yield from talk.go(survey.id, "finished", done))


def _questions(talk: Talk, survey: Survey, answers: dict[str, str]) -> Steps[bool | WantsPerson]:
    """Ask what is to be asked, and put it into `answers`. Whether all of it was answered."""
    is_whole, alerted = True, False
    for question in survey.questions:
        if not all(condition.holds(answers) for condition in question.when):
            continue
        outcome = yield from _ask(talk, survey, question)
        if isinstance(outcome, WantsPerson):
            return outcome
        if not isinstance(outcome, Given):
            is_whole = False
            continue
        yield Keep(survey.id, question.id, outcome.value)
        answers[question.id] = outcome.value
        if not alerted and _is_alarming(survey, answers):
            alerted = True
            yield Alert(survey.id, dict(answers))
    return is_whole


def _is_alarming(survey: Survey, answers: Mapping[str, str]) -> bool:
    return bool(survey.alert) and all(each.holds(answers) for each in survey.alert)


def _ask(talk: Talk, survey: Survey, question: SurveyQuestion) -> Steps[Outcome]:
    if question.record is None:
        return (yield from talk.ask(survey.id, _keyed_question(survey, question)))
    place = f"survey {survey.id}/{question.id}"
    wanted = Wanted(place, (question.say,), question.record, SPEECHLESS_SECONDS)
    recorded = yield from record(talk, wanted)
    if isinstance(recorded, WantsPerson):
        return recorded
    return machine.Nothing("silence") if recorded is None else Given(RECORDED)


def _keyed_question(survey: Survey, question: SurveyQuestion) -> Question:
    answers = _answers(question)
    takes_two = question.scale is not None and question.scale[1] >= _TWO_KEYS_FROM

    def accept(keyed: str) -> Verdict:
        value = answers.get(keyed)
        return Invalid() if value is None else Valid(value)

    return Question(
        id=question.id,
        say=(question.say, "ten-takes-two-keys") if takes_two else (question.say,),
        input=Input(
            longest=max(map(len, answers)),
            first_key_seconds=survey.first_key_seconds,
            between_keys_seconds=survey.between_keys_seconds,
            choices=frozenset(answers),
            early_keys=False,
        ),
        accept=accept,
        silence=Again(survey.repeat, machine.NOTHING_PRESSED),
        wrong=Again(survey.repeat),
        rounds=survey.repeat + 1,
    )


def _answers(question: SurveyQuestion) -> Mapping[str, str]:
    if question.scale is None:
        return question.choices
    low, high = question.scale
    return {str(mark): str(mark) for mark in range(low, high + 1)}
