"""Settings, rules, estimates and claims on their own."""

import math

import numpy as np
import pytest
from scipy.stats import t

from neurosim.errors import ParameterError, UnknownNameError
from neurosim.reproduce import (
    AtLeast,
    AtMost,
    Between,
    Claim,
    Estimate,
    Holds,
    Settings,
    Within,
    for_infinite_size,
    jackknife,
    over_networks,
    pad_rows,
    share_of_networks,
)
from neurosim.reproduce.folder import folder_of
from neurosim.reproduce.settings import read_change

PUBLISHED = {"network": {"size": 100, "gains": [1.5, 2.0]}, "run": {"duration": 10.0, "scheme": "rk4"}}


def test_changes_by_dotted_path_keep_their_type():
    settings = Settings(PUBLISHED, {"network.size": 4, "network.gains": [1], "run.duration": 3})
    assert settings["network.size"] == 4
    assert settings["network.gains"] == [1.0]
    assert isinstance(settings["run.duration"], float)
    assert settings["run.scheme"] == "rk4"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"network.sise": 4}, "Did you mean 'network.size'"),
        ({"size": 4}, "Did you mean 'network.size'"),
        ({"network": {}}, "the study has no such setting"),
    ],
)
def test_unknown_paths_are_told(change, message):
    with pytest.raises(UnknownNameError, match=message):
        Settings(PUBLISHED, change)


@pytest.mark.parametrize(
    "change",
    [{"network.size": 4.5}, {"network.size": True}, {"network.gains": 2.0}, {"network.gains": []}, {"run.scheme": 1}],
)  # fmt: skip
def test_values_of_another_type_are_told(change):
    with pytest.raises(ParameterError, match=r"must be (a|true) .* give a value such as"):
        Settings(PUBLISHED, change)


def test_a_table_has_the_values_below_its_name():
    settings = Settings(PUBLISHED, {"run.duration": 3.0})
    assert settings.table("run") == {"duration": 3.0, "scheme": "rk4"}
    with pytest.raises(UnknownNameError, match=r"network\.size: the study has no such table"):
        settings.table("network.size")
    with pytest.raises(UnknownNameError, match=r"the study has no such table\. Did you mean 'run'"):
        settings.table("runs")


def test_reading_an_unknown_setting_is_an_error():
    with pytest.raises(UnknownNameError, match=r"run\.dt: the study has no such setting"):
        Settings(PUBLISHED)["run.dt"]


def test_changes_of_the_command_line():
    assert read_change("a.b=4") == ("a.b", 4)
    assert read_change("a.b=[1.5, 2]") == ("a.b", [1.5, 2])
    assert read_change("a.b=folder/of mine") == ("a.b", "folder/of mine")
    with pytest.raises(ParameterError, match="must be PATH=VALUE"):
        read_change("a.b")


def test_the_mean_over_networks_has_the_interval_of_student():
    found = over_networks([1.0, 2.0, 3.0, 4.0])
    half = t.ppf(0.975, 3) * math.sqrt(5.0 / 3.0 / 4.0)
    assert (found.value, found.networks) == (2.5, 4)
    assert (found.low, found.high) == pytest.approx((2.5 - half, 2.5 + half), rel=1e-12)


def test_no_network_is_left_out():
    assert math.isnan(over_networks([1.0, math.nan]).value)
    assert math.isnan(over_networks([]).value)
    assert share_of_networks([True, False]).value == 0.5


def test_the_ends_of_the_share_of_networks_are_the_roots_of_wilson():
    # Wilson (1927): both ends p solve (share - p)^2 = z^2 p (1 - p) / n
    found = share_of_networks([True] * 15 + [False] * 5)
    for end in (found.low, found.high):
        assert (0.75 - end) ** 2 == pytest.approx(1.959964**2 * end * (1 - end) / 20, rel=1e-6)


def test_the_value_for_infinite_size_is_covered_by_its_interval(rng):
    # 1 - 20 / N with a spread of 0.3 / sqrt(N) over networks: 19 of 20 intervals cover 1
    sizes = np.repeat([250, 500, 1000], [8, 4, 2])
    covered = [
        abs(found.value - 1.0) <= 0.5 * (found.high - found.low)
        for found in (
            for_infinite_size(sizes, 1.0 - 20.0 / sizes + 0.3 / np.sqrt(sizes) * rng.standard_normal(14))
            for _ in range(400)
        )
    ]
    # binomial standard error 0.011
    assert np.mean(covered) == pytest.approx(0.95, abs=0.045)


def test_the_jackknife_of_a_mean_is_its_standard_error(rng):
    samples = rng.standard_normal(12)
    found, expected = jackknife(np.mean, samples), over_networks(samples)
    assert (found.value, found.low, found.high) == pytest.approx(
        (expected.value, expected.low, expected.high), rel=1e-12
    )
    assert math.isnan(jackknife(np.mean, [1.0, math.nan]).value)


def test_one_size_says_nothing_of_infinity():
    assert math.isnan(for_infinite_size([100, 100, 100], [1.0, 2.0, 3.0]).value)
    assert math.isnan(for_infinite_size([100, 200, 400], [1.0, math.nan, 3.0]).value)


@pytest.mark.parametrize(
    ("rule", "published", "inside", "outside"),
    [
        (Within("", relative=0.1), 2.0, 2.19, 2.21),
        (Within("", absolute=0.1), 0.0, -0.09, -0.11),
        (Within("", relative=0.1, absolute=0.1), -2.0, -2.29, -2.31),
        (AtLeast(""), 1.0, 1.0, 0.99),
        (AtMost(""), 1.0, 1.0, 1.01),
        (Between(0.0, 1.0, ""), None, 0.5, 1.5),
        (Holds("", share=0.5), None, 0.5, 0.49),
    ],
)
def test_rules(rule, published, inside, outside):
    assert rule.agrees(Estimate(inside), published)
    assert not rule.agrees(Estimate(outside), published)
    for value in (math.nan, math.inf, -math.inf):
        claim = Claim("a", "b", published, "c", rule).with_estimate(Estimate(value))
        assert not claim.agrees
        assert claim.plain()["agrees"] is False


def test_rules_that_decide_nothing_are_refused():
    with pytest.raises(ParameterError, match="Within must have a tolerance above 0"):
        Within("none")
    with pytest.raises(ParameterError, match="AtLeast must have a published value"):
        AtLeast("none").agrees(Estimate(1.0), None)


def test_folders_are_found_again(tmp_path):
    name = folder_of("toy1999", quick=True, changes={"network.size": 400}, root=tmp_path).name
    assert name == "toy1999-quick-network.size-400"
    signs = {
        folder_of("toy1999", quick=True, changes={"level": level}, root=tmp_path) for level in (1, -1, [1])
    }
    assert len(signs) == 3
    changes = {"network.sizes": list(range(10, 90, 10)), "network.count": 3}
    names = [
        folder_of("toy1999", quick=True, changes={**changes, "zeros": zeros}, root=tmp_path).name
        for zeros in (1, 2, 2)
    ]
    assert names[0] != names[1] == names[2]
    assert {len(name) for name in names} == {60}


def test_rows_are_cut_or_followed_by_nan():
    table = np.arange(6.0).reshape(3, 2)
    np.testing.assert_array_equal(pad_rows(table, 2), table[:2])
    np.testing.assert_array_equal(pad_rows(table, 4), np.vstack([table, [np.nan, np.nan]]))
    assert pad_rows(np.zeros((0, 3)), 2).shape == (2, 3)
