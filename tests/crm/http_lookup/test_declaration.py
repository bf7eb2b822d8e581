"""The file of a look-up: what it may say, and what is told of what it may not."""

import re
from pathlib import Path

import pytest

from crm.declared import DeclarationError
from crm.http_lookup.declaration import LookupShape, headers_of, read_lookup

BEGIN = "url: https://crm.example.com/callers/{number}\ncustomer: {name: name}\n"


def read(tmp_path: Path, text: str) -> LookupShape:
    """Read a file of this text."""
    (tmp_path / "lookup.yaml").write_text(text)
    return read_lookup(tmp_path / "lookup.yaml")


def test_two_lines_are_enough(tmp_path: Path) -> None:
    """Everything else has a default."""
    lookup = read(tmp_path, BEGIN)

    assert lookup.budget_ms == 150
    assert (lookup.cache.known, lookup.cache.unknown) == (300, 60)
    assert (lookup.breaker.failures, lookup.breaker.seconds) == (5, 30)


@pytest.mark.parametrize(
    ("template", "address"),
    [
        ("/callers/{number}", "/callers/%2B989121234567"),
        ("/callers?of={digits}&all=1", "/callers?of=989121234567&all=1"),
        ("/{digits}/{number}/", "/989121234567/%2B989121234567"),
    ],
)
def test_the_number_is_sent_as_an_address_can_hold_it(
    tmp_path: Path, template: str, address: str
) -> None:
    """The `+` would mean a space."""
    lookup = read(tmp_path, BEGIN.replace("/callers/{number}", template))

    assert lookup.address("+989121234567") == f"https://crm.example.com{address}"


def test_headers_take_values_of_the_environment(tmp_path: Path) -> None:
    """In the place of their names."""
    lookup = read(tmp_path, BEGIN + 'headers: {Authorization: "Bearer ${T}", X-Site: riga}\n')

    assert headers_of(lookup, {"T": "t0k3n"}) == {"Authorization": "Bearer t0k3n", "X-Site": "riga"}


@pytest.mark.parametrize(
    ("headers", "environment", "message"),
    [
        ('{A: "${T}"}', {}, "needs T, and the environment has none"),
        ('{A: "${T}"}', {"T": ""}, "needs T, and the environment has none"),
        ('{A: "${T}"}', {"T": "s3cret\r\nX: y"}, "the header 'A' of the look-up cannot be sent"),
        ('{"A b": c}', {}, "the header 'A b' of the look-up cannot be sent"),
        ("{A: ī}", {}, "the header 'A' of the look-up cannot be sent"),
    ],
)
def test_headers_that_cannot_be_sent_are_told(
    tmp_path: Path, headers: str, environment: dict[str, str], message: str
) -> None:
    """Without their values."""
    lookup = read(tmp_path, BEGIN + f"headers: {headers}\n")

    with pytest.raises(DeclarationError, match=message) as raised:
        headers_of(lookup, environment)
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "begin with `url: https://…/{number}`"),
        ("url: https://a.example/\ncustomer: {name: n}\n", ":1:6: url: the number stands nowhere"),
        ("url: https://{number}.a/x\ncustomer: {name: n}\n", "url: the number stands nowhere"),
        ("url: https://a/{nr}/{number}\ncustomer: {name: n}\n", "{number} and {digits} alone are"),
        ("url: ftp://a/{number}\ncustomer: {name: n}\n", "is no address"),
        (
            "url: http://a/{number}\ncustomer: {name: n}\n",
            "everybody on the way can read who calls",
        ),
        ("url: https://a/{number}\n", "customer: this is missing"),
        ("url: https://a/{number}\ncustomer: {}\n", "customer.name: this is missing"),
        ("url: https://a/{number}\ncustomer: {name: a..b}\n", "'a..b' is no path"),
        ('url: https://a/{number}\ncustomer: {name: "a[x]"}\n', "'a[x]' is no path"),
        (BEGIN + "budget_ms: 5000\n", "budget_ms: this should be less than or equal to 2000"),
        (BEGIN + "cache: {hits: 5}\n", "cache.hits: nothing of this name is known here"),
        (BEGIN + "budget: 5\n", 'budget: nothing of this name is known here: did you mean "budget'),
    ],
)
def test_tells_every_mistake(tmp_path: Path, text: str, message: str) -> None:
    """In a sentence that says what to write."""
    with pytest.raises(DeclarationError, match=re.escape(message)):
        read(tmp_path, text)
