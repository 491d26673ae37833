"""Command line ``neurosim``: parse arguments, call the package, print results and one-line errors."""

from __future__ import annotations

import argparse
import dataclasses
import os
import re
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from neurosim import __version__
from neurosim.errors import NeurosimError, ParameterError

__all__ = ["main"]

INTERRUPTED = 130
"""Exit status after Ctrl-C, 128 plus the number of the signal, as shells expect it."""


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
    parser = _parser()
    parsed = parser.parse_args(arguments)
    if parsed.command is None:
        parser.print_help()
        return 2
    with warnings.catch_warnings():
        warnings.showwarning = _print_warning
        try:
            parsed.command(parsed)
            sys.stdout.flush()
        except BrokenPipeError:
            # the reader of the output (such as head) has closed it; avoid a second error when Python flushes at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except (NeurosimError, OSError) as error:
            print(f"neurosim: {' '.join(str(error).split())}", file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print("neurosim: interrupted", file=sys.stderr)
            return INTERRUPTED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="neurosim", description="Rate recurrent neural networks on a laptop."
    )
    parser.add_argument("--version", action="version", version=f"neurosim {__version__}")
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_run(commands)
    _add_train(commands)
    _add_sweep(commands)
    _add_analyze(commands)
    _add_tasks(commands)
    plugins = commands.add_parser("plugins", help="list, check and create plugins")
    plugins.set_defaults(command=lambda _: plugins.print_help())
    _add_plugins(plugins.add_subparsers(title="commands", metavar="COMMAND"))
    return parser


def _add_run(commands: Any) -> None:
    run = commands.add_parser(
        "run", help="run an experiment: the default ones, another shipped one, or a TOML file"
    )
    run.add_argument(
        "experiment",
        nargs="?",
        metavar="EXPERIMENT",
        help="name of a shipped experiment, or a .toml file; default: coherent-chaos, then trained-chaos",
    )
    _add_common(run, "experiments")
    run.set_defaults(command=_run)


def _add_train(commands: Any) -> None:
    train = commands.add_parser(
        "train", help="train a network: a shipped training, or a TOML file; or resume one that was stopped"
    )
    train.add_argument(
        "experiment",
        nargs="?",
        metavar="EXPERIMENT",
        help="name of a shipped training, or a .toml file with the tables network, task and trainer",
    )
    _add_common(train, "trainings")
    train.add_argument("--seed", type=int, metavar="N", help="seed that replaces the declared one")
    train.add_argument(
        "--resume",
        type=Path,
        metavar="FOLDER",
        help="continue the training in this folder of results; EXPERIMENT may then declare more epochs",
    )
    train.set_defaults(command=_train)


def _add_sweep(commands: Any) -> None:
    sweep = commands.add_parser(
        "sweep", help="measure many networks: an experiment or a training with a table [sweep]"
    )
    sweep.add_argument(
        "what",
        nargs="*",
        metavar="STUDY | status FOLDER | retry FOLDER",
        help="run a shipped study or a .toml file, or what it lacks; say how far it is; run failed points again",
    )
    sweep.add_argument("--workers", type=int, metavar="N", help="processes; default: one for each core")
    sweep.add_argument("--scheduler", metavar="ADDRESS", help="address of a Dask scheduler that computes")
    sweep.add_argument(
        "--dry-run", action="store_true", help="list the points, and what they will take, and stop"
    )
    sweep.add_argument("--yes", action="store_true", help="run even more than a million points")
    _add_output(sweep)
    sweep.add_argument("--list", action="store_true", help="list the shipped studies")
    sweep.set_defaults(command=_sweep)


def _add_common(parser: Any, things: str) -> None:
    parser.add_argument("--list", action="store_true", help=f"list the shipped {things}")
    _add_output(parser)


def _add_output(parser: Any) -> None:
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="folder to write the results to")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace earlier results in the folder given by --output"
    )
    _add_plugin_files(parser)
    parser.add_argument("--quiet", action="store_true", help="print only the path of the results")


def _add_plugin_files(parser: Any, default: Any = None) -> None:
    parser.add_argument(
        "--plugin",
        action="append",
        default=default,
        metavar="FILE",
        help="load this plugin file (.py) first; may be repeated",
    )


def _add_analyze(commands: Any) -> None:
    question = "report on the dynamics of a saved network"
    analyze = commands.add_parser("analyze", aliases=["analyse"], help=question)
    analyze.add_argument(
        "network",
        metavar="NETWORK.npz",
        help="a saved network or training, or a folder of results that holds one of them",
    )
    analyze.set_defaults(command=_analyze)
    compare = commands.add_parser(
        "compare", help="report on two saved networks side by side, and on the change"
    )
    compare.add_argument("before", metavar="BEFORE.npz", help="a saved network, or a folder of results")
    compare.add_argument("after", metavar="AFTER.npz", help="the same network after training")
    compare.set_defaults(command=_compare)
    for parser in (analyze, compare):
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
        _add_output(parser)


