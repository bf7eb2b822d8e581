"""The currencies in which amounts can be keyed and said."""

from typing import Final, Literal, TypeAlias, get_args

Currency: TypeAlias = Literal["EUR", "GBP", "IRR", "IRT", "USD"]
"""By their codes: ISO 4217, and `IRT`, the toman, which is ten rials and has no code of its own."""

CURRENCIES: Final[tuple[str, ...]] = get_args(Currency)
"""Every currency. Each language says them all."""

WHOLE: Final = frozenset({"IRR", "IRT"})
"""Currencies without hundredths: nobody can key, or say, half a rial."""
