"""One generated kernel of each kind, as text; `python tests/engine/kernel_texts.py` rewrites the golden files."""

import dataclasses
from pathlib import Path

import neurosim as ns
from neurosim.engine.codegen.adjoint import Backward
from neurosim.engine.codegen.forward import forward_text
from neurosim.engine.codegen.saved_derivatives import SavedDerivatives
from neurosim.engine.codegen.single_step import single_step_text
from neurosim.engine.codegen.tangent import tangent_text
from neurosim.engine.codegen.time_loop import module_text, rates_text
from neurosim.engine.kernel_spec import KernelSpec
from neurosim.kernels.linalg import kernel_calls

GOLDEN = Path(__file__).parent / "golden"
FINGERPRINT = "(hash of neurosim/kernels)"
"""Instead of the hash, which changes with every edit of a helper."""


def kernel_texts() -> dict[str, str]:
    """Texts by the names of their files, for a network that shows most of what kernels may contain."""
    network = ns.Network(
        ns.Adaptive("tanh", tau=[1.0, 2.0, 3.0, 4.0]),
        ns.Gaussian(1.5) + ns.Coherent(),
        4,
        inputs=1,
        outputs=1,
        rng=0,
    )
    noise = ns.OrnsteinUhlenbeck(0.1)
    facts = {"bias": True, "inputs": True, "several_stages": True}
    loop = KernelSpec.of(network, noise, **facts, readout=True, tiled=True)
    divided = dataclasses.replace(loop, one_trial=True, divided=True)
    differentiable = KernelSpec.of(network, noise, title="{} and its gradient", **facts, readout=True)
    saved = SavedDerivatives.of_kinds(differentiable.kinds, ("tau",))
    tangent = KernelSpec.of(network, noise, title="tangent vectors of {}", **facts)
    single = KernelSpec.of(network, title="single steps of {}")
    late = network.replace(recurrent=network.recurrent.with_delays(1.0, 0.5))
    delayed = KernelSpec.of(late, title="{} with delays", base="blocks", several_stages=True)
    through_delays = KernelSpec.of(late, title="{} with delays and its gradient", several_stages=True)
    saved_with_delays = SavedDerivatives.of_kinds(through_delays.kinds, ())
    plain = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(), 4, rng=0)
    in_blocks = KernelSpec.of(plain, title="{} in blocks and its gradient", base="blocks")
    saved_of_blocks = SavedDerivatives.of_kinds(in_blocks.kinds, ())
    return {
        "time_loop": module_text(loop, FINGERPRINT),
        "time_loop_in_threads": module_text(divided, FINGERPRINT),
        "time_loop_with_delays": module_text(delayed, FINGERPRINT),
        "backward_pass_with_delays": Backward(through_delays, saved_with_delays).text(FINGERPRINT),
        "rates": rates_text(KernelSpec.of(network), FINGERPRINT),
        "forward_pass": forward_text(differentiable, saved, FINGERPRINT)[0],
        "backward_pass": Backward(differentiable, saved).text(FINGERPRINT),
        "forward_pass_of_blocks": forward_text(in_blocks, saved_of_blocks, FINGERPRINT)[0],
        "backward_pass_of_blocks": Backward(in_blocks, saved_of_blocks).text(FINGERPRINT),
        "tangent": tangent_text(tangent, FINGERPRINT)[0],
        "single_step": single_step_text(single, FINGERPRINT)[0],
        "products": kernel_calls.TEXT.format(dtype="float64", fingerprint=FINGERPRINT),
    }


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, text in kernel_texts().items():
        (GOLDEN / f"{name}.py").write_text(text, encoding="utf-8")
