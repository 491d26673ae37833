"""Files: bit-exact round trips, nothing half-written, nothing executed, and an answer to every damage."""

import errno
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

import neurosim as ns
from neurosim.connectivity import Explicit, GaussianLowRank, LowRank, RowBalanced, Sparse
from neurosim.connectivity.base import Connectivity
from neurosim.errors import InterruptionWarning, ParameterError, StorageError
from neurosim.neurons import ThresholdPowerLaw
from neurosim.randomness import seed_to_dict
from neurosim.results import leftovers
from neurosim.storage.archive import replace_file

SIZE = 12


def network(neuron=None, connectivity=None, **keywords):
    neuron, connectivity = neuron or ns.LeakyCurrent("tanh"), connectivity or ns.Gaussian(gain=1.5)
    return ns.Network(neuron, connectivity, size=SIZE, rng=keywords.pop("rng", 7), **keywords)


def rewritten(path, members):
    """Write an archive again with some members replaced (None: left out)."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**contents, **members}.items():
            if content is not None:
                archive.writestr(name, content)


def with_header(path, change):
    """Change the header of a file in place."""
    with zipfile.ZipFile(path) as archive:
        header = json.loads(archive.read("header.json"))
    change(header)
    rewritten(path, {"header.json": json.dumps(header)})


def npy(array, **keywords):
    file = io.BytesIO()
    np.save(file, array, **keywords)
    return file.getvalue()


NETWORKS = {
    "dense": network(),
    "single precision": network(dtype="float32"),
    "sparse": network(connectivity=Sparse(density=0.1)),
    "low rank": network(connectivity=GaussianLowRank(rank=2)),
    "all parts": network(connectivity=Sparse(density=0.1) + 0.5 * GaussianLowRank() - ns.Coherent()),
    "given vectors": network(connectivity=LowRank(np.arange(SIZE), np.ones(SIZE))),
    "given matrix": network(connectivity=Explicit(np.eye(SIZE))),
    "given sparse": network(connectivity=Explicit(Sparse(density=0.1).build(SIZE, np.random.default_rng(0)))),
    "nested recipe": network(connectivity=RowBalanced(ns.Gaussian(), mode=np.arange(SIZE))),
    "parameter per unit": network(neuron=ns.LeakyRate("softplus", tau=np.linspace(1.0, 2.0, SIZE))),
    "nested activation": network(neuron=ns.Adaptive(ThresholdPowerLaw(gain=0.1), strength=1 / 3)),
    "channels": network(inputs=["go", "no go"], outputs=3, readout="softmax"),
    "trained": network(outputs=1).replace(recurrent=network(rng=8).recurrent, bias=np.full(SIZE, 1 / 3)),
    "two variables": network(neuron=ns.SynapticDepression()).replace(initial_state=np.ones((SIZE, 2)) / 3),
    "entropy of the machine": network(rng=None),
}


@pytest.mark.parametrize("original", NETWORKS.values(), ids=NETWORKS)
def test_a_network_comes_back_bit_for_bit(original, tmp_path):
    original.save(tmp_path / "network.npz")
    loaded = ns.load(tmp_path / "network.npz")
    assert loaded.equals(original)
    assert original.equals(loaded)
    assert loaded.connectivity == original.connectivity
    assert loaded.dtype == original.dtype
    assert type(loaded.recurrent.base) is type(original.recurrent.base)
    assert (loaded.input_names, loaded.output_names) == (original.input_names, original.output_names)
    assert seed_to_dict(loaded.seed) == seed_to_dict(original.seed)
    assert not loaded.bias.flags.writeable


def test_the_loaded_recipe_and_seed_build_the_saved_weights_again(tmp_path):
    NETWORKS["all parts"].save(tmp_path / "network.npz")
    loaded = ns.load(tmp_path / "network.npz")
    again = ns.Network(loaded.neuron, loaded.connectivity, size=loaded.size, rng=loaded.seed)
    assert again.equals(NETWORKS["all parts"])


@given(tau=st.floats(min_value=0.0, exclude_min=True, allow_infinity=False), gain=st.floats(-1e300, 1e300))
@settings(max_examples=40, deadline=None)
def test_every_float_comes_back_exactly(tau, gain):
    unit = ns.LeakyCurrent(ThresholdPowerLaw(threshold=gain), tau=tau)
    with tempfile.TemporaryDirectory() as folder:
        ns.save(unit, Path(folder) / "unit.npz")
        loaded = ns.load(Path(folder) / "unit.npz")
    assert loaded == unit
    assert np.float64(loaded.activation.threshold).tobytes() == np.float64(gain).tobytes()


def test_other_tools_read_the_arrays_and_the_header(tmp_path):
    original = NETWORKS["all parts"]
    original.save(tmp_path / "network.npz")
    with np.load(tmp_path / "network.npz", allow_pickle=False) as archive:
        assert_array_equal(archive["recurrent.left"], original.recurrent.left)
        assert_array_equal(archive["recurrent.base.data"], original.recurrent.base.data)
        header = json.loads(archive["header.json"])
    assert header["written_by"]["numpy"] == np.__version__
    assert header["written_by"]["python"] == sys.version.split()[0]


def test_a_matrix_that_recipe_and_network_share_is_stored_once(tmp_path):
    size = 200
    ns.Network(ns.LeakyCurrent(), Explicit(np.eye(size)), size=size, rng=0).save(tmp_path / "explicit.npz")
    assert os.path.getsize(tmp_path / "explicit.npz") < 1.5 * 8 * size**2


def test_equal_networks_give_equal_files_under_any_name(tmp_path):
    for name in ("a.npz", "no suffix"):
        network().save(tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "no suffix").read_bytes()
    assert sorted(os.listdir(tmp_path)) == ["a.npz", "no suffix"]
    assert ns.load(str(tmp_path / "no suffix")).equals(network())


# trajectories


def wave(time):
    return np.array([np.sin(time), 1.0])


def interrupted(monkeypatch, *arguments, **keywords):
    """Run that Ctrl-C stops after its second chunk."""
    from neurosim.engine import pace
    from neurosim.engine.integrator import Integrator

    advance, calls = Integrator.advance, []

    def stopping(self, count):
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(count)
        return advance(self, count)

    with monkeypatch.context() as patch:
        patch.setattr(Integrator, "advance", stopping)
        patch.setattr(pace, "CHUNK_SECONDS", 0.001)
        with pytest.warns(InterruptionWarning, match="stopped by Ctrl-C"):
            run = ns.simulate(*arguments, **keywords)
    assert 0 < run.step < run.settings.steps
    return run


STEPS = np.random.default_rng(0).standard_normal((2000, 2))
RUNS = {
    "free": {},
    "white noise": {"noise": ns.WhiteNoise(0.3), "inputs": STEPS},
    "colored noise": {
        "noise": ns.OrnsteinUhlenbeck(0.3, tau_noise=2.0),
        "inputs": [0.1, 0.2],
        "scheme": "heun",
    },
    "function": {"inputs": wave, "record": ("rates", "outputs"), "every": 3, "units": [3, 1]},
}


@pytest.mark.parametrize("keywords", RUNS.values(), ids=RUNS)
def test_a_stopped_run_goes_on_from_its_file_as_if_it_had_never_stopped(keywords, tmp_path, monkeypatch):
    declared = network(inputs=2, outputs=1)
    arguments = {"duration": 20.0, "dt": 0.01, "trials": 2, "rng": 3, **keywords}
    whole = ns.simulate(declared, **arguments)
    interrupted(monkeypatch, declared, **arguments).save(tmp_path / "run.npz")
    loaded = ns.load(tmp_path / "run.npz")
    function = isinstance(loaded.drive, str)
    resumed = ns.resume(loaded, inputs=wave) if function else ns.resume(loaded)
    assert resumed.complete
    assert_array_equal(resumed.rates, whole.rates)
    assert_array_equal(resumed.outputs, whole.outputs)
    assert_array_equal(resumed.final_state, whole.final_state)
    assert resumed.settings.record == whole.settings.record
    assert_array_equal(resumed.units, whole.units)


def test_of_a_function_that_drove_a_run_the_name_is_kept(tmp_path):
    run = ns.simulate(network(inputs=2), duration=0.1, dt=0.01, inputs=wave, rng=0)
    run.save(tmp_path / "run.npz")
    loaded = ns.load(tmp_path / "run.npz")
    assert loaded.drive == "wave"
    assert_array_equal(loaded.states, run.states)
    with pytest.raises(ParameterError, match="inputs of this run were the function wave; give it again"):
        ns.resume(loaded, duration=0.2)


# what cannot be saved


@dataclass(frozen=True)
class Kernel(Connectivity):
    """Weights from a function of the distance."""

    profile: Any = abs

    def build(self, size, rng):  # noqa: ARG002
        distance = np.subtract.outer(np.arange(size), np.arange(size))
        return ns.Operator(self.profile(distance / size))


def test_a_function_as_activation_is_refused_by_its_field(tmp_path):
    declared = network(neuron=ns.LeakyCurrent(lambda x: np.tanh(x)))
    with pytest.raises(StorageError, match=r"neuron\.activation = .* is a function, .* Neuron subclass"):
        declared.save(tmp_path / "network.npz")
    run = ns.simulate(declared, duration=0.1, dt=0.01, rng=0)
    with pytest.raises(StorageError, match=r"network\.neuron\.activation = .* is a function"):
        run.save(tmp_path / "network.npz")
    assert os.listdir(tmp_path) == []


def test_weights_survive_a_recipe_that_cannot_be_stored(tmp_path):
    declared = network(connectivity=Kernel(np.cos))
    with pytest.raises(
        StorageError, match=r"connectivity\.profile = .* a name or numbers .*replace\(connectivity=None\)"
    ):
        declared.save(tmp_path / "network.npz")
    declared.replace(connectivity=None).save(tmp_path / "network.npz")
    assert ns.load(tmp_path / "network.npz").recurrent == declared.recurrent


def test_a_class_with_the_name_of_a_shipped_one_is_refused(tmp_path):
    @dataclass(frozen=True)
    class Gaussian(Connectivity):
        """Not the shipped one."""

        def build(self, size, rng):  # noqa: ARG002
            return ns.Operator(np.zeros((size, size)))

    with pytest.raises(StorageError, match="a name that built in has for another class; rename yours"):
        ns.save(Gaussian(), tmp_path / "gaussian.npz")


@pytest.mark.parametrize("thing", [np.eye(2), {"a": 1}, "text", ns.LeakyCurrent], ids=repr)
def test_other_things_are_refused(thing, tmp_path):
    with pytest.raises(
        StorageError, match="cannot be saved; give a Network, a Trajectory, a Training, Trials"
    ):
        ns.save(thing, tmp_path / "thing.npz")


# writing in one step or not at all


def full_disk(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("place", ["numpy.lib.format.write_array", "os.fsync", "os.replace"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(place, tmp_path, monkeypatch):
    network().save(tmp_path / "network.npz")
    before = (tmp_path / "network.npz").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(place, lambda *_, **__: full_disk())
        with pytest.raises(
            StorageError, match=r"network\.npz cannot be written \(No space left .*free some space"
        ):
            network(rng=8).save(tmp_path / "network.npz")
    assert os.listdir(tmp_path) == ["network.npz"]
    assert (tmp_path / "network.npz").read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of file sizes")
def test_a_real_limit_of_the_file_size_leaves_nothing(tmp_path):
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    try:
        with pytest.raises(StorageError, match=r"cannot be written \(File too large\)"):
            network().save(tmp_path / "network.npz")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert os.listdir(tmp_path) == []


KILLED = """
import os, signal, sys
from neurosim.storage.archive import replace_file
with replace_file(sys.argv[1]) as file:
    file.write(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_what_a_killed_process_left_is_cleared_by_the_next(tmp_path):
    path = tmp_path / "network.npz"
    network = ns.Network(ns.LeakyRate(), ns.Gaussian(1.0), 5, rng=0)
    network.save(path)
    subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert len(list(tmp_path.iterdir())) == 2
    network.save(tmp_path / "network.npz.npz")  # another file leaves it alone
    assert len(list(tmp_path.iterdir())) == 3
    assert_array_equal(ns.load(path).recurrent.dense(), network.recurrent.dense())
    with replace_file(path) as file:  # and so is one that is being written
        network.save(path)
        file.write(path.read_bytes())
    assert sorted(each.name for each in tmp_path.iterdir()) == ["network.npz", "network.npz.npz"]
    assert_array_equal(ns.load(path).recurrent.dense(), network.recurrent.dense())


def test_what_cannot_be_cleared_keeps_nothing_from_being_saved(tmp_path, monkeypatch):
    monkeypatch.setattr(leftovers, "has_ended", bool)
    stays = leftovers.hidden_name(tmp_path / "network.npz", "partial")
    stays.mkdir()  # a folder, which is not deleted as a file is
    ns.Network(ns.LeakyRate(), ns.Gaussian(1.0), 5, rng=0).save(tmp_path / "network.npz")
    assert ns.load(tmp_path / "network.npz").size == 5
    assert stays.is_dir()


def test_ctrl_c_while_writing_leaves_the_old_file(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    network().save(tmp_path / "network.npz")
    before = (tmp_path / "network.npz").read_bytes()
    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        network(rng=8).save(tmp_path / "network.npz")
    assert os.listdir(tmp_path) == ["network.npz"]
    assert (tmp_path / "network.npz").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "message"),
    [("nowhere/a.npz", "make the folder first"), ("", "name a file inside that folder")],
    ids=["no folder", "a folder"],
)
def test_places_that_cannot_be_written(name, message, tmp_path):
    with pytest.raises(StorageError, match=f"cannot be written .*{message}"):
        network().save(tmp_path / name)


