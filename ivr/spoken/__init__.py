"""Values as rows of prompts: what a language says for a number that no recording can hold whole.

Each function takes the value and the language of the call, and gives prompt ids that the language's
catalogue has. How a language puts words together is written in `grammar.yaml` of its folder in
`ivr/languages`; the texts of the words are beside it, in `words.yaml`.
"""

from ivr.spoken.digits import digits, digits_in_groups
from ivr.spoken.lacking import lacking_words
from ivr.spoken.reading import GrammarError, NoGrammarError, language_for_values
from ivr.spoken.values import (
    LARGEST_NUMBER,
    LARGEST_ORDINAL,
    clock_time,
    date_of,
    day,
    duration,
    money,
    number,
    ordinal,
)
from routing.currencies import CURRENCIES

__all__ = [
    "CURRENCIES",
    "LARGEST_NUMBER",
    "LARGEST_ORDINAL",
    "GrammarError",
    "NoGrammarError",
    "clock_time",
    "date_of",
    "day",
    "digits",
    "digits_in_groups",
    "duration",
    "lacking_words",
    "language_for_values",
    "money",
    "number",
    "ordinal",
]
