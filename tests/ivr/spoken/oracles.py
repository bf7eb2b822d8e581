"""What values should sound like, by num2words and, where that is silent or wrong, by hand.

Its cardinals are sound in all three languages but for "miljons", which Latvian says with "viens"
(so has Unicode CLDR). Its Persian ordinals make "سیم" (wire) of the thirtieth; it has no Latvian
ordinals and no feminine. It is asked through `cardinal` and `place` only.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, time
from decimal import Decimal

import jdatetime
from num2words import CONVERTER_CLASSES, num2words

LANGUAGES = ("en", "fa", "lv")
"""Those whose every value has an oracle here. A further one may be added, and need not be."""

CURRENCIES = ("EUR", "USD", "GBP", "IRR", "IRT")

FEMININE = {
    "viens": "viena",
    "divi": "divas",
    "četri": "četras",
    "pieci": "piecas",
    "seši": "sešas",
    "septiņi": "septiņas",
    "astoņi": "astoņas",
    "deviņi": "deviņas",
}

LATVIAN_STEMS = {
    "viens": "pirm",
    "divi": "otr",
    "trīs": "treš",
    "četri": "ceturt",
    "pieci": "piekt",
    "seši": "sest",
    "septiņi": "septīt",
    "astoņi": "astot",
    "deviņi": "devīt",
    "simts": "simt",
}

LATVIAN_HUNDREDS = ("", "", "div", "trīs", "četr", "piec", "seš", "septiņ", "astoņ", "deviņ")

LATVIAN_MONTHS = [
    "janvāris",
    "februāris",
    "marts",
    "aprīlis",
    "maijs",
    "jūnijs",
    "jūlijs",
    "augusts",
    "septembris",
    "oktobris",
    "novembris",
    "decembris",
]

LATVIAN_DAYS = [
    "pirmdiena",
    "otrdiena",
    "trešdiena",
    "ceturtdiena",
    "piektdiena",
    "sestdiena",
    "svētdiena",
]


def known_to_num2words(codes: Iterable[str]) -> list[str]:
    """Those of the languages whose numbers num2words can say."""
    return [code for code in codes if code in CONVERTER_CLASSES]


def letters(text: str) -> str:
    """The letters of a text alone."""
    return "".join(filter(str.isalpha, text)).lower()


def cardinal(value: int, code: str) -> str:
    """A whole number."""
    text = str(num2words(value, lang=code)).replace(",", "").replace("-", " ")
    if code == "lv":
        return re.sub(r"(?<!viens )(miljons|miljards)", r"viens \1", text)
    return text


def feminine(value: int) -> str:
    """A whole number that counts a feminine Latvian noun."""
    *before, last = cardinal(value, "lv").split(" ")
    return " ".join([*before, FEMININE.get(last, last)])


def place(value: int, code: str, ending: str = "ais") -> str:
    """A place in a row; `ending` is the Latvian one."""
    if code == "lv":
        return _latvian_place(value, ending)
    text = str(num2words(value, lang=code, to="ordinal")).replace("-", " ")
    return re.sub(r"سیم$", "سی\u200cام", text) if code == "fa" else text


def _latvian_place(value: int, ending: str) -> str:
    hundreds, rest = divmod(value, 100)
    if hundreds > 1 and not rest:
        return f"{LATVIAN_HUNDREDS[hundreds]}simt{ending}"
    *before, last = cardinal(value, "lv").split(" ")
    return " ".join([*before, LATVIAN_STEMS.get(last, last) + ending])


def counted(value: int, noun: str, code: str) -> str:
    """A number of hours, euros and the like; the noun is named in English."""
    return _COUNTED[code](value, noun)


def _english(value: int, noun: str) -> str:
    irregular = {"penny": "pence"}
    many = irregular.get(noun, f"{noun}s")
    return f"{cardinal(value, 'en')} {noun if value == 1 else many}"


def _persian(value: int, noun: str) -> str:
    nouns = {
        "day": "روز",
        "hour": "ساعت",
        "minute": "دقیقه",
        "second": "ثانیه",
        "euro": "یورو",
        "cent": "سنت",
        "dollar": "دلار",
        "pound": "پوند",
        "penny": "پنس",
        "rial": "ریال",
        "toman": "تومان",
    }
    return f"{cardinal(value, 'fa')} {nouns[noun]}"


LATVIAN_NOUNS = {
    "day": ("diena", "dienas", "dienu"),
    "hour": ("stunda", "stundas", "stundu"),
    "minute": ("minūte", "minūtes", "minūšu"),
    "second": ("sekunde", "sekundes", "sekunžu"),
    "pound": ("mārciņa", "mārciņas", "mārciņu"),
    "euro": ("eiro", "eiro", "eiro"),
    "cent": ("cents", "centi", "centu"),
    "dollar": ("dolārs", "dolāri", "dolāru"),
    "penny": ("penss", "pensi", "pensu"),
    "rial": ("riāls", "riāli", "riālu"),
    "toman": ("tomans", "tomani", "tomanu"),
}


def _latvian(value: int, noun: str) -> str:
    """As CLDR has it: the genitive after tens, teens, hundreds and so on."""
    forms = LATVIAN_NOUNS[noun]
    number = feminine(value) if forms[0].endswith(("a", "e")) else cardinal(value, "lv")
    last_two = value % 100
    if last_two % 10 == 0 or last_two in range(11, 20):
        return f"{number} {forms[2]}"
    return f"{number} {forms[0] if last_two % 10 == 1 else forms[1]}"


_COUNTED: dict[str, Callable[[int, str], str]] = {
    "en": _english,
    "fa": _persian,
    "lv": _latvian,
}


def joined(parts: list[str], code: str) -> str:
    """Hours, minutes and seconds."""
    if code == "fa":
        return " و ".join(parts)
    *before, last = parts
    return f"{' '.join(before)} {'and' if code == 'en' else 'un'} {last}" if before else last


def lasting(seconds: int, code: str) -> str:
    """A duration."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = (("day", days), ("hour", hours), ("minute", minutes), ("second", rest))
    parts = [counted(value, unit, code) for unit, value in units if value]
    return joined(parts or [counted(0, "second", code)], code)


