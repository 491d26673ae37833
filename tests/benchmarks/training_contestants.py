"""neurosim and its peers on one training step, each written as its practised users would.

A contestant begins with the weights of the problem; its step goes forward, backward, and updates them with Adam.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from training_problems import BETA1, BETA2, EPSILON, LEARNING_RATE, TrainingProblem

import neurosim as ns
from neurosim.engine import Rollout, value_and_gradient
from neurosim.trainers import Adam, MeanSquaredError

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Learner:
    """A contestant.

    Attributes
    ----------
    step : callable
        One training step; returns the loss before the update.
    gradients : callable
        Gradients at the present weights, by name.
    """

    step: Callable[[], float]
    gradients: Callable[[], Arrays]


def neurosim_learner(problem: TrainingProblem, threads: int) -> Learner:
    """The public pieces that `ns.BPTT` is made of."""
    batch, loss, adam = problem.batch(), MeanSquaredError(), Adam(LEARNING_RATE)
    rollout = Rollout(problem.network(), problem.leak, threads=threads)
    parameters = problem.parameters()
    present: dict[str, Any] = {"parameters": parameters, "state": adam.start(parameters), "update": 0}

    def differentiated() -> tuple[float, Arrays]:
        return value_and_gradient(lambda p: loss(rollout(batch.inputs, p), batch), present["parameters"])

    def step() -> float:
        value, gradients = differentiated()
        moved, state = adam.update(present["parameters"], gradients, present["state"], present["update"])
        present.update(parameters=moved, state=state, update=present["update"] + 1)
        return value

    return Learner(step, lambda: differentiated()[1])


def bptt(problem: TrainingProblem, threads: int, *, batches: int, epochs: int, **settings: Any) -> Any:
    """What a user calls: all epochs of the same trials, with all that `ns.BPTT` does besides the step."""
    trainer = ns.BPTT(
        epochs=epochs,
        trials_per_epoch=batches * problem.trials,
        batch_size=problem.trials,
        dt=problem.leak,
        optimizer=Adam(LEARNING_RATE),
        fresh=False,
        threads=threads,
        **settings,
    )
    return trainer.fit(problem.network(), problem.task, rng=0, progress=False)


def _adam_in_place(
    parameters: list[Any], gradients: list[Any], memories: list[list[Any]], update: int
) -> None:
    root = (1 - BETA2**update) ** 0.5
    rate = LEARNING_RATE * root / (1 - BETA1**update)
    for value, gradient, mean, square in zip(parameters, gradients, *memories, strict=True):
        mean *= BETA1
        mean += (1 - BETA1) * gradient
        square *= BETA2
        square += (1 - BETA2) * gradient * gradient
        value -= rate * mean / (np.sqrt(square) + EPSILON * root)


def autograd_learners(problem: TrainingProblem, threads: int) -> dict[str, Learner]:
    """autograd's plain tape over a Python loop in time, and Adam in place."""
    del threads  # as many as the environment gives to BLAS
    import autograd
    import autograd.numpy as anp

    inputs, targets = problem.by_step()
    kind, zero = inputs.dtype.type, np.zeros((problem.trials, problem.size), problem.dtype)
    leak, keep = kind(problem.leak), kind(1 - problem.leak)
    activation = anp.tanh if problem.activation == "tanh" else lambda x: anp.logaddexp(kind(0), x)

    def loss(parameters: list[Any]) -> Any:
        recurrent, input_weights, bias, readout_weights, readout_bias = parameters
        scaled, into = leak * recurrent.T, leak * input_weights.T
        shift, x, rates = leak * bias, zero, []
        r = activation(x)
        for shown in inputs:
            x = keep * x + anp.dot(r, scaled) + (anp.dot(shown, into) + shift)
            r = activation(x)
            rates.append(r)
        flat = anp.reshape(anp.stack(rates), (-1, problem.size))
        error = anp.dot(flat, readout_weights.T) + readout_bias - targets.reshape(-1, problem.outputs)
        return anp.mean(error * error)

    differentiated = autograd.value_and_grad(loss)
    named = problem.parameters()
    parameters, update = list(named.values()), [0]
    memories = [[np.zeros_like(value) for value in parameters] for _ in range(2)]

    def step() -> float:
        value, gradients = differentiated(parameters)
        update[0] += 1
        _adam_in_place(parameters, gradients, memories, update[0])
        return float(value)

    return {"autograd": Learner(step, lambda: dict(zip(named, differentiated(parameters)[1], strict=True)))}


