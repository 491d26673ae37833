"""The command line ``neurosim``: parse arguments, call the package, print results and one-line errors."""

from __future__ import annotations

import argparse
import errno
import os
import sys
import warnings
from collections.abc import Sequence

from neurosim import __version__
from neurosim.cli.experiments import add_run, add_train
from neurosim.cli.output import accept_all_characters, print_warning
from neurosim.cli.plugins import add_plugins
from neurosim.cli.report import add_analyze, add_compare
from neurosim.cli.reproduce import add_reproduce
from neurosim.cli.sweep import add_sweep
from neurosim.cli.tasks import add_tasks
from neurosim.errors import NeurosimError

__all__ = ["main"]

INTERRUPTED = 130
"""Exit status after Ctrl-C, 128 plus the number of the signal, as shells expect it."""

CLOSED = {errno.EPIPE, errno.EINVAL} if os.name == "nt" else {errno.EPIPE}
"""Numbers of the error of a pipe without a reader; errors of files have a name."""

COMMANDS = (add_run, add_train, add_sweep, add_reproduce, add_analyze, add_compare, add_tasks, add_plugins)
"""In the order in which the help lists them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: those of the command line.

    Returns
    -------
    int
        Exit status: 0, 2 after an error in the input, or 130 after Ctrl-C.
    """
    accept_all_characters()
    parser = _parser()
    parsed = parser.parse_args(arguments)
    if parsed.command is None:
        parser.print_help()
        return 2
    with warnings.catch_warnings():
        warnings.showwarning = print_warning
        try:
            parsed.command(parsed)
            sys.stdout.flush()
        except (NeurosimError, OSError) as error:
            if not _is_closed_pipe(error):
                print(f"neurosim: {' '.join(str(error).split())}", file=sys.stderr)
                return 2
            # the reader of the output (such as head) has closed it; avoid a second error when Python flushes at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except KeyboardInterrupt as stop:
            print(f"neurosim: {str(stop) or 'interrupted'}", file=sys.stderr)
            return INTERRUPTED
    return 0


def _is_closed_pipe(error: Exception) -> bool:
    """Whether the reader of the output has closed it."""
    return isinstance(error, OSError) and error.errno in CLOSED and error.filename is None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="neurosim", description="Rate recurrent neural networks on a laptop."
    )
    parser.add_argument("--version", action="version", version=f"neurosim {__version__}")
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for add_command in COMMANDS:
        add_command(commands)
    return parser
