"""Text messages: what callers are sent, in their language."""

import re
from collections.abc import Mapping
from typing import Final

from ivr.prompts import builtin_texts
from routing.rules import Policy

_PLACEHOLDER: Final = re.compile(r"\{([a-z]+)\}")


def text_message(policy: Policy, text: str, language: str, values: Mapping[str, str]) -> str:
    """The words of a text message.

    Args:
        policy: The rules, whose words win over the built-in ones.
        text: Its id: `tracking-number`, `one-time-code`.
        language: Of the call; a language without the text gets that of the first that has it, in
            the order of the business's languages.
        values: What stands for its `{placeholders}`.

    Raises:
        KeyError: There is no such text in any of the business's languages.
    """
    texts = {**builtin_texts().get(text, {}), **policy.texts.get(text, {})}
    for code in (language, *policy.business.languages):
        if code in texts:
            return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), texts[code])
    raise KeyError(text)
