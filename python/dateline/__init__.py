"""Opens the results of dateline in Python.

>>> import dateline
>>> run = dateline.open_run("results")
>>> run.table("entities")["name"]
"""

from .reader import Block, DlnFile, FormatError, Run, open_run

__all__ = ["Block", "DlnFile", "FormatError", "Run", "open_run"]
