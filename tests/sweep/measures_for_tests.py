"""Functions that worker processes of the tests import."""

import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from neurosim.errors import StorageError
from neurosim.sweep.worker import peak_memory


def draw(gain, seed, rng):
    values = rng.normal(size=4) * gain + seed
    return {"mean": values.mean(), "values": values, "product": float(values @ np.arange(4.0))}


def trivial(number):
    return float(number) ** 2


def slow(number, seconds=0.05):
    time.sleep(seconds)
    return float(number)


def failing(number):
    if number % 3 == 1:
        raise ValueError(f"no result for {number}")
    return float(number)


def killed(number):
    """Number 2 kills its worker."""
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return float(number)


def killed_beside_slow(number):
    """Number 2 kills its worker, where others wait for their turn."""
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return slow(number, seconds=0.3)


def killed_once(number, marks):
    """Number 2 kills its worker the first time."""
    mark = Path(marks) / "killed"
    if number == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return float(number)


def counted(number, marks, seconds=0.0):
    """Leaves a mark for every call."""
    time.sleep(seconds)
    handle = os.open(os.path.join(marks, "calls"), os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(handle, f"{number}\n".encode())
    os.close(handle)
    return float(number)


def text(number):
    return f"text {number}"


def ragged(number):
    return {"x": np.zeros(number), "y": float(number)}


ROOM = [True]
"""Whether the disk of `kept` has room."""


def kept(number, folder):
    """Saves an array, which a full disk refuses."""
    if not ROOM[0]:
        try:
            raise OSError(28, "No space left on device")
        except OSError as error:
            raise StorageError("number.npz cannot be written (No space left on device)") from error
    np.save(folder / "number.npy", np.array([number]))
    return float(number)


def written(number, folder):
    (folder / "number.txt").write_text(str(number))
    return number


def threads(number):
    return {
        "kernels": int(os.environ.get("NUMBA_NUM_THREADS", "0")),
        "blas": int(os.environ.get("OPENBLAS_NUM_THREADS", "0")),
        "number": number,
    }


@dataclass(frozen=True)
class Scaled:
    factor: float

    def __call__(self, number):
        return {"scaled": self.factor * number}


def drawn_and_counted(number, marks, rng):
    counted(number, marks, seconds=0.03)
    return {"x": rng.normal(), "values": rng.normal(size=3)}


def killing_once(gain, seed, marks, rng):
    """Seed 3 kills its worker the first time; draws as `draw` does."""
    mark = Path(marks) / f"killed-{gain}"
    if seed == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"values": rng.normal(size=4)}


def process_of(number):
    return {"process": os.getpid(), "number": number}


def large(size):
    """Needs so many bytes for a moment."""
    np.ones(size // 8).sum()
    return {"process": os.getpid(), "peak": peak_memory()}


def compilations(number):
    """Simulates, and counts the kernels that this process had to compile."""
    import neurosim as ns

    time.sleep(0.5)  # so that both workers begin together
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(1.5), size=20, rng=0)
    run = ns.simulate(network, 1.0, 0.1, rng=1, progress=False)
    kernels = [module.advance for name, module in sys.modules.items() if name.startswith("neurosim_kernel_")]
    misses = sum(sum(kernel.stats.cache_misses.values()) for kernel in kernels)
    return {
        "process": os.getpid(),
        "misses": misses,
        "kernels": len(kernels),
        "last": run.states[0, -1, number],
    }


def radius(connectivity, rng):
    return np.abs(np.linalg.eigvals(connectivity.build(20, rng).dense())).max()


def saved_network(gain, rng, folder):
    import neurosim as ns

    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain), size=10, rng=rng)
    network.save(folder / "network.npz")
    return float(network.recurrent.dense()[0, 1])
