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
    "delayed_rates",
    "has_noise",
    "module_text",
    "next_stage",
    "noise_of_step",
    "over_tiles",
    "products",
    "rates_text",
    "share_of_overlaps",
    "slopes_of_unit",
    "sum_of_overlaps",
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


def delayed_rates(spec: KernelSpec, stage: str, slot: str, row: str = "rates[trial]") -> list[str]:
    """Rates of the units of one tile of one trial that arrive at this stage, for each delay.

    Parameters
    ----------
    spec : KernelSpec
    stage : str
        Text of its number.
    slot : str
        Text of the place of a past step in the delay line.
    row : str, optional
        Text of the row that is filled.
    """
    return [
        "for segment in range(segments.shape[0]):",
        "    kind, source, many, place = segments[segment]",
        f"    begin, end = {_inside_tile(spec)}",
        "    if begin < end:",
        f"        arrived = {row}[place + begin - source : place + end - source]",
        "        for tap in range(tap_counts[kind]):",
        f"            past = line[{slot}, tap_stages[kind, {stage}], trial, begin:end]",
        f"            weight = tap_weights[kind, {stage}, tap]",
        "            if tap == 0:",
        "                for i in range(end - begin):",
        "                    arrived[i] = weight * past[i]",
        "            else:",
        "                for i in range(end - begin):",
        "                    arrived[i] += weight * past[i]",
    ]


def _inside_tile(spec: KernelSpec) -> str:
    """Text of the first source and the end of the sources of a segment that are in the present tile."""
    return "max(source, low), min(source + many, high)" if spec.tiled else "source, source + many"


def _share_of_delayed_overlaps(spec: KernelSpec) -> list[str]:
    """Sum of products of the row k of a low-rank factor with the rates that arrive from one tile."""
    return [
        "part = zero",
        "for segment in range(segments.shape[0]):",
        "    kind, source, many, place = segments[segment]",
        f"    begin, end = {_inside_tile(spec)}",
        "    if kind == row_kinds[k] and begin < end:",
        "        part += overlap(rows[k, begin:end], rates[trial, place + begin - source : place + end - source])",
        "partials[p, trial, k] = part",
    ]


def share_of_overlaps(spec: KernelSpec, count: str) -> list[str]:
    """Sums of products of the first `count` rows with the rates r of one tile."""
    inside = ["inside = min(high, size) - low"] if spec.tiled else []
    row, rates = ("low : low + inside", ":inside") if spec.tiled else (":size", ":size")
    if spec.delayed and spec.low_rank:
        return [
            *inside,
            f"for k in range({count}):",
            "    if k < rank:",
            *indent(_share_of_delayed_overlaps(spec), 2),
            "    else:",
            f"        partials[p, trial, k] = overlap(rows[k, {row}], r[{rates}])",
        ]
    return [
        *inside,
        f"for k in range({count}):",
        f"    partials[p, trial, k] = overlap(rows[k, {row}], r[{rates}])",
    ]


def sum_of_overlaps(spec: KernelSpec, count: str) -> list[str]:
    """Overlaps of one trial, from the shares of all tiles in their order."""
    if not spec.overlaps:
        return []
    return [
        f"for k in range({count}):",
        "    whole = zero",
        "    for p in range(tiles):",
        "        whole += partials[p, trial, k]",
        "    overlaps[trial, k] = whole",
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


def products(spec: KernelSpec) -> list[str]:
    """Products that add to the currents of one tile, for trials first to last - 1."""
    many = not spec.one_trial
    lines = []
    if spec.inputs:
        now = _inputs_now(spec)
        lines.append(
            f"add_dense(input_columns[p], {now}, currents, first, last, inputs.shape[3])"
            if many
            else f"add_dense_to_one(input_columns[p], {now}, currents[SLOT : SLOT + 1], inputs.shape[3])"
        )
    if spec.base == "dense":
        lines.append(
            "add_dense(weights[p], rates, currents, first, last, size)"
            if many
            else "add_dense_to_one(weights[p], rates, currents[SLOT : SLOT + 1], size)"
        )
    if spec.base == "blocks":
        lines += _block_products(many)
    if spec.base == "sparse":
        rows = "starts[low : min(high, size) + 1]" if spec.tiled else "starts"
        target = "currents, first, last" if many else "currents[SLOT : SLOT + 1], 0, 1"
        lines.append(f"add_sparse({rows}, sources, sparse_weights, rates, {target})")
    return lines


def _inputs_now(spec: KernelSpec) -> str:
    """Inputs of all trials at the present stage."""
    return f"inputs[step - start, {'nodes[stage]' if spec.several_stages else '0'}]"


def _block_products(many: bool) -> list[str]:
    """Products of those blocks of a tile that have connections; see `neurosim.engine.block_arrays`."""
    product = (
        "add_dense(columns, rates[:, source:], currents[:, target : target + wide], first, last, count)"
        if many
        else "add_dense_to_one(columns, rates[:, source:], currents[SLOT : SLOT + 1, target : target + wide], count)"
    )
    return [
        "for block in range(block_ends[p], block_ends[p + 1]):",
        "    target, wide, source, count, place = blocks[block]",
        "    columns = block_weights[place : place + count * wide].reshape(count, wide)",
        f"    {product}",
    ]


def _slopes(spec: KernelSpec) -> list[str]:
    """Time derivatives of one tile of one trial from its currents, and the next stage or state."""
    lines = ["u = currents[SLOT]", *views(spec, _state_array(spec), "y"), *unitwise_views(spec)]
    lines += channel_values(spec, f"{_inputs_now(spec)}[trial]")
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
