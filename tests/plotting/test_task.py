"""A drawn trial shows its inputs, its targets, when they count, and its epochs."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from neurosim import plotting
from neurosim.errors import ParameterError, ShapeError
from neurosim.registry import find, names
from neurosim.tasks import RULES, Trials, Xor, yang2019

FEW = [name for name in names("tasks") if len(find("tasks", name)().inputs) < 8]


@pytest.mark.parametrize("name", FEW)
def test_every_task_draws_itself(name):
    dt = 0.02 if name == "NoiseIntegration" else 2.0
    trials = find("tasks", name)().trials(3, dt, rng=0)
    ax = trials.plot(trial=1)
    channels = [*(f"in: {n}" for n in trials.task.inputs), *(f"out: {n}" for n in trials.task.outputs)]
    assert [label.get_text() for label in ax.get_yticklabels()] == channels
    rows = ax.get_yticks()
    lines = [line for line in ax.lines if line.get_xdata()[0] != line.get_xdata()[-1]]
    drawn = np.concatenate([trials.inputs[1], trials.targets[1]], axis=1)
    for line, row, values in zip(lines, rows, drawn.T, strict=True):
        held = len(line.get_xdata()) > trials.steps
        assert_allclose(line.get_xdata()[-trials.steps :], trials.times)
        assert_allclose(line.get_ydata()[: trials.steps], values + row)
        assert line.get_drawstyle() == ("steps-post" if held else "default")
    shown = [n for n, (start, stop) in trials.epochs.items() if stop[1] > start[1]]
    assert [text.get_text() for text in ax.texts] == shown
    starts = [line.get_xdata()[0] for line in ax.lines if line.get_xdata()[0] == line.get_xdata()[-1]]
    assert_allclose(starts, [dt * trials.epochs[n][0][1] for n in shown])


def test_rows_do_not_meet():
    trials = Xor(noise=0.5).trials(2, 1.0, rng=0)
    ax = plotting.trial(trials)
    assert -np.diff(ax.get_yticks()).max() > 2.0 * np.abs(trials.inputs[0]).max()


def test_only_what_counts_has_a_background():
    mask = np.zeros((1, 6, 1))
    mask[0, 2:4] = 1.0
    trials = Trials(Xor(), 0.5, np.zeros((1, 6, 2)), np.ones((1, 6, 1)), mask=mask)
    heights, edges, baseline = plotting.trial(trials).patches[0].get_data()
    # steps 2 and 3 are the time from 1 to 2
    assert_allclose(edges, [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0])
    assert list(heights > baseline) == [False, False, True, True, False, False]


def test_outputs_are_drawn_over_the_targets():
    import matplotlib.pyplot as plt

    trials = Xor().trials(2, 10.0, rng=0)
    outputs = np.random.default_rng(0).standard_normal((2, trials.steps + 1, 1))
    ax = plt.subplots()[1]
    assert plotting.trial(trials, ax, trial=1, outputs=outputs) is ax
    line = next(line for line in ax.lines if line.get_label() == "output")
    assert_allclose(line.get_ydata(), outputs[1, 1:, 0] + ax.get_yticks()[-1])
    assert {text.get_text() for text in ax.get_legend().get_texts()} == {"counts", "target", "output"}


@pytest.mark.parametrize("rule", RULES[::4])
def test_many_channels_are_drawn_as_colors(rule):
    trials = yang2019(rule).trials(3, 40.0, rng=0)
    outputs = np.random.default_rng(0).random(trials.targets.shape)
    ax = trials.plot(trial=2, outputs=outputs)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    inputs = ["in: fixation", "in: ring_1", "in: ring_2", "in: rule"]
    assert labels == [*inputs, "target: fixation", "target: ring", "out: fixation", "out: ring", "weight"]
    drawn = np.concatenate(
        [np.asarray(mesh.get_array()).reshape(-1, trials.steps) for mesh in ax.collections]
    )
    assert_allclose(drawn, np.concatenate([trials.inputs[2], trials.targets[2], outputs[2]], axis=1).T)
    heights, edges, baseline = ax.patches[0].get_data()
    assert_allclose(edges, 40.0 * np.arange(trials.steps + 1))
    assert_allclose((heights - baseline) / (heights - baseline).max(), trials.mask[2, :, 0] / 10.0)
    assert [text.get_text() for text in ax.texts] == list(trials.epochs)
    assert (np.diff(ax.get_yticks()) < 0).all()


def test_bad_arguments():
    trials = Xor().trials(2, 10.0, rng=0)
    with pytest.raises(ParameterError, match=r"trial must be from 0 to 1 \(got 2\)"):
        trials.plot(trial=2)
    with pytest.raises(ShapeError, match=r"outputs must have shape .*got \(2, 3, 1\)"):
        trials.plot(outputs=np.zeros((2, 3, 1)))
