"""Reports: their numbers are those of the analyses, their words follow from the numbers, their page is one file."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import ParameterError, UnknownNameError
from neurosim.report import analyze, compare
from neurosim.report.files import load_network, load_tasks
from neurosim.report.representation import _fractions, _parts
from neurosim.report.section import Drawing, Number, Section
from neurosim.report.subject import Subject, declared_stepping
from neurosim.report.task_accuracy import _wilson
from neurosim.report.verdict import verdict
from neurosim.report.weights import weights
from neurosim.results.numerals import numeral
from neurosim.training import Training

RING = -4.0 * np.eye(3)[[2, 0, 1]]
"""Three units that inhibit each other in a ring oscillate."""
SWITCH = np.array([[0.0, -2.0], [-2.0, 0.0]])


def network(matrix, **channels):
    return ns.Network(
        ns.LeakyRate("tanh"), ns.Explicit(np.array(matrix)), size=len(matrix), rng=0, **channels
    )


@pytest.fixture(scope="module")
def ring(tmp_path_factory):
    return analyze(network(RING), folder=tmp_path_factory.mktemp("report") / "ring", label="ring")


@pytest.fixture(scope="module")
def gates(tmp_path_factory):
    """A network before and after a change of rank one, and a task that it was not trained on."""
    task = ns.tasks.And()
    before = ns.Network(
        ns.LeakyRate("tanh"), ns.Gaussian(gain=0.5), size=12, inputs=task.inputs, outputs=task.outputs, rng=0
    )
    learned = before.recurrent + ns.Operator(left=before.readout_weights.T, right=before.input_weights[:, :1])
    training = Training(ns.BPTT(dt=0.5), task, before, before.replace(recurrent=learned), before)
    return training, analyze(training, folder=tmp_path_factory.mktemp("report") / "gates")


def test_a_ring_of_three_is_a_limit_cycle(ring):
    assert "1 limit cycle" in ring.summary["networks"]["ring"]["verdict"]
    assert "No chaos found" in ring.table
    assert "it oscillates" in ring.table


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (SWITCH, "2 stable fixed points"),
        (SWITCH, "it can hold several memories"),
        (0.5 * np.eye(2), "1 stable fixed point "),
        (0.5 * np.eye(2), "is driven by its input"),
        ([[0.2]], "1 stable fixed point "),
    ],
)
def test_fixed_points_are_counted(matrix, words, tmp_path):
    report = analyze(network(matrix), folder=tmp_path / "report")
    assert words in report.summary["networks"]["network"]["verdict"]
    missing = report.summary["networks"]["network"]["parts"]["activity"]["not_measured"]
    assert "is constant" in missing["fluctuations, time scales, dimension"]


def test_numbers_are_those_of_the_analyses(ring):
    parts = ring.summary["networks"]["ring"]["parts"]
    # the eigenvalues of a ring of weights -4 are -4 times the cube roots of one
    assert parts["weights"]["numbers"]["spectral radius"]["value"] == pytest.approx(4.0)
    assert parts["weights"]["numbers"]["spectral abscissa"]["value"] == pytest.approx(2.0)
    assert parts["weights"]["numbers"]["Henrici number"]["value"] == pytest.approx(0.0, abs=1e-12)
    # τ = 1: growth Re λ - 1, frequency Im λ / 2π
    assert parts["modes"]["numbers"]["growth rate (fastest mode)"]["value"] == pytest.approx(1.0)
    assert parts["modes"]["numbers"]["frequency (fastest mode)"]["value"] == pytest.approx(
        np.sqrt(12.0) / (2.0 * np.pi)
    )
    # a limit cycle has an exponent zero
    assert abs(parts["chaos"]["numbers"]["largest exponent"]["value"]) < 1e-3
    cycle = ns.analysis.limit_cycles(network(RING), starts=2, rng=0)[0]
    rows = parts["attractors"]["tables"]["where the starts ended, most frequent first"]
    assert float(rows[1][rows[0].index("period")]) == pytest.approx(cycle.period, rel=1e-3)


def test_page_is_self_contained(ring):
    page = (ring.folder / "index.html").read_text(encoding="utf-8")
    sources = re.findall(r'(?:src|href|url)\s*[=(]\s*"?([^">)]*)', page)
    assert sources
    assert all(source.startswith(("data:image/png;base64,", "#part")) for source in sources)
    assert "http" not in re.sub(r"base64,[^\"]*", "", page)
    figures = {
        name for part in ring.summary["networks"]["ring"]["parts"].values() for name in part["figures"]
    }
    assert page.count("<img") == len(figures)
    assert figures == {path.stem for path in ring.folder.glob("*.png")}


def test_summary_is_json_without_nan_and_says_what_is_missing(ring):
    summary = json.loads((ring.folder / "summary.json").read_text(encoding="utf-8"))
    assert summary == ring.summary
    parts = summary["networks"]["ring"]["parts"]
    assert "no task is known" in parts["tasks"]["not_measured"]["accuracy"]
    assert "no task is known" in parts["representation"]["not_measured"]["task variance"]
    # three units in a ring are not a random network: predictions are in a column of that name
    headings = [line for line in ring.table.splitlines() if "random weights" in line]
    assert headings
    assert not any("theory" in line for line in headings)


def test_a_training_compares_its_start_with_its_best(gates):
    training, report = gates
    found = report.summary["change"]["numbers"]
    change = ns.analysis.weight_change(training.start, training.best)
    assert found["relative change |ΔW| / |W before|"]["value"] == pytest.approx(change.relative)
    assert found["participation ratio of the singular values"]["value"] == pytest.approx(1.0)
    assert found["relative change of the readout weights"]["value"] == 0.0
    assert list(report.summary["networks"]) == ["before", "after"]
    # the stepping is that of the training, and its task is known
    assert report.summary["networks"]["before"]["stepping"] == "Euler map with dt = 0.5"
    accuracy = report.summary["networks"]["after"]["parts"]["tasks"]["numbers"]["And: accuracy"]
    assert 0.0 <= accuracy["low"] <= accuracy["value"] <= accuracy["high"] <= 1.0


def test_the_same_seed_gives_the_same_report(ring, tmp_path):
    again = analyze(network(RING), folder=tmp_path / "again", label="ring")
    assert again.table == ring.table


def test_a_task_with_other_channels_is_listed_and_the_rest_is_reported(tmp_path):
    report = analyze(network(SWITCH), {"And": ns.tasks.And()}, dt=1.0, folder=tmp_path / "report")
    parts = report.summary["networks"]["network"]["parts"]
    assert "And has 2 inputs" in parts["tasks"]["not_measured"]["accuracy in And"]
    assert parts["attractors"]["numbers"]["attractors"]["value"] >= 1


def test_representation_of_a_task_is_reported_by_epoch(gates):
    _, report = gates
    parts = report.summary["networks"]["after"]["parts"]["representation"]
    assert 0 <= parts["numbers"]["units that vary between trials"]["value"] <= 12
    tables = parts["tables"]
    (points,) = (rows for title, rows in tables.items() if title.startswith("And: fixed points"))
    assert [row[0] for row in points[1:]] == ["fixation", "stimulus", "delay", "response"]
    # without a pulse there is one input, with two pulses there are up to four
    assert [int(row[1]) for row in points[1:] if row[0] != "stimulus"] == [1, 1, 1]
    assert 1 <= int(points[2][1]) <= 4
    (labels,) = (rows for title, rows in tables.items() if "oscillation or ramp" in title)
    assert {row[1] for row in labels[1:]} <= {"Oscillatory", "Ramping", "Mixed", "Unclassified"}
    assert {"task-variance", "sequence-and", "trajectories-and"} <= set(parts["figures"])


def test_units_of_two_tasks_are_distinguished():
    """The first unit responds in one task, the second in the other: fractional variances 1 and -1."""

    def responses(channel):
        trials = ns.tasks.And(noise=0.0).trials(8, dt=1.0, rng=0)
        rates = np.zeros((8, trials.steps + 1, 2))
        rates[:, 5:, channel] = np.arange(8.0)[:, None]
        return trials, SimpleNamespace(rates=rates)

    activities, parts = _parts({"a": responses(0), "b": responses(1)})
    assert parts == "tasks"
    assert _fractions(ns.analysis.task_variance(activities)) == {("a", "b"): 0.5, ("b", "a"): 0.5}
    epochs, parts = _parts({"a": responses(0)})
    assert parts == "epochs"
    assert list(epochs) == ["fixation", "stimulus", "delay", "response"]


def test_large_networks_are_searched_from_fewer_starts():
    def subject(size):
        ones = np.ones(size)
        large = ns.Network(ns.LeakyRate("tanh"), ns.LowRank(ones, ones), size, rng=0)
        return Subject("large", large, None, {})

    assert subject(400).affordable(50, 2) == 50
    # the cost of each grows 4 times from 400 to 800 units, or 8 times
    assert subject(800).affordable(50, 2) == 12
    assert subject(800).affordable(60, 3) == 7
    assert subject(8000).affordable(60, 3) == 4
    assert subject(8000).affordable(3, 3) == 3
    subject(500).require_few_dimensions(500, "fixed_points")
    with pytest.raises(ParameterError, match=r"in 501 dimensions .* above 500; .*analysis\.fixed_points\.$"):
        subject(501).require_few_dimensions(500, "fixed_points")


def test_a_task_may_be_named_by_its_path():
    drawing = Drawing("trial-results/My Task.npz", "", print)
    assert drawing.name == "trial-results-my-task-npz"


def test_an_interval_of_shares_is_that_of_wilson():
    # Wilson (1927) with z = 2: p = 1, n = 4 gives n / (n + z²) = 1/2
    assert _wilson(1.0, 4) == pytest.approx((0.5, 1.0))
    assert _wilson(0.5, 4) == pytest.approx((0.5 - 0.5 / np.sqrt(2.0), 0.5 + 0.5 / np.sqrt(2.0)))


def test_the_stepping_of_training_or_import_is_the_default(gates):
    stepping = ns.Stepping(dt=1.0, noise=ns.WhiteNoise(0.1))
    assert declared_stepping(network(SWITCH)) is None
    assert declared_stepping(network(SWITCH, stepping=stepping)) == stepping
    assert declared_stepping(network(SWITCH, stepping=stepping), 0.5) == ns.Stepping(
        0.5, noise=ns.WhiteNoise(0.1)
    )
    assert declared_stepping(gates[0]).dt == 0.5


def test_an_imported_map_is_analyzed_as_a_map(tmp_path):
    """r <- tanh(1.5 r): the fixed point tanh(1.5 r) = r has the multiplier 1.5 (1 - r²)."""
    report = analyze(network([[1.5]], stepping=ns.Stepping(dt=1.0)), folder=tmp_path / "report")
    parts = report.summary["networks"]["network"]["parts"]
    rate = 0.8585596
    assert np.tanh(1.5 * rate) == pytest.approx(rate, abs=1e-6)
    exponent = parts["chaos"]["numbers"]["largest exponent"]["value"]
    assert exponent == pytest.approx(np.log(1.5 * (1.0 - rate**2)), abs=1e-3)
    (title,) = parts["fixed_points"]["tables"]
    assert title.startswith("stability in the Euler map with dt = 1")


@pytest.mark.parametrize("weight", [1.0001, 1.1, 40.0])
def test_growth_without_bound_is_not_called_chaos(weight, tmp_path):
    """dx/dt = (w - 1) x grows for ever, at whatever speed, though its exponent is positive as in chaos."""
    linear = ns.Network(ns.LeakyCurrent("linear"), ns.Explicit([[weight]]), size=1, rng=0)
    verdict = analyze(linear, folder=tmp_path / "report").summary["networks"]["network"]["verdict"]
    assert verdict.startswith("Grows without bound")


@pytest.mark.parametrize(
    ("kinds", "interval", "status", "words"),
    [
        (["unsettled"], (0.1, 0.2), "bounded", "Chaos without input: no start settled"),
        (["limit cycle", "unsettled"], (0.1, 0.2), "bounded", "Chaos or long chaotic transients"),
        (["fixed point"], (0.1, 0.2), "bounded", "Transient chaos"),
        (["fixed point"], (-0.2, -0.1), "bounded", "No chaos found: all 2 starts settled"),
        (["unsettled"], (-0.2, -0.1), "bounded", "slow transients"),
        (["unsettled"], (-0.1, 0.1), "bounded", "long transients, quasiperiodic motion or weak chaos"),
        (["unstable fixed point"], (-0.1, 0.1), "bounded", "which small disturbances leave"),
        (["unsettled"], (0.1, 0.2), "unbounded", "Grows without bound"),
        (["unsettled"], (0.1, 0.2), "growing", "still growing when the run ended"),
    ],
)
def test_the_verdict_claims_what_its_numbers_carry(kinds, interval, status, words):
    low, high = interval
    found = SimpleNamespace(
        found=[SimpleNamespace(kind=kind) for kind in kinds],
        labels=[0, len(kinds) - 1],
        settled=np.mean([kinds[k] != "unsettled" for k in (0, len(kinds) - 1)]),
    )
    exponents = SimpleNamespace(
        status=status, chaotic=status == "bounded" and low > 0.0, confidence=np.array([[low], [high]])
    )
    sections = {name: Section(name) for name in ("attractors", "chaos", "fixed_points")}
    sections["attractors"].result, sections["chaos"].result = found, exponents
    sections["chaos"].numbers["largest exponent"] = Number(0.5 * (low + high), "1/time", low, high)
    assert words in verdict(sections)


def test_an_orthogonal_map_has_marginal_modes_and_no_time_constant(tmp_path):
    """r <- tanh(Q r) at rest has multipliers of modulus 1, which rounding moves by 1e-15."""
    orthogonal = ns.Network(
        ns.LeakyRate("tanh"), ns.Orthogonal(), size=8, rng=0, stepping=ns.Stepping(dt=1.0)
    )
    parts = analyze(orthogonal, folder=tmp_path / "report").summary["networks"]["network"]["parts"]
    assert parts["modes"]["numbers"]["growing modes"]["value"] == 0
    assert parts["modes"]["numbers"]["marginal modes"]["value"] == 8
    assert parts["modes"]["numbers"]["growth rate (fastest mode)"]["value"] == 0.0
    assert parts["modes"]["numbers"]["time constant (fastest mode)"]["value"] is None
    (rows,) = parts["fixed_points"]["tables"].values()
    assert dict(zip(*rows[:2], strict=True))["kind"] == "marginal"
    assert dict(zip(*rows[:2], strict=True))["time constant (slowest mode)"] == "∞"


def test_accuracy_is_measured_with_the_noise_of_training(tmp_path):
    """Output = state of an integrator of white noise: its mean squared error is the stationary variance."""
    task = ns.tasks.And(noise=0.0)
    silent = ns.Network(
        ns.LeakyCurrent("linear"),
        ns.Explicit(np.zeros((1, 1))),
        1,
        inputs=task.inputs,
        outputs=task.outputs,
        rng=0,
    ).replace(input_weights=np.zeros((1, 2)), readout_weights=np.ones((1, 1)), initial_state=np.zeros(1))

    def error(network, name):
        report = analyze(network, {"And": task}, folder=tmp_path / name)
        part = report.summary["networks"]["network"]["parts"]["tasks"]
        return part["settings"], part["numbers"]["And: mean squared error"]["value"]

    settings, quiet = error(silent.replace(stepping=ns.Stepping(dt=0.5)), "quiet")
    assert "no noise inside the network" in settings
    noisy = silent.replace(stepping=ns.Stepping(dt=0.5, noise=ns.WhiteNoise(0.4)))
    settings, loud = error(noisy, "noisy")
    assert "noise of training inside the network (WhiteNoise(" in settings
    # Euler-Maruyama: x' = (1 - dt) x + density sqrt(dt) n, of variance density² dt / (1 - (1 - dt)²) once stationary
    assert loud - quiet == pytest.approx(0.4**2 * 0.5 / (1.0 - 0.5**2), rel=0.15)


@pytest.mark.parametrize(
    ("value", "resolution", "text"),
    [
        (-0.0022502, 0.000328, "−0.0023"),
        (0.926, 0.0184, "0.926"),
        (1.0, 0.0098, "1.000"),
        (5944673.0, 1.2e6, "5.9e6"),
        (27.432, 3.97, "27"),
        (2.5e-9, 4e-10, "2.5e−9"),
        (1e-16, 0.01, "0"),
        (12, None, "12"),
        (1.0 / 3.0, None, "0.3333"),
        (float("inf"), None, "∞"),
        (float("nan"), None, "–"),
    ],
)
def test_numbers_have_the_digits_that_their_interval_supports(value, resolution, text):
    assert numeral(value, resolution) == text


def test_a_folder_of_results_stands_for_what_it_holds(gates, tmp_path):
    training = gates[0]
    training.save(tmp_path / "training.npz")
    training.start.save(tmp_path / "network-untrained.npz")
    training.network.save(tmp_path / "network-trained.npz")
    assert isinstance(load_network(str(tmp_path)), Training)
    (tmp_path / "training.npz").unlink()
    with pytest.raises(
        ParameterError, match=r"several files network\*\.npz; give one of them: .*-trained\.npz"
    ):
        load_network(str(tmp_path))
    (tmp_path / "network-untrained.npz").unlink()
    assert load_network(str(tmp_path)).equals(training.network)
    (tmp_path / "network-trained.npz").unlink()
    with pytest.raises(ParameterError, match=r"holds no training\*\.npz and no network\*\.npz; give a file"):
        load_network(str(tmp_path))


def test_a_report_is_overwritten_only_when_asked(tmp_path):
    first = analyze(network([[0.2]]), folder=tmp_path / "report")
    with pytest.raises(ParameterError, match=r"exists and is not empty; .*overwrite=True"):
        analyze(network(SWITCH), folder=first.folder)
    assert "1 stable fixed point" in (first.folder / "report.txt").read_text(encoding="utf-8")
    analyze(network(SWITCH), folder=first.folder, overwrite=True)
    assert "2 stable fixed points" in (first.folder / "report.txt").read_text(encoding="utf-8")


def test_a_report_shows_its_table_in_a_notebook(ring):
    assert ring.table in repr(ring)
    assert "No chaos found" in ring._repr_html_()
    assert 'index.html">' in ring._repr_html_()


def test_tasks_are_named_by_class_rule_or_file(tmp_path):
    ns.save(ns.tasks.Or(noise=0.0), tmp_path / "or.npz")
    named = load_tasks(["And", "delaygo", str(tmp_path / "or.npz")])
    assert list(named.values()) == [ns.tasks.And(), ns.tasks.yang2019("delay_go"), ns.tasks.Or(noise=0.0)]
    assert load_tasks([]) is None


def test_wrong_arguments_are_named(tmp_path):
    ns.save(ns.tasks.And(), tmp_path / "task.npz")
    network(SWITCH).save(tmp_path / "network.npz")
    with pytest.raises(UnknownNameError, match=r"task 'Amd' is unknown. Did you mean 'And'"):
        load_tasks(["Amd"])
    with pytest.raises(ParameterError, match=r"network\.npz"):
        load_tasks([str(tmp_path / "network.npz")])
    with pytest.raises(
        ParameterError, match=r"task\.npz must hold a Network or a Training \(got And\); save"
    ):
        load_network(str(tmp_path / "task.npz"))
    with pytest.raises(
        ParameterError, match=r"network must be a Network or a Training \(got str\); try ns\.load"
    ):
        analyze("network.npz", folder=tmp_path / "report")
    with pytest.raises(ParameterError, match=r"labels must differ \(got"):
        compare(network(SWITCH), network(SWITCH), labels=("a", "a"))
    with pytest.raises(ParameterError, match=r"dt.*-1\.0.*must be positive|dt must be positive"):
        analyze(network(SWITCH), dt=-1.0, folder=tmp_path / "report")
    assert not (tmp_path / "report").exists()


def test_populations_of_low_rank_networks_are_reported():
    apart = ns.connectivity.GaussianMixtureLowRank([0.7, 0.3], [[0.0, 0.0], [6.0, 4.0]], [np.eye(2)] * 2)
    low = ns.Network(ns.LeakyCurrent("tanh"), apart, 120, rng=0)
    section = weights(Subject("low rank", low, None, {}, 0))
    assert section.numbers["populations of units"].value == 2
    assert section.drawing("populations") is not None
    few = ns.Network(ns.LeakyCurrent("tanh"), apart, 5, rng=0)
    assert "more units than" in weights(Subject("few", few, None, {}, 0)).missing["populations of units"]
    full = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(), 20, rng=0)
    assert "populations of units" not in weights(Subject("full", full, None, {}, 0)).numbers
