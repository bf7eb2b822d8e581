"""Opens the CRM that a link leads to."""

from collections.abc import Mapping
from pathlib import Path

from crm.links.credentials import Credentials
from crm.links.declaration import LinkShape, System
from crm.links.ports import Source
from crm.links.suitecrm import SuitecrmSource
from crm.links.vtiger import VtigerSource
from crm.links.web import Limits, WebClient


def open_source(
    link: LinkShape, system: str, folder: Path, environment: Mapping[str, str]
) -> Source:
    """The CRM of a link; nothing is asked yet.

    Args:
        link: How it is declared.
        system: Its name.
        folder: Where the files are that it names, unless they begin with a slash.
        environment: The variables of the process.

    Raises:
        LinkError: The credentials, or a file, cannot be used.
    """
    secrets = None if link.credentials is None else folder / link.credentials
    credentials = Credentials(system, environment, secrets)
    authority = None if link.ca_file is None else folder / link.ca_file
    if link.system is System.VTIGER:
        user = credentials.vtiger()
        return VtigerSource(_client(link, authority), user, link.scope)
    by = credentials.suitecrm()
    return SuitecrmSource(_client(link, authority), by)


def _client(link: LinkShape, authority: Path | None) -> WebClient:
    return WebClient(link.url, Limits(link.requests_per_second), ca_file=authority)