def test_a_link_goes_on_pointing_to_its_file(tmp_path):
    (tmp_path / "real").mkdir()
    os.symlink(tmp_path / "real" / "network.npz", tmp_path / "link.npz")
    network().save(tmp_path / "link.npz")
    assert (tmp_path / "link.npz").is_symlink()
    assert ns.load(tmp_path / "real" / "network.npz").equals(network())


# files that cannot be read


def newer(header):
    header["version"] = 99
    header["written_by"]["neurosim"] = "7.0.0"


def without_neuron(header):
    del header["content"]["network"]["neuron"]


def no_network(header):
    header["content"] = {"netwrk": {}}


def other_format(header):
    header["format"] = "other"


def short_bias(header):
    header["content"]["network"]["bias"] = {"array": "readout_bias"}


def old_field(header):
    header["content"]["network"]["neuron"]["declaration"]["fields"]["tua"] = 1.0


HEADERS = {
    "newer": (newer, r"has format 99, written by neurosim 7\.0\.0; .* reads up to 1\. Upgrade"),
    "field missing": (without_neuron, r"is damaged: its header is not complete \(KeyError: 'neuron'\)"),
    "unknown tag": (no_network, r"is damaged: its header is not complete \(KeyError: 'netwrk'\)"),
    "other format": (other_format, "its header is not that of a neurosim file"),
    "parts that do not fit": (
        short_bias,
        r"its parts do not fit each other \(bias must have shape .*got \(0,\)",
    ),
    "class that changed": (
        old_field,
        "present class refuses: LeakyCurrent takes no keyword 'tua'.*version that wrote",
    ),
}


