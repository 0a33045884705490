"""How long work shows how far it has come."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Callable, Iterator, Optional, Union

from .errors import UsageError

#: A function of bytes and records done, True for a bar of tqdm, or None.
Progress = Union[Callable[[int, int], object], bool, None]


@contextmanager
def watched(progress: Progress) -> Iterator[Optional[Callable[[int, int], object]]]:
    """The function that the engine calls while the block is executed."""
    if progress is None or progress is False:
        yield None
    elif progress is True:
        try:
            from tqdm.auto import tqdm
        except ImportError as error:
            raise UsageError("progress=True needs tqdm", remedy="pip install tqdm, or give a function") from error
        with tqdm(unit="B", unit_scale=True, desc="dateline") as bar:

            def advance(n_bytes: int, records: int) -> None:
                bar.update(n_bytes - bar.n)
                bar.set_postfix(records=records, refresh=False)

            yield advance
    else:
        yield progress
