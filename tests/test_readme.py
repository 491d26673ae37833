"""The README: its code runs, its commands exist, its links lead somewhere."""

import ast
import re
import shlex
from pathlib import Path

import pytest

import neurosim as ns
from neurosim.cli import main

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
COMMANDS = [
    *re.findall(r"`((?:neurosim|python) [^`]+)`", TEXT),
    *(part for line in re.findall(r"^    (\S.*)$", TEXT, flags=re.MULTILINE) for part in line.split(" && ")),
]


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """What a reader has after typing all code blocks into one session."""
    plt = pytest.importorskip("matplotlib.pyplot")
    names = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("reader"))
        for code in PYTHON:
            exec(compile(code, "README.md", "exec"), names)
    yield names
    plt.close("all")


def test_the_two_commands_of_a_new_user_are_there_word_for_word():
    lines = TEXT.splitlines()
    assert "    python -m pip install . && neurosim run" in lines
    assert "    python -m pip install '.[test]' && python -m pytest -n auto --dist worksteal" in lines


def test_the_tour_gives_what_its_comments_say(reader):
    assert reader["run"].rates.shape == (4, 2001, 500)
    # at g = 2 the variance of 500 units differs by 5 % between networks and is 5 % below the limit
    predicted = ns.theory.variance(reader["chaotic"])
    assert reader["measured"].values[0] == pytest.approx(predicted, rel=0.2)
    assert 1 / 500**0.5 < ns.analysis.coherence(reader["noisy"], discard=50.0) < 1


def test_the_resumed_run_of_the_tour_is_the_run_that_never_stopped(reader):
    noisy, longer = reader["noisy"], reader["longer"]
    assert longer.times[-1] == pytest.approx(150.0)
    assert (longer.states[:, :1001] == noisy.states).all()
    straight = ns.simulate(noisy.network, 150.0, 0.1, noise=noisy.settings.noise, rng=1)
    assert (longer.states == straight.states).all()


def test_the_neuron_obeys_the_rules_and_reaches_its_fixed_point(reader):
    neuron = reader["PowerLaw"](gain=0.1)
    assert ns.testing.check_neuron(neuron)
    # x = w * gain * x**2 + u, the smaller root
    w, u = 0.5, 2.0
    expected = (1 - (1 - 4 * 0.1 * w * u) ** 0.5) / (2 * 0.1 * w)
    one = ns.Network(neuron, ns.Explicit([[w]]), size=1).replace(bias=[u])
    run = ns.simulate(one, duration=60.0, dt=0.1, scheme="rk4", initial_state=[0.0])
    # the slope of the drift there is -(1 - 2 * 0.1 * w * x) = -0.77, so the start is forgotten
    assert run.states[0, -1, 0] == pytest.approx(expected, abs=1e-12)


def test_the_trained_network_solves_the_gate_and_its_start_is_unchanged(reader):
    training = reader["training"]
    # 200 trials that are right with probability p have a standard error of sqrt(p (1 - p) / 200), 0.007 at 0.99
    assert reader["correct"] > 0.97
    assert training.start.equals(reader["start"])
    untrained = reader["trials"].accuracy(
        ns.simulate(reader["start"], **reader["trials"].simulation, initial_state=[0.0] * 50)
    )
    assert untrained.mean() < 0.7


def test_the_reports_of_the_tour_are_there_and_know_the_task(reader):
    verdict = reader["one"].summary["networks"]["network"]["verdict"]
    assert verdict in reader["one"].table
    before, after = (
        reader["both"].summary["networks"][label]["parts"]["tasks"]["numbers"]["Xor: accuracy"]["value"]
        for label in ("before", "after")
    )
    assert after > 0.97 > before


def _neurosim_commands():
    return sorted({command for command in COMMANDS if command.startswith("neurosim")})


def test_all_commands_are_found():
    assert {"neurosim run", "neurosim run quick", "neurosim run --list", "neurosim train --list"} <= set(
        _neurosim_commands()
    )


@pytest.mark.parametrize("command", _neurosim_commands())
def test_each_command_is_parsed(command, monkeypatch):
    called = []
    for name in (
        "experiments._run",
        "experiments._train",
        "sweep._sweep",
        "reproduce._reproduce",
        "report._analyze",
        "report._compare",
        "tasks._list_tasks",
        "tasks._show_task",
        "plugins._list_plugins",
        "plugins._check_plugin",
        "plugins._new_plugin",
    ):
        monkeypatch.setattr(f"neurosim.cli.{name}", called.append)
    assert main(shlex.split(command)[1:]) == 0
    assert len(called) == 1


def test_the_experiments_that_are_named_are_shipped():
    from neurosim import experiments

    named = {command.split()[2] for command in _neurosim_commands() if command.startswith("neurosim run ")}
    shipped = experiments.list_experiments()
    assert {name for name in named if name[0] != "-" and not name.endswith(".toml")} <= set(shipped)
    trained = {
        command.split()[2] for command in _neurosim_commands() if command.startswith("neurosim train ")
    }
    assert {name for name in trained if name[0] != "-" and not name.endswith(".toml")} <= set(
        experiments.list_trainings()
    )
    # "This runs coherent chaos with 2000 units, then a chaotic network beside the same network trained"
    assert [plan.label for plan in experiments.load_experiment("trained-chaos").networks] == [
        "untrained",
        "trained",
    ]
    assert next(iter(shipped)) == experiments.load_experiment().name == "coherent-chaos"
    assert {plan.size for plan in experiments.load_experiment().networks} == {2000}


def test_the_extras_that_are_named_exist():
    keywords = {
        keyword.arg: keyword.value
        for call in ast.walk(ast.parse((ROOT / "setup.py").read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        for keyword in call.keywords
    }
    extras = set(ast.literal_eval(keywords["extras_require"]))
    named = set(re.findall(r"'\.\[(\w+)\]'", TEXT))
    assert named <= extras
    # and every extra is documented
    assert all(f"`{extra}`" in TEXT for extra in extras)


def test_the_scripts_and_links_exist():
    links = re.findall(r"\]\(([^)]+)\)", TEXT)
    scripts = [word for command in COMMANDS for word in command.split() if word.endswith(".py")]
    assert len(links) >= 7
    assert scripts
    assert [path for path in (*links, *scripts) if not (ROOT / path).exists()] == []


def test_pictures_are_small_enough_to_live_in_the_repository():
    pictures = list((ROOT / "tutorials" / "figures").iterdir())
    assert pictures
    assert all(picture.stat().st_size < 150_000 for picture in pictures)


def test_the_slow_marker_is_known(pytestconfig):
    assert "python -m pytest -m slow" in COMMANDS
    assert any(marker.startswith("slow:") for marker in pytestconfig.getini("markers"))
