"""German as somebody who does not program would add it: a few words and a page of grammar."""

WORDS = [
    "ein",
    "eine",
    "und",
    "hundert",
    "tausend",
    "tag-one",
    "tag-other",
    "stunde-one",
    "stunde-other",
    "minute-one",
    "minute-other",
    "sekunde-one",
    "sekunde-other",
    "euro",
    "cent",
    "uhr",
    "gestern",
    "heute",
    "morgen",
    "mitternacht",
]

VOCABULARY = {
    **{word: word for word in WORDS},
    **{f"number-{value}": str(value) for value in (*range(10, 20), *range(20, 100, 10))},
    **{f"ordinal-{value}": f"{value}te" for value in (*range(1, 20), *range(20, 100, 10), 100)},
    **{f"weekday-{value}": f"Wochentag{value}" for value in range(1, 8)},
    **{f"month-{value}": f"Monat{value}" for value in range(1, 13)},
}

PAGE = """
plural:
  one: i = 1 and v = 0
tables:
  number:
    0: digit-#
    10: number-#
    20: "[{rest:before} und] number-#"
    100: hundert [{rest}]
    200: "{count:before} hundert [{rest}]"
    1000: "{count:before} tausend [{rest}]"
  before:
    1: ein
    2: "{value:number}"
  feminine:
    0: digit-#
    1: eine
    2: "{value:number}"
  ordinal:
    1: ordinal-#
    20: "[{rest:before} und] ordinal-#"
  day: {0: "{value:before} tag-@"}
  hour: {0: "{value:feminine} stunde-@"}
  minute: {0: "{value:feminine} minute-@"}
  second: {0: "{value:feminine} sekunde-@"}
  euro: {0: "{value:number} euro", 1: ein euro, 2: "{value:number} euro"}
  cent: {0: "{value:before} cent"}
joined: {last: und}
clock:
  "00:00": mitternacht
  "xx:00": "{hour:before} uhr"
  "xx:xx": "{hour:before} uhr {minute:number}"
calendar: gregorian
date:
  yesterday: gestern
  today: heute
  tomorrow: morgen
  this-year: "{weekday} {day:ordinal} {month}"
  another-year: "{weekday} {day:ordinal} {month} {year:number}"
money: {EUR: [euro, cent], GBP: [euro, cent], USD: [euro, cent], IRR: [euro], IRT: [euro]}
"""
