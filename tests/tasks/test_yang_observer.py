"""An observer who sees nothing but the noisy inputs solves all twenty tasks; one who guesses is right by chance."""

import numpy as np
import pytest
from scipy.special import ndtr
from yang_table import NAMES, bump

from neurosim.tasks import Yang2019, yang2019

every_rule = pytest.mark.parametrize("rule", NAMES)
FINE = np.arange(720) * np.pi / 360
TEMPLATES = np.array([bump(angle) for angle in FINE])
NORM = (TEMPLATES[0] ** 2).sum()


def strength_at(picture, angle):
    return picture @ bump(angle) / NORM


def seen(inputs, steps):
    """Time average over some steps of the two rings, shape (2, 32)."""
    return inputs[steps].mean(axis=0)[1:65].reshape(2, 32)


def where(picture):
    """Direction of the bump that fits best."""
    return FINE[np.argmax(TEMPLATES @ picture)]


def two_places(picture):
    first = where(picture)
    left = picture - strength_at(picture, first) * bump(first)
    return first, where(left)


def answers(inputs, rule):
    """Direction, or None for fixation, that follows from the inputs of one trial."""
    power = inputs[:, 1:65].reshape(len(inputs), 2, 32).sum(axis=(1, 2))
    # a bump of strength 0.5 has the sum 1.96, noise on 64 channels 0.25
    there = power > 1.5
    edges = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(int)))
    intervals = [slice(on, off) for on, off in edges.reshape(-1, 2)]
    pictures = [seen(inputs, interval) for interval in intervals]
    if rule.endswith("go"):
        return where(pictures[0].sum(axis=0))
    if rule.endswith("anti"):
        return where(pictures[0].sum(axis=0)) + np.pi
    if rule in ("dms", "dnms", "dmc", "dnmc"):
        first, second = (where(picture.sum(axis=0)) for picture in pictures)
        apart = np.abs((second - first + np.pi) % (2 * np.pi) - np.pi)
        match = apart < np.radians(5) if "ms" in rule else (first < np.pi) == (second < np.pi)
        return second if match == (not rule.startswith("dn")) else None
    rings = slice(None) if "multi" in rule else slice(int(rule[-1]) - 1, int(rule[-1]))
    if len(pictures) == 1:
        counted = pictures[0][rings].mean(axis=0)
        places = two_places(pictures[0].sum(axis=0))
        strengths = [strength_at(counted, place) for place in places]
    else:
        places = [where(picture.sum(axis=0)) for picture in pictures]
        strengths = [strength_at(p[rings].mean(axis=0), at) for p, at in zip(pictures, places, strict=True)]
    return places[int(np.argmax(strengths))]


def said(directions, trials):
    """Outputs of a network that answers so at the very end."""
    outputs = np.full(trials.targets.shape, 0.3)
    for k, direction in enumerate(directions):
        outputs[k, -1, 0] = 0.9 if direction is None else 0.1
        outputs[k, -1, 1:] = 0.05 if direction is None else 0.5 * bump(direction % (2 * np.pi))
    return outputs


def shares(task, observer, batches=8, count=32):
    scores = []
    for seed in range(batches):
        trials = task.trials(count, 20.0, rng=seed)
        rule = str(trials.conditions["rule"][0])
        scores.append(trials.accuracy(said([observer(one, rule) for one in trials.inputs], trials)))
    return np.concatenate(scores)


@every_rule
def test_an_observer_of_the_inputs_is_right(rule):
    # The hardest trials are decisions of coherence 0.01 over 400 ms: the difference of strengths, 0.02, has a standard
    # error of 0.0316 sqrt(2 / 20) / 1.51 = 0.0066, so 0.13 % of those are missed, a twelfth of all.
    assert shares(yang2019(rule), answers).mean() > 0.985


