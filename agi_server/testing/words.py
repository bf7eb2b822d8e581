"""How Asterisk splits a command line into words (res_agi.c, `parse_args`)."""

from typing import Final

MOST_WORDS: Final = 127
"""Words that a line may have (MAX_ARGS less one). What begins a further one is lost; up to 22.11,
a further one that begins with a quote is written over Asterisk's stack instead, which kills it."""


def split_words(line: str) -> list[str]:
    """The words of a line without its newline.

    Blanks and tabs separate; `"` toggles quoting wherever it stands and vanishes; a backslash makes
    the next character literal, inside quotes or out. A quote that is never closed is accepted.
    """
    words: list[list[str]] = []
    quoted = escaped = False
    between = True
    for character in line:
        if character == "\\" and not escaped:
            escaped = True
            continue
        if character == '"' and not escaped:
            quoted = not quoted
            if quoted and between:
                words.append([])
                between = False
        elif character in " \t" and not quoted and not escaped:
            between = True
        else:
            if between and len(words) < MOST_WORDS:
                words.append([])
                between = False
            if not between:
                words[-1].append(character)
        escaped = False
    return ["".join(word) for word in words]