@pytest.mark.parametrize(("change", "message"), HEADERS.values(), ids=HEADERS)
def test_invalid_headers(change, message, tmp_path):
    network().save(tmp_path / "network.npz")
    with_header(tmp_path / "network.npz", change)
    with pytest.raises(StorageError, match=message):
        ns.load(tmp_path / "network.npz")


MEMBERS = {
    "member missing": ({"bias.npy": None}, "is damaged: it has no member bias.npy"),
    "no header": ({"header.json": None}, "was not written by neurosim .*numpy.load"),
    "header no JSON": ({"header.json": "{"}, "is damaged: header.json cannot be read"),
    "header no text": ({"header.json": b"\xff\xfe"}, "is damaged: header.json cannot be read"),
    "header no mapping": ({"header.json": "[1]"}, "header.json is not a mapping"),
    "header too deep": ({"header.json": "[" * 100_000}, "header.json cannot be read"),
    "array too short": (
        {"bias.npy": npy(np.zeros(SIZE))[:-8]},
        "bias does not have the size that its header says",
    ),
    "no array": ({"bias.npy": b"text"}, "bias.npy cannot be read"),
}


@pytest.mark.parametrize(("members", "message"), MEMBERS.values(), ids=MEMBERS)
def test_invalid_members(members, message, tmp_path):
    network().save(tmp_path / "network.npz")
    rewritten(tmp_path / "network.npz", members)
    with pytest.raises(StorageError, match=message):
        ns.load(tmp_path / "network.npz")


