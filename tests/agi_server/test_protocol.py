"""The FastAGI machine: each rule of the wire, without a wire."""

# ruff: noqa: D101, D102, D103  the names of the tests say what they test

import pytest

from agi_server.commands import Answer, Exec, Noop, SetVariable
from agi_server.environment import (
    LINE_LIMIT,
    LONG_LINE_LIMIT,
    MAX_ENVIRONMENT_BYTES,
    line_limit,
)
from agi_server.protocol import (
    MAX_LINE_BYTES,
    MAX_USAGE_BYTES,
    MAX_USAGE_LINES,
    Environment,
    Event,
    LocalProtocolError,
    Machine,
    RemoteProtocolError,
    Reply,
    Signal,
)

ENVIRONMENT = (
    b"agi_network: yes\n"
    b"agi_network_script: incoming\n"
    b"agi_uniqueid: 1700000000.1\n"
    b"agi_version: 22.10.1\n"
    b"agi_calleridname: \xd8\xb3\xd9\x84\xd8\xa7\xd9\x85 \xff\n"
    b"agi_accountcode: \n"
    b"agi_threadid: 7\n"
    b"agi_arg_1: one: two\n"
    b"\n"
)


def events(machine: Machine) -> list[Event]:
    found: list[Event] = []
    while (event := machine.next_event()) is not Signal.NEED_DATA:
        found.append(event)
        if event is Signal.END:
            break
    return found


def opened(environment: bytes = ENVIRONMENT) -> Machine:
    machine = Machine()
    machine.receive_data(environment)
    (event,) = events(machine)
    assert isinstance(event, Environment)
    return machine


def environment_of(data: bytes) -> dict[str, str]:
    machine = Machine()
    machine.receive_data(data)
    event = machine.next_event()
    assert isinstance(event, Environment)
    return dict(event.values)


def after(sent: Answer | Exec, data: bytes) -> list[Event]:
    machine = opened()
    machine.send(sent)
    machine.receive_data(data)
    return events(machine)


class TestEnvironment:
    def test_keeps_names_order_and_raw_bytes(self):
        assert list(environment_of(ENVIRONMENT).items()) == [
            ("agi_network", "yes"),
            ("agi_network_script", "incoming"),
            ("agi_uniqueid", "1700000000.1"),
            ("agi_version", "22.10.1"),
            ("agi_calleridname", "سلام \udcff"),
            ("agi_accountcode", ""),
            ("agi_threadid", "7"),
            ("agi_arg_1", "one: two"),
        ]

    def test_a_newline_in_a_value_stays_in_that_value(self):
        values = environment_of(
            b"agi_network: yes\nagi_callerid: 1\n\n2\nagi_calleridname: a\nb: c\n"
            b"agi_callingpres: 0\nagi_threadid: 7\n\n"
        )
        assert values["agi_callerid"] == "1\n\n2"
        assert values["agi_calleridname"] == "a\nb: c"
        assert values["agi_callingpres"] == "0"

    @pytest.mark.parametrize(
        "forged",
        [
            b"agi_calleridname: a\nagi_callerid: 110\nagi_callerid: 1\n",
            b"agi_callerid: 1\nagi_calleridname: a\nagi_callerid: 110\n",
            b"agi_calleridname: a\nagi_callerid: 110\n",
            b"agi_calleridname: a\nagi_arg_1: x\nagi_callingpres: 0\n",
            b"agi_calleridname: a\nagi_threadid: 7\nagi_callingpres: 0\n",
            b"agi_new: 1\nagi_new: 2\n",
        ],
    )
    def test_a_forged_line_is_refused(self, forged: bytes):
        machine = Machine()
        machine.receive_data(b"agi_network: yes\n" + forged + b"agi_threadid: 7\n\n")
        with pytest.raises(RemoteProtocolError, match="forges"):
            machine.next_event()

    def test_arguments_out_of_order_are_refused(self):
        machine = Machine()
        machine.receive_data(b"agi_network: yes\nagi_threadid: 7\nagi_arg_2: a\nagi_arg_1: b\n\n")
        with pytest.raises(RemoteProtocolError, match="forges"):
            machine.next_event()

    def test_is_found_whole_however_it_is_cut(self):
        whole = b"agi_network: yes\nagi_callerid: 1\n\n\n2\nagi_threadid: 7\n\n"
        machine = Machine()
        for byte in whole[:-1]:
            machine.receive_data(bytes([byte]))
            assert machine.next_event() is Signal.NEED_DATA
        machine.receive_data(whole[-1:])
        assert isinstance(machine.next_event(), Environment)

    def test_a_line_of_a_later_asterisk_may_stand_anywhere(self):
        values = environment_of(
            b"agi_network: yes\nagi_request: x\nagi_novel: 1\nagi_channel: c\nagi_language: en\n"
            b"agi_threadid: 7\n\n"
        )
        assert values["agi_novel"] == "1"

    @pytest.mark.parametrize(
        "garbage",
        [b"GET / HTTP/1.1\r\n", b"\x16\x03\x01\x02", b"\n", b"agi_network: no\n", b"agi_x"],
    )
    def test_another_protocol_is_recognised_at_once(self, garbage: bytes):
        machine = Machine()
        machine.receive_data(garbage)
        with pytest.raises(RemoteProtocolError, match="not FastAGI"):
            machine.next_event()

    def test_is_bounded(self):
        machine = Machine()
        machine.receive_data(b"agi_network: yes\nagi_request: ")
        assert machine.next_event() is Signal.NEED_DATA
        machine.receive_data(b"x" * MAX_ENVIRONMENT_BYTES)
        with pytest.raises(RemoteProtocolError, match="environment of more than"):
            machine.next_event()

    def test_its_lines_are_bounded(self):
        with pytest.raises(RemoteProtocolError, match="of more than 1024 lines"):
            environment_of(
                b"agi_network: yes\nagi_callerid: " + b"\n" * 60_000 + b"agi_threadid: 7\n\n"
            )

    def test_cut_off_in_the_middle_is_no_event(self):
        machine = Machine()
        machine.receive_data(ENVIRONMENT[:50])
        machine.receive_eof()
        assert machine.next_event() is Signal.END


