"""How Asterisk splits a command line into words, and how to write words so that it finds them.

The reference to compare the real ones with: `parse_args` in res_agi.c, described and written anew.
"""

from typing import Final

BLANKS: Final = " \t"


def split(line: str) -> list[str]:
    """The words of a line: quotes toggle, a backslash makes the next character ordinary."""
    words: list[str] = []
    inside = quoted = literal = False
    for character in line:
        if character == "\\" and not literal:
            literal = True
            continue
        if character in BLANKS and not (quoted or literal):
            inside = False
            continue
        if not inside:
            words.append("")
            inside = True
        if character == '"' and not literal:
            quoted = not quoted
        else:
            words[-1] += character
        literal = False
    return words


def quote(word: str) -> str:
    """A word as it must be written: in quotes, with what is special after a backslash."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