def test_an_array_that_claims_more_than_it_holds_takes_no_memory(tmp_path):
    network().save(tmp_path / "network.npz")
    header = npy(np.zeros(1)).replace(b"(1,)", b"(9999999999,)").replace(b" " * 9 + b"\n", b"\n")
    rewritten(tmp_path / "network.npz", {"bias.npy": header})
    with pytest.raises(StorageError, match="bias does not have the size that its header says"):
        ns.load(tmp_path / "network.npz")


BEGINNINGS = {
    "empty": (b"", "is empty"),
    "text": (b"tau = 1.0", "is not a neurosim file"),
    "one array": (npy(np.zeros(2)), "a single NumPy array; read it with numpy.load"),
    "HDF5": (b"\x89HDF\r\n\x1a\n", "is an HDF5 file"),
    "MATLAB": (b"MATLAB 5.0 MAT-file", "read it with scipy.io.loadmat"),
}


@pytest.mark.parametrize(("content", "message"), BEGINNINGS.values(), ids=BEGINNINGS)
def test_other_kinds_of_files_are_recognized(content, message, tmp_path):
    (tmp_path / "network.npz").write_bytes(content)
    with pytest.raises(StorageError, match=message):
        ns.load(tmp_path / "network.npz")


def test_a_file_that_is_not_there_suggests_its_neighbor(tmp_path):
    network().save(tmp_path / "network.npz")
    with pytest.raises(StorageError, match=r"netwrk\.npz not found; did you mean .*network\.npz"):
        ns.load(tmp_path / "netwrk.npz")
    with pytest.raises(StorageError, match="there is no folder"):
        ns.load(tmp_path / "nowhere" / "network.npz")


