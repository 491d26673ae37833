"""Losses against sums written out, autograd's own derivatives, and probabilities computed by SciPy."""

from types import SimpleNamespace

import autograd.numpy as anp
import numpy as np
import pytest
import scipy.special
from autograd import grad, value_and_grad
from autograd.test_util import check_grads
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError, UnknownNameError
from neurosim.serialization import from_dict, to_dict
from neurosim.tasks import FlipFlop, Trials
from neurosim.trainers import BinaryCrossEntropy, CrossEntropy, MeanSquaredError, SquaredMaskedError

TASK = FlipFlop(bits=3)
SHAPE = (4, 5, 3)
EVERY = [
    loss(average)
    for loss in (MeanSquaredError, SquaredMaskedError, CrossEntropy, BinaryCrossEntropy)
    for average in ("entries", "mask")
]
READOUTS = {CrossEntropy: "softmax", BinaryCrossEntropy: "logistic"}


@pytest.fixture
def trials(rng):
    """Targets that are probabilities, and a mask that differs between all entries, 0 included."""
    targets = rng.dirichlet(np.ones(3), SHAPE[:2])
    mask = rng.integers(0, 4, SHAPE).astype(float)
    return Trials(TASK, dt=1.0, inputs=np.zeros(SHAPE), targets=targets, mask=mask)


def run_of(rates, weights, bias, readout="linear"):
    """What a rollout gives, computed plainly."""
    logits = anp.dot(rates, anp.transpose(weights)) + bias
    outputs = {
        "linear": lambda: logits,
        "softmax": lambda: softmax(logits),
        "logistic": lambda: 1 / (1 + anp.exp(-logits)),
    }
    return SimpleNamespace(
        linear_outputs=logits, outputs=outputs[readout](), network=SimpleNamespace(readout=readout)
    )


def softmax(logits):
    return anp.exp(logits) / anp.sum(anp.exp(logits), axis=-1, keepdims=True)


def readout_parts(rng, units=6):
    return rng.standard_normal((*SHAPE[:2], units)), rng.standard_normal((3, units)), rng.standard_normal(3)


def as_written(loss, outputs, trials):
    """Sum over single entries, as in the docstring."""
    total = weight = 0.0
    for index in np.ndindex(*SHAPE):
        z, p, m = outputs[index], trials.targets[index], trials.mask[index]
        if isinstance(loss, MeanSquaredError):
            term = m * (z - p) ** 2
        elif isinstance(loss, SquaredMaskedError):
            term, m = (m * (z - p)) ** 2, m**2
        elif isinstance(loss, CrossEntropy):
            term = -m * p * np.log(z)
        else:
            term = -m * (p * np.log(z) + (1.0 - p) * np.log(1.0 - z))
        total, weight = total + term, weight + m
    count = np.prod(SHAPE) if loss.average == "entries" else weight
    return total / count * (3 if isinstance(loss, CrossEntropy) else 1)


@pytest.mark.parametrize("loss", EVERY, ids=repr)
def test_a_loss_is_the_mean_that_its_docstring_says(loss, trials, rng):
    readout = READOUTS.get(type(loss), "linear")
    run = run_of(*readout_parts(rng), readout)
    assert_allclose(loss(run, trials), as_written(loss, run.outputs, trials), rtol=1e-12)


