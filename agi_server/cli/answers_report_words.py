"""What the figures of surveys mean, and what they cannot tell, in sentences."""

from collections.abc import Iterator, Sequence

from reports.figures import LEAST, best, worst
from reports.question_forms import Kind
from reports.responses import Standing
from reports.survey_report import QuestionReport, Reach, SurveyReport


def per_cent(share: float | None) -> str:
    """A share for people; empty for None."""
    return "" if share is None else f"{share:.0%}"


def words_of_reach(report: SurveyReport) -> Iterator[str]:
    """Who was asked and who answered, with the formulas, and whom the answers do not speak for."""
    reach = report.total
    yield _words_of_asked(reach)
    yield _words_of_served(report)
    if reach.counts[Standing.UNNOTED]:
        yield (
            f"{_many(reach.counts[Standing.UNNOTED], 'more call')} answered, of which no note was"
            " kept that they were asked: their answers are counted, and are in no rate."
        )
    yield (
        "Bias: who is angry hangs up, and who hangs up is not asked; who answers is, as a rule,"
        " more pleased or more cross than who does not. The figures speak for those who answered,"
        " not for all callers."
    )


def _words_of_asked(reach: Reach) -> str:
    counts, asked = reach.counts, reach.asked
    words = (
        f"Of {asked:,} asked: declined {counts[Standing.DECLINED]:,}, answered nothing (silent)"
        f" {counts[Standing.SILENT]:,}, answered in part {counts[Standing.PARTIAL]:,}, answered"
        f" every question that was put to them (complete) {counts[Standing.COMPLETE]:,}."
    )
    if reach.response_rate is None:
        return f"{words} Fewer than {LEAST} were asked: no rate is told."
    return (
        f"{words} Response rate = at least one answer / asked"
        f" = {reach.answered:,} / {asked:,} = {per_cent(reach.response_rate)}; complete / asked"
        f" = {counts[Standing.COMPLETE]:,} / {asked:,} = {per_cent(reach.completion_rate)}."
    )


def _words_of_served(report: SurveyReport) -> str:
    reach = report.total
    if not reach.served:
        return "No call was answered in a queue with this survey."
    queues = ", ".join(report.queues)
    after, share = reach.asked_after_served, reach.asked_rate
    told = "" if share is None else f" ({per_cent(share)})"
    elsewhere = reach.asked - after
    return (
        f"Who could be asked at all: of {_many(reach.served, 'call')} that agents answered in"
        f" queues with this survey ({queues}) {after:,} were asked{told}. Never came to it, as a"
        f" rule since the caller hung up first: {reach.never_reached or 0:,}; asked not long"
        f" before: {reach.after_served[Standing.RECENTLY]:,}; not to be asked:"
        f" {reach.after_served[Standing.FORBIDDEN]:,}."
        + (f" Asked without having spoken with an agent: {elsewhere:,} more." if elsewhere else "")
    )


def words_of_question(report: QuestionReport) -> Iterator[str]:
    """What is to be known of the answers to one question beside their figures."""
    if report.form.when:
        yield f"Put only to callers who had answered: {', '.join(report.form.when)}."
    if report.form.kind is Kind.SCALE and not report.total.too_few:
        yield _words_of_boxes(report)
    if report.form.kind is Kind.SPOKEN:
        yield "Spoken answers are not read: `rahyab voicemail` lists and plays them."
    if report.form.kind is Kind.UNKNOWN:
        yield (
            "The rules by which this was asked are not kept, or cannot be read any more: nobody can"
            " say what a mark means, so there is no mean."
        )
    if report.wordings > 1:
        yield (
            f"The question was worded in {report.wordings} ways in this time, and the answers are"
            " counted together: another wording alone can move them."
        )
    if report.total.left_out:
        yield (
            f"{_many(report.total.left_out, 'answer')} more: emptied by `retention`, or none that"
            " the question has."
        )


def _words_of_boxes(report: QuestionReport) -> str:
    counts, n = report.total.counts or {}, report.total.n
    tops, bottoms = best(report.form.values, report.box), worst(report.form.values, report.box)
    total = sum(int(mark) * count for mark, count in counts.items())
    top, bottom = (sum(counts[mark] for mark in marks) for marks in (tops, bottoms))
    return (
        f"Mean = sum of marks / n = {total:,} / {n:,}. Top box = marks {_and(tops)} / n"
        f" = {top:,} / {n:,}; bottom box = marks {_and(bottoms)} / n = {bottom:,} / {n:,}."
    )


def closing_words() -> str:
    """What holds for all figures."""
    return (
        f"Fewer than {LEAST} answers are too few to tell a figure, or to judge anybody by. The true"
        " figure of such callers lies in the range under 95% in 95 of 100 reports (means: Student's"
        " t; shares: Wilson), if those who answered are like the others; two groups whose ranges"
        " overlap may well be alike, and of twenty groups one lies apart by chance. Ranges take"
        " answers for independent: who answers often counts as many."
    )


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _and(marks: Sequence[str]) -> str:
    return " and ".join((", ".join(marks[:-1]), marks[-1])) if len(marks) > 1 else marks[0]
