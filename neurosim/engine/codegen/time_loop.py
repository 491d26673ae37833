"""Source text of the time loop of a simulation, composed of fragments for one kind of network.

The text is a small readable module that contains only what a run needs, without branches for absent noise, inputs or
weights (for examples see tests/engine/golden):

* `rates`: rates of all units from their state, and their overlaps with low-rank and readout vectors;
* `delayed_rates`: rates that arrive at this stage, from those of past steps (see `neurosim.engine.delay_line`);
* `record`: copy of the state and of the outputs;
* `noise_of_step`: random numbers, constant during the step;
* `drive` and `products`: currents of one tile of units;
* `slopes` and `next_stage`: time derivatives of these units, and the stage of the scheme that follows.
"""

from __future__ import annotations

from neurosim.engine.codegen.delayed_rates import delayed_rates
from neurosim.engine.codegen.overlaps import share_of_overlaps, sum_of_overlaps
from neurosim.engine.codegen.products import inputs_now, products
from neurosim.engine.codegen.text import (
    body_of,
    call_of,
    channel_values,
    indent,
    opening,
    over_units,
    scalar_names,
    tile_index,
    unitwise_views,
    views,
)
from neurosim.engine.kernel_spec import KernelSpec, UnitKind

__all__ = [
    "has_noise",
    "module_text",
    "next_stage",
    "noise_of_step",
    "over_tiles",
    "rates_text",
    "slopes_of_unit",
]


def _state_array(spec: KernelSpec) -> str:
    """Name of the array that holds the state at the present stage."""
    return "stage_state" if spec.several_stages else "state"


def _rates(spec: KernelSpec) -> list[str]:
    """Rates of one tile of one trial, and its share of the overlaps."""
    # without full-rank weights no other tile reads these rates: one tile of them stays in cache
    scratch = ", g * width : g * width + width" if spec.divided else ", :width"
    kept = scratch if spec.base == "none" and spec.tiled else tile_index(spec)
    stage = "stage" if spec.several_stages else "0"
    present = (
        f"line[step % depth, {stage}, trial{tile_index(spec)}]" if spec.delayed else f"rates[trial{kept}]"
    )
    return [
        *views(spec, _state_array(spec), "y"),
        *unitwise_views(spec),
        f"r = {present}",
        *over_units(
            spec, lambda kind: [f"r[i] = {call_of(spec, kind, 'rate', 'y', 'zero')}"], tiled=spec.tiled
        ),
        *(
            delayed_rates(spec, stage, f"(step - tap_backs[kind, {stage}, tap]) % depth")
            if spec.delayed
            else []
        ),
        *(share_of_overlaps(spec, "needed") if spec.overlaps else []),
    ]


def _record(spec: KernelSpec) -> list[str]:
    readout = [
        "    for k in range(outputs.shape[2]):",
        "        outputs[trial, sample, k] = overlaps[trial, rank + k] + readout_bias[k]",
    ]
    return [
        "if recording:",
        *[line for v in spec.variables for line in _record_variable(v)],
        *(readout if spec.readout else []),
    ]


def _record_variable(v: int) -> list[str]:
    return [
        f"    kept, s = recorded[{v}, trial, sample], state[{v}, trial]",
        "    if units.size == size:",
        "        for i in range(size):",
        "            kept[i] = s[i]",
        "    else:",
        "        for i in range(units.size):",
        "            kept[i] = s[units[i]]",
    ]


def noise_of_step(spec: KernelSpec, trial: str = "trial", step: str = "step") -> list[str]:
    """Noise of one step of one trial; `trial` and `step` are their indices in the whole simulation."""
    if spec.noise == "none":
        return []
    row = "fresh" if spec.noise == "colored" else "held"
    lines = [f"n = {row}[trial]"]
    if spec.shared_noise:
        lines += [
            f"common = real(normal({trial}, {step}, 0, key0, key1, 0))",
            "for i in range(size):",
            "    n[i] = common",
        ]
    else:
        lines += [f"fill_normals(n, {trial}, {step}, key0, key1, 0)"]
    if spec.noise == "colored":
        return [
            *lines,
            "h = held[trial]",
            "for i in range(size):",
            "    h[i] = decay * h[i] + amplitude[i] * n[i]",
        ]
    return [*lines, "for i in range(size):", "    n[i] *= amplitude[i]"]


