"""What Asterisk says first."""

import pytest

from tests.live.protocol.real import RealAsterisk

pytestmark = pytest.mark.live

NAMES = [
    "agi_network",
    "agi_network_script",
    "agi_request",
    "agi_channel",
    "agi_language",
    "agi_type",
    "agi_uniqueid",
    "agi_version",
    "agi_callerid",
    "agi_calleridname",
    "agi_callingpres",
    "agi_callingani2",
    "agi_callington",
    "agi_callingtns",
    "agi_dnid",
    "agi_rdnis",
    "agi_context",
    "agi_extension",
    "agi_priority",
    "agi_enhanced",
    "agi_accountcode",
    "agi_threadid",
]


def test_the_order_is_fixed_and_the_network_comes_first(real_asterisk: RealAsterisk):
    """The arguments come last."""
    session = real_asterisk.call("one", "two").session()

    assert session.names == [*NAMES, "agi_arg_1", "agi_arg_2"]
    assert session.environment.startswith(b"agi_network: yes\nagi_network_script: server\n")
    assert session.values["agi_enhanced"] == b"0.0"
    assert session.values["agi_accountcode"] == b""
    assert session.values["agi_context"] == b"agi-lab"
    assert session.values["agi_version"].startswith(b"%d.%d." % real_asterisk.version[:2])


def test_what_is_missing_is_the_word_unknown(real_asterisk: RealAsterisk):
    """Number, name, the number dialled, and who it was diverted from."""
    values = real_asterisk.call().session().values

    for name in ("agi_callerid", "agi_calleridname", "agi_dnid", "agi_rdnis"):
        assert values[name] == b"unknown", name


def test_a_caller_named_unknown_looks_the_same(real_asterisk: RealAsterisk):
    """Nobody can tell them apart."""
    call = real_asterisk.call(variables={"CALLERID(name)": "unknown"})

    assert call.session().values["agi_calleridname"] == b"unknown"


def test_values_are_bytes(real_asterisk: RealAsterisk):
    """Nothing holds them to UTF-8."""
    before = "Set(CALLERID(name)=${URIDECODE(%D8%B3%D8)})"
    call = real_asterisk.call(before=before)

    assert call.session().values["agi_calleridname"] == b"\xd8\xb3\xd8"


def test_a_newline_in_a_value_is_a_newline_in_the_environment(real_asterisk: RealAsterisk):
    """So a value can forge a line."""
    before = "Set(CALLERID(name)=Zahra${URIDECODE(%0A)}agi_callerid: 1)"
    session = real_asterisk.call(before=before).session()

    assert b"agi_calleridname: Zahra\nagi_callerid: 1\n" in session.environment
    assert session.names.count("agi_callerid") == 2


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("one,two", [b"one", b"two"]),
        ("one,,three", [b"one", b"", b"three"]),
        ('"one,two",three', [b"one,two", b"three"]),
        (r"one\,two,three", [b"one,two", b"three"]),
        ("f(one,two),three", [b"f(one,two)", b"three"]),
        ("[one,two],three", [b"[one,two]", b"three"]),
        ("one(,two,three", [b"one(,two,three"]),
        ("one),two", [b"one)", b"two"]),
        ('"one,two', [b"one,two"]),
        (r"a\b\\c\"d", [b'ab\\c"d']),
        ('in"si"de', [b"inside"]),
        (" one , two", [b" one ", b" two"]),
    ],
)
def test_arguments_are_split_by_asterisk(
    real_asterisk: RealAsterisk, written: str, heard: list[bytes]
):
    """On commas outside quotes and brackets; quotes and backslashes go."""
    values = real_asterisk.call(written).session().values

    assert [value for name, value in values.items() if name.startswith("agi_arg_")] == heard


def test_a_comma_in_the_callers_name_makes_another_argument(real_asterisk: RealAsterisk):
    """An argument should never hold what a stranger wrote."""
    call = real_asterisk.call(
        before="Set(AGI=${AGI},${CALLERID(name)},last)", variables={"CALLERID(name)": "a,b"}
    )

    values = call.session().values
    assert [values[f"agi_arg_{at}"] for at in (1, 2, 3)] == [b"a", b"b", b"last"]


def test_uriencode_leaves_brackets_and_stars_alone(real_asterisk: RealAsterisk):
    """A blank becomes %20 and a plus %2B."""
    call = real_asterisk.call(
        before="Set(SEEN=${URIENCODE(${WRITTEN})})", variables={"WRITTEN": "a b+c(d)'*!"}
    )

    assert call.session().variable("SEEN") == "a%20b%2Bc(d)'*!"
