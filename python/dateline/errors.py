"""What can go wrong, one class for each kind.

Every exception of the package is a :class:`DatelineError`, and also of the built-in class that its kind has in Python: an unknown name is
a ``ValueError``, an unreadable file an ``OSError``. ``str(error)`` is one line with the file, the fault and the remedy.
"""

from __future__ import annotations

import re
from typing import Optional, Sequence, Tuple

__all__ = [
    "ArgumentTypeError",
    "DatelineError",
    "EngineError",
    "FileError",
    "FormatError",
    "GazetteerError",
    "Interrupted",
    "LimitError",
    "UsageError",
]

#: Options of the command line, in which the engine words its remedies, and the arguments of this package.
_ARGUMENTS = {
    "--no-mentions": "mentions=False",
    "--recurring-lines": "recurring_lines=",
    "--input-format": "input_format=",
    "--all-pairs": "all_pairs=True",
    "--include-files": "include_files=",
    "--exclude-files": "exclude_files=",
    "--include-members": "include_members=",
    "--exclude-members": "exclude_members=",
    "--follow-links": "follow_links=True",
    "--header-lines": "header_lines=True",
    "--split-on": "split_on=",
    "--text-is": "text_is=",
    "--preset": "preset=",
    "--memory": "memory=",
    "--without-rule": "without_rules=",
    "--source-field": "source=",
    "--title-field": "title=",
    "--text-field": "text=",
    "--date-field": "date=",
    "--id-field": "id=",
    "--language": "languages=",
    "--furniture": "furniture=",
    "--exclude": "exclude=",
    "--gazetteer": "gazetteer=",
    "--profile": "profile=",
    "--overlap": "overlap=",
    "--threads": "threads=",
    "--checkpoint": "checkpoint=",
    "--min-each": "min_each=",
    "--without": "without=",
    "--context": "context=",
    "--measure": "measure=",
    "--force": "force=True",
    "--since": "since=",
    "--until": "until=",
    "--shard": "shard=",
    "--where": "where=",
    "--root": "root=",
    "--with": "with_=",
    "--keep": "keep=",
    "--type": "type=",
    "--out": "out=",
    "--fdr": "fdr=",
}
_OPTION = re.compile(r"(--[a-z-]*[a-z])(?: (NAME|FIELD|FILE|DIR|PATH)\b)?")


def in_python(text: str) -> str:
    """A remedy of the command line in the words of this package."""
    text = _OPTION.sub(lambda option: _ARGUMENTS.get(option[1], option[1] + (f" {option[2]}" if option[2] else "")), text)
    return text.replace("`dateline analyze` without mentions=False", "dateline.analyze(..., mentions=True)").replace(
        "`dateline analyze out=`", "dateline.analyze(..., out=...)"
    )


class DatelineError(Exception):
    """Any error of this package.

    Attributes:
        message: the fault, without its file and the remedy.
        path: the file or directory, if there is one.
        remedy: what to do, if that is known.
    """

    def __init__(
        self,
        message: str,
        *,
        path: Optional[str] = None,
        remedy: Optional[str] = None,
        diagnostics: Sequence[Tuple[str, int, int, str, str]] = (),
    ) -> None:
        super().__init__(message)
        self.message = in_python(message)
        self.path = path
        self.remedy = None if remedy is None else in_python(remedy)
        self.diagnostics = tuple(diagnostics)

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path and not self.diagnostics else ""
        return place + self.message + (f"; {self.remedy}" if self.remedy else "")


class FileError(DatelineError, OSError):
    """The operating system refused to read or write."""


class UsageError(DatelineError, ValueError):
    """The request cannot be met: an unknown name, an existing output, a column that is not there."""


class ArgumentTypeError(DatelineError, TypeError):
    """An argument, or a column, is of a type that cannot be used."""


class GazetteerError(DatelineError, ValueError):
    """A gazetteer is faulty. ``diagnostics`` has every fault as path, line, column, message and remedy."""


class FormatError(DatelineError, ValueError):
    """A file is not what it should be: damaged, incomplete, or of a newer major version."""


class LimitError(DatelineError, ValueError):
    """More documents, entities or names than can be counted, or a text that is too long."""


class Interrupted(DatelineError, RuntimeError):
    """The work was stopped before its end, and nothing was written. Ctrl-C itself is a ``KeyboardInterrupt``."""


class EngineError(DatelineError, RuntimeError):
    """The engine failed where it never should. Please report it."""