def torch_learners(problem: TrainingProblem, threads: int) -> dict[str, Learner]:
    """Eager PyTorch: fused products and leak, one product for all inputs and all outputs, fused Adam."""
    import torch

    torch.set_num_threads(threads)
    inputs, targets = (torch.from_numpy(array) for array in problem.by_step())
    zero = torch.zeros((problem.trials, problem.size), dtype=inputs.dtype)
    activation = torch.tanh if problem.activation == "tanh" else torch.nn.functional.softplus
    parameters = {
        name: torch.nn.Parameter(torch.from_numpy(value)) for name, value in problem.parameters().items()
    }
    optimizer = torch.optim.Adam(
        parameters.values(), lr=LEARNING_RATE, betas=(BETA1, BETA2), eps=EPSILON, fused=True
    )
    leak, keep = problem.leak, 1 - problem.leak

    def loss() -> Any:
        recurrent, input_weights, bias, readout_weights, readout_bias = parameters.values()
        scaled = leak * recurrent.T
        flat = torch.addmm(bias, inputs.view(-1, problem.inputs), input_weights.T, beta=leak, alpha=leak)
        x, rates = zero, []
        r = activation(x)
        # not drive[k]: the gradient of an index is as large as the whole array
        for current in flat.view(problem.steps, *zero.shape).unbind():
            x = torch.add(torch.addmm(current, r, scaled), x, alpha=keep)
            r = activation(x)
            rates.append(r)
        outputs = torch.addmm(readout_bias, torch.stack(rates).view(-1, problem.size), readout_weights.T)
        return torch.nn.functional.mse_loss(outputs, targets.view(-1, problem.outputs))

    def backward() -> Any:
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    def step() -> float:
        value = backward()
        optimizer.step()
        return float(value.detach())

    def gradients() -> Arrays:
        backward()
        return {name: value.grad.numpy().copy() for name, value in parameters.items()}

    return {"torch": Learner(step, gradients)}


def jax_learners(problem: TrainingProblem, threads: int) -> dict[str, Learner]:
    """One compiled function for the whole step, which may overwrite weights and memories; a scan over time."""
    del threads  # as many as the environment and the cores of this process allow
    import jax

    jax.config.update("jax_enable_x64", True)
    from jax import numpy as jnp

    inputs, targets = (jnp.asarray(array) for array in problem.by_step())
    kind = inputs.dtype.type
    leak, keep = kind(problem.leak), kind(1 - problem.leak)
    activation = jnp.tanh if problem.activation == "tanh" else jax.nn.softplus
    start = jnp.zeros((problem.trials, problem.size), inputs.dtype)

    def loss(p: Any, inputs: Any, targets: Any, unroll: int) -> Any:
        drive, scaled = leak * (inputs @ p["input_weights"].T + p["bias"]), leak * p["recurrent"].T

        def advance(carried: Any, current: Any) -> Any:
            x, r = carried
            x = keep * x + r @ scaled + current
            r = activation(x)
            return (x, r), r

        _, rates = jax.lax.scan(advance, (start, activation(start)), drive, unroll=unroll)
        return jnp.mean((rates @ p["readout_weights"].T + p["readout_bias"] - targets) ** 2)

    def updated(state: Any, gradient: Any) -> Any:
        parameters, mean, square, update = state
        update = update + 1
        mean = jax.tree.map(lambda m, g: kind(BETA1) * m + kind(1 - BETA1) * g, mean, gradient)
        square = jax.tree.map(lambda s, g: kind(BETA2) * s + kind(1 - BETA2) * g * g, square, gradient)
        one, two = (1 - beta ** update.astype(inputs.dtype) for beta in (kind(BETA1), kind(BETA2)))

        def moved(value: Any, m: Any, s: Any) -> Any:
            return value - kind(LEARNING_RATE) * (m / one) / (jnp.sqrt(s / two) + kind(EPSILON))

        return jax.tree.map(moved, parameters, mean, square), mean, square, update

    def learner(unroll: int) -> Learner:
        differentiated = jax.value_and_grad(lambda p, y, z: loss(p, y, z, unroll))

        def whole(state: Any, inputs: Any, targets: Any) -> Any:
            value, gradient = differentiated(state[0], inputs, targets)
            return updated(state, gradient), value

        compiled, apart = jax.jit(whole, donate_argnums=0), jax.jit(differentiated)
        parameters = {name: jnp.array(value) for name, value in problem.parameters().items()}
        zeros = [jax.tree.map(jnp.zeros_like, parameters) for _ in range(2)]
        present = [(parameters, *zeros, jnp.array(0))]

        def step() -> float:
            present[0], value = compiled(present[0], inputs, targets)
            jax.block_until_ready(present[0])
            return float(value)

        def gradients() -> Arrays:
            found = apart(present[0][0], inputs, targets)[1]
            return {name: np.asarray(value) for name, value in found.items()}

        return Learner(step, gradients)

    return {"jax": learner(1), "jax, 4 steps at a time": learner(4)}


PEERS = {"autograd": autograd_learners, "jax": jax_learners, "torch": torch_learners}