class TestReplies:
    @pytest.mark.parametrize(
        ("line", "reply"),
        [
            (b"200 result=0\n", Reply(200, "0", "")),
            (b"200 result=\n", Reply(200, "", "")),
            (b"200 result= (timeout)\n", Reply(200, "", "(timeout)")),
            (b"200 result=1 (a) b)\n", Reply(200, "1", "(a) b)")),
            (b"200 result=-1 (hangup) endpos=0\n", Reply(200, "-1", "(hangup) endpos=0")),
            (b"503 result=-2 Memory allocation failure\n", None),
            (b"510 Invalid or unknown command\n", Reply(510, "", "Invalid or unknown command")),
            (b"511 Command Not Permitted\n", Reply(511, "", "Command Not Permitted")),
            (b"520 Invalid command syntax.\n", Reply(520, "", "Invalid command syntax.")),
            (
                b"520-Invalid command syntax.\n\n 200 result=1 (x)\n520 End of proper usage.\n",
                Reply(520, "", "Invalid command syntax.\n\n 200 result=1 (x)"),
            ),
            (
                b"520-Invalid command syntax.\n glued520 End of proper usage.\n",
                Reply(520, "", "Invalid command syntax.\n glued"),
            ),
            (b"100 result=0 Trying...\n200 result=0\n", Reply(200, "0", "")),
            (b"\n200 result=0\n", Reply(200, "0", "")),
        ],
    )
    def test_each_form(self, line: bytes, reply: Reply | None):
        expected = reply or Reply(503, "", "result=-2 Memory allocation failure")
        assert after(Answer(), line) == [expected]

    @pytest.mark.parametrize(
        "usage",
        [
            b"520-Invalid\nUsage\n520 End of proper usage.\n",
            b"520-Invalid\nUsage520 End of proper usage.\n",
            b"520 Invalid command syntax.  Proper usage not available.\n",
        ],
    )
    def test_the_usage_that_exec_provokes_is_swallowed(self, usage: bytes):
        assert after(Exec("Foo"), b"200 result=1\n" + usage) == [Reply(200, "1", "")]

    def test_the_usage_may_come_after_the_next_command_has_gone_out(self):
        machine = opened()
        machine.send(Exec("Foo"))
        machine.receive_data(b"200 result=1\n")
        assert events(machine) == [Reply(200, "1", "")]
        machine.send(Noop())
        machine.receive_data(b"520-Invalid\n520 End of proper usage.\n200 result=0\n")
        assert events(machine) == [Reply(200, "0", "")]

    def test_only_one_usage_is_swallowed(self):
        usage = b"520 Invalid command syntax.\n"
        with pytest.raises(RemoteProtocolError, match="nobody asked for"):
            after(Exec("Foo"), b"200 result=1\n" + usage + usage)

    @pytest.mark.parametrize(
        "line",
        [
            b"200 result=0\n",
            b"100 result=0 Trying...\n",
            b"511 Command Not Permitted\n",
            b"520-Invalid\n",
            b"520 Invalid\n",
            b"hello\n",
            b"200 OK\n",
            b"HANGUP511 Command\n",
        ],
    )
    def test_what_nobody_asked_for_ends_the_session(self, line: bytes):
        machine = opened()
        machine.receive_data(line)
        with pytest.raises(RemoteProtocolError):
            machine.next_event()

    def test_an_error_is_final(self):
        machine = opened()
        machine.receive_data(b"hello\n")
        for _ in range(2):
            with pytest.raises(RemoteProtocolError, match="hello"):
                machine.next_event()
        with pytest.raises(LocalProtocolError):
            machine.send(Noop())

    def test_a_reply_to_the_second_command_is_not_the_first_ones(self):
        machine = opened()
        machine.send(Noop())
        machine.receive_data(b"200 result=0\n200 result=0\n")
        assert machine.next_event() == Reply(200, "0", "")
        with pytest.raises(RemoteProtocolError):
            machine.next_event()

    def test_lines_are_bounded(self):
        machine = opened()
        machine.send(Noop())
        machine.receive_data(b"x" * (MAX_LINE_BYTES + 1))
        with pytest.raises(RemoteProtocolError, match="line of more than"):
            machine.next_event()

    @pytest.mark.parametrize(
        ("line", "limit"),
        [(b"x" * 99, f"{MAX_USAGE_BYTES} bytes"), (b"x", f"{MAX_USAGE_LINES} lines")],
    )
    def test_usage_is_bounded(self, line: bytes, limit: str):
        with pytest.raises(RemoteProtocolError, match=f"usage text of more than {limit}"):
            after(Answer(), b"520-Invalid\n" + (line + b"\n") * MAX_USAGE_LINES)


