"""Messages: suggestions for names, and the punctuation of errors that quote errors."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import UnknownKeywordError, clause, did_you_mean, kind_of, unknown_keyword

NETWORK = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), size=5, rng=0)


@pytest.mark.parametrize(
    ("name", "known", "sentence"),
    [
        ("gian", ["size", "gain"], "Did you mean 'gain'? Known: gain, size."),
        ("BIAS", ["bias"], "Did you mean 'bias'? Known: bias."),
        ("x", ["bias"], "Known: bias."),
        ("x", [], "Known: none."),
        (
            "Xor",
            ["And", "Not", "Or", "Xnor", *"abcdefghi"],
            "Did you mean 'Xnor'? Nearest of 13: Xnor, Or, Not, i, h.",
        ),
    ],
)
def test_did_you_mean(name, known, sentence):
    assert did_you_mean(name, known) == sentence


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        (lambda: ns.Gaussian(g=1.5), "Gaussian takes no keyword 'g'. Did you mean 'gain'?"),
        (lambda: ns.OrnsteinUhlenbeck(sigma=1.0), "Did you mean 'std'?"),
        (lambda: ns.WhiteNoise(sigma=1.0), "Did you mean 'density'?"),
        (lambda: ns.trainers.Adam(lr=1e-3), "Did you mean 'learning_rate'?"),
        (lambda: ns.simulate(NETWORK, T=10.0), r"Did you mean 'duration'?"),
        (lambda: ns.simulate(NETWORK, 10.0, 0.1, seed=1), "Did you mean 'rng'?"),
        (lambda: ns.simulate(NETWORK, 10.0, 0.1, sigma=1.0), "noise=ns.WhiteNoise(density=0.1)"),
        (lambda: ns.simulate(NETWORK, 10.0, 0.1, alpha=0.2), "alpha = dt / tau"),
        (lambda: ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(), N=5), "Did you mean 'size'?"),
        (lambda: ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(), g=5), "ns.Gaussian(gain=1.5)"),
        (lambda: ns.BPTT(lr=1e-3), "ns.BPTT(optimizer=ns.trainers.Adam(1e-3))"),
        (lambda: ns.BPTT(seed=1), "rng="),
        (lambda: ns.BPTT(trials=100), "Did you mean 'trials_per_epoch'?"),
        (lambda: ns.BPTT(patience=3), "stopping=ns.trainers.Stopping(patience=10)"),
        (lambda: ns.trainers.Adam(decay=1e-4), "InverseDecay(1e-3, decay=1e-4)"),
        (lambda: ns.trainers.Adam(weight_decay=1e-4), "ns.trainers.L2(1e-4)"),
        (lambda: ns.trainers.Force(alpha=1.0), "Did you mean 'regularization'?"),
    ],
)
def test_habitual_names_get_a_hint(call, hint):
    with pytest.raises(UnknownKeywordError) as error:
        call()
    assert hint in str(error.value)
    assert ".." not in str(error.value)


def test_an_unknown_keyword_that_is_near_nothing_lists_what_is_known():
    assert str(unknown_keyword("f()", "zzz", ["b", "a"])) == "f() takes no keyword 'zzz'. Known: a, b."


def test_a_clause_ends_without_a_full_stop():
    assert clause(ValueError("no. It failed.")) == "no. It failed"


@pytest.mark.parametrize(
    ("value", "name"), [(np.zeros(2), "an ndarray"), (3, "an int"), ("x", "a str"), (OSError(), "an OSError")]
)
def test_the_type_of_a_value_has_its_article(value, name):
    assert kind_of(value) == name