def _drive(spec: KernelSpec) -> list[str]:
    """Bias and input noise, for one tile of one trial."""
    terms = [term for term, there in (("b[i]", spec.bias), ("h[i]", has_noise(spec, "input"))) if there]
    return [
        *(
            [f"b = bias{tile_index(spec).replace(', ', '[') + ']' if spec.tiled else ''}"]
            if spec.bias
            else []
        ),
        *([f"h = held[trial{tile_index(spec)}]"] if has_noise(spec, "input") else []),
        "u = currents[SLOT]",
        "for i in range(width):",
        f"    u[i] = {' + '.join(terms) or 'zero'}",
    ]


def has_noise(spec: KernelSpec, target: str) -> bool:
    """Whether there is noise on the "state" or on the "input"."""
    return spec.noise != "none" and spec.noise_target == target


def _slopes(spec: KernelSpec) -> list[str]:
    """Time derivatives of one tile of one trial from its currents, and the next stage or state."""
    lines = ["u = currents[SLOT]", *views(spec, _state_array(spec), "y"), *unitwise_views(spec)]
    lines += channel_values(spec, f"{inputs_now(spec)}[trial]")
    if spec.low_rank:
        lines.append("add_low_rank(left[p], overlaps[trial], u)")
    if has_noise(spec, "state"):
        lines.append(f"h = held[trial{tile_index(spec)}]")
    if spec.several_stages:
        lines += views(spec, "slope", "k")
    lines += over_units(spec, lambda kind: slopes_of_unit(spec, kind), tiled=spec.tiled)
    return [*lines, *(next_stage(spec) if spec.several_stages else [])]


def slopes_of_unit(spec: KernelSpec, kind: UnitKind, function: str = "drift", more: str = "") -> list[str]:
    """Time derivatives of one unit, and with one stage its step; `more` are further values of the function."""
    step = "k{v}[i] = d{v}" if spec.several_stages else "y{v}[i] += dt * d{v}"
    return [
        f"{', '.join(f'd{v}' for v in kind.variables)}{more} = {call_of(spec, kind, function, 'y', 'u[i]')}",
        *(["d0 += h[i]"] if has_noise(spec, "state") else []),
        *(step.format(v=v) for v in kind.variables),
    ]


def next_stage(spec: KernelSpec) -> list[str]:
    """State at the next stage and running sum of the step; between steps state, stage and sum are equal."""
    views_of = ", ".join(
        f"{array}[v, trial{tile_index(spec)}]" for array in ("state", "stage_state", "total", "slope")
    )
    return [
        "for v in range(state.shape[0]):",
        f"    s, y, t, k = {views_of}",
        "    step_weight = dt * share[stage]",
        "    if stage + 1 == stages:",
        "        for i in range(width):",
        "            moved = t[i] + step_weight * k[i]",
        "            s[i] = moved",
        "            y[i] = moved",
        "            t[i] = moved",
        "    else:",
        "        ahead_weight = dt * ahead[stage]",
        "        for i in range(width):",
        "            t[i] += step_weight * k[i]",
        "            y[i] = s[i] + ahead_weight * k[i]",
    ]


def over_tiles(spec: KernelSpec, body: list[str], tiles: str = "range(tiles)") -> list[str]:
    """Loop over tiles around the body, if there are several."""
    if not spec.tiled:
        return ["p = 0", *body]
    return [f"for p in {tiles}:", "    low, high = p * width, p * width + width", *indent(body, 1)]


def _stages(spec: KernelSpec, before_slopes: list[str], rates: list[str], slopes: list[str]) -> list[str]:
    """All stages of one step; recording and noise come between rates and slopes of the first."""
    if not spec.several_stages:
        return [*rates, *before_slopes, *slopes]
    return [
        "for stage in range(stages):",
        *(["    if stage > 0:", "        needed = rank"] if spec.overlaps else []),
        *indent(rates, 1),
        "    if stage == 0:",
        *indent(before_slopes, 2),
        *indent(slopes, 1),
    ]


