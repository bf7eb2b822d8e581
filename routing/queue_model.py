"""The part of the model about agents, and the queues in which callers wait for them."""

from pydantic import Field

from routing.fields import (
    Device,
    Level,
    Music,
    OneOrMany,
    QueueKey,
    QueueLength,
    Ringing,
    Text,
    Waiting,
)
from routing.name_fields import HoursName, PromptName, SkillName, SurveyName, WantedSkill
from routing.route_model import RouteShape
from routing.rules import CALLERS_LANGUAGE, Acquaintance
from routing.shape import Shape


class AgentShape(Shape):
    """Somebody who takes calls.

    A skill that is not listed is not held. A language that somebody speaks is a skill of that name.

    Example:
        agents:
          sara:
            device: PJSIP/101
            name: Sara Ahmadi
            skills: {support: 9, fa: 10, en: 5}
            shift: office
    """

    device: Device = Field(description="The telephone, as Asterisk names it: PJSIP/101.")
    name: Text = Field(description="What people call them.")
    skills: dict[SkillName, Level] = Field(description="What they can do, from 1 to 10.")
    shift: HoursName | None = Field(
        None, description="The hours at which they work: `check` then finds times without anybody."
    )


class NeedShape(Shape):
    """A skill that an agent must have."""

    skill: WantedSkill = Field(
        description=f'A skill, or "{CALLERS_LANGUAGE}": the skill named like the call\'s language.'
    )
    level: Level = Field(1, description="The lowest level that will do, from 1 to 10.")


class StepShape(Shape):
    """What is enough from some second on."""

    after: Waiting = Field(
        description="Counted from coming into this queue; what was waited before is no part of it."
    )
    need: list[NeedShape] = Field(description="What an agent must have from then on.")


class GiveUpShape(Shape):
    """The end of a caller's patience, or of ours."""

    after: Waiting = Field(description="The longest wait.")
    then: RouteShape = Field(description="Where a caller goes whom nobody could serve.")


class GateShape(Shape):
    """Who is not let into a queue, and goes elsewhere at once instead of waiting.

    A queue in which nobody waits lets everybody in, but for `hours`. What cannot be known keeps
    nobody out.

    Example:
        queues:
          support:
            need: [{skill: support}]
            gate: {waiting: 20, per_agent: 5, wait: 10m, then: {callback: true}}
            give_up: {after: 5m, then: {voicemail: support}}
    """

    hours: HoursName | None = Field(None, description="Outside these hours nobody is let in.")
    waiting: QueueLength | None = Field(None, description="So many callers may wait, no more.")
    per_agent: QueueLength | None = Field(
        None, description="So many callers may wait for each agent who is there, no more."
    )
    wait: Waiting | None = Field(
        None, description="Nobody is let in who would likely wait longer than this."
    )
    then: RouteShape = Field(description="Where callers go who are not let in.")


class PreferShape(Shape):
    """An agent whom the caller knows: for some seconds the caller waits for nobody else.

    Only who is a known customer has one. `owner` is the customer's own agent: the preference
    `agent` in the customer file, which holds the agent's key under `agents`, such as `sara`, and
    not a name. `last` is the one who last spoke with the customer. The first counts whom the
    customer has, and who could serve the queue at any of its steps. Who waited for an agent in vain
    keeps the place among those who came later.

    Who waits for an agent alone does not wait in the queue itself yet: neither `gate: {waiting:
    ...}` nor a rule that asks for `waiting` counts them.

    Example:
        queues:
          support:
            need: [{skill: support}]
            prefer: {agent: [owner, last], for: 20s}
            give_up: {after: 5m, then: {voicemail: support}}
    """

    agent: OneOrMany[Acquaintance] = Field(description="`owner`, `last`, or both in an order.")
    seconds: Waiting = Field(alias="for", description="How long the caller waits for them alone.")


class QueueSayShape(Shape):
    """What callers hear who wait, besides music.

    Example:
        queues:
          support:
            need: [{skill: support}]
            say: {place: true, wait: true, prompt: still-waiting, every: 45s}
            keys:
              "1": {callback: true}
            give_up: {after: 5m, then: {voicemail: support}}
    """

    place: bool = Field(
        default=False, description="`true`: how many are before them, on coming in."
    )
    wait: bool = Field(
        default=False,
        description="`true`: how long it will take, on coming in; nothing where nobody can tell.",
    )
    prompt: OneOrMany[PromptName] = Field(
        (), description="What is said from time to time; of several one each time, in turn."
    )
    every: Waiting = Field(60, description="How long it is from the end of one time to the next.")


class QueueShape(Shape):
    """Callers who wait for the same kind of help.

    At first only agents who meet `need` are rung. From the `after` of a step on, its `need` is
    enough instead: steps let more and more people help those who have waited long.

    All times count from coming into this queue. Who comes from another one, or has waited for an
    agent alone (`prefer`), begins anew with `need`; the place in the line and a priority that rises
    keep the time of the whole wait.

    A caller who has waited as long as `give_up` says, or who cannot wait at all because nobody is
    there to serve the queue, goes where its `then` leads.

    Example:
        queues:
          support:
            need: [{skill: support, level: 8}, {skill: "{language}"}]
            steps:
              - {after: 20s, need: [{skill: support, level: 5}, {skill: "{language}"}]}
              - {after: 60s, need: [{skill: support}]}
            ring: 20s
            give_up: {after: 5m, then: {voicemail: support}}
            music: default
            survey: satisfaction
    """

    need: list[NeedShape] = Field(description="What the ideal agent has; all of it.")
    steps: list[StepShape] = Field(
        default=[], description="What will do for those who wait, in the order of time."
    )
    give_up: GiveUpShape = Field(description="When waiting ends, and what follows.")
    ring: Ringing = Field(15, description="How long one agent's telephone rings.")
    music: Music = Field("default", description="The music class that waiting callers hear.")
    survey: SurveyName | None = Field(None, description="Asked when the agent has hung up.")
    gate: GateShape | None = Field(None, description="Who is not let in.")
    prefer: PreferShape | None = Field(None, description="An agent whom the caller knows.")
    say: QueueSayShape | None = Field(None, description="What callers hear who wait.")
    keys: dict[QueueKey, RouteShape] = Field(
        default={}, description="Keys by which callers leave the queue: where each leads."
    )
