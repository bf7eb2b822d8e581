"""What the fuzzer starts from: what Asterisk says, and what breaks programs that read it."""

from collections.abc import Iterator
from typing import Final

from agi_server.environment import MAX_ENVIRONMENT_LINES
from tests.fuzz.targets import EXAMPLES

_FULL_ENVIRONMENT: Final = (
    b"agi_network: yes\nagi_network_script: incoming\nagi_request: agi://127.0.0.1/incoming\n"
    b"agi_channel: PJSIP/a-00000001\nagi_language: fa\nagi_type: PJSIP\n"
    b"agi_uniqueid: 1700000000.1\nagi_version: 16.28.0~dfsg\nagi_callerid: +989120000001\n"
    b"agi_calleridname: \xd8\xb3\xd9\nagi_callingpres: 0\nagi_callingani2: 0\n"
    b"agi_callington: 0\nagi_callingtns: 0\nagi_dnid: unknown\nagi_rdnis: unknown\n"
    b"agi_context: c\nagi_extension: s\nagi_priority: 1\nagi_enhanced: 0.0\nagi_accountcode: \n"
    b"agi_threadid: -140212345678592\n"
)
_ENVIRONMENTS: Final = (
    _FULL_ENVIRONMENT + b"\n",
    _FULL_ENVIRONMENT + b"agi_arg_1: a\nagi_arg_2: \n\nHANGUP\n",
    b"agi_network: yes\nagi_callerid: 98\n\nX\nagi_threadid: 7\n\n200 result=1\n",
    b"agi_network: yes\nagi_dnid: 1\nagi_callerid: 1\nagi_threadid: 7\n\n",
    b"agi_network: yes\nagi_callerid: " + b"\n" * 20,
    b"agi_network: yes\nagi_callerid: " + b"\n" * MAX_ENVIRONMENT_LINES + b"agi_threadid: 7\n\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
)
_CONVERSATIONS: Final = (
    b"200 result=1\n200 result=0\n200 result=-1\nHANGUP\n",
    b"HANGUP\n511 Command Not Permitted on a dead channel or intercept routine\nHANGUP\n",
    b"510 Invalid or unknown command\n",
    b"100 result=0 Trying...\n200 result=0 Gosub complete\n",
    b"100 result=0 Trying...\n503 result=-2 Memory allocation failure\n",
    (
        b"520-Invalid command syntax.  Proper usage follows:\nUsage: X\n200 result=1 (a)\n\n"
        b"520 End of proper usage.\n200 result=1\n"
    ),
    b"520-Invalid command syntax.  Proper usage follows:\nText.520 End of proper usage.\n",
    b"520 Invalid command syntax.  Proper usage not available.\n",
    b"200 result=1\n520-Invalid\nx\n520 End of proper usage.\n200 result=0\n",
    b"\n\nHANGUP\n\nHANGUP\n200 result=0\n",
    b"200 result=1234 (timeout)\n200 result= (timeout)\n200 result=\n",
    b"200 result=49 endpos=8000\n200 result=-1 endpos=0\n200 result=0 endpos=0\n",
    b"200 result=1000 endpos=8000\n200 result=1004 endpos=0\n",
    b"200 result=35 (dtmf) endpos=1\n200 result=16117 (timeout) endpos=8\n",
    b"200 result=-1 (writefile)\n200 result=-1 (randomerror) endpos=0\n",
    b"200 result=1 (x%41%25\xff)\n200 result=1 ()\n200 result=1 (a) b)\n",
    (
        b'200 result=1 (speech) endpos=0 results=2 score0=9 text0="a" grammar0=g '
        b'score1=-1 text1="b" grammar1=h\n'
    ),
    b"200 result=1 (digit) digit=5 endpos=7\n200 result=1 (hangup) endpos=0\n",
)
_LINES: Final = (
    b'SET VARIABLE "A" "b c"',
    b'  a \t "b\\"c" d"e f"g "" \\" "open',
    b'EXEC "Dial" "PJSIP/1,20,t" \xff\\\\',
    b'""' * 20,
)


def seeds() -> Iterator[bytes]:
    """Inputs of `targets.check`."""
    plain, halved, flood = b"\0\1\0\0", b"\0\1\0\2\x07\x1f", b"\0\1\xf0\1\x0d"
    for line in _LINES:
        yield b"w" + line
    for environment in _ENVIRONMENTS:
        for head in (plain, halved, flood):
            yield b"e" + head + environment
    for conversation in _CONVERSATIONS:
        for head in (plain, halved, flood):
            yield b"c" + head + conversation
    for number in range(len(EXAMPLES)):
        for conversation in _CONVERSATIONS:
            yield b"c" + bytes([number, 0, 0, 0]) + conversation
