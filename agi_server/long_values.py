"""Values too long for one command line, written piece by piece."""

from agi_server.commands import SetVariable


def split_value(variable: str, value: str, limit: int) -> list[SetVariable]:
    """The commands that set `VARIABLE_1`, `VARIABLE_2` … to consecutive pieces of `value`.

    Args:
        variable: The name before the numbers.
        value: Any text without CR, LF and NUL.
        limit: The longest line in bytes, newline included (`environment.line_limit`).

    Raises:
        LocalProtocolError: The name is none, or the value cannot be sent.
    """
    pieces: list[SetVariable] = []
    position = 0
    while position < len(value) or not pieces:
        name = f"{variable}_{len(pieces) + 1}"
        frame = len(SetVariable(name, "").encode())
        end = _end_of_piece(value, position, limit - frame)
        pieces.append(SetVariable(name, value[position:end]))
        position = end
    return pieces


def _end_of_piece(value: str, start: int, room: int) -> int:
    """Where the longest piece from `start` ends that takes no more than `room` bytes, escaped."""
    position = start
    while position < len(value):
        character = value[position]
        room -= 2 if character in '"\\' else len(character.encode("utf-8", "surrogateescape"))
        if room < 0:
            break
        position += 1
    return position
