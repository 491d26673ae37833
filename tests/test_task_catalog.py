"""The table of tasks, and the picture of one."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import neurosim as ns
from neurosim import registry, task_catalog
from neurosim.cli import main
from neurosim.errors import ParameterError, UnknownNameError
from neurosim.scaffold import new_plugin
from neurosim.task_catalog import citation, draw_task, find_task, task_table
from neurosim.tasks import RULES, Task
from neurosim.tasks.examples import example


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    monkeypatch.setattr(registry, "_FILES", {})


@pytest.fixture(scope="module")
def table():
    return {task.name: task for task in task_table()}


def test_every_task_and_every_rule_is_listed_once(table):
    assert set(RULES) < set(table)
    shown = {type(find_task(name)).__name__ for name in table if not table[name].reason}
    assert set(registry.names("tasks")) == shown | {name for name in table if table[name].reason}


@pytest.mark.parametrize(
    ("name", "paper", "inputs", "outputs", "epochs"),
    [
        ("And", "Jarne & Laje 2023", 2, 1, ["fixation", "stimulus", "delay", "response"]),
        (
            "LogicMultitask",
            "Jarne 2021",
            3,
            1,
            ["fixation", "context", "pause", "stimulus", "delay", "response"],
        ),
        ("PerceptualDecision", "Britten et al. 1992", 2, 2, ["fixation", "stimulus", "response"]),
        ("delay_go", "Yang et al. 2019", 85, 33, ["fixation", "stimulus", "delay", "response"]),
        ("Reaching", "Sussillo et al. 2015", 16, 8, ["fixation", "delay", "movement"]),
    ],
)
def test_a_line_says_where_a_task_is_from_and_what_it_looks_like(table, name, paper, inputs, outputs, epochs):
    line = table[name]
    assert (line.paper, line.inputs, line.outputs, list(line.epochs)) == (paper, inputs, outputs, epochs)


def test_every_shipped_task_names_its_paper(table):
    built_in = {p.name for p in registry.plugins() if p.kind == "tasks" and p.origin == "built in"}
    assert not [
        n for n, line in table.items() if n in {*built_in, *RULES} and not (line.paper or line.reason)
    ]


@dataclass(frozen=True)
class Nameless(Task):
    """A task without a paper."""

    inputs, outputs = ("A",), ("B",)
    step = 1.0

    def trials(self, count, dt, rng=None):  # noqa: ARG002, nothing is drawn
        if dt > self.step:
            raise ParameterError(f"response lasts {self.step}, less than dt = {dt}.")
        shape = (count, int(60 * self.step / dt), 1)
        return ns.tasks.Trials(self, dt, np.zeros(shape), np.zeros(shape))

    def accuracy(self, trials, outputs):
        return np.mean(outputs == trials.targets, axis=(1, 2))


def test_the_longest_step_that_shows_a_task_well():
    assert example(Nameless()).dt == 1.0  # 60 steps, and 12 of dt = 5 would not be possible
    assert example(ns.tasks.GoNoGo()).dt == 0.5  # trials of 40, so 80 steps; 40 of dt = 1 are too few
    assert example(ns.tasks.And()).dt == 1.0  # as published
    assert example(find_task("go")).dt == 20.0  # as published
    assert citation(Nameless()) == ""


def test_a_task_that_no_step_shows_says_why(monkeypatch):
    monkeypatch.setattr(Nameless, "step", 1e-6)
    with pytest.raises(
        ParameterError, match=r"epochs of Nameless must be longer to be shown: response lasts 1e-06"
    ):
        example(Nameless())


def test_a_task_that_needs_settings_keeps_its_line(monkeypatch):
    def needs_settings(_kind, _name):
        return lambda: Nameless(1, 2, 3)

    monkeypatch.setattr(task_catalog, "find", needs_settings)
    line = task_catalog._entry("And")
    assert "task 'And' needs settings" in line.reason
    assert line.inputs == 0


def test_the_command_prints_a_table_of_plugins_too(tmp_path, capsys):
    plugin, _ = new_plugin("task", "my_listed_task", tmp_path)
    assert main(["tasks", "--plugin", str(plugin)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "paper", "inputs", "outputs", "epochs"]
    assert any(line.startswith("MyListedTask") for line in lines)
    (go,) = (line for line in lines if line.startswith("go "))
    assert go.split() == ["go", "Yang", "et", "al.", "2019", "85", "33", "fixation,", "stimulus,", "response"]


def test_show_draws_a_trial_and_says_when_its_epochs_are(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["tasks", "show", "And"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["epoch", "from", "to"],
        ["fixation", "0", "30"],
        ["stimulus", "30", "50"],
        ["delay", "50", "70"],
        ["response", "70", "200"],
        ["And.png"],
    ]
    assert Path("And.png").read_bytes().startswith(b"\x89PNG")


def test_show_writes_to_the_given_place(tmp_path):
    assert draw_task("Xor", tmp_path)[0] == tmp_path / "Xor.png"
    path, trials = draw_task("delaygo", tmp_path / "trial.svg", rng=1)
    assert path == tmp_path / "trial.svg"
    assert "<svg" in path.read_text(encoding="utf-8")
    assert len(trials) == 1
    ns.save(ns.tasks.FlipFlop(bits=2), tmp_path / "bits.npz")
    drawn, trials = draw_task(str(tmp_path / "bits.npz"), tmp_path)
    assert (drawn.name, trials.task) == ("bits.png", ns.tasks.FlipFlop(bits=2))


def test_plugins_may_be_named_before_or_after_show(tmp_path, capsys):
    plugin, _ = new_plugin("task", "my_shown_task", tmp_path)
    for arguments in (["--plugin", str(plugin), "show"], ["show", "--plugin", str(plugin)]):
        registry._FILES.clear()
        assert main(["tasks", *arguments, "MyShownTask", "--output", str(tmp_path)]) == 0
        assert capsys.readouterr().out.endswith(f"{tmp_path / 'MyShownTask.png'}\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["delay_goo"], "neurosim: task 'delay_goo' is unknown. Did you mean 'delay_go'?"),
        (["And", "--output", "trial.jpg"], "neurosim: path must end in .png, .pdf or .svg"),
        (["And", "--output", "nowhere/trial.png"], "neurosim: [Errno 2] No such file"),
        (["nowhere.npz"], "neurosim: nowhere.npz"),
        (["And", "--seed", "-1"], "neurosim: rng must be an int"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_shown(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if "Errno" in message and sys.platform == "win32":
        pytest.skip("says it in other words")
    assert main(["tasks", "show", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(message)
    assert printed.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_file_that_holds_no_task(tmp_path):
    ns.save(ns.LeakyRate(), tmp_path / "unit.npz")
    with pytest.raises(ParameterError, match=r"must hold a task \(got a LeakyRate\)"):
        find_task(str(tmp_path / "unit.npz"))
    with pytest.raises(UnknownNameError, match="'Xor'"):
        find_task("Xorr")
