"""Tables that say a number: the words of `value` stand in the row with the greatest start below it.

A small relative of the rule-based number formats of Unicode Technical Standard 35: rows call rows,
of their own table or of another, with a part of the number.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ivr.spoken.plurals import OTHER, PluralRules, form_of
from ivr.spoken.templates import Template, Token, Word


@dataclass(frozen=True, slots=True)
class Row:
    """What is said of the values from `start` on, up to the next row.

    Attributes:
        start: The least value.
        divisor: `{count}` is how often it goes into the value, `{rest}` what is left over.
        template: The words.
    """

    start: int
    divisor: int
    template: Template

    @classmethod
    def parse(cls, key: int | str, text: str) -> "Row":
        """Read a row: `100`, or `1100/100` where the divisor is not the power of ten.

        Raises:
            ValueError: The key or the words cannot be read.
        """
        first, slash, divisor = str(key).partition("/")
        if not first.isdecimal() or (slash and not divisor.strip("0").isdecimal()):
            raise ValueError("a row begins with its least value, as 100 or 1100/100")
        power = 10 ** (len(str(int(first))) - 1)
        return cls(int(first), int(divisor or power), Template.parse(text))


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a language.

    Attributes:
        rows: By the name of the table; from the least start to the greatest.
        plural: The forms of counted words.
        vocabulary: The prompt of each word that the language has.
    """

    rows: Mapping[str, tuple[Row, ...]]
    plural: PluralRules
    vocabulary: Mapping[str, str]

    def say(self, table: str, value: int) -> Iterator[str]:
        """The prompts that say `value` by this table.

        Raises:
            ValueError: The table has no row for so small a value.
        """
        row = self._row(table, value)
        count, rest = divmod(value, row.divisor)
        tokens = row.template.with_rest if rest else row.template.without_rest
        figure = value - rest if row.template.uses("rest") else value
        form = form_of(self.plural, count if row.template.uses("count") else value)
        parts = {"value": value, "count": count, "rest": rest}
        for token in tokens:
            if isinstance(token, Word):
                yield self._prompt(token.id.replace("#", str(figure)), form)
            else:
                yield from self.say(token.table or table, parts[token.name])

    def fill(self, tokens: tuple[Token, ...], parts: Mapping[str, int]) -> Iterator[str]:
        """The prompts of a row of words with gaps: `{day:ordinal}`, `{month}`."""
        for token in tokens:
            if isinstance(token, Word):
                yield self.vocabulary[token.id]
            elif token.table:
                yield from self.say(token.table, parts[token.name])
            else:
                yield self.vocabulary[f"{token.name}-{parts[token.name]}"]

    def _prompt(self, word: str, form: str) -> str:
        """The prompt of a counted word; one without this form has the form of all others."""
        found = self.vocabulary.get(word.replace("@", form))
        return found or self.vocabulary[word.replace("@", OTHER)]

    def _row(self, table: str, value: int) -> Row:
        rows = self.rows[table]
        after = bisect_right(rows, value, key=lambda row: row.start)
        if after == 0:
            raise ValueError(f"the table {table} says nothing below {rows[0].start}")
        return rows[after - 1]