def _add_tasks(commands: Any) -> None:
    tasks = commands.add_parser("tasks", help="list all tasks, or draw a trial of one")
    tasks.set_defaults(command=_list_tasks)
    _add_plugin_files(tasks)
    show = tasks.add_subparsers(title="commands", metavar="COMMAND").add_parser(
        "show", help="draw a trial of a task, and print the times of its epochs"
    )
    show.add_argument(
        "name", metavar="NAME", help="a class, a rule of Yang et al., or a .npz file with a saved task"
    )
    show.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="picture, or folder for it; default: NAME.png in the current folder",
    )
    show.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the trial; default: 0")
    # no default of its own, so that plugins given before "show" are kept
    _add_plugin_files(show, default=argparse.SUPPRESS)
    show.set_defaults(command=_show_task)


def _add_plugins(commands: Any) -> None:
    listing = commands.add_parser("list", help="list all classes that can be found by name")
    listing.set_defaults(command=_list_plugins)
    check = commands.add_parser("check", help="check that a plugin follows the rules of its kind")
    check.add_argument("name", metavar="NAME", help="name of a class, or a .py file (which is executed)")
    check.set_defaults(command=_check_plugin)
    new = commands.add_parser("new", help="write a working plugin to start from, and its tests")
    new.add_argument("kind", metavar="KIND", help="neuron, connectivity, task or trainer")
    new.add_argument("name", metavar="NAME", help="name of the file, such as my_unit")
    new.add_argument(
        "--output",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="where to write; default: the current folder",
    )
    new.set_defaults(command=_new_plugin)


def _run(parsed: argparse.Namespace) -> None:
    from neurosim import experiments

    _load_plugins(parsed)
    if parsed.list:
        _print_table(list(experiments.list_experiments().items()))
        return
    names = experiments.BUILT_IN if parsed.experiment is None else [parsed.experiment]
    for name in names:
        # each of several experiments has its own folder
        folder = parsed.output if parsed.output is None or len(names) == 1 else parsed.output / name
        declared = experiments.load_experiment(name)
        settings = {"folder": folder, "progress": _progress(parsed), **_overwrite(parsed)}
        _show(experiments.run_experiment(declared, **settings), parsed)


def _train(parsed: argparse.Namespace) -> None:
    from neurosim import experiments

    _load_plugins(parsed)
    if parsed.list:
        _print_table(list(experiments.list_trainings().items()))
        return
    _require_consistent(parsed)
    declared: Any = None if parsed.experiment is None else experiments.load_training(parsed.experiment)
    if parsed.seed is not None:
        declared = dataclasses.replace(declared, seed=parsed.seed)
    if parsed.resume is None:
        settings = {"folder": parsed.output, "progress": _progress(parsed), **_overwrite(parsed)}
        results = experiments.run_training(declared, **settings)
    else:
        results = experiments.resume_training(parsed.resume, declared, progress=_progress(parsed))
    _show(results, parsed)


def _require_consistent(parsed: argparse.Namespace) -> None:
    from neurosim import experiments

    if parsed.experiment is None and parsed.resume is None:
        raise ParameterError(
            f"EXPERIMENT is missing; give a .toml file, or a shipped training: "
            f"{', '.join(experiments.list_trainings())}."
        )
    if parsed.resume is not None and (parsed.output is not None or parsed.overwrite):
        raise ParameterError(
            "--output and --overwrite cannot be combined with --resume, which continues in the same folder; "
            "leave them out."
        )
    if parsed.experiment is None and parsed.seed is not None:
        raise ParameterError(
            f"--seed {parsed.seed} cannot be combined with --resume, which keeps the seed of the training; "
            f"leave it out."
        )
    if parsed.seed is not None and parsed.seed < 0:
        raise ParameterError(f"--seed must be at least 0 (got {parsed.seed}); give a whole number.")


def _sweep(parsed: argparse.Namespace) -> None:
    from neurosim.experiments import list_sweeps
    from neurosim.sweep import study_status
    from neurosim.sweep.command import retry_study, run_study, show_plan

    _load_plugins(parsed)
    options = {
        "executor": parsed.scheduler,
        "workers": parsed.workers,
        "large": parsed.yes,
        "progress": _progress(parsed),
    }
    match parsed.what:
        case [] if parsed.list:
            _print_table(list(list_sweeps().items()))
        case ["status", folder]:
            print(study_status(folder).text())
        case ["retry", folder]:
            _print_report(retry_study(folder, **options), parsed)
        case [file] if parsed.dry_run:
            print(show_plan(file, parsed.output, parsed.workers))
        case [file]:
            _print_report(run_study(file, parsed.output, **options), parsed)
        case _:
            raise ParameterError(
                f"sweep takes a study, status FOLDER, retry FOLDER or --list (got {' '.join(parsed.what)!r})."
            )


