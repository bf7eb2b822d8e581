"""The dialplan and dialplan/contract.py name the same things, both ways."""

import inspect
import re
from importlib import resources

import pytest

from dialplan import contract
from dialplan.contract import Argument, Go, QueueStatus, Script

OWN = re.compile(r"\bRAHYAB_[A-Z_]+\b")
EXTENSION = re.compile(r"^exten => ([^,]+),", re.MULTILINE)
CONTEXT = re.compile(r"^\[([^\]]+)\]", re.MULTILINE)
REQUEST = re.compile(r"Gosub\(ask,1\(([^)]+)\)\)")
ASKING = re.compile(r"AGI\(\$\{ASK_SERVER\}/\$\{ARG1\},(.*)\)$", re.MULTILINE)

SPECIAL = {"h", "i", "t", "e"}
"""Extensions that Asterisk itself goes to."""

INTERNAL = {"unasked", "ask", "rang", "left"}
"""Extensions that only the dialplan itself goes to."""


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(";"))


@pytest.fixture(scope="module")
def dialplan() -> str:
    """The dialplan that we ship, without its comments."""
    return _without_comments(resources.files("dialplan").joinpath("extensions.conf").read_text())


@pytest.fixture(scope="module")
def lab() -> str:
    """The lab's own dialplan, which sets what only a site's test extension may set."""
    template = resources.files("agi_server.lab").joinpath("extensions.conf")
    return _without_comments(template.read_text())


def _extensions(text: str, context: str) -> set[str]:
    """The extensions of one context."""
    own = text.partition(f"[{context}]")[2]
    following = CONTEXT.search(own)
    return set(EXTENSION.findall(own[: following.start()] if following else own))


def _handed_over(text: str) -> dict[str, str]:
    """The arguments of every request by name."""
    (arguments,) = ASKING.findall(text)
    return dict(pair.split("=", 1) for pair in arguments.split(","))


def test_both_sides_know_the_same_variables(dialplan: str, lab: str):
    """Neither side uses a variable of which the other knows nothing."""
    names = {
        value
        for name, value in vars(contract).items()
        if name.isupper() and isinstance(value, str) and OWN.fullmatch(value)
    }

    assert names == set(OWN.findall(dialplan)) | set(OWN.findall(lab))


def test_only_the_lab_sets_the_time(dialplan: str, lab: str):
    """A caller from outside cannot choose the moment of the call."""
    setting = re.compile(rf"\bSet\({contract.AT}=")

    assert setting.search(lab)
    assert not setting.search(dialplan)


@pytest.mark.parametrize(
    "name",
    [
        contract.QUEUE_STATUS,
        contract.MEMBER_NAME,
        contract.MEMBER_INTERFACE,
        contract.HOLD_TIME,
        contract.ABANDONED,
        contract.KEY,
    ],
)
@pytest.mark.parametrize(
    ("extension", "queue"), [("queue", "${RAHYAB_QUEUE}"), ("fallback", contract.FALLBACK_QUEUE)]
)
def test_reports_of_an_earlier_queue_are_cleared(
    dialplan: str, name: str, extension: str, queue: str
):
    """Asterisk leaves old values in place, so the dialplan empties them before the queue."""
    before_queue = dialplan.partition(f"Queue({queue}")[0].rpartition(f"exten => {extension}")[2]
    # Of a round, too: the fallback tries again for half an hour.
    each_time = before_queue.rpartition("(again)")[2]

    assert re.search(rf"[(,]{name}=[,)]", each_time)
    assert f"Set({contract.QUEUED_AT}=${{EPOCH}})" in each_time


@pytest.mark.parametrize("name", [contract.MIN_PENALTY, contract.RAISE_PENALTY])
@pytest.mark.parametrize("extension", ["queue", "fallback"])
def test_penalties_that_the_site_has_set_keep_no_agent_away(
    dialplan: str, name: str, extension: str
):
    """Asterisk reads all three when a caller enters."""
    after = dialplan.partition(f"exten => {extension},1,")[2]
    before_queue = after.partition(",Queue(")[0]

    assert re.search(rf"[(,]{name}=0[,)]", before_queue)