def test_a_file_cut_at_any_length_is_refused(tmp_path):
    network().save(tmp_path / "network.npz")
    content = (tmp_path / "network.npz").read_bytes()
    for length in range(4, len(content), 97):
        (tmp_path / "cut.npz").write_bytes(content[:length])
        with pytest.raises(StorageError, match="damaged or was cut short"):
            ns.load(tmp_path / "cut.npz")


def test_a_flipped_bit_is_found_or_without_effect(tmp_path):
    original = network(connectivity=Sparse(density=0.1))
    original.save(tmp_path / "network.npz")
    content = (tmp_path / "network.npz").read_bytes()
    refused = 0
    for place in np.random.default_rng(0).integers(0, 8 * len(content), 300).tolist():
        flipped = bytearray(content)
        flipped[place // 8] ^= 1 << place % 8
        (tmp_path / "flipped.npz").write_bytes(flipped)
        try:
            loaded = ns.load(tmp_path / "flipped.npz")
        except StorageError:
            refused += 1
        else:
            assert loaded.equals(original)  # a date or a permission in the directory of the archive
            assert loaded.connectivity == original.connectivity
    assert refused > 200


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_pickled_objects_are_refused_and_not_run(tmp_path):
    network().save(tmp_path / "network.npz")
    pickled = npy(np.array([Bomb(tmp_path / "exploded")], dtype=object), allow_pickle=True)
    rewritten(tmp_path / "network.npz", {"bias.npy": pickled})
    with pytest.raises(StorageError, match="holds pickled objects in bias, which could run any code"):
        ns.load(tmp_path / "network.npz")
    assert not (tmp_path / "exploded").exists()


def renamed(origin, module="somewhere"):
    def change(header):
        header["content"]["network"]["neuron"]["declaration"].update(
            name="Missing", origin=origin, module=module
        )

    return change


@pytest.mark.parametrize(
    ("origin", "remedy"),
    [
        ("distribution lab-units", "install lab-units first"),
        ("file my_unit.py", r"call ns\.load_plugin\('my_unit\.py'\) first"),
        ("module lab.units", r"import lab\.units first"),
        ("module __main__", "run the script or notebook cell that defines it first"),
        ("built in", "upgrade neurosim-rnn first"),
    ],
)
def test_a_missing_class_is_named_with_the_way_to_it(origin, remedy, tmp_path):
    network().save(tmp_path / "network.npz")
    with_header(tmp_path / "network.npz", renamed(origin))
    with pytest.raises(
        StorageError, match=f"needs the neuron 'Missing' of {origin}, which is not installed: {remedy}"
    ):
        ns.load(tmp_path / "network.npz")


def test_nothing_that_a_file_names_is_imported(tmp_path, monkeypatch):
    (tmp_path / "trap.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    network().save(tmp_path / "network.npz")
    with_header(tmp_path / "network.npz", renamed("module trap", module="trap"))
    with pytest.raises(StorageError, match="needs the neuron 'Missing'"):
        ns.load(tmp_path / "network.npz")
    assert "trap" not in sys.modules


UNIT = '''
from dataclasses import dataclass
import numpy as np
import neurosim as ns

@dataclass(frozen=True)
class UnitOfAFile(ns.Neuron):
    """r = gain max(x, 0)."""
    gain: float = 2.0
    def drift(self, x, u): return -x + u
    def rate(self, x): return self.gain * np.maximum(x, 0.0)
'''


def test_a_plugin_of_a_file_is_needed_and_found_in_another_process(tmp_path):
    (tmp_path / "my_unit.py").write_text(UNIT)
    (unit,) = ns.load_plugin(tmp_path / "my_unit.py")
    declared = network(neuron=unit(gain=0.1))
    declared.save(tmp_path / "network.npz")
    assert ns.load(tmp_path / "network.npz").equals(declared)
    program = (
        "import neurosim as ns\n"
        "try: ns.load('network.npz')\n"
        "except ns.errors.StorageError as error: print(error)\n"
        "ns.load_plugin('my_unit.py')\n"
        "print(ns.load('network.npz').neuron)\n"
    )
    root = str(Path(ns.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
    )
    missing, found = done.stdout.splitlines()
    assert "needs the neuron 'UnitOfAFile' of file my_unit.py" in missing
    assert "call ns.load_plugin('my_unit.py') first" in missing
    assert found == "UnitOfAFile(gain=0.1)"


@pytest.mark.parametrize("member", ["header.json", "bias.npy"])
def test_members_that_swell_are_refused_before_they_are_unpacked(tmp_path, member):
    path = tmp_path / "bomb.npz"
    ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(0.5), 4, rng=0).save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert member in members
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, bytes(20_000_000) if name == member else content)
    with pytest.raises(StorageError, match=rf"{member} would swell from \d+ to 20000000 bytes"):
        ns.load(path)
