"""The rules as they are written: the text of the file and of those that it includes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Final

REVISION_DIGITS: Final = 12
"""Of the hash that names a revision: enough never to meet twice, short enough to read out."""


class BundleError(Exception):
    """A text is not what `RulesText.bundled` writes."""


@dataclass(frozen=True, slots=True)
class RulesText:
    """All that a policy is made of.

    Bytes that are not UTF-8 are lone surrogates in a text, as Python's `surrogateescape` has them:
    so the loader can tell where they stand.

    Attributes:
        file: What problems call the file.
        text: Its text.
        included: The text of each file that it includes, by the name that it is included by.
        unread: Why a file that it includes could not be read, by the same name. Such rules never
            become a policy.
    """

    file: str
    text: str
    included: Mapping[str, str] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)

    @property
    def revision(self) -> str:
        """The name of this revision of the rules: a hash of all the text."""
        whole = self.text
        if self.included:
            whole = json.dumps([self.text, sorted(self.included.items())], ensure_ascii=False)
        return hashlib.sha256(whole.encode(errors="surrogatepass")).hexdigest()[:REVISION_DIGITS]

    def file_of(self, name: str) -> str:
        """What problems call the file that is included by this name."""
        return str(PurePath(self.file).parent / name)

    def texts(self) -> Mapping[str, str]:
        """The text of each file, the main one first, by what problems call it."""
        return {self.file: self.text} | {
            self.file_of(name): text for name, text in self.included.items()
        }

    def bundled(self) -> str:
        """Everything as one text (JSON), to be kept or handed to another process."""
        bundle = json.dumps(asdict(self), ensure_ascii=False)
        # What UTF-8 cannot say is a lone surrogate, for which Python and JSON write the same.
        return bundle.encode(errors="backslashreplace").decode()

    @classmethod
    def unbundled(cls, bundle: str) -> "RulesText":
        """The inverse of `bundled`.

        Raises:
            BundleError: It is damaged, or of another version of the program.
        """
        try:
            return cls(**json.loads(bundle))
        except (ValueError, TypeError) as error:
            raise BundleError(
                f"these rules cannot be read from where they are kept: {error}"
            ) from None
