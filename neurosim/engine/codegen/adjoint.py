r"""Source text of the backward pass (backpropagation through time): the exact gradient of the discrete steps.

With the local derivatives A, B of the drift and C of the rate at stage m of a step, the weights b and a of the scheme
(see `neurosim.schemes`; each stage starts from the one before it alone), and with the gradient :math:`\lambda`
of the loss with respect to the state after the step,

.. math:: \kappa_m = dt\,(b_m \lambda + a_{m+1,m}\,\mu_{m+1}), \quad \delta_m = B^T \kappa_m, \quad
          \mu_m = A^T \kappa_m + C^T (W^T \delta_m + \partial L/\partial r),

from the last stage to the first; :math:`\lambda + \sum_m \mu_m` is the gradient with respect to the state before the
step. The gradient of the weights is the sum of :math:`\delta_m r_m^T`, formed block by block while both are in cache.

With delays, the row of rates that arrive takes the place of r: its gradient is added to those of the past rates of
which it is made, and they are kept until the backward pass comes to them (see `neurosim.engine.delay_line`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from neurosim.engine.codegen.back_products import back_overlaps, back_through_weights, weight_gradients
from neurosim.engine.codegen.cotangents import direct, direct_states, record_adjoints
from neurosim.engine.codegen.delayed_gradients import arrivals, gradients_of_arrivals, gradients_of_past
from neurosim.engine.codegen.saved_derivatives import SavedDerivatives
from neurosim.engine.codegen.text import (
    body_of,
    channel_values,
    indent,
    opening,
    over_units,
    scalar_names,
    unitwise_views,
    views,
)
from neurosim.engine.kernel_spec import KernelSpec, UnitKind

__all__ = ["Backward"]

IMPORTS = """\
from neurosim.kernels.linalg.kernel_calls import dense, outer, outer_of_trials
from neurosim.kernels.linalg.outer_products import add_sampled_outer
"""


@dataclass(frozen=True)
class Backward:
    """Generator of the source text of the backward pass.

    Gradients that are not wanted, and cotangents of what a loss does not depend on, are arrays without entries. The
    kernel checks that when it runs, so that one kernel serves all choices of trained parameters.

    Parameters
    ----------
    spec : KernelSpec
    saved : tuple of SavedDerivatives
        Derivatives that the forward pass saved, of each kind of unit.
    through_weights : bool, optional
        Whether gradients go back through the recurrent weights. If not, they go back through the memory of each unit by
        itself: the product of the transposed weights with δ is left out.
    """

    spec: KernelSpec
    saved: tuple[SavedDerivatives, ...]
    through_weights: bool = True

    def text(self, fingerprint: str) -> str:
        """Text of the module that holds ``advance``."""

        def functions(kind: UnitKind) -> dict[str, Any]:
            steady = self._of(kind).steady
            return {"steady_derivatives": tuple(steady.values())} if steady else {}

        lines = [
            opening(self.spec, fingerprint, functions, imports=IMPORTS),
            f"\n\n@kernel\ndef advance({', '.join(self.arguments)}):",
            *indent(self._body(), 1),
        ]
        return "\n".join([*lines, ""])

    def _of(self, kind: UnitKind) -> SavedDerivatives:
        """What was saved of this kind of unit."""
        return self.saved[self.spec.kinds.index(kind)]

    def _views(self, names: list[str], step: str, stage: str) -> list[str]:
        return self.saved[0].views(names, step, stage)

    @property
    def arguments(self) -> tuple[str, ...]:
        """Names of the arguments of ``advance``, in order."""
        spec = self.spec
        groups = {
            "dense_address outer_address start count ends joined size dt adjoint rate_gradients": True,
            "currents saved_rates rows_of_rates saved scalars unitwise": True,
            "edges": spec.mixed,
            "block deltas sums unit_gradients rate_cotangents state_cotangents adjoints": True,
            "stage_adjoint total ahead share": spec.several_stages,
            "transposed": spec.base == "dense" and self.through_weights,
            "back_blocks": spec.base == "blocks",
            "back_block_weights": spec.base == "blocks" and self.through_weights,
            "starts sources": spec.base == "sparse",
            "back_starts back_sources back_weights": spec.base == "sparse" and self.through_weights,
            "weights_gradient": spec.base != "none",
            "left_rows right back_overlaps rows_of_overlaps left_gradient right_gradient": spec.low_rank,
            "line segments tap_counts tap_backs tap_stages tap_weights arrived_rows": spec.delayed,
            "arrived_gradients line_gradients history_gradients": spec.delayed,
            "output_cotangents readout_rows final_rates readout_gradient": spec.readout,
            "inputs input_gradient input_rows pushed input_cotangents": spec.inputs,
            "channel_sums": bool(self._followed),
        }
        return tuple(name for group, needed in groups.items() if needed for name in group.split())

    def _body(self) -> list[str]:
        spec = self.spec
        stage = self._stage()
        stages = ["for stage in range(stages - 1, -1, -1):", *indent(stage, 1)]
        step = [
            *self._open_step(),
            *(stages if spec.several_stages else ["stage = 0", *stage]),
            *self._close_step(),
        ]
        loop = ["for step in range(high - 1, low - 1, -1):", *indent(step, 1)]
        lines = [
            *scalar_names(spec),
            "trials, width = currents.shape",
            *(["earlier = line.shape[0] - saved_rates.shape[0]"] if spec.delayed else []),
            f"stages = {'share.size' if spec.several_stages else '1'}",
            *self._end_of_segment(),
            "high = count",
            "while high > 0:",
            # blocks are counted from the start of the run, so that they do not depend on where a segment begins
            "    low = max(0, (start + high - 1) // block * block - start)",
            *indent(loop, 1),
            *indent(weight_gradients(spec), 1),
            "    high = low",
        ]
        return body_of(lines)

    def _steady(self, kind: UnitKind) -> list[str]:
        """Local names of the derivatives that are not stored, inside the loop over units."""
        steady = self._of(kind).steady
        if not steady:
            return []
        parameters = [f"own_{p}[i]" if p in self.spec.unitwise else f"the_{p}" for p in kind.parameters]
        arguments = ", ".join([*["zero"] * (len(kind.variables) + 1), *parameters])
        names = ", ".join(f"fixed_{name}" for name in steady)
        return [f"{names} = {kind.function('steady_derivatives')}({arguments})"]

    def _product(self, kind: UnitKind, name: str, other: str) -> list[str]:
        """Product of a derivative with another factor; no terms if the derivative is zero."""
        factor = self._of(kind).factor(name)
        return [] if factor is None else [f"{factor} * {other}"]

    def _parameter_terms(self, kind: UnitKind, names: list[list[tuple[str, str]]]) -> list[str]:
        lines = []
        for k, terms in enumerate(names):
            products = [text for name, other in terms for text in self._product(kind, name, other)]
            if products:
                lines.append(f"parameter_sum{k}[i] += {' + '.join(products)}")
        return lines

    @property
    def _wanted(self) -> range:
        """Indices of the parameters of the neuron whose gradient is wanted."""
        return range(len(self.saved[0].wanted))

    @property
    def _followed(self) -> dict[int, int]:
        """Channels of those wanted parameters that follow one; their gradients are those of the inputs of a step."""
        channels = dict(self.spec.followed)
        return {k: channels[name] for k, name in enumerate(self.saved[0].wanted) if name in channels}

    def _gradient_views(self) -> list[str]:
        rows = {k: f"channel_sums[{row}, trial]" for row, k in enumerate(self._followed)}
        return [f"parameter_sum{k} = {rows.get(k, f'sums[{k + 1}]')}" for k in self._wanted]

    def _end_of_segment(self) -> list[str]:
        """Dependence of the loss on rates and states after the last step, if no later step contributes."""

        def of_unit(kind: UnitKind) -> list[str]:
            pulls = [
                f"adjoint{v}[i] += {text}"
                for v in kind.variables
                for text in self._product(kind, f"rate_by_state{v}", "rate_gradient[i]")
            ]
            parameters = [[(f"rate_by_parameter{k}", "rate_gradient[i]")] for k in self._wanted]
            return [*self._steady(kind), *pulls, *self._parameter_terms(kind, parameters)] or ["pass"]

        lines = [
            "rate_gradient = rate_gradients[trial]",
            *views(self.spec, "adjoint", "adjoint"),
            *unitwise_views(self.spec),
            *self._gradient_views(),
            *self._views(SavedDerivatives.of_rates(self.saved), "count", "0"),
            *over_units(self.spec, of_unit),
        ]
        ends = [
            *_fill("rate_gradients[trial, i] = zero"),
            *direct(self.spec, "count"),
            *direct_states(self.spec, "count"),
            "for trial in range(trials):",
            *indent(lines, 1),
        ]
        return ["if ends > 0:", *indent(ends, 1), *record_adjoints(self.spec, "count")]

    def _open_step(self) -> list[str]:
        lines = [f"channel_sums[{row}, trial, i] = zero" for row in range(len(self._followed))]
        if self.spec.several_stages:
            variables = self.spec.variables
            lines += [f"stage_adjoint[{v}, trial, i] = zero" for v in variables]
            lines += [f"total[{v}, trial, i] = adjoint[{v}, trial, i]" for v in variables]
        return _fill(*lines) if lines else []

    def _shares(self, kind: UnitKind) -> list[str]:
        """Gradient with respect to the time derivatives of this stage, one for each variable."""
        if not self.spec.several_stages:
            return [f"slope_gradient{v} = dt * adjoint{v}[i]" for v in kind.variables]
        return [
            f"slope_gradient{v} = step_weight * adjoint{v}[i] + ahead_weight * stage_adjoint{v}[i]"
            for v in kind.variables
        ]

    def _stage(self) -> list[str]:
        return [*self._deltas(), *self._back(), *self._pulls()]

    def _stage_views(self) -> list[str]:
        views_of_stages = (
            views(self.spec, "stage_adjoint", "stage_adjoint") if self.spec.several_stages else []
        )
        return [
            *views(self.spec, "adjoint", "adjoint"),
            *views_of_stages,
            *unitwise_views(self.spec),
            *channel_values(self.spec, "inputs[trial, start + step]"),
            *self._gradient_views(),
        ]

    def _deltas(self) -> list[str]:
        """Gradient with respect to the currents, and to the neuron's parameters through the drift."""

        def of_unit(kind: UnitKind) -> list[str]:
            variables = kind.variables
            products = (self._product(kind, f"drift{v}_by_input", f"slope_gradient{v}") for v in variables)
            terms = [text for product in products for text in product]
            parameters = [
                [(f"drift{v}_by_parameter{k}", f"slope_gradient{v}") for v in variables] for k in self._wanted
            ]
            return [
                *self._steady(kind),
                *self._shares(kind),
                f"delta = {' + '.join(terms) or 'zero'}",
                "delta_row[i] = delta",
                "bias_sum[i] += delta",
                *self._parameter_terms(kind, parameters),
            ]

        parts = (
            ["step_weight, ahead_weight = dt * share[stage], dt * ahead[stage]"]
            if self.spec.several_stages
            else []
        )
        stored = SavedDerivatives.of_drifts(self.saved)
        lines = [
            *self._stage_views(),
            *self._views([n for n in stored if "by_state" not in n], "step", "stage"),
            "delta_row, bias_sum = deltas[row, trial], sums[0]",
            *over_units(self.spec, of_unit),
        ]
        return [
            *parts,
            "row = (step - low) * stages + stage",
            "for trial in range(trials):",
            *indent(lines, 1),
        ]

    def _back(self) -> list[str]:
        """Gradient with respect to the rates of this stage."""
        if self.spec.delayed:
            return self._back_to_arrivals()
        lines = _fill("rate_gradients[trial, i] = zero")
        lines += ["if stage == 0 and step + joined > 0:", *indent(direct(self.spec, "step"), 1)]
        if self.through_weights:
            lines += back_through_weights(self.spec, "rate_gradients")
        return [*lines, *back_overlaps(self.spec, "rate_gradients" if self.through_weights else None)]

    def _back_to_arrivals(self) -> list[str]:
        """Gradient with respect to the rates of this stage, to which those of all later steps have been added."""
        return [
            *arrivals(self.spec),
            *gradients_of_arrivals(self.spec),
            *back_overlaps(self.spec, "arrived_gradients"),
            *gradients_of_past(),
            "if stage == 0 and step + joined > 0:",
            *indent(direct(self.spec, "step", "+="), 1),
        ]

    def _pulls(self) -> list[str]:
        """Gradient with respect to the state at this stage."""
        spec = self.spec
        stored = SavedDerivatives.of_drifts(self.saved)
        names = [*SavedDerivatives.of_rates(self.saved), *(name for name in stored if "by_state" in name)]
        lines = [
            "rate_gradient = rate_gradients[trial]",
            *self._stage_views(),
            *(views(spec, "total", "total") if spec.several_stages else []),
            *self._views(names, "step", "stage"),
            *over_units(spec, self._pulls_of_unit),
        ]
        return ["for trial in range(trials):", *indent(lines, 1)]

    def _pulls_of_unit(self, kind: UnitKind) -> list[str]:
        pulls = []
        for v in kind.variables:
            terms = [
                text
                for w in kind.variables
                for text in self._product(kind, f"drift{w}_by_state{v}", f"slope_gradient{w}")
            ]
            terms += self._product(kind, f"rate_by_state{v}", "rate_gradient[i]")
            pulls.append(f"state_gradient{v} = {' + '.join(terms) or 'zero'}")
        ends = (
            [
                line
                for v in kind.variables
                for line in (f"stage_adjoint{v}[i] = state_gradient{v}", f"total{v}[i] += state_gradient{v}")
            ]
            if self.spec.several_stages
            else [f"adjoint{v}[i] += state_gradient{v}" for v in kind.variables]
        )
        parameters = [[(f"rate_by_parameter{k}", "rate_gradient[i]")] for k in self._wanted]
        return [
            *self._steady(kind),
            *self._shares(kind),
            *pulls,
            *ends,
            *self._parameter_terms(kind, parameters),
        ]

    def _close_step(self) -> list[str]:
        moved = (f"adjoint[{v}, trial, i] = total[{v}, trial, i]" for v in self.spec.variables)
        lines = _fill(*moved) if self.spec.several_stages else []
        if self.spec.inputs:
            lines += ["if input_cotangents.size > 0:", *indent(self._input_gradients(), 1)]
        lines += ["if step + joined > 0:", *indent(direct_states(self.spec, "step"), 1)]
        return [*lines, *record_adjoints(self.spec, "step")]

    def _input_gradients(self) -> list[str]:
        """Gradient with respect to the inputs of a step, which are constant over its stages."""
        return [
            "for trial in range(trials):",
            "    for k in range(pushed.shape[1]):",
            "        pushed[trial, k] = zero",
            "for stage in range(stages):",
            "    row = (step - low) * stages + stage",
            "    dense(dense_address, input_rows, deltas[row], pushed, trials, size)",
            "for trial in range(trials):",
            *(
                line
                for row, channel in enumerate(self._followed.values())
                for line in (
                    "    for i in range(size):",
                    f"        pushed[trial, {channel}] += channel_sums[{row}, trial, i]",
                )
            ),
            "    for k in range(input_cotangents.shape[2]):",
            "        input_cotangents[trial, start + step, k] = pushed[trial, k]",
        ]


def _fill(*lines: str) -> list[str]:
    """Loops over all trials and units; NumPy's assignment of whole arrays takes numba long to compile."""
    return ["for trial in range(trials):", "    for i in range(width):", *indent(list(lines), 2)]
