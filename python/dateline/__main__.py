"""The command line program: ``dateline ...`` or ``python -m dateline ...``."""

from __future__ import annotations

import signal
import sys

from . import _engine


def main() -> int:
    """Runs the program with the arguments of the process; returns its exit code."""
    # Python would only note Ctrl-C and wait for the program to return.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _engine.program(["dateline", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
