"""Who and where a news archive is about.

>>> import dateline
>>> analyzer = dateline.Analyzer("world")
>>> [mention.name for mention in analyzer.tag("BAGHDAD: The Bank of England said on Monday ...")]
['Baghdad', 'Bank of England']
>>> run = dateline.analyze("news/", "results")  # doctest: +SKIP
>>> run.pairs(rows=10).to_pandas()  # doctest: +SKIP

The engine is an extension module. Without it, :func:`open_run` and :mod:`dateline.reader` still read results: they are a second, independent
implementation of the format in Python alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, List

if TYPE_CHECKING:
    from ._engine import __version__ as __version__
    from .analyzer import Analyzer as Analyzer
    from .errors import ArgumentTypeError as ArgumentTypeError
    from .errors import DatelineError as DatelineError
    from .errors import EngineError as EngineError
    from .errors import FileError as FileError
    from .errors import FormatError as FormatError
    from .errors import GazetteerError as GazetteerError
    from .errors import Interrupted as Interrupted
    from .errors import LimitError as LimitError
    from .errors import UsageError as UsageError
    from .gazetteer import Entity as Entity
    from .gazetteer import Finding as Finding
    from .gazetteer import Gazetteer as Gazetteer
    from .gazetteer import lint as lint
    from .mention import Mention as Mention
    from .mention import Mentions as Mentions
    from .mention import Verdict as Verdict
    from .mention import highlight as highlight
    from .reader import Block as Block
    from .reader import DlnFile as DlnFile
    from .reader import open_run as open_run
    from .run import LabelledMatrix as LabelledMatrix
    from .run import Run as Run
    from .run import Verification as Verification
    from .runs import analyze as analyze
    from .runs import merge as merge
    from .table import Table as Table

#: Where each name is from. Modules are imported when they are used, so that the reader needs no engine.
_HOME = {
    "__version__": "_engine",
    **dict.fromkeys(("analyze", "merge"), "runs"),
    "Analyzer": "analyzer",
    **dict.fromkeys(
        ("ArgumentTypeError", "DatelineError", "EngineError", "FileError", "FormatError", "GazetteerError", "Interrupted"), "errors"
    ),
    **dict.fromkeys(("LimitError", "UsageError"), "errors"),
    **dict.fromkeys(("Entity", "Finding", "Gazetteer", "lint"), "gazetteer"),
    **dict.fromkeys(("Mention", "Mentions", "Verdict", "highlight"), "mention"),
    **dict.fromkeys(("Block", "DlnFile", "open_run"), "reader"),
    **dict.fromkeys(("LabelledMatrix", "Run", "Verification"), "run"),
    "Table": "table",
}

__all__ = sorted(_HOME)  # pyright: ignore


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'dateline' has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> List[str]:
    return sorted({*globals(), *_HOME})