def amount(value: Decimal, currency: str, code: str) -> str:
    """An amount of money with two decimals at most."""
    nouns = {
        "EUR": ("euro", "cent"),
        "USD": ("dollar", "cent"),
        "GBP": ("pound", "penny"),
        "IRR": ("rial", ""),
        "IRT": ("toman", ""),
    }
    whole, part = nouns[currency]
    cents = int(value * 100) % 100
    parts = [counted(int(value), whole, code)] if int(value) or not cents else []
    return joined(parts + ([counted(cents, part, code)] if cents else []), code)


def at(moment: time, code: str) -> str:
    """A time of day."""
    return {"en": _english_time, "fa": _persian_time, "lv": _latvian_time}[code](
        moment.hour, moment.minute
    )


def _english_time(hour: int, minute: int) -> str:
    if not minute and hour % 12 == 0:
        return "noon" if hour else "midnight"
    minutes = f" oh {cardinal(minute, 'en')}" if minute < 10 else f" {cardinal(minute, 'en')}"
    half = "A.M." if hour < 12 else "P.M."
    return f"{cardinal(hour % 12 or 12, 'en')}{minutes if minute else ''} {half}"


def _persian_time(hour: int, minute: int) -> str:
    if not hour and not minute:
        return "نیمه\u200cشب"
    parts = {4: "بامداد", 11: "صبح", 12: "ظهر", 16: "بعدازظهر", 19: "عصر", 23: "شب"}
    part = next(name for last, name in parts.items() if hour <= last)
    spoken = cardinal(hour % 12 or 12, "fa")
    if minute:
        return f"ساعت {spoken} و {cardinal(minute, 'fa')} دقیقه\u0654 {part}"
    ezafe = {"دو": "دوی", "سه": "سه\u0654"}
    return f"ساعت {ezafe.get(spoken, spoken)} {part}"


def _latvian_time(hour: int, minute: int) -> str:
    hours = f"pulksten {cardinal(hour, 'lv')}"
    if not minute:
        return hours if hour else f"{hours} nulle"
    return f"{hours} {'nulle ' if minute < 10 else ''}{cardinal(minute, 'lv')}"


def on(when: date, code: str) -> str:
    """A date with its year."""
    return {"en": _english_date, "fa": _persian_date, "lv": _latvian_date}[code](when)


def _english_date(when: date) -> str:
    year = str(num2words(when.year, lang="en", to="year")).replace("-", " ")
    return f"{when:%A} the {place(when.day, 'en')} of {when:%B} {year}"


def _persian_date(when: date) -> str:
    told = jdatetime.date.fromgregorian(date=when, locale="fa_IR")
    weekday = re.sub("(?<=[جک])\u200c", "", told.strftime("%A"))  # as Unicode CLDR writes them
    return (
        f"{weekday} {place(told.day, 'fa')} "
        f"{told.strftime('%B')} ماه سال {cardinal(told.year, 'fa')}"
    )


def _latvian_date(when: date) -> str:
    thousands, rest = divmod(when.year, 1000)
    short = "tūkstoš" if thousands == 1 else "divtūkstoš"
    year = f"{short} {place(rest, 'lv', 'ā')}" if rest else f"{short}ā"
    return (
        f"{LATVIAN_DAYS[when.weekday()]} {year} gada "
        f"{place(when.day, 'lv')} {LATVIAN_MONTHS[when.month - 1]}"
    )
