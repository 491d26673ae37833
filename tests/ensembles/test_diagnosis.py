"""Each usual failure of a training is named from histories and rates that show it."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.ensembles import diagnose
from neurosim.ensembles.diagnosis import REMEDIES, silent_share
from neurosim.trainers import History
from neurosim.training import DIVERGED, Training

TASK = ns.tasks.Xor()
NETWORK = ns.Network(
    ns.LeakyRate("tanh"), ns.Orthogonal(), size=10, inputs=TASK.inputs, outputs=TASK.outputs, rng=0
)
ACTIVE = np.random.default_rng(0).uniform(-1.0, 1.0, (4, 20, 10))


def trained(status="complete", **columns):
    return Training(
        ns.BPTT(), TASK, NETWORK, NETWORK, NETWORK, History(columns), status=status, reason="because"
    )


FALLING = np.geomspace(1.0, 0.01, 40)
CASES = {
    "solved": (trained(loss=FALLING), 0.95, ACTIVE),
    "non-finite": (trained(DIVERGED, loss=FALLING), 0.5, ACTIVE),
    "exploding gradients": (trained(loss=FALLING, gradient_norm=np.r_[np.ones(39), 1e3]), 0.5, ACTIVE),
    "silent units": (trained(loss=FALLING), 0.5, ACTIVE * (np.arange(10) < 5)),
    "stuck loss": (trained(loss=np.full(40, 0.25)), 0.5, ACTIVE),
    "unfinished": (trained(loss=FALLING), 0.5, ACTIVE),
    "plateau": (trained(loss=np.r_[1.0, np.full(39, 0.3)]), 0.5, ACTIVE),
}


@pytest.mark.parametrize("kind", CASES)
def test_each_failure_is_named_with_its_remedy(kind):
    training, accuracy, rates = CASES[kind]
    diagnosis = diagnose(training, accuracy, criterion=0.9, rates=rates)
    assert diagnosis.kind == kind
    assert diagnosis.remedy == REMEDIES[kind]
    assert kind in str(diagnosis)
    assert diagnosis.remedy in str(diagnosis)


def test_every_remedy_has_a_case():
    assert set(CASES) == set(REMEDIES)


def test_non_finite_rates_are_noticed_without_a_status():
    rates = ACTIVE.copy()
    rates[0, 0, 0] = np.nan
    assert diagnose(trained(loss=FALLING), 0.5, 0.9, rates).kind == "non-finite"


def test_the_share_of_silent_units_does_not_depend_on_the_scale_of_the_rates():
    rates = ACTIVE * (np.arange(10) < 7)
    assert silent_share(rates) == pytest.approx(0.3)
    assert silent_share(1e6 * rates) == pytest.approx(0.3)
    assert silent_share(np.ones((2, 3, 4))) == 1.0