@every_rule
def test_an_observer_of_test_trials_is_right(rule):
    trials = yang2019(rule).test_trials(20.0, rng=0)
    chosen = trials[:: max(1, len(trials) // 40)]
    equal = np.ptp(chosen.conditions["strengths"].sum(axis=2), axis=1) < 1e-9 if "multi" in rule else 0.0
    scores = chosen.accuracy(said([answers(one, rule) for one in chosen.inputs], chosen))
    # where both are equally strong either may be named, and one of them counts
    assert (scores + equal >= 1.0).mean() > 0.95


def test_an_observer_solves_the_mixture():
    assert shares(Yang2019(), answers, batches=12, count=16).mean() > 0.985


@every_rule
def test_a_random_answer_is_right_by_chance(rule):
    rng = np.random.default_rng(0)
    trials = yang2019(rule, noise=0.0).trials(3000, 100.0, rng=1)
    directions = rng.uniform(0.0, 2 * np.pi, 3000)
    go = trials.accuracy(said(directions, trials))
    responds = 0.5 if rule in ("dms", "dnms", "dmc", "dnmc") else 1.0
    # 36 degrees on either side are a fifth of the circle
    odds = 0.2 * responds
    assert abs(go.mean() - odds) < 4.5 * np.sqrt(odds * (1 - odds) / 3000)
    stay = trials.accuracy(said([None] * 3000, trials))
    assert abs(stay.mean() - (1 - responds)) <= 4.5 * np.sqrt(responds * (1 - responds) / 3000)


@pytest.mark.parametrize("rule", ["dm1", "context_dm2", "multisensory_delay_dm"])
def test_who_guesses_one_of_two_is_right_in_half_of_the_trials(rule):
    trials = yang2019(rule, noise=0.0).trials(3000, 100.0, rng=2)
    guesses = np.random.default_rng(1).integers(0, 2, 3000)
    score = trials.accuracy(said(trials.conditions["directions"][np.arange(3000), guesses], trials)).mean()
    assert abs(score - 0.5) < 4.5 * 0.5 / np.sqrt(3000)


@pytest.mark.parametrize("context", [1, 2])
def test_who_adds_up_both_rings_is_right_in_three_quarters_of_the_context_trials(context):
    trials = yang2019(f"context_dm{context}", noise=0.0).trials(6000, 100.0, rng=3)
    directions, strengths = trials.conditions["directions"], trials.conditions["strengths"]
    difference = np.round(strengths.sum(axis=2) @ [1.0, -1.0], 9)
    # of two opposite coherences the greater wins; equal ones are a toss
    toss = np.random.default_rng(2).choice([-1.0, 1.0], 6000)
    first = np.where(difference == 0.0, toss, difference) > 0
    score = trials.accuracy(said(np.where(first, *directions.T), trials)).mean()
    assert abs(score - 0.75) < 4.5 * np.sqrt(0.75 * 0.25 / 6000)


@pytest.mark.parametrize(("variant", "degrees"), [("paper", 36.0), ("code", 36.0), ("driscoll", 18.0)])
def test_answers_have_to_be_close(variant, degrees):
    task = yang2019("go", variant)
    trials = task.trials(40, 20.0, rng=4)
    for off, right in [(degrees - 0.01, 1.0), (0.01 - degrees, 1.0), (degrees + 0.01, 0.0), (180.0, 0.0)]:
        outputs = np.zeros(trials.targets.shape)
        outputs[:, -1, 1:] = task.code.encode(trials.conditions["direction"] + np.radians(off))
        assert (trials.accuracy(outputs) == right).all()
        # who still fixates is wrong
        outputs[:, -1, 0] = 0.51
        assert (trials.accuracy(outputs) == 0.0).all()
        outputs[:, -1, 0] = 0.49
        assert (trials.accuracy(outputs) == right).all()


COHERENCES = 0.05 * np.array([-0.5, -0.15, -0.05, 0.0, 0.05, 0.15, 0.5])


def share_of_first(rule, coherence, lasts, rings):
    """How often the first of two opposite stimuli 1 ± c looks stronger, in 400 places, and how many of them."""
    places = np.linspace(0.0, 2 * np.pi, 400, endpoint=False)
    directions = np.stack([places, places + np.pi], axis=1)
    strengths = np.array([1 + coherence, 1 - coherence])[None, :, None] * np.array(rings)
    task = yang2019(rule)
    trials = task.psychometric_trials(
        20.0, 7, directions=directions, strengths=np.broadcast_to(strengths, (400, 2, 2)), stimulus=lasts
    )
    start, stop = (limit[0] for limit in trials.epochs["stimulus"])
    assert (stop - start) * 20 == lasts
    pictures = trials.inputs[:, start:stop, 1:65].mean(axis=1).reshape(400, 2, 32)
    seen = pictures[:, np.array(rings) > 0].sum(axis=1)
    bumps = task.code.encode(directions)
    evidence = np.einsum("tu,tsu->ts", seen, bumps)
    first = evidence[:, 0] > evidence[:, 1]
    # who names the first is right where it is the stronger one
    chosen = trials.accuracy(said(np.where(first, *directions.T), trials))
    assert (chosen == (first == (coherence > 0))).all()
    return first.mean()


@pytest.mark.parametrize(
    ("rule", "rings"),
    [("dm1", (1, 0)), ("dm2", (0, 1)), ("multisensory_dm", (1, 0)), ("multisensory_dm", (1, 1))],
)
@pytest.mark.parametrize("lasts", [200.0, 800.0])
def test_psychometric_curves_are_those_of_a_matched_filter(rule, rings, lasts):
    """P = Phi(2 c |bump| sqrt(T rings / 2) / density): the threshold falls as 1 / sqrt(T), and for two rings."""
    length = np.sqrt((bump(0.0) ** 2).sum())
    density = 0.01 * np.sqrt(200.0)
    for coherence in COHERENCES:
        expected = ndtr(2 * coherence * length * np.sqrt(lasts * sum(rings) / 2) / density)
        share = share_of_first(rule, coherence, lasts, rings)
        assert abs(share - expected) < 4.5 * np.sqrt(expected * (1 - expected) / 400) + 1e-12


def test_only_the_last_output_is_read():
    trials = yang2019("delay_anti").trials(16, 20.0, rng=5)
    outputs = np.full(trials.targets.shape, 0.9)
    outputs[:, -1] = trials.targets[:, -1]
    assert (trials.accuracy(outputs) == 1.0).all()


def test_only_the_rule_gives_the_context():
    shown = []
    for rule in ("context_delay_dm1", "context_delay_dm2"):
        trials = yang2019(rule, noise=0.0).trials(200, 20.0, rng=6)
        shown.append(trials.inputs[..., :65])
        other = yang2019("context_delay_dm2" if rule[-1] == "1" else "context_delay_dm1", noise=0.0)
        # who follows the other ring is right as often as not
        followed = other.trials(200, 20.0, rng=6)
        assert abs(trials.accuracy(followed.targets).mean() - 0.5) < 4.5 * 0.5 / np.sqrt(200)
    np.testing.assert_array_equal(*shown)
