"""How Asterisk takes a command line apart, as the reference for whatever writes or reads one."""

from typing import Final

MAX_ARGS: Final = 128
"""The size of its `argv` (res_agi.c)."""


def split_as_asterisk(line: bytes) -> list[bytes]:
    """What `parse_args` makes of a line without its newline, in the line's own memory as there."""
    memory = bytearray(len(line) + 1)
    end, starts = 0, []
    quoted = escaped = False
    whitespace = True
    for byte in line:
        character = bytes([byte])
        if character == b'"' and not escaped:
            quoted = not quoted
            if quoted and whitespace:
                starts.append(end)
                whitespace = False
            continue
        if character in (b" ", b"\t") and not quoted and not escaped:
            whitespace = True
            end += 1
            continue
        if character == b"\\" and not escaped:
            escaped = True
            continue
        if whitespace:
            if len(starts) >= MAX_ARGS - 1:
                # "Too many arguments": the byte is dropped, and so is each that follows.
                continue
            starts.append(end)
            whitespace = False
        memory[end] = byte
        end += 1
        escaped = False
    assert len(starts) < MAX_ARGS, "quoted words are written behind the end of argv"
    return [bytes(memory[start : memory.index(0, start)]) for start in starts]