def _analyze(parsed: argparse.Namespace) -> None:
    from neurosim import report

    _load_plugins(parsed)
    network = report.load_network(parsed.network)
    _print_report(
        report.analyze(network, label=Path(parsed.network).stem or "network", **_report_settings(parsed)),
        parsed,
    )


def _compare(parsed: argparse.Namespace) -> None:
    from neurosim import report

    _load_plugins(parsed)
    before, after = (report.load_network(path) for path in (parsed.before, parsed.after))
    labels = report.file_labels(parsed.before, parsed.after)
    _print_report(report.compare(before, after, labels=labels, **_report_settings(parsed)), parsed)


def _report_settings(parsed: argparse.Namespace) -> dict[str, Any]:
    from neurosim.report import load_tasks

    return {
        "tasks": load_tasks(parsed.task),
        "dt": parsed.dt,
        "folder": parsed.output,
        **_overwrite(parsed),
        "rng": parsed.seed,
        "progress": _progress(parsed),
    }


def _print_report(found: Any, parsed: argparse.Namespace) -> None:
    if not parsed.quiet:
        print(found.table)
    print(found.folder / "index.html", flush=True)


def _list_tasks(parsed: argparse.Namespace) -> None:
    from neurosim.task_catalog import task_table

    _load_plugins(parsed)
    rows = [
        (task.name, "", "", "", "cannot be listed: " + task.reason)
        if task.reason
        else (task.name, task.paper, str(task.inputs), str(task.outputs), ", ".join(task.epochs))
        for task in task_table()
    ]
    _print_table([("name", "paper", "inputs", "outputs", "epochs"), *rows])


def _show_task(parsed: argparse.Namespace) -> None:
    from neurosim.task_catalog import draw_task

    _load_plugins(parsed)
    path, trials = draw_task(parsed.name, parsed.output, parsed.seed)
    rows = [
        (epoch, f"{start[0] * trials.dt:g}", f"{stop[0] * trials.dt:g}")
        for epoch, (start, stop) in trials.epochs.items()
    ]
    _print_table([("epoch", "from", "to"), *rows])
    print(path)


def _load_plugins(parsed: argparse.Namespace) -> None:
    from neurosim.registry import load_plugin

    for path in parsed.plugin or ():
        load_plugin(path)


def _overwrite(parsed: argparse.Namespace) -> dict[str, bool]:
    if parsed.overwrite and parsed.output is None:
        raise ParameterError("--overwrite needs --output FOLDER; without it every run has a new folder.")
    return {"overwrite": True} if parsed.overwrite else {}


def _progress(parsed: argparse.Namespace) -> bool | None:
    return False if parsed.quiet else None


def _show(results: Any, parsed: argparse.Namespace) -> None:
    if not parsed.quiet:
        print(results.table)
    print(results.folder, flush=True)
    if results.summary["interrupted"]:
        raise KeyboardInterrupt


def _list_plugins(_: argparse.Namespace) -> None:
    from neurosim.registry import plugins

    rows = [
        (p.kind, p.name, p.origin, _plain(p.summary) if p.status == "ok" else "cannot be used: " + p.status)
        for p in plugins()
    ]
    _print_table([("kind", "name", "origin", "what it is"), *rows])


def _check_plugin(parsed: argparse.Namespace) -> None:
    from neurosim.testing import check_plugin

    for name, report in check_plugin(parsed.name).items():
        print(f"{name} follows the rules:")
        for line in report:
            print(f"  {line}")


def _new_plugin(parsed: argparse.Namespace) -> None:
    from neurosim.scaffold import new_plugin

    plugin, tests = new_plugin(parsed.kind, parsed.name, parsed.output)
    print(f"wrote {plugin} and {tests}; check them with")
    print(f"  neurosim plugins check {plugin}")
    print(f"  python -m pytest {tests}")


def _print_table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _plain(summary: str) -> str:
    """Summary line of a docstring without formulas and markup."""
    words = re.sub(r":math:`[^`]*`,?", "", summary)
    return " ".join(re.sub(r"\*(\w+)\*", r"\1", words).replace("`", "").split()).rstrip(" .,:")


def _print_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    print(f"neurosim: warning: {' '.join(str(message).split())}", file=sys.stderr)
