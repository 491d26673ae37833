r"""The backward sweep of a differentiable run as text: the exact gradient of the discrete steps.

With the local derivatives A, B of the drift and C of the rate at stage m of a step, the weights b and a of the scheme
(see `neurosim.engine.schemes`; each stage starts from the one before it alone), and with the gradient :math:`\lambda`
of the loss with respect to the state after the step,

.. math:: \kappa_m = dt\,(b_m \lambda + a_{m+1,m}\,\mu_{m+1}), \quad \delta_m = B^T \kappa_m, \quad
          \mu_m = A^T \kappa_m + C^T (W^T \delta_m + \partial L/\partial r),

from the last stage to the first; :math:`\lambda + \sum_m \mu_m` is the gradient with respect to the state before the
step. The gradient of the weights is the sum of :math:`\delta_m r_m^T`, formed block by block while both are in cache.
"""

from __future__ import annotations

from dataclasses import dataclass

from neurosim.engine.kept import Kept
from neurosim.engine.loops import indented, opening, unitwise_views, views
from neurosim.engine.plan import Plan

__all__ = ["Backward"]

IMPORTS = "from neurosim.engine.outer import add_outer, add_sampled_outer\n"


@dataclass(frozen=True)
class Backward:
    """Text of the backward sweep.

    Parameters
    ----------
    plan : Plan
    kept : Kept
        What the forward sweep kept.
    weights, input_weights, readout_weights, inputs : bool
        Of what gradients are wanted, beside those of bias, initial state and neuron, which cost next to nothing.
    rates, states : bool
        Whether the loss depends on them directly.
    adjoints : bool
        Whether the gradients with respect to the states are recorded.
    """

    plan: Plan
    kept: Kept
    weights: bool = True
    input_weights: bool = True
    readout_weights: bool = True
    inputs: bool = False
    rates: bool = False
    states: bool = False
    adjoints: bool = False

    def text(self, fingerprint: str) -> str:
        """Text of the module that holds ``advance``."""
        steady = self.kept.steady
        functions = (("steady_derivatives", tuple(steady.values())),) if steady else ()
        lines = [
            opening(self.plan, fingerprint, functions, imports=IMPORTS),
            f"\n\n@kernel\ndef advance({', '.join(self.arguments)}):",
            *indented(self._body(), 1),
        ]
        return "\n".join([*lines, ""])

    @property
    def arguments(self) -> tuple[str, ...]:
        """Names of the arrays and numbers that ``backward`` takes, in order."""
        plan = self.plan
        groups = {
            "start count first ends joined size dt adjoint back currents kept_rates kept scalars unitwise": True,
            "block deltas sums unit_gradients": True,
            "pull total ahead share": plan.several_stages,
            "transposed": plan.base == "dense",
            "back_starts back_sources back_weights": plan.base == "sparse",
            "starts sources": plan.base == "sparse" and self.weights,
            "weights_gradient": plan.base != "none" and self.weights,
            "rows left_rows right back_overlaps": plan.low_rank,
            "kept_overlaps left_gradient right_gradient": plan.low_rank and self.weights,
            "slope_of_outputs readout_rows": plan.readout,
            "readout_gradient": plan.readout and self.readout_weights,
            "slope_of_rates": self.rates,
            "slope_of_states": self.states,
            "adjoints": self.adjoints,
            "inputs input_gradient": plan.inputs and self.input_weights,
            "input_rows pushed slope_of_inputs": plan.inputs and self.inputs,
        }
        return tuple(name for group, needed in groups.items() if needed for name in group.split())

    def _body(self) -> list[str]:
        plan = self.plan
        stage = self._stage()
        stages = ["for m in range(stages - 1, -1, -1):", *indented(stage, 1)]
        step = [
            *self._open_step(),
            *(stages if plan.several_stages else ["m = 0", *stage]),
            *self._close_step(),
        ]
        scalars = [name for name in plan.equations.parameters if name not in plan.unitwise]
        sweep = ["for step in range(high - 1, low - 1, -1):", *indented(step, 1)]
        return [
            "wide_vectors()",
            *(f"the_{name} = scalars[{k}]" for k, name in enumerate(scalars)),
            "trials, width = currents.shape",
            f"stages = {'share.size' if plan.several_stages else '1'}",
            *self._end_of_segment(),
            "high = count",
            "while high > 0:",
            # blocks are counted from the start of the run, so that they do not depend on where a segment begins
            "    low = max(0, (start + high - 1) // block * block - start)",
            *indented(sweep, 1),
            *indented(self._products(), 1),
            "    high = low",
        ]

    def _steady(self) -> list[str]:
        """Names for the derivatives that are not stored, inside the loop over units."""
        if not self.kept.steady:
            return []
        parameters = [
            f"own_{p}[i]" if p in self.plan.unitwise else f"the_{p}" for p in self.plan.equations.parameters
        ]
        arguments = ", ".join([*["zero"] * (len(self.plan.variables) + 1), *parameters])
        return [
            f"{', '.join(f'fixed_{name}' for name in self.kept.steady)} = steady_derivatives({arguments})"
        ]

    def _product(self, name: str, other: str) -> list[str]:
        """Product of a derivative with something, or nothing where the derivative is zero."""
        factor = self.kept.factor(name)
        return [] if factor is None else [f"{factor} * {other}"]

    def _direct(self, sample: str) -> list[str]:
        """Gradient with respect to the rates after step ``sample - 1``, as far as the loss depends on them directly."""
        before = f"start + {sample} - 1"
        lines = []
        if self.rates:
            lines += ["for q in range(trials):", f"    back[q, :size] = slope_of_rates[first + q, {before}]"]
        if self.plan.readout:
            now = f"slope_of_outputs[first : first + trials, {before}]"
            lines.append(f"add_dense(readout_rows, {now}, back, 0, trials, slope_of_outputs.shape[2])")
        return lines

    def _direct_states(self, sample: str) -> list[str]:
        if not self.states:
            return []
        return [
            "for q in range(trials):",
            *(
                f"    adjoint[{v}, q, :size] += slope_of_states[first + q, start + {sample} - 1, :, {v}]"
                for v in self.plan.variables
            ),
        ]

    def _parameter_terms(self, names: list[list[tuple[str, str]]]) -> list[str]:
        lines = []
        for k, terms in enumerate(names):
            products = [text for name, other in terms for text in self._product(name, other)]
            if products:
                lines.append(f"    g{k}[i] += {' + '.join(products)}")
        return lines

    def _gradient_views(self) -> list[str]:
        return [f"g{k} = sums[{k + 1}]" for k in range(len(self.kept.wanted))]

    def _end_of_segment(self) -> list[str]:
        """What the sample after the last step adds where no later step takes part: its rates and its states."""
        variables, wanted = self.plan.variables, range(len(self.kept.wanted))
        pulls = [f"    l{v}[i] += {text}" for v in variables for text in self._product(f"c{v}", "g[i]")]
        lines = [
            "g = back[q]",
            *views(self.plan, "adjoint", "l"),
            *unitwise_views(self.plan),
            *self._gradient_views(),
            *self.kept.views(list(self.kept.rate), "count", "0"),
            "for i in range(width):",
            *indented(self._steady(), 1),
            *pulls,
            *self._parameter_terms([[(f"q{k}", "g[i]")] for k in wanted]),
        ]
        ends = [
            "back[:] = zero",
            *self._direct("count"),
            *self._direct_states("count"),
            "for q in range(trials):",
            *indented(lines, 1),
        ]
        return ["if ends:", *indented(ends, 1), *self._recorded("count")]

    def _open_step(self) -> list[str]:
        return ["pull[:] = zero", "total[:] = adjoint"] if self.plan.several_stages else []

    def _shares(self) -> list[str]:
        """Gradient with respect to the slopes of this stage, one for each variable."""
        if not self.plan.several_stages:
            return [f"    k{v} = dt * l{v}[i]" for v in self.plan.variables]
        return [f"    k{v} = part * l{v}[i] + far * p{v}[i]" for v in self.plan.variables]

    def _stage(self) -> list[str]:
        return [*self._deltas(), *self._back(), *self._pulls()]

    def _stage_views(self) -> list[str]:
        views_of_stages = views(self.plan, "pull", "p") if self.plan.several_stages else []
        return [
            *views(self.plan, "adjoint", "l"),
            *views_of_stages,
            *unitwise_views(self.plan),
            *self._gradient_views(),
        ]

    def _deltas(self) -> list[str]:
        """Gradient with respect to the currents, and what the drift says of the neuron's parameters."""
        variables, wanted = self.plan.variables, range(len(self.kept.wanted))
        terms = [text for v in variables for text in self._product(f"b{v}", f"k{v}")]
        parameters = [[(f"p{v}{k}", f"k{v}") for v in variables] for k in wanted]
        parts = ["part, far = dt * share[m], dt * ahead[m]"] if self.plan.several_stages else []
        lines = [
            *self._stage_views(),
            *self.kept.views([n for n in self.kept.drift if not n.startswith("a")], "step", "m"),
            "d, bias_sum = deltas[row, q], sums[0]",
            "for i in range(width):",
            *indented(self._steady(), 1),
            *self._shares(),
            f"    delta = {' + '.join(terms) or 'zero'}",
            "    d[i] = delta",
            "    bias_sum[i] += delta",
            *self._parameter_terms(parameters),
        ]
        return [*parts, "row = (step - low) * stages + m", "for q in range(trials):", *indented(lines, 1)]

    def _back(self) -> list[str]:
        """Gradient with respect to the rates of this stage."""
        lines = ["back[:] = zero"]
        direct = self._direct("step")
        if direct:
            lines += ["if m == 0 and (step > 0 or joined):", *indented(direct, 1)]
        if self.plan.base == "dense":
            lines.append("add_dense(transposed, deltas[row], back, 0, trials, size)")
        if self.plan.base == "sparse":
            lines.append("add_sparse(back_starts, back_sources, back_weights, deltas[row], back, 0, trials)")
        if self.plan.low_rank:
            lines += [
                "for q in range(trials):",
                "    for k in range(left_rows.shape[0]):",
                "        back_overlaps[row, q, k] = overlap(left_rows[k, :size], deltas[row, q, :size])",
                "    add_low_rank(right, back_overlaps[row, q], back[q])",
            ]
        return lines

    def _pulls(self) -> list[str]:
        """Gradient with respect to the state at this stage."""
        plan, variables, wanted = self.plan, self.plan.variables, range(len(self.kept.wanted))
        pulls = []
        for v in variables:
            terms = [text for w in variables for text in self._product(f"a{w}{v}", f"k{w}")]
            terms += self._product(f"c{v}", "g[i]")
            pulls.append(f"    m{v} = {' + '.join(terms) or 'zero'}")
        ends = (
            [f"    {line}" for v in variables for line in (f"p{v}[i] = m{v}", f"t{v}[i] += m{v}")]
            if plan.several_stages
            else [f"    l{v}[i] += m{v}" for v in variables]
        )
        names = [*self.kept.rate, *(name for name in self.kept.drift if name.startswith("a"))]
        lines = [
            "g = back[q]",
            *self._stage_views(),
            *(views(plan, "total", "t") if plan.several_stages else []),
            *self.kept.views(names, "step", "m"),
            "for i in range(width):",
            *indented(self._steady(), 1),
            *self._shares(),
            *pulls,
            *ends,
            *self._parameter_terms([[(f"q{k}", "g[i]")] for k in wanted]),
        ]
        return ["for q in range(trials):", *indented(lines, 1)]

    def _close_step(self) -> list[str]:
        lines = ["adjoint[:] = total"] if self.plan.several_stages else []
        if self.plan.inputs and self.inputs:
            lines += [
                "pushed[:] = zero",
                "for m in range(stages):",
                "    row = (step - low) * stages + m",
                "    add_dense(input_rows, deltas[row], pushed, 0, trials, size)",
                "for q in range(trials):",
                "    for k in range(slope_of_inputs.shape[2]):",
                "        slope_of_inputs[first + q, start + step, k] = pushed[q, k]",
            ]
        direct = self._direct_states("step")
        if direct:
            lines += ["if step > 0 or joined:", *indented(direct, 1)]
        return [*lines, *self._recorded("step")]

    def _recorded(self, sample: str) -> list[str]:
        if not self.adjoints:
            return []
        place = f"adjoints[first + q, start + {sample}, :"
        return [
            "for q in range(trials):",
            *(f"    {place}, {v}] = adjoint[{v}, q, :size]" for v in self.plan.variables),
        ]

    def _products(self) -> list[str]:
        """Gradients of the weights: sums of outer products over the block of steps that was just passed."""
        plan = self.plan
        now = "deltas[: (high - low) * stages]"
        shape = "(high - low) * stages"
        flat = f"kept_rates[low:high].reshape({shape}, trials, kept_rates.shape[3])"
        lines = []
        if plan.base == "dense" and self.weights:
            lines.append(f"add_outer({now}[:, :, :size], {flat}, weights_gradient)")
        if plan.base == "sparse" and self.weights:
            lines += [
                f"every = ({shape} * trials, deltas.shape[2])",
                f"add_sampled_outer(starts, sources, {now}.reshape(every), "
                f"kept_rates[low:high].reshape(every), weights_gradient)",
            ]
        if plan.low_rank and self.weights:
            rank = "kept_overlaps.shape[3]"
            lines += [
                f"add_outer(kept_overlaps[low:high].reshape({shape}, trials, {rank}), {now}, left_gradient)",
                f"add_outer(back_overlaps[: {shape}], {flat}, right_gradient)",
            ]
        if plan.readout and self.readout_weights:
            slope = "slope_of_outputs[first : first + trials, start + low : start + high]"
            lines.append(
                f"add_outer({slope}.transpose(1, 0, 2), kept_rates[low + 1 : high + 1, 0], readout_gradient)"
            )
        if plan.inputs and self.input_weights:
            drive = "inputs[first : first + trials, start + low : start + high].transpose(1, 0, 2)"
            lines += [
                "for m in range(stages):",
                f"    add_outer({drive}, {now}[m::stages], input_gradient)",
            ]
        return [
            *lines,
            "for k in range(sums.shape[0]):",
            "    for i in range(width):",
            "        unit_gradients[k, i] += sums[k, i]",
            "        sums[k, i] = zero",
        ]
