"""The shape of a rules file: the model that checks it, and that its reference is made from.

A class is a mapping of the file, a field a key of it. What spans several fields or several entries
is looked at by `routing.checks`.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from routing.call_test_model import CallTestShape
from routing.callback_model import CallbacksShape, ProofShape
from routing.dialogue_model import EntryShape, MailboxShape, MenuShape, TrackingShape
from routing.fields import ChannelVariable, OneOrMany, Text
from routing.name_fields import Id, LanguageCode, LanguageName, PromptName, QueueId, QueueName
from routing.queue_model import AgentShape, QueueShape
from routing.route_model import ActionsShape, DestinationShape, RouteShape, Start
from routing.shape import Shape
from routing.survey_model import SurveyShape
from routing.text_messages import MessageText, TextName
from routing.when_model import AssumedShape, WhenShape
from routing.world_fields import (
    Country,
    DateRange,
    HolidayCountry,
    PhoneNumber,
    Span,
    TimeZone,
    Weekdays,
)

Days: TypeAlias = Annotated[int, Field(ge=1, le=36_500)]
"""For how many days something is kept: up to a hundred years."""


class BusinessShape(Shape):
    """The business that answers.

    Example:
        business:
          name: Pars Support
          country: IR
          timezone: Asia/Tehran
          languages: [fa, en]
          fallback: reception
    """

    name: Text = Field(description="Its name, for reports.")
    country: Country = Field(
        description="ISO 3166 code of the country in which numbers without a code are read."
    )
    timezone: TimeZone = Field(description="The zone in which all times of this file are meant.")
    languages: Annotated[list[LanguageCode], Field(min_length=1)] = Field(
        description="The languages that callers may hear; the first is the default."
    )
    fallback: QueueName = Field(
        description="The queue whose agents take calls while the server gives no answer."
    )


class NumberShape(Shape):
    """A number that callers dial.

    The language of a call is the customer's own if the business speaks it, else that of the number,
    else the first of `languages`. A key of a menu or a rule may change it later.

    The source is stored with the call: reports tell which advertisement brought whom.

    Example:
        numbers:
          "+982191000000": {start: welcome, source: website}
          "+442079460000": {start: {rules: arrival}, source: london-office, language: en}
    """

    start: Start = Field(description="Where such a call starts; a bare word is a menu.")
    source: Id | None = Field(
        None,
        description="What advertised the number, for rules and reports: a name of your choice.",
    )
    language: LanguageName | None = Field(None, description="The language its callers hear first.")


class HoursShape(Shape):
    """When something is open.

    At every moment hours are `open`, `closed` or `holiday`. A public holiday or an own closing day
    lasts from midnight to midnight and is never open, whatever `open` says of that day of the week:
    hours that begin on it do not take place, and those that run over midnight into it end there.
    Own closing days count as `holiday` too.

    Times are read off the clock on the wall: where it is put back in autumn, both passages of the
    repeated hour count alike.

    Example:
        hours:
          office:
            open:
              sat-wed: "08:00-17:00"
              thu: ["08:00-12:00", "13:00-15:00"]
            holidays: IR
            timezone: Asia/Tehran
            closed:
              "2027-03-21..2027-04-02": Nowruz
              "1406-04-10": inventory
    """

    open: Annotated[dict[Weekdays, OneOrMany[Span]], Field(min_length=1)] = Field(
        description="Ranges of hours by day (`thu`) or days (`sat-wed`), also over midnight."
    )
    holidays: HolidayCountry | None = Field(
        None, description="The country whose public holidays are kept."
    )
    timezone: TimeZone | None = Field(
        None,
        description="The zone in which these hours are meant. If left out: that of the business.",
    )
    closed: dict[DateRange, Text] = Field(
        default={}, description="Own closing days, or ranges of them, each with its reason."
    )


class RuleShape(ActionsShape):
    """One rule: when every condition holds, say, do, and send the call on.

    Rules stand in named lists, which numbers, menus and other rules send calls to. They are looked
    at from the top: the first one whose conditions hold decides, and none after it counts. The last
    rule of a list has no `when`, so that there is always an answer.

    Each rule has an id, unlike that of any other in its list: the journal and `rahyab explain` name
    it `arrival/closed`.

    Example:
        rules:
          arrival:
            - id: closed
              when: {hours: {office: [closed, holiday]}}
              say: closed-now
              then: {voicemail: support}
            - id: gold
              when: {customer.segment: gold, contract: [running, grace, unavailable]}
              case: open
              priority: 10
              then: {queue: support}
            - id: everyone-else
              then: {menu: welcome}
    """

    id: Id = Field(description="The name under which the journal and explanations show the rule.")
    when: WhenShape | None = Field(None, description="The conditions; the last rule has none.")
    then: DestinationShape = Field(description="Where the call goes.")


class VariableShape(Shape):
    """A channel variable that the site's dialplan sets before the call comes in.

    Rules ask for it by the name under which it is declared here: `variable: {region: north}`. On
    a call for which it is not set, it is the default, else `none`.

    Example:
        variables:
          region: {channel: SITE_REGION, allowed: [north, south], default: south}
    """

    channel: ChannelVariable = Field(description="Its name in Asterisk: SITE_REGION.")
    allowed: Annotated[list[Text], Field(min_length=1)] | None = Field(
        None, description="The values that it may have. If left out: any."
    )
    default: Text | None = Field(None, description="What a call has where it is not set.")


class RetentionShape(Shape):
    """For how many days data on people is kept; `rahyab db prune` removes what is older.

    What is not named is kept for ever. Nothing is removed until `rahyab db prune` runs, as a rule
    each night. What is left can still be counted: of a call, that there was one and how it ended.
    A customer under a legal hold (`rahyab customers hold`) loses nothing.

    Example:
        retention: {calls: 730, recordings: 90, answers: 1095, cases: 1825, audit: 1825}
    """

    calls: Days | None = Field(
        None, description="Who called with what number, and the steps of the call."
    )
    recordings: Days | None = Field(
        None, description="Recorded messages; their files are removed too."
    )
    answers: Days | None = Field(
        None, description="Answers in words; marks on a scale and choices by key stay."
    )
    cases: Days | None = Field(
        None, description="Closed requests, counted from the last that happened to them."
    )
    audit: Days | None = Field(None, description="Who looked at people's data.")


class FileShape(Shape):
    """The rules of a site, in one file or in several.

    Everything that can stand in `routing_rules.yaml`. `rahyab check` tells every mistake with its
    line and what to write instead. An editor that knows JSON Schema completes, explains and checks
    while you type; the first line of the file, and of each file that it includes, says by what:

        # yaml-language-server: $schema=routing_rules.schema.json

    `rahyab schema --output routing_rules.schema.json` writes that file beside the rules. A file in
    a folder below names it `../routing_rules.schema.json`.

    ### What happens to a call

    A call starts where `numbers` says for the number that was dialled, else at `unlisted`. Each
    [route](#route) first does its [actions](#actions), in the order of their table, then leads on
    to its one [destination](#destination). Menus and lists of rules lead to further routes, until a
    destination takes the call out of them: a queue, a mailbox, an extension, the end. What a caller
    who waited in vain hears next says the queue's `give_up`.

    ### Quotes

    Text needs quotes where YAML would read something else: `"no"`, `"12:30"`, `"+98…"`, `"0912…"`,
    and where it begins with a sign such as `{`, `*` or `>`. Telephone numbers, times, dates and
    keys are therefore always written in quotes. Nothing is guessed: `check` says where they lack.
    Anchors, aliases, tags and merged keys of YAML are not used.
    """

    version: Literal[1] = Field(
        description="""The version of this language.

        Example:
            version: 1
        """
    )
    include: list[Text] = Field(
        default=[],
        description="""Further files of these rules, by their names in this folder.

        Names are relative to the folder of the main file and stay within it; there are no
        patterns, and an included file cannot include others. Sections are joined as if all stood in
        one file. An entry stands in one file only, and so do `version`, `business`, `unlisted`,
        `person`, `uninterrupted`, `tracking`, `callbacks`, `proof` and `retention`. With
        `rahyab check -`, which reads the main file from standard input, names are relative to the
        working folder.

        Example:
            include: [queues.yaml, prompts.yaml]
        """,
    )
    define: dict[Id, object] = Field(
        default={},
        description="""Values by name; `$name` stands for one wherever it is needed.

        `$name` without quotes stands for the whole value, wherever a value may stand; in quotes it
        is text. It cannot be a key or a part of a text. A definition may use others, but not
        itself.

        Example:
            define:
              office-day: "08:00-17:00"
              at-last: {voicemail: support}
            hours:
              office: {open: {sat-wed: $office-day, thu: "08:00-12:00"}}
            unlisted: $at-last
        """,
    )
    business: BusinessShape = Field(description="The business that answers.")
    numbers: Annotated[dict[PhoneNumber, NumberShape], Field(min_length=1)] = Field(
        description="The numbers that callers dial, as +, country code, number."
    )
    unlisted: RouteShape = Field(
        description="""Where a call starts that dialled any other number.

        Example:
            unlisted: {rules: arrival}
        """,
    )
    person: RouteShape | None = Field(
        None,
        description="""Where the key `0` leads, wherever a caller is asked something.

        If left out: the fallback queue. A menu may give `0` another meaning, and it is a digit like
        any other where a value is keyed in.

        Example:
            person: {queue: reception}
        """,
    )
    hours: dict[Id, HoursShape] = Field(default={}, description="When things are open.")
    skills: dict[Id, Text] = Field(
        default={},
        description="""What agents can be good at, each with some words about it.

        The languages that they speak are skills like any other, named as under `languages`.

        Example:
            skills:
              support: product support
              fa: Persian
              en: English
        """,
    )
    agents: Annotated[dict[Id, AgentShape], Field(min_length=1)] = Field(
        description="Who takes calls."
    )
    queues: Annotated[dict[QueueId, QueueShape], Field(min_length=1)] = Field(
        description="Where callers wait for them."
    )
    menus: dict[Id, MenuShape] = Field(default={}, description="What callers choose from.")
    entries: dict[Id, EntryShape] = Field(default={}, description="What callers key in.")
    rules: dict[Id, Annotated[list[RuleShape], Field(min_length=1)]] = Field(
        default={}, description="Lists of rules; in each, the first that matches decides."
    )
    surveys: dict[Id, SurveyShape] = Field(default={}, description="What is asked after a call.")
    mailboxes: dict[Id, MailboxShape] = Field(default={}, description="Where messages are left.")
    tracking: TrackingShape | None = Field(
        None,
        description="The look-up of requests. If left out: three tries, then the end of the call if"
        " the number was found, the fallback queue if not.",
    )
    callbacks: CallbacksShape | None = Field(
        None, description="How callers are called back who ask for it."
    )
    proof: ProofShape | None = Field(
        None, description="One-time codes by which callers prove that the telephone is theirs."
    )
    variables: dict[Id, VariableShape] = Field(
        default={}, description="Channel variables of the site that rules may ask for."
    )
    retention: RetentionShape | None = Field(
        None, description="How long data on people is kept. If left out: for ever."
    )
    unavailable: AssumedShape | None = Field(
        None, description="What is taken for facts that could not be fetched."
    )
    prompts: dict[Id, dict[LanguageName, Text]] = Field(
        default={},
        description="""The texts that callers hear, by prompt and language.

        Each has a text in every language that can come to it. `rahyab prompts build` makes the
        sounds. The program's own prompts are built in: naming one here rewords it, and
        `rahyab prompts list` shows them all.

        Example:
            prompts:
              welcome:
                fa: به پشتیبانی پارس خوش آمدید.
                en: Welcome to Pars Support.
        """,
    )
    uninterrupted: list[PromptName] = Field(
        default=[],
        description="""Prompts that are heard to their end, whatever the caller presses.

        What is pressed meanwhile does not count.

        Example:
            uninterrupted: [closed-now]
        """,
    )
    texts: dict[TextName, dict[LanguageName, MessageText]] = Field(
        default={},
        description="""The text messages that callers are sent, by their language.

        The program has its own; what is written here takes their place. Each holds what it is sent
        for: `{number}` stands for the tracking number, `{code}` for the one-time code.

        Example:
            texts:
              tracking-number:
                fa: "شمارهٔ پیگیری شما: {number}"
                en: "The number of your request is {number}."
              one-time-code:
                fa: "کد شما {code} است."
                en: "Your code is {code}."
        """,
    )
    tests: list[CallTestShape] = Field(
        default=[], description="Calls with what is to become of them, for `rahyab test`."
    )
