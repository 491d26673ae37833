"""Commands ``analyze`` and ``compare``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from neurosim.cli.options import add_output, load_plugins, overwrite_setting, progress_setting
from neurosim.cli.output import print_report

__all__ = ["add_analyze", "add_compare"]


def add_analyze(commands: Any) -> None:
    """Add ``analyze``, also spelled ``analyse``."""
    analyze = commands.add_parser(
        "analyze", aliases=["analyse"], help="report on the dynamics of a saved network"
    )
    analyze.add_argument(
        "network",
        metavar="NETWORK.npz",
        help="a saved network or training, or a folder of results that holds one of them",
    )
    _add_settings(analyze)
    analyze.set_defaults(command=_analyze)


def add_compare(commands: Any) -> None:
    """Add ``compare``."""
    compare = commands.add_parser(
        "compare", help="report on two saved networks side by side, and on the change"
    )
    compare.add_argument("before", metavar="BEFORE.npz", help="a saved network, or a folder of results")
    compare.add_argument("after", metavar="AFTER.npz", help="the same network after training")
    _add_settings(compare)
    compare.set_defaults(command=_compare)


def _add_settings(parser: Any) -> None:
    parser.add_argument(
        "--task",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="task that it was trained on: a class, a rule of Yang et al., or a .npz file with a saved task",
    )
    parser.add_argument(
        "--dt",
        type=float,
        metavar="DT",
        help="analyze the Euler map with this step; default: the step of training or of the imported network",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of initial states and trials; default: 0"
    )
    add_output(parser)


def _analyze(parsed: argparse.Namespace) -> None:
    from neurosim import report

    load_plugins(parsed)
    network = report.load_network(parsed.network)
    print_report(
        report.analyze(network, label=Path(parsed.network).stem or "network", **_report_settings(parsed)),
        parsed,
    )


def _compare(parsed: argparse.Namespace) -> None:
    from neurosim import report

    load_plugins(parsed)
    before, after = (report.load_network(path) for path in (parsed.before, parsed.after))
    labels = report.file_labels(parsed.before, parsed.after)
    print_report(report.compare(before, after, labels=labels, **_report_settings(parsed)), parsed)


def _report_settings(parsed: argparse.Namespace) -> dict[str, Any]:
    from neurosim.report import load_tasks

    return {
        "tasks": load_tasks(parsed.task),
        "dt": parsed.dt,
        "folder": parsed.output,
        **overwrite_setting(parsed),
        "rng": parsed.seed,
        "progress": progress_setting(parsed),
    }