def _step_of_trials(spec: KernelSpec) -> list[str]:
    """One step of trials first to last - 1, all tiles."""
    # with a constant range LLVM moves invariant code out of the loop over steps
    every_trial = "for trial in range(1):" if spec.one_trial else "for trial in range(first, last):"
    rates = [every_trial, *indent(over_tiles(spec, _rates(spec)), 1)]
    rates += indent(sum_of_overlaps(spec, "needed"), 1)
    once = [every_trial, *indent(_record(spec), 1), "if only_record:", "    break"]
    if spec.noise != "none":
        once += [every_trial, *indent(noise_of_step(spec), 1)]
    currents = [every_trial, *indent(_drive(spec), 1), *products(spec)]
    slopes = over_tiles(spec, [*currents, every_trial, *indent(_slopes(spec), 1)])
    return [
        line.replace("SLOT", "0" if spec.one_trial else "trial")
        for line in _stages(spec, once, rates, slopes)
    ]


def _step_of_tiles(spec: KernelSpec) -> list[str]:
    """One step of a single trial whose tiles are divided among threads, with two parallel loops per stage."""
    mine = "range(g * tiles // groups, (g + 1) * tiles // groups)"

    def in_threads(body: list[str]) -> list[str]:
        return [
            "for g in nb.prange(groups):",
            *indent(body_of(over_tiles(spec, body, mine), "own_arithmetic"), 1),
        ]

    rates = [*in_threads(_rates(spec)), *sum_of_overlaps(spec, "needed")]
    once = [*_record(spec), "if only_record:", "    break", *noise_of_step(spec)]
    slopes = in_threads([*_drive(spec), *products(spec), *_slopes(spec)])
    return [line.replace("SLOT", "g") for line in _stages(spec, once, rates, slopes)]


def _clock_loop(spec: KernelSpec, step: list[str]) -> list[str]:
    rank = "rank" if spec.low_rank else "0"
    needed = f"{rank} + (outputs.shape[2] if recording else 0)" if spec.readout else rank
    # counters, since an integer division takes as long as five units
    return [
        "sample, due = (start + every - 1) // every, -start % every",
        "for step in range(start, start + steps):",
        "    recording = due == 0",
        *([f"    needed = {needed}"] if spec.overlaps else []),
        *indent(step, 1),
        "    if recording:",
        "        sample, due = sample + 1, every",
        "    due -= 1",
    ]


def _body(spec: KernelSpec) -> list[str]:
    lines = [
        *scalar_names(spec),
        "start, width = clock[0], currents.shape[1]",
        "tiles = state.shape[2] // width",
        *(["depth = line.shape[0]"] if spec.delayed else []),
    ]
    if spec.several_stages:
        lines += ["stages = share.size"]
    lines += (
        ["trial = 0", *_clock_loop(spec, _step_of_tiles(spec))]
        if spec.divided
        else _clock_loop(spec, _step_of_trials(spec))
    )
    return body_of([*lines, "if not only_record:", "    clock[0] = start + steps"])


def module_text(spec: KernelSpec, fingerprint: str) -> str:
    """Text of the module that holds ``advance``, the time loop of a spec."""
    decorator = "parallel_kernel" if spec.divided else "kernel"
    return "\n".join(
        [
            opening(spec, fingerprint),
            f"\n\n@{decorator}\ndef advance({', '.join(spec.arguments)}):",
            *indent(_body(spec), 1),
            "",
        ]
    )


def rates_text(spec: KernelSpec, fingerprint: str) -> str:
    """Text of the module that holds ``rates``, the rates of rows of states of one kind of unit."""
    lines = scalar_names(spec)
    lines += [f"own_{name} = unitwise[{k}]" for k, name in enumerate(spec.unitwise)]
    lines += ["for row in range(result.shape[0]):", "    r = result[row]"]
    lines += [f"    s{v} = states[{v}, row]" for v in spec.variables]
    (kind,) = spec.kinds
    lines += ["    for i in range(r.size):", f"        r[i] = {call_of(spec, kind, 'rate', 's', 'zero')}"]
    return "\n".join(
        [
            opening(spec, fingerprint),
            "\n\n@kernel\ndef rates(states, result, scalars, unitwise):",
            *indent(body_of(lines), 1),
            "",
        ]
    )