@pytest.mark.parametrize("loss", EVERY, ids=repr)
def test_the_gradient_is_that_of_the_sum_written_out_on_autograds_tape(loss, trials, rng):
    readout = READOUTS.get(type(loss), "linear")
    parts = readout_parts(rng)
    for k in range(3):
        found = grad(lambda *p: loss(run_of(*p, readout), trials), k)(*parts)
        exact = grad(lambda *p: as_written(loss, run_of(*p, readout).outputs, trials), k)(*parts)
        assert_allclose(found, exact, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("loss", EVERY, ids=repr)
def test_gradients_agree_with_differences_to_second_order(loss, trials, rng):
    rates, weights, bias = readout_parts(rng)
    readout = READOUTS.get(type(loss), "linear")
    check_grads(lambda w: loss(run_of(rates, w, bias, readout), trials), modes=["rev"], order=2)(weights)


def test_a_mask_of_one_gives_the_plain_mean(rng):
    targets = rng.dirichlet(np.ones(3), SHAPE[:2])
    trials = Trials(TASK, dt=1.0, inputs=np.zeros(SHAPE), targets=targets)
    parts = readout_parts(rng)
    run = run_of(*parts)
    for average in ("entries", "mask"):
        for loss in (MeanSquaredError(average), SquaredMaskedError(average)):
            assert_allclose(loss(run, trials), np.mean((run.outputs - targets) ** 2), rtol=1e-13)
    soft = run_of(*parts, "softmax")
    assert_allclose(CrossEntropy()(soft, trials), -np.mean(np.sum(targets * np.log(soft.outputs), axis=-1)))


def test_yangs_mask_of_five_weighs_twenty_five():
    targets = np.zeros((1, 2, 3))
    trials = Trials(TASK, 1.0, targets, targets, mask=np.array([1.0, 5.0])[None, :, None])
    run = SimpleNamespace(outputs=np.ones((1, 2, 3)))
    assert_allclose(SquaredMaskedError()(run, trials), (1.0 + 25.0) / 2.0)
    assert_allclose(MeanSquaredError()(run, trials), (1.0 + 5.0) / 2.0)


@pytest.mark.parametrize("loss", EVERY[4:], ids=repr)
def test_at_its_minimum_a_cross_entropy_has_no_slope_and_is_the_entropy(loss, rng):
    targets = rng.dirichlet(np.ones(3), SHAPE[:2])
    trials = Trials(TASK, dt=1.0, inputs=np.zeros(SHAPE), targets=targets)
    readout = READOUTS[type(loss)]
    logits = np.log(targets) if readout == "softmax" else scipy.special.logit(targets)

    def value(rates):
        return loss(run_of(rates, np.eye(3), np.zeros(3), readout), trials)

    assert_allclose(grad(value)(logits), 0.0, atol=1e-15)
    entropy = scipy.special.entr(targets)
    if readout == "logistic":
        entropy = entropy + scipy.special.entr(1.0 - targets)
    assert_allclose(value(logits), entropy.sum(-1).mean() if readout == "softmax" else entropy.mean())


@pytest.mark.parametrize("loss", [CrossEntropy(), BinaryCrossEntropy()], ids=repr)
@pytest.mark.parametrize("size", [1e3, 1e6])
def test_probabilities_that_underflow_keep_loss_and_gradient(loss, size):
    targets = np.tile([0.0, 1.0, 0.0], (2, 2, 1))
    trials = Trials(TASK, 1.0, np.zeros(targets.shape), targets)
    rates = np.tile([size, -size, 0.0], (2, 2, 1))
    readout = READOUTS[type(loss)]

    def value(rates):
        return loss(SimpleNamespace(linear_outputs=rates, network=SimpleNamespace(readout=readout)), trials)

    slope = grad(value)(rates)[0, 0]
    if readout == "softmax":
        assert_allclose(value(rates), 2.0 * size, rtol=1e-12)
        assert_allclose(slope, np.array([1.0, -1.0, 0.0]) / 4.0, atol=1e-12)
    else:
        # log 2 of the third output, whose probability is one half
        assert_allclose(value(rates), (2.0 * size + np.log(2.0)) / 3.0, rtol=1e-12)
        assert_allclose(slope, np.array([1.0, -1.0, 0.5]) / 12.0, atol=1e-12)


def test_targets_of_classes_give_the_log_loss(rng):
    classes = rng.integers(0, 3, SHAPE[:2])
    trials = Trials(TASK, 1.0, np.zeros(SHAPE), np.eye(3)[classes])
    run = run_of(*readout_parts(rng), "softmax")
    picked = np.take_along_axis(scipy.special.log_softmax(np.log(run.outputs), -1), classes[..., None], -1)
    assert_allclose(CrossEntropy()(run, trials), -picked.mean(), rtol=1e-12)


@pytest.mark.parametrize("loss", EVERY[:4], ids=repr)
def test_the_gradient_of_single_precision_is_single(loss, trials):
    outputs = np.ones(SHAPE, np.float32)
    slope = grad(lambda z: loss(SimpleNamespace(outputs=z), trials))(outputs)
    assert slope.dtype == np.float32
    wide = grad(lambda z: loss(SimpleNamespace(outputs=z), trials))(np.ones(SHAPE))
    assert_allclose(slope, wide, rtol=1e-6)


@pytest.mark.parametrize("loss", EVERY, ids=repr)
def test_losses_are_saved_as_files_and_as_text(loss, tmp_path):
    assert from_dict("losses", to_dict(loss)) == loss
    ns.save(loss, tmp_path / "loss.npz")
    assert ns.load(tmp_path / "loss.npz") == loss


@pytest.mark.parametrize("loss", EVERY, ids=repr)
def test_outputs_of_other_trials_are_refused_not_broadcast(loss, trials, rng):
    rates, weights, bias = readout_parts(rng)
    run = run_of(rates[:1], weights, bias, READOUTS.get(type(loss), "linear"))
    with pytest.raises(
        ShapeError, match=r"must have the shape of the targets, \(4, 5, 3\) \(got \(1, 5, 3\)\)"
    ):
        loss(run, trials)


@pytest.mark.parametrize("loss", [CrossEntropy(), BinaryCrossEntropy()], ids=repr)
def test_a_cross_entropy_needs_its_readout(loss, trials, rng):
    message = rf"readout must be '{READOUTS[type(loss)]}' for {type(loss).__name__} \(got 'linear'\)"
    with pytest.raises(ParameterError, match=message):
        loss(run_of(*readout_parts(rng)), trials)


@pytest.mark.parametrize(
    ("loss", "entry", "message"),
    [
        (
            CrossEntropy(),
            [0.5, 0.6, 0.0],
            r"targets\[2, 3\] must be probabilities .* \(got \[0.5, 0.6, 0.0\]\)",
        ),
        (
            CrossEntropy(),
            [1.5, -0.5, 0.0],
            r"targets\[2, 3\] must be probabilities .* \(got \[1.5, -0.5, 0.0\]\)",
        ),
        (
            BinaryCrossEntropy(),
            [0.5, 1.5, 0.0],
            r"targets must be from 0 to 1 where they count, .* \(got 1.5\)",
        ),
        (
            BinaryCrossEntropy(),
            [0.5, -1.0, 0.0],
            r"targets must be from 0 to 1 where they count, .* \(got -1\)",
        ),
    ],
    ids=repr,
)
def test_targets_that_are_not_probabilities(loss, entry, message, rng):
    targets = rng.dirichlet(np.ones(3), SHAPE[:2])
    targets[2, 3] = entry
    run = run_of(*readout_parts(rng), READOUTS[type(loss)])
    with pytest.raises(ParameterError, match=message):
        loss(run, Trials(TASK, 1.0, np.zeros(SHAPE), targets))
    mask = np.ones(SHAPE)
    mask[2, 3] = 0.0
    assert np.isfinite(loss(run, Trials(TASK, 1.0, np.zeros(SHAPE), targets, mask)))


@pytest.mark.parametrize("loss", [MeanSquaredError, SquaredMaskedError, CrossEntropy, BinaryCrossEntropy])
def test_an_average_that_is_unknown(loss):
    with pytest.raises(
        UnknownNameError, match=rf"{loss.__name__}.average = 'masks' is unknown. Did you mean 'mask'"
    ):
        loss("masks")


@pytest.mark.parametrize("loss", EVERY, ids=repr)
def test_targets_outside_the_mask_change_neither_loss_nor_gradient(loss, trials, rng):
    rates, *readout = readout_parts(rng)
    form = READOUTS.get(type(loss), "linear")
    mask, targets = trials.mask + 1.0, trials.targets.copy()
    mask[1, 2:] = mask[3, 4:] = 0.0
    targets[1, 2:] = targets[3, 4:] = 5.0

    def value_and_slopes(chosen):
        cut = Trials(TASK, 1.0, np.zeros(SHAPE), chosen, mask)
        return value_and_grad(lambda r: loss(run_of(r, *readout, form), cut))(rates)

    (one, slopes), (other, same) = value_and_slopes(targets), value_and_slopes(trials.targets)
    assert one == other
    assert_array_equal(slopes, same)
    assert_array_equal(slopes.any(axis=-1), mask.any(axis=-1))
