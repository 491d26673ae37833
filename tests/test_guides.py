"""Guides that are READMEs of rooms: their code runs, with few and small networks. Commands of all pages are parsed."""

import re
import shlex
import subprocess
import sys
import types
from pathlib import Path
from unittest.mock import Mock, create_autospec

import pytest

import neurosim as ns
from neurosim import reproduce
from neurosim.cli.command_line import _parser
from neurosim.sweep.declared import read_study

ROOT = Path(__file__).parents[1]
SITE = ROOT / "tutorials" / "site"
SWEEP, STUDIES = (ROOT / "neurosim" / room / "README.md" for room in ("sweep", "studies"))
PAGES = [*SITE.rglob("*.md"), SITE / "papers.py", SWEEP, STUDIES, ROOT / "plugins" / "README.md"]
NETWORK = """
title = "small"
description = "a few points"
seed = 1

[network]
size = 10
neuron = { type = "LeakyRate", activation = "tanh", tau = 1.0 }
connectivity = { type = "Gaussian", gain = 1.5 }
"""
SIMULATION = "\n[simulation]\nduration = 200.0\ndt = 0.1\ndiscard = 50.0\n"
TRAINING = """
[task]
type = "Xor"

[trainer]
type = "BPTT"
dt = 1.0
epochs = 1
trials_per_epoch = 32
batch_size = 16

[sweep]
seeds = 2

[sweep.grid]
"task.type" = ["Xor", "And"]
"network.connectivity.type" = ["Gaussian", "Orthogonal"]
"""


def _blocks(page, language):
    """Blocks of code, also of those in lists."""
    text = page.read_text(encoding="utf-8")
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", text, flags=re.DOTALL | re.MULTILINE)
    return [re.sub(rf"^{indent}", "", code, flags=re.MULTILINE) for indent, code in found]


def _block(page, language, start):
    (code,) = [code for code in _blocks(page, language) if code.startswith(start)]
    return code


def _commands():
    for page in PAGES:
        for line in re.findall(
            r"^(?: {4})?(neurosim [^\n]+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE
        ):
            command = shlex.join(shlex.split(line, comments=True))
            yield pytest.param(command, id=f"{page.relative_to(ROOT).as_posix()}: {command}")


@pytest.mark.parametrize("command", list(_commands()))
def test_commands_of_the_pages_are_those_of_the_command_line(command):
    assert callable(_parser().parse_args(shlex.split(command)[1:]).command)


def test_all_code_of_the_guides_is_in_the_tests_below():
    starts = {page: [code.split("\n")[0] for code in _blocks(page, "python")] for page in (SWEEP, STUDIES)}
    assert [start.split("(")[0] for start in starts[SWEEP]] == [
        "# study.py",
        "networks = ns.load",
        "# cluster_study.py",
    ]
    assert [start.split("(")[0] for start in starts[STUDIES]] == ["table = work.sweep", "Within"]


def test_a_study_in_a_script_runs_and_draws(tmp_path, monkeypatch):
    code = _block(SWEEP, "python", "# study.py")
    few = "gain=[1.2, 2.0], size=[20], seed=range(2)"
    small = code.replace("gain=[1.2, 1.5, 2.0, 3.0], size=[200, 800], seed=range(10)", few)
    assert few in small
    (tmp_path / "study.py").write_text(small, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("MPLBACKEND", "Agg")
    done = subprocess.run([sys.executable, "study.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "edge.png").exists()


def test_a_study_in_a_file_has_the_points_that_it_says():
    study = read_study(
        'analyses = ["variance"]' + NETWORK + SIMULATION + _block(SWEEP, "toml", "[sweep]"), "edge.toml"
    )
    # three gains, two sizes, two pairs of durations, ten seeds
    assert len(study) == 3 * 2 * 2 * 10


@pytest.mark.filterwarnings("ignore::neurosim.errors.ShortRunWarning")
def test_networks_of_a_study_are_one_object(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    read_study(NETWORK + TRAINING, "gates.toml").run("gates", workers=1, progress=False)
    code = _block(SWEEP, "python", 'networks = ns.load("gates")')
    # untrained as they are, none has an accuracy of 0.95
    exec(compile(code.replace("> 0.95", ">= 0.0"), "README.md", "exec"), {"ns": ns})


class Cluster:
    """SLURMCluster with the settings that the guide gives."""

    def __init__(self, *, queue, cores, processes, memory, walltime, job_script_prologue):
        assert cores == processes
        self.settings = (queue, memory, walltime, job_script_prologue)

    def adapt(self, *, minimum_jobs, maximum_jobs):
        self.jobs = (minimum_jobs, maximum_jobs)


def exponent(gain, size, seed):
    return gain * size * seed


def test_a_study_on_a_cluster_is_given_to_its_scheduler(monkeypatch):
    """Without SLURM: the calls of the other packages are recorded."""
    client, run = Mock(), Mock()
    for module, name, thing in (
        ("study", "exponent", exponent),
        ("dask_jobqueue", "SLURMCluster", Cluster),
        ("distributed", "Client", client),
    ):
        monkeypatch.setitem(sys.modules, module, types.SimpleNamespace(**{name: thing}))
    monkeypatch.setattr(ns.Sweep, "run", run)
    exec(
        compile(_block(SWEEP, "python", "# cluster_study.py"), "README.md", "exec"), {"__name__": "__main__"}
    )
    run.assert_called_once_with("edge", client.return_value)
    ((cluster,), _) = client.call_args
    assert cluster.jobs == (1, 20)


def test_the_parts_of_a_study_of_a_paper_have_the_arguments_that_it_says():
    work = create_autospec(reproduce.Work, instance=True)
    settings = {"network.gains": [1.5], "network.size": 20, "network.networks": 2, "data.folder": "here"}
    names = {"ns": ns, "work": work, "settings": settings, "measure": exponent}
    names |= {"task": ns.tasks.And(), "network": None}
    exec(compile(_block(STUDIES, "python", "table = work.sweep"), "README.md", "exec"), names)
    for part in (work.sweep, work.points, work.ensemble, work.data):
        part.assert_called_once()
    exec(compile(_block(STUDIES, "python", "Within"), "README.md", "exec"), dict(vars(reproduce)))
