"""Trajectories as datasets with named dimensions."""

import builtins
import io

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import neurosim as ns
from neurosim.errors import NeurosimError, ShapeError
from neurosim.xarray_export import trajectory_dataset

xarray = pytest.importorskip("xarray")


def run(neuron=None, **keywords):
    network = ns.Network(
        neuron or ns.LeakyCurrent("tanh"), ns.Gaussian(0.9), size=6, inputs=["go"], outputs=2, rng=0
    )
    return ns.simulate(network, duration=1.0, dt=0.1, trials=3, inputs=[0.5], rng=1, **keywords)


def test_values_and_coordinates_are_those_of_the_trajectory():
    simulated = run(every=2, units=[4, 1])
    data = simulated.to_xarray()
    assert data.states.dims == data.rates.dims == ("trial", "time", "unit")
    assert data.outputs.dims == ("trial", "time", "output")
    for name in ("states", "rates", "outputs", "inputs"):
        assert_array_equal(data[name], getattr(simulated, name))
    assert_array_equal(data.time, simulated.times)
    assert_array_equal(data.unit, [4, 1])
    assert list(data.output.values) == ["output_0", "output_1"]
    assert list(data.input.values) == ["go"]
    assert_array_equal(data.rates.sel(unit=1, trial=2, time=0.4, method="nearest"), simulated.rates[2, 2, 1])


def test_a_unit_with_two_variables_has_a_dimension_for_them():
    simulated = run(ns.SynapticDepression("logistic"))
    data = trajectory_dataset(simulated)
    assert data.states.dims == ("trial", "time", "unit", "variable")
    assert_array_equal(data.states.sel(variable="d"), simulated.states[..., 1])


@pytest.mark.parametrize("record", ["states", "rates", "outputs"])
def test_only_what_was_recorded_is_there(record):
    data = run(record=record).to_xarray()
    assert set(data.data_vars) == {record, "inputs"}


def test_a_network_without_channels_has_no_such_dimension():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(), size=6, rng=0)
    data = ns.simulate(network, duration=1.0, dt=0.1, rng=0).to_xarray()
    assert set(data.sizes) == {"trial", "time", "unit"}


def test_a_loaded_run_whose_inputs_were_a_function_leaves_them_out(tmp_path):
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(), size=6, inputs=1, rng=0)
    ns.simulate(network, duration=1.0, dt=0.1, inputs=lambda t: np.array([t]), rng=0).save(
        tmp_path / "run.npz"
    )
    assert "inputs" not in ns.load(tmp_path / "run.npz").to_xarray()


def test_the_seed_among_the_attributes_gives_the_run_again():
    import json

    from neurosim.randomness import seed_from_dict

    simulated = run(noise=ns.WhiteNoise(0.2), scheme="heun")
    kept = simulated.to_xarray().attrs
    again = ns.simulate(
        simulated.network,
        duration=kept["duration"],
        dt=kept["dt"],
        scheme=kept["scheme"],
        trials=3,
        inputs=[0.5],
        noise=ns.WhiteNoise(0.2),
        rng=seed_from_dict(json.loads(kept["seed"])),
    )
    assert_array_equal(again.states, simulated.states)


def test_attributes_are_numbers_and_text_as_netcdf_wants_them():
    pytest.importorskip("scipy")
    data = run(noise=ns.WhiteNoise(0.1)).to_xarray().drop_vars(["output", "input"])
    written = data.to_netcdf(engine="scipy")
    read = xarray.load_dataset(io.BytesIO(written), engine="scipy")
    assert read.attrs["scheme"] == "euler"
    assert_array_equal(read.states, data.states)


def test_without_xarray_the_extra_is_named(monkeypatch):
    original = builtins.__import__

    def missing(name, *arguments, **keywords):
        if name == "xarray":
            raise ImportError("no xarray")
        return original(name, *arguments, **keywords)

    simulated = run()
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(NeurosimError, match=r"xarray is not installed.*neurosim-rnn\[xarray\]"):
        simulated.to_xarray()


def test_trials_become_a_dataset_with_conditions_and_epochs():
    trials = ns.tasks.ContextIntegration().trials(6, dt=20.0, rng=0)
    data = trials.to_xarray()
    assert data.inputs.dims == ("trial", "time", "input")
    assert data.targets.dims == data.mask.dims == ("trial", "time", "output")
    for name in ("inputs", "targets", "mask"):
        assert_array_equal(data[name], getattr(trials, name))
    assert_array_equal(data.time, trials.times)
    assert list(data.input.values) == list(trials.task.inputs)
    for name, values in trials.conditions.items():
        assert_array_equal(data[name], values)
    assert_array_equal(data.stimulus_start, trials.epochs["stimulus"][0] * 20.0)


def test_conditions_of_a_run_select_and_average_its_trials():
    task = ns.tasks.Xor()
    trials = task.trials(12, dt=1.0, rng=0)
    simulated = ns.simulate(ns.Network.for_task(task, rng=0), **trials.simulation, rng=1)
    data = simulated.to_xarray(trials)
    means = data.outputs.groupby("answer").mean("trial")
    answer = trials.conditions["answer"]
    np.testing.assert_allclose(means.sel(answer=1.0), simulated.outputs[answer == 1.0].mean(0), rtol=1e-12)
    with pytest.raises(ShapeError, match=r"trials must be those of the run, 12 \(got 3\)"):
        simulated.to_xarray(trials[:3])