@pytest.mark.parametrize("name", [contract.MAX_PENALTY, contract.PRIORITY])
def test_the_fallback_lifts_limits_of_an_earlier_queue(dialplan: str, name: str):
    """Or agents whom that queue kept away would be kept away from the fallback too."""
    before_queue = dialplan.partition(f"Queue({contract.FALLBACK_QUEUE})")[0]

    assert re.search(rf"[(,]{name}=\d+[,)]", before_queue.rpartition("exten => fallback")[2])


def test_both_sides_know_the_same_requests(dialplan: str):
    """Each script is asked for where it belongs, and nothing else is.

    After an agent who was rung alone, and a key of a queue, what now is asked as after a queue.
    """
    asked = [*Script, Script.AFTER_QUEUE, Script.AFTER_QUEUE]
    assert sorted(asked) == sorted(REQUEST.findall(dialplan))


def test_all_requests_are_made_in_one_place(dialplan: str):
    """Where servers are asked in turn: a request made elsewhere would know one server only."""
    assert dialplan.count("AGI(") == len(ASKING.findall(dialplan)) == 1


def test_both_sides_know_the_same_arguments(dialplan: str):
    """Each argument is handed over, and nothing else is.

    The call and its turn are among them: without the two a repeated request could not be told from
    a new one.
    """
    assert set(Argument) - {Argument.TRIAL} == set(_handed_over(dialplan))


@pytest.mark.parametrize("argument", [one for one in Argument if one is not Argument.TRIAL])
def test_an_argument_carries_what_the_contract_says(dialplan: str, argument: Argument):
    """The variable named in the argument's description is the one that is handed over."""
    described = re.search(rf'"{argument}"\n    """(\w+)\.', inspect.getsource(Argument))

    assert described
    assert _handed_over(dialplan)[argument] == f"${{{described[1]}}}"


def test_every_place_to_go_is_an_extension_and_none_is_left_over(dialplan: str):
    """The server can send a call to each Go, and no extension of that context is a leftover."""
    extensions = _extensions(dialplan, contract.CALL_CONTEXT)

    assert set(Go) | SPECIAL | {Script.INCOMING} | INTERNAL == extensions


def test_the_contexts_are_those_of_the_contract(dialplan: str):
    """For calls that come in, calls between requests, keys of queues, and agents who answer."""
    assert set(CONTEXT.findall(dialplan)) == {
        *(contract.INCOMING_CONTEXT, contract.CALL_CONTEXT),
        *(contract.LEAVING_CONTEXT, contract.ANSWERED_CONTEXT),
    }


def _agent(dialplan: str) -> str:
    """The steps of ringing one agent."""
    return dialplan.partition("exten => agent,1,")[2].partition("exten =>")[0]


@pytest.mark.parametrize(
    "name",
    [
        *(contract.QUEUE_STATUS, contract.MEMBER_NAME, contract.MEMBER_INTERFACE),
        *(contract.HOLD_TIME, "DIALSTATUS", "GOSUB_RETVAL"),
    ],
)
def test_reports_of_what_was_before_are_cleared_before_an_agent_is_rung(dialplan: str, name: str):
    """First of all: who hangs up at once must not be taken for somebody who was served."""
    first, _, _ = _agent(dialplan).partition("\n")

    assert re.search(rf"[(,]{name}=[,)]", first)


def test_an_agent_is_rung_as_the_server_says(dialplan: str):
    """On the device and for the seconds of the contract; when they answer is taken down."""
    assert (
        f"Dial(${{{contract.DEVICE}}},${{{contract.RING}}},gmU({contract.ANSWERED_CONTEXT}))"
        in _agent(dialplan)
    )


