"""Secrets: from the environment or a file, and never shown."""

from pathlib import Path

import pytest

from crm.links.credentials import Credentials, SuitecrmCredentials, VtigerCredentials
from crm.links.ports import LinkError

ENVIRONMENT = {"RAHYAB_VTIGER_RIGA_USER": "admin", "RAHYAB_VTIGER_RIGA_ACCESS_KEY": "k3y"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of secrets that nobody else may read."""
    path = tmp_path / "secrets"
    path.write_text(
        "# of the clerk\n\nRAHYAB_VTIGER_RIGA_USER = clerk\nRAHYAB_VTIGER_RIGA_ACCESS_KEY=a=b==\n"
    )
    path.chmod(0o600)
    return path


def test_come_from_the_environment() -> None:
    """By the name of the link."""
    assert Credentials("vtiger-riga", ENVIRONMENT, None).vtiger() == VtigerCredentials(
        "admin", "k3y"
    )


def test_come_from_a_file(file: Path) -> None:
    """What stands behind the first `=`."""
    assert Credentials("vtiger-riga", {}, file).vtiger() == VtigerCredentials("clerk", "a=b==")


def test_the_environment_counts_first(file: Path) -> None:
    """One by one."""
    found = Credentials("vtiger-riga", {"RAHYAB_VTIGER_RIGA_USER": "admin"}, file).vtiger()

    assert found == VtigerCredentials("admin", "a=b==")


def test_suitecrm_has_a_user_or_none() -> None:
    """The user decides how to log in."""
    client = {"RAHYAB_S_CLIENT_ID": "c", "RAHYAB_S_CLIENT_SECRET": "s"}
    user = {"RAHYAB_S_USER": "u", "RAHYAB_S_PASSWORD": "p"}

    assert Credentials("s", client, None).suitecrm() == SuitecrmCredentials("c", "s")
    assert Credentials("s", client | user, None).suitecrm() == SuitecrmCredentials(
        "c", "s", "u", "p"
    )
    with pytest.raises(LinkError, match="RAHYAB_S_PASSWORD is not set"):
        Credentials("s", client | {"RAHYAB_S_USER": "u"}, None).suitecrm()


def test_a_missing_one_is_named(file: Path) -> None:
    """With the places where it may stand."""
    with pytest.raises(LinkError, match="RAHYAB_VTIGER_USER is not set: set it in the environment"):
        Credentials("vtiger", {"RAHYAB_VTIGER_USER": ""}, None).vtiger()
    with pytest.raises(LinkError, match=f"or write it into {file}"):
        Credentials("vtiger", {}, file).vtiger()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_refused(file: Path, mode: int) -> None:
    """With what to do."""
    file.chmod(mode)

    with pytest.raises(LinkError, match=f"chmod 600 {file}"):
        Credentials("vtiger-riga", {}, file)


@pytest.mark.parametrize("content", [b"s3cret\n", b"NAME=\xff\n"])
def test_a_file_of_something_else_is_told_without_showing_it(file: Path, content: bytes) -> None:
    """The line may be the secret alone."""
    file.write_bytes(content)

    with pytest.raises(LinkError, match="NAME=value") as raised:
        Credentials("vtiger-riga", {}, file)
    assert "s3cret" not in str(raised.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(LinkError, match="nowhere cannot be read"):
        Credentials("vtiger", {}, tmp_path / "nowhere")


def test_secrets_are_not_shown() -> None:
    """Not even by accident."""
    shown = repr(VtigerCredentials("admin", "k3y")) + repr(
        SuitecrmCredentials("c", "s3", "u", "p4")
    )

    assert not {"k3y", "s3", "p4"} & set(shown.replace("'", " ").replace(",", " ").split())