class TestHangup:
    def test_before_a_reply(self):
        expected = [Signal.HANGUP, Reply(511, "", "Command Not Permitted")]
        assert after(Answer(), b"HANGUP\n511 Command Not Permitted\n") == expected

    def test_after_a_reply_and_twice(self):
        expected = [Reply(200, "-1", ""), Signal.HANGUP, Signal.HANGUP]
        assert after(Answer(), b"200 result=-1\nHANGUP\nHANGUP\n") == expected

    def test_between_the_lines_of_a_usage_is_text(self):
        expected = [Reply(520, "", "Invalid\nHANGUP")]
        assert after(Answer(), b"520-Invalid\nHANGUP\n520 End of proper usage.\n") == expected


class TestEnd:
    def test_after_the_last_line(self):
        machine = opened()
        machine.receive_data(b"HANGUP\nHANG")
        machine.receive_eof()
        assert events(machine) == [Signal.HANGUP, Signal.END]

    def test_after_close_nothing_has_a_meaning(self):
        machine = opened()
        machine.send(Noop())
        machine.close()
        machine.receive_data(b"200 result=0\nHANGUP\nnonsense\n")
        assert machine.next_event() is Signal.NEED_DATA
        machine.receive_eof()
        assert machine.next_event() is Signal.END

    def test_failure_is_a_line_of_its_own(self):
        machine = opened()
        assert machine.fail() == b"failure\n"
        with pytest.raises(LocalProtocolError):
            machine.send(Noop())


class TestSending:
    def test_not_before_the_environment(self):
        with pytest.raises(LocalProtocolError, match="while a session is open"):
            Machine().send(Noop())

    def test_one_at_a_time(self):
        machine = opened()
        assert machine.send(Noop()) == b"NOOP\n"
        assert machine.busy
        with pytest.raises(LocalProtocolError, match="one command at a time"):
            machine.send(Noop())

    @pytest.mark.parametrize(
        ("version", "limit"),
        [(b"22.10.1", LONG_LINE_LIMIT), (b"16.28.0", LINE_LIMIT), (b"GIT-x", LINE_LIMIT)],
    )
    def test_a_line_that_asterisk_would_cut_is_refused(self, version: bytes, limit: int):
        environment = ENVIRONMENT.replace(b"22.10.1", version)
        frame = len(b'SET VARIABLE "A" ""\n')
        machine = opened(environment)
        with pytest.raises(LocalProtocolError, match="cut in two"):
            machine.send(SetVariable("A", "x" * (limit - frame + 1)))
        assert not machine.busy
        assert len(machine.send(SetVariable("A", "x" * (limit - frame)))) == limit

    @pytest.mark.parametrize(
        ("version", "limit"),
        [
            ("16.28.0~dfsg", LINE_LIMIT),
            ("18.99.0", LINE_LIMIT),
            ("20.15.2", LINE_LIMIT),
            ("20.16.0", LONG_LINE_LIMIT),
            ("21.10.2", LINE_LIMIT),
            ("21.11.0", LONG_LINE_LIMIT),
            ("22.5.1", LINE_LIMIT),
            ("22.6.0-rc1", LONG_LINE_LIMIT),
            ("23.0.0", LONG_LINE_LIMIT),
            ("certified/20.7-cert9", LINE_LIMIT),
            ("", LINE_LIMIT),
        ],
    )
    def test_the_limit_follows_the_version(self, version: str, limit: int):
        assert line_limit(version) == limit