def test_who_hangs_up_first_with_an_agent_is_reported_as_served(dialplan: str):
    """Straight from Dial() to the end: what came of ringing is told there."""
    end = dialplan.partition("exten => h,1,")[2].partition("(ended)")[0]
    asked = f'"${{{contract.GO}}}" = "{Go.AGENT}" & "${{{contract.QUEUE_STATUS}}}" = ""'

    assert f"GosubIf($[{asked}]?rang,1)" in end


@pytest.mark.parametrize("status", [QueueStatus.CONTINUE, QueueStatus.TIMEOUT])
def test_what_came_of_ringing_an_agent_is_told_as_of_a_queue(dialplan: str, status: QueueStatus):
    """In words of app_queue, which the server knows."""
    rang = dialplan.partition("exten => rang,1,")[2].partition("exten =>")[0]

    assert status in rang
    assert f"Set({contract.MEMBER_NAME}=${{{contract.AGENT}}})" in rang


def test_no_request_is_believed_without_its_proof(dialplan: str):
    """After each request but the last, the dialplan looks at RAHYAB_DONE, never at AGISTATUS."""
    for script in set(Script) - {Script.ENDED}:
        assert f'"${{{contract.DONE}}}" = "{script}"' in dialplan
    assert "AGISTATUS" not in dialplan


def test_every_server_asked_finds_the_proof_of_the_one_before_cleared(dialplan: str):
    """Between the servers of one request as between requests."""
    between = dialplan.partition("n(next)")[2].partition("AGI(")[0]

    for name in (contract.BEGUN, contract.DONE, contract.GO, contract.REASON):
        assert re.search(rf"[(,]{name}=[,)]", between), name


def test_a_request_that_was_begun_is_not_made_again(dialplan: str):
    """What a server has begun, the caller has heard: the next server is for the others."""
    asked_again = re.search(r"GotoIf\(\$\[(.*)\]\?next\)", dialplan)

    assert asked_again
    assert f'"${{{contract.BEGUN}}}${{{contract.DONE}}}" = ""' in asked_again[1]


def test_the_next_server_finds_the_same_turn(dialplan: str):
    """The turn is counted once a request: its journal is the same whoever writes it."""
    counted = dialplan.partition("exten => ask,1")[2].partition("n(next)")[0]

    assert dialplan.count(f"{contract.VISIT}=$[") == 1
    assert f"{contract.VISIT}=$[" in counted


@pytest.mark.parametrize("extension", ["queue", "agent", "survey"])
def test_wherever_a_call_asks_again_there_is_an_end_to_it(dialplan: str, extension: str):
    """Rules that send a call in a circle do not ask the server for ever."""
    before = dialplan.partition(f"exten => {extension},1,")[2].partition("Gosub(ask,1(")[0]

    assert re.search(rf"GotoIf\(\$\[\$\{{{contract.VISIT}\}} > 100\]\?\w+,1\)", before)


def test_each_request_but_the_first_and_the_last_has_that_end(dialplan: str):
    """So none is forgotten when another way of asking is added."""
    lines = dialplan.partition("[rahyab-call]")[2].splitlines()
    asking, extension = set(), ""
    for line in lines:
        extension = line.split("=> ")[1].split(",")[0] if line.startswith("exten") else extension
        if "Gosub(ask,1(" in line:
            asking.add(extension)

    # `left` makes the request that `queue` would have made: the two are never both there.
    assert asking == {"incoming", "queue", "left", "agent", "survey", "h"}


def test_what_callers_send_is_in_no_expression(dialplan: str):
    """Nothing of the caller is expanded where it could be read as dialplan."""
    assert "CALLERID" not in dialplan
    assert re.findall(r".*\$\{EXTEN\}.*", dialplan) == [
        f"exten => _[+0-9]!,1,Set({contract.DIALLED}=${{FILTER(+0-9,${{EXTEN}})}})",
        f"exten => _[0-9*],1,Set({contract.KEY}=${{EXTEN}})",
    ]


def test_the_static_fallback_queue_is_the_one_of_the_contract(dialplan: str):
    """The queue compiler fills the queue that the dialplan falls back to."""
    assert f"Queue({contract.FALLBACK_QUEUE})" in dialplan
