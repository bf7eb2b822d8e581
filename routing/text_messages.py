"""The text messages that callers can be sent, and what each must hold."""

import re
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator

from routing.dialogues import CODE_TEXT, TRACKING_TEXT
from routing.fields import Text, complaint
from routing.names import suggestion
from routing.written import Written, pattern

TEXT_MESSAGES: Final[Mapping[str, str]] = {
    TRACKING_TEXT: "number",
    CODE_TEXT: "code",
}
"""Every text message by its id, and the one placeholder that its text must hold."""

LONGEST_MESSAGE: Final = 300
"""Characters: what is longer is cut, or sent as more than two messages in any script but Latin."""

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


def _known(value: str) -> str:
    if value in TEXT_MESSAGES:
        return value
    hint = suggestion(value, TEXT_MESSAGES)
    raise complaint("unknown-text", f'no text message is called "{value}"', hint)


def _short(value: str) -> str:
    if len(value) > LONGEST_MESSAGE:
        hint = f"write {LONGEST_MESSAGE} characters at most"
        raise complaint("long-text", f"a text message of {len(value)} characters", hint)
    return value


def placeholders_in(text: str) -> tuple[str, ...]:
    """What a text has filled in, in its order.

    >>> placeholders_in("Your code is {code}.")
    ('code',)
    """
    return tuple(_PLACEHOLDER.findall(text))


TextName = Annotated[
    str,
    AfterValidator(_known),
    Written(
        "the name of a text message",
        pattern(f"write one of: {', '.join(TEXT_MESSAGES)}", *TEXT_MESSAGES),
        (TRACKING_TEXT,),
    ),
]
"""Which of the text messages."""

MessageText = Annotated[Text, AfterValidator(_short)]
"""What one of them says in one language."""
