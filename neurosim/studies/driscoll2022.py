"""Driscoll, Shenoy & Sussillo (2022, 2024): tasks of one network share dynamical motifs, and the units that make them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import neurosim as ns
from neurosim.reproduce import (
    AtMost,
    Between,
    Claim,
    Estimate,
    Figure,
    Holds,
    Paper,
    Settings,
    Study,
    Within,
    Work,
    over_networks,
    pad_rows,
    share_of_networks,
)
from neurosim.trainers import Adam, ClipNorm, CosineDecay

RULES = tuple(ns.tasks.Yang2019(variant="driscoll").tasks)
"""The fifteen tasks: RULES[:3] and [3:6] are Pro and Anti, [6:11] decisions, [11:] matching."""

SETTINGS = {
    "rules": list(RULES),
    "network": {"size": 128, "networks": 2},
    # an epoch has 500 updates; the two rates are those at the beginning and at the end
    "training": {"epochs": 72, "batch": 64, "rates": [2e-3, 1e-4], "clipping": 1.0, "odds_of_the_pair": 1.0},
    "test": {"trials": 128},
    # stimuli on a circle, states from which each search begins, inputs from one rule to the other
    "points": {"directions": 16, "starts": 100, "inputs": 5},
}
QUICK = {
    "rules": ["go", "anti", "delay_go", "delay_anti"],
    "network.size": 64,
    "network.networks": 2,
    "training.epochs": 11,
    "training.batch": 32,
    "training.rates": [3e-3, 1e-4],
    "training.odds_of_the_pair": 2.0,
    "points.directions": 8,
    "points.starts": 40,
    "points.inputs": 3,
}
DT = 20.0
"""In ms, a fifth of the time constant."""
PAIR = ("delay_anti", "delay_go")
"""MemoryAnti and MemoryPro, the rules between which inputs are interpolated, as in the paper."""
PERIODS = {"fixation": "context", "stimulus": "stimulus", "delay": "memory", "response": "response"}
"""Names of the paper for the periods of these two tasks."""
SLOW = 1e-4
"""Largest q = ‖r(t + dt) − r(t)‖²/2 of the memory period that the authors count as a fixed point (notebook fig2_BDFH)."""
MOST = 39
"""Largest number of clusters that is tried, as by the authors."""
ANTI, DELAYED = RULES[3:6], tuple(rule for rule in RULES[:11] if not rule.startswith("rt_"))
FIRST, SECOND = ("delay_dm1", "context_delay_dm1"), ("delay_dm2", "context_delay_dm2")
GROUPS = {
    "anti": (ANTI, tuple(rule for rule in RULES if rule not in ANTI), 0.60),
    "delay": (DELAYED, tuple(rule for rule in RULES if rule not in DELAYED), 0.86),
    "modality 1": (FIRST, SECOND, 0.60),
    "modality 2": (SECOND, FIRST, 0.41),
}
"""Tasks that share a motif, those with which the authors compare them, and the difference of the mean losses of accuracy
without one cluster, from their table figs/fig5/fig5_ADGJMP/fig5.csv."""


def train(
    rules: Any, size: int, training: Any, tested: int, points: dict[str, int], rng: Any, folder: Path
) -> dict[str, Any]:
    """Train one network in all rules; its units in each period, lesions, fixed points, and points between two rules."""
    often = np.where([rule in PAIR for rule in rules], training["odds_of_the_pair"], 1.0)
    task: Any = ns.tasks.yang2019(tuple(rules), variant="driscoll", probabilities=tuple(often / often.sum()))
    start = ns.Network.for_task(task, size=size, dtype="float32", rng=rng)
    rate = CosineDecay(training["rates"][0], training["rates"][1], 500 * training["epochs"])
    trainer = ns.BPTT.for_task(task, epochs=training["epochs"], batch_size=training["batch"],
                               trials_per_epoch=500 * training["batch"],
                               optimizer=Adam(rate, epsilon_form="keras"),
                               clipping=ClipNorm(training["clipping"]))  # fmt: skip
    network = trainer.fit(start, task, rng=rng, progress=False).network
    network.save(folder / "network.npz")
    return analyzed(network, task, tested, points, rng)


def analyzed(network: ns.Network, task: Any, tested: int, points: dict[str, int], rng: Any) -> dict[str, Any]:
    """All that is measured of a trained network."""
    atlas = variances(network, task)
    trials = {rule: one.trials(tested, DT, rng) for rule, one in task.tasks.items()}
    structure = {rule: periods_of(network, task, rule, points, rng) for rule in task.tasks}
    inputs = [one for periods in structure.values() for each in periods.values() for one in each["points"]]
    alike = np.corrcoef(atlas.normalized.T)
    pairs = {name: tuple(atlas.names.index(f"{rule} {name}") for rule in PAIR) for name in list(PERIODS)[1:]}
    return {
        "variance": atlas.values,
        "with points": float(np.mean([len(one) > 0 for one in inputs])),
        **{f"same units, {period}": float(alike[pair]) for period, pair in pairs.items()},
        **lesions(network, atlas, trials, rng),
        **between_rules(network, structure, points, rng),
    }


def variances(network: ns.Network, task: Any) -> ns.analysis.TaskVariance:
    """Variance over conditions of every unit in every period after the fixation, without noise."""
    rates = {}
    for rule, one in task.tasks.items():
        trials = one.replace(noise=0.0).test_trials(DT)
        run = ns.simulate(network, **trials.simulation, noise=None, record="rates", progress=False)
        for period, (begin, end) in trials.epochs.items():
            if period != "fixation":
                rates[f"{rule} {period}"] = np.asarray(run.rates)[:, 1 + int(begin[0]) : 1 + int(end[0])]
    return ns.analysis.task_variance(rates)


def lesions(network: ns.Network, atlas: Any, trials: dict[str, Any], rng: Any) -> dict[str, Any]:
    """Clusters of units, and what each task loses without each of them, and without as many other units."""
    groups = ns.analysis.clusters(atlas.normalized, range(3, MOST + 1), starts=5, rng=rng)
    active, rules = np.flatnonzero(atlas.active), list(trials)
    members = [active[groups.members(k)] for k in range(groups.count)]
    others = [np.random.default_rng(k).permutation(active)[: len(units)] for k, units in enumerate(members)]
    effects = ns.analysis.lesion_effects(network, members, trials, rng=0)
    losses, chance = -effects.effects, -ns.analysis.lesion_effects(network, others, trials, rng=0).effects
    columns = [[name.startswith(f"{rule} ") for name in atlas.names] for rule in rules]
    used = np.array([groups.centers[:, chosen].max(axis=1) for chosen in columns]).T
    labels = np.full(network.size, -1)
    labels[active] = groups.labels
    return {
        "accuracy": effects.intact,
        "clusters": float(groups.count),
        "silhouette": float(max(groups.scores.values())),
        "labels": labels,
        "specific": float(np.corrcoef(losses.ravel(), used.ravel())[0, 1]),
        **{f"loss, {name}": largest_contrast(losses, rules, name) for name in GROUPS},
        **{f"chance, {name}": largest_contrast(chance, rules, name) for name in GROUPS},
    }


def largest_contrast(losses: np.ndarray, rules: list[str], group: str) -> float:
    """Largest difference, over lesions, of the mean loss in a group of tasks and that in others; NaN without both."""
    inside, outside = ([rule in names for rule in rules] for names in GROUPS[group][:2])
    if not any(inside) or not any(outside):
        return np.nan
    return float((losses[:, inside].mean(axis=1) - losses[:, outside].mean(axis=1)).max())


def probes(task: Any, rule: str, directions: int) -> ns.tasks.Trials:
    """Trials without noise with stimuli around the circle, the first of two the stronger one, and matches."""
    one = task.tasks[rule].replace(noise=0.0)
    first = np.arange(directions) * (2.0 * np.pi / directions)
    second = first if rule in ("dms", "dmc") else first + np.pi
    count = len(one.stimulus_epochs)
    strengths = (1.2, 0.8) if "delay_dm" in rule else (1.0, 1.0)
    return one.psychometric_trials(DT, directions=np.stack([first, second][:count], axis=1),
                                   strengths=np.tile(strengths[:count], (directions, 1)))  # fmt: skip


def periods_of(network: ns.Network, task: Any, rule: str, points: dict[str, int], rng: Any) -> dict[str, Any]:
    """Fixed points under every input of every period of a rule, and the one nearest to where each trial is at its end."""
    trials = probes(task, rule, points["directions"])
    run = ns.simulate(network, **trials.simulation, noise=None, progress=False)
    found = ns.analysis.fixed_points_by_epoch(network, trials, points["starts"], rng=rng, progress=False)
    periods = {}
    for period, each in found.items():
        last = int(trials.epochs[period][1][0]) - 1
        inputs, ends = trials.inputs[:, last], np.asarray(run.states, float)[:, last + 1]
        states, moduli = np.full(ends.shape, np.nan), np.full(len(ends), np.nan)
        for k, end in enumerate(ends):
            own = next(one for one in each if np.allclose(one.inputs, inputs[k]))
            if len(own):
                nearest = int(np.linalg.norm(own.states - end, axis=1).argmin())
                states[k], moduli[k] = own.states[nearest], np.abs(own.multipliers(DT)[nearest]).max()
        periods[period] = {"points": each, "inputs": inputs, "ends": ends, "states": states, "moduli": moduli}
    return periods


def between_rules(
    network: ns.Network, structure: dict[str, Any], points: dict[str, int], rng: Any
) -> dict[str, Any]:
    """Fixed points while the input goes from that of MemoryAnti to that of MemoryPro, in each period."""
    anti, pro = (structure[rule] for rule in PAIR)
    held, half = pro["delay"]["ends"], points["directions"] // 2
    axes = ns.analysis.principal_components(np.concatenate([held, anti["delay"]["ends"]])[None], count=2)
    between = np.linspace(anti["delay"]["inputs"][0], pro["delay"]["inputs"][0], points["inputs"])
    rings = [slow_states(network, each, held) for each in between]
    # in memory by the direction of the answer, which for Anti is opposite to the stimulus
    apart = {"stimulus": anti["stimulus"]["states"] - pro["stimulus"]["states"],
             "delay": np.roll(anti["delay"]["states"], half, axis=0) - pro["delay"]["states"]}  # fmt: skip
    found: dict[str, Any] = {
        **{f"apart, {name}": float(np.nanmean(np.linalg.norm(each, axis=1))) for name, each in apart.items()},
        "marginal": float(np.nanmean(pro["delay"]["moduli"])),
        "gaps": np.array([largest_gap(*each) for each in rings]),
        "slow": pad_rows(in_plane(axes, rings[-1][0][rings[-1][1]]), len(held)),
        "exact": pad_rows(in_plane(axes, pro["delay"]["points"][0].states), 80),
    }
    for period in PERIODS:
        paths = branches(network, anti[period], pro[period])
        whole = [one.complete and one.parameter[-1] >= 1.0 and not one.bifurcations for one in paths]
        found[f"smooth, {period}"] = float(np.mean(whole)) if whole else np.nan
        along = [
            np.column_stack([one.parameter, in_plane(axes, one.states)[:, 0], one.stable]) for one in paths
        ]
        found[f"path, {period}"] = pad_rows(np.concatenate([*along, np.zeros((0, 3))]), 3000)
    return found


def slow_states(network: ns.Network, inputs: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """States after the input was on for as long as a memory period, and which hold still by the authors' criterion."""
    run = ns.simulate(network, 1600.0, DT, inputs=inputs, trials=len(starts), initial_state=starts, noise=None,
                      progress=False)  # fmt: skip
    last = np.asarray(run.states, float)[:, -2:]
    return last[:, 1], 0.5 * np.sum(np.diff(last, axis=1)[:, 0] ** 2, axis=1) <= SLOW


def in_plane(axes: Any, states: np.ndarray) -> np.ndarray:
    """States along two principal components, shape (states, 2), however few there are."""
    return (states - axes.mean) @ axes.vectors


def branches(network: ns.Network, first: dict[str, Any], second: dict[str, Any]) -> list[Any]:
    """Curve of fixed points from that of each trial under the first input, towards the second input."""
    there = np.flatnonzero(np.isfinite(first["states"]).all(axis=1))
    distinct = there[np.unique(first["states"][there].round(6), axis=0, return_index=True)[1]]
    return [
        ns.analysis.continue_along_input(network, first["states"][k], (first["inputs"][k], second["inputs"][k]),
                                         step=0.05, points=300, progress=False)
        for k in np.sort(distinct)
    ]  # fmt: skip


def largest_gap(states: np.ndarray, still: np.ndarray) -> float:
    """Largest angle in degrees between neighbors of those that hold still, seen from the mean in the plane of all states."""
    around = states - states.mean(axis=0)
    places = around @ np.linalg.svd(around, full_matrices=False)[2][:2].T
    angles = np.sort(np.degrees(np.arctan2(places[still, 1], places[still, 0])))
    return float(np.diff(np.append(angles, angles[:1] + 360.0)).max()) if still.any() else 360.0


def compute(settings: Settings, work: Work) -> dict[str, Any]:
    """All networks."""
    # a list is an axis, here of one value
    parts: dict[str, Any] = {name: [settings.table(name)] for name in ("training", "points")}
    networks = work.sweep("networks", train, memory=1.5e9, rules=[rules_of(settings)], size=settings["network.size"],
                          tested=settings["test.trials"], **parts, seed=range(settings["network.networks"]))  # fmt: skip
    return {"networks": networks}


def rules_of(settings: Settings) -> list[str]:
    """The chosen rules, and the two that are always among them."""
    return [*settings["rules"], *(rule for rule in PAIR if rule not in settings["rules"])]


def compared(rules: list[str]) -> list[str]:
    """Groups of tasks that are among the rules, as are some of those with which they are compared."""
    return [name for name in GROUPS if np.isfinite(largest_contrast(np.zeros((1, len(rules))), rules, name))]


def claims(settings: Settings) -> list[Claim]:
    """What the paper says of fixed points, shared motifs, and lesions; published numbers are of one network."""
    rules, abstract = rules_of(settings), "abstract"
    few = len(rules) < 15
    apart = (
        "networks of 64 units that learned four tasks in 5500 or 8000 updates used other units for each (correlations of −0.2 to "
        "0.1 in memory and response); one of 128 units that learned these two alone in 13,000 had 0.2, 0.2 and 0.6 with stimuli, and its ring "
        "stayed for all inputs between the rules"
        if few
        else "of two networks with 36,000 updates one shares units (0.45 in memory, 0.70 in the response) and keeps its ring between "
        "the rules, the other does neither (0.15 and 0.23); the authors have up to 1.6 million updates"
    )
    units = "computed from one network of the authors, their table analysis/fig3/X.csv (variance by period)"
    found = [
        Claim("accuracy", "Accuracy in new trials, mean of the tasks.", 0.998,
              "table figs/fig3/fig3_BC/perf_mat.csv of the authors' repository",
              Within("a tenth, for a small share of the published updates", absolute=0.1),
              known="decisions are learned last: 0.85 to 0.90 with 36,000 updates, and 0.73 in DNMS"),
        Claim("points everywhere", "Share of the inputs, of all rules and periods, under which there are fixed points.",
              1.0, "code of the authors, transfer_learn/find_fp_stepX_tasks_transfer.py: a search for each input",
              Within("a search from the activity may miss one in twenty", absolute=0.05),
              known="with 20,000 and with 36,000 updates 6 % of the inputs of fifteen tasks had none near the activity"),
        Claim("clusters", "Largest mean silhouette of clusters of units by normalized variance in each period.", 0.24,
              units, Between(0.15, 0.6, "other networks; fewer tasks make fewer kinds of units")),
        Claim("lesions are specific", "Correlation over clusters and tasks: largest variance of the cluster in the task, "
              "and loss of accuracy without it.", None, f"{abstract}: cluster lesions caused modular performance deficits",
              Holds("a correlation above 0.2, as for Yang et al. (2019)"), known="with two tasks there is little to tell apart"),
    ]  # fmt: skip
    if len(rules) == 15:
        found.append(
            Claim("number of clusters", "Number of clusters with the largest silhouette.", 26.0, units,
                  Between(10.0, float(MOST), "silhouettes are flat from 12 clusters on"))
        )  # fmt: skip
    for name in compared(rules):
        found += [
            Claim(f"lesion, {name}", "Loss of accuracy in the tasks of this group minus that in others, for the cluster "
                  "that tells them apart best.", GROUPS[name][2], "table figs/fig5/fig5_ADGJMP/fig5.csv of the authors' "
                  "repository", Between(0.5 * GROUPS[name][2], 1.0, "half of it and more: clusters of other networks"),
                  known="with 20,000 updates 0.50, 0.42, 0.24 and 0.15, in the order of the groups, with 36,000 about 0.5 in each; what "
                  "is not yet done well has less to lose"),
            Claim(f"not by chance, {name}", "It is larger than that of the best of as many random groups of units.", None,
                  f"{abstract}: cluster lesions caused modular performance deficits", Holds("groups of equal sizes"),
                  known="random groups too differ in what they cost; it failed in one of two networks of the quick form, and for "
                  "modality 2 with 20,000 updates"),
        ]  # fmt: skip
    figure = "Fig. 2, bifurcation diagrams in figs/fig2/fig2_BDFH of the authors' repository"
    return [
        *found,
        Claim("same units in memory", "Correlation of task variance of MemoryPro and MemoryAnti, memory.", 0.84,
              units, Between(0.5, 1.0, "other networks; shared units, no more is meant"), known=apart),
        Claim("same units in response", "The same in the response.", 0.96, units,
              Between(0.5, 1.0, "other networks; shared units, no more is meant"), known=apart),
        Claim("other units with stimuli", "The same during the stimulus.", -0.02, units,
              Between(-0.5, 0.5, "other networks; less than what counts as shared"), known=apart),
        Claim("marginal", "Largest modulus of the eigenvalues of the Euler map at the fixed points of the memory.", 1.0,
              "exact for a ring of fixed points",
              Within("the authors count points up to 1.05 as marginal (notebook fig2_BDFH)", absolute=0.05)),
        Claim("ring", "Memories of MemoryPro hold still around a ring under its own input: largest gap in degrees.", 90.0,
              f"{figure}: a ring of points", AtMost("four points at least, which make a ring that is not perfect")),
        Claim("ring between rules", "The same under all inputs between the rules.", 90.0, f"{figure}: the ring stays",
              AtMost("four points at least, which make a ring that is not perfect"), known=apart),
        Claim("one context", "The fixed point before the stimulus goes from rule to rule without a bifurcation.", None,
              f"{figure}: one point at each input", Holds("continuation along the input"),
              known="in three of five short trainings it folded twice, with 20,000 updates it ended in a saddle-node, and with 36,000 "
              "it turned back in both networks"),
        Claim("two with stimuli", "Under the same stimulus most fixed points of one rule cannot be followed to the other "
              "without a bifurcation.", None, "figs/fig2/fig2_ACEGI/fp_dst_subspaces: the largest eigenvalue passes 1 on "
              "the way, for one stimulus", Holds("more than half of the directions"),
              known=apart),
        Claim("shared memory", "Fixed points of the two rules that hold the same answer are closer in the memory than those "
              "of the same stimulus.", None, f"{abstract}: tasks with memory repurposed the same ring attractor",
              Holds("mean distance over directions"), known=apart),
    ]  # fmt: skip


def estimates(found: dict[str, Any], settings: Settings) -> dict[str, Estimate]:
    """Our numbers, by claim."""
    table, rules = found["networks"], rules_of(settings)
    rows = {
        "accuracy": over_networks(table["accuracy"].mean(axis=1)),
        "points everywhere": over_networks(table["with points"]),
        "clusters": over_networks(table["silhouette"]),
        "lesions are specific": share_of_networks(table["specific"] > 0.2),
    }
    if len(rules) == 15:
        rows["number of clusters"] = over_networks(table["clusters"])
    for name in compared(rules):
        rows[f"lesion, {name}"] = over_networks(table[f"loss, {name}"])
        rows[f"not by chance, {name}"] = share_of_networks(table[f"loss, {name}"] > table[f"chance, {name}"])
    return {
        **rows,
        "same units in memory": over_networks(table["same units, delay"]),
        "same units in response": over_networks(table["same units, response"]),
        "other units with stimuli": over_networks(table["same units, stimulus"]),
        "marginal": over_networks(table["marginal"]),
        "ring": over_networks(table["gaps"][:, -1]),
        "ring between rules": over_networks(table["gaps"].max(axis=1)),
        "one context": share_of_networks(table["smooth, fixation"] == 1.0),
        "two with stimuli": share_of_networks(table["smooth, stimulus"] < 0.5),
        "shared memory": share_of_networks(table["apart, delay"] < table["apart, stimulus"]),
    }


def draw_bifurcations(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Fixed points along the input from rule to rule in each period of one network."""
    for shift, (period, name) in enumerate(PERIODS.items()):
        path = found["networks"][f"path, {period}"][0]
        for stable, color in ((1.0, ns.plotting.COLORS[0]), (0.0, ns.plotting.COLORS[1])):
            chosen = path[:, 2] == stable
            ax.plot(path[chosen, 0] + 1.3 * shift, path[chosen, 1], ".", ms=2.5, color=color)
        ax.text(0.5 + 1.3 * shift, 1.02, name, ha="center", transform=ax.get_xaxis_transform(), fontsize=9)
    ax.plot([], [], ".", color=ns.plotting.COLORS[0], label="stable")
    ax.plot([], [], ".", color=ns.plotting.COLORS[1], label="unstable")
    ax.set(xlabel="input, from MemoryAnti to MemoryPro", ylabel="PC 1 of the memory", xticks=[])
    ax.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)


def draw_atlas(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Variance of the active units of one network in each period, by cluster."""
    labels, values = found["networks"]["labels"][0], found["networks"]["variance"][0]
    tasks = ns.tasks.Yang2019(tuple(rules_of(settings)), variant="driscoll").tasks
    names = [f"{rule} {period}" for rule in tasks for period in tasks[rule].epochs if period != "fixation"]
    ns.plotting.task_variance(ns.analysis.TaskVariance(tuple(names), values), labels[labels >= 0], ax=ax)


def draw_ring(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Fixed points of the memory of MemoryPro in the plane of the ring, a color for each network."""
    table = found["networks"]
    for slow, exact, color in zip(table["slow"], table["exact"], ns.plotting.COLORS, strict=False):
        ax.plot(*slow.T, "+", ms=5, color=color)
        ax.plot(*exact.T, "o", ms=4, color=color)
    ax.plot([], [], "k+", label="slow state")
    ax.plot([], [], "ko", ms=4, label="fixed point")
    ax.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    ax.set(xlabel="PC 1", ylabel="PC 2", aspect="equal")


STUDY = Study(
    name="driscoll2022",
    paper=Paper(
        "Driscoll et al. 2022",
        "Flexible multitask computation in recurrent networks utilizes shared dynamical motifs",
        "bioRxiv 2022; Nat. Neurosci. 27, 1349-1363 (2024)",
        """
@article{driscoll2024flexible,
  author  = {Driscoll, Laura N. and Shenoy, Krishna and Sussillo, David},
  title   = {Flexible multitask computation in recurrent networks utilizes shared dynamical motifs},
  journal = {Nature Neuroscience},
  volume  = {27},
  number  = {7},
  pages   = {1349--1363},
  year    = {2024},
  doi     = {10.1038/s41593-024-01668-6}
}
""",
    ),
    question="How does one network perform many tasks? It reuses dynamical motifs, such as a ring of fixed points that "
    "holds a direction in memory, and each motif is made by a cluster of units.",
    reproduced="fixed points by rule and period, bifurcations between rules, clusters of units and their lesions",
    method="""Networks of softplus units learn the tasks of Yang et al. (2019) in the variant of the paper, where
directions are sines and cosines. Under the static input of every period of every rule, fixed points are searched from
the states of noiseless trials. From the input of MemoryAnti to that of MemoryPro, the fixed point nearest to the end
of each trial is followed by continuation, which finds its bifurcations. For the memory period, inputs in
between are held for its longest duration, and states that are still by then are ordered by their angle around the ring.

Units are clustered by their variance over conditions in each period, relative to their largest. Clusters are
lesioned one after the other, and as many groups of random units for comparison. Published numbers were computed from
tables that the authors store beside their code; they are of one network.""",
    settings=SETTINGS,
    quick=QUICK,
    minutes=(27.0, 1.5),
    compute=compute,
    claims=claims,
    estimates=estimates,
    figures=[
        Figure("bifurcations", "Fixed points of one network while the input goes from MemoryAnti to MemoryPro, for all "
               "stimuli", "Fig. 2: in the context period one point at each input; with a stimulus, eigenvalues that pass 1 "
               "between the rules; in the memory period a ring that stays.", draw_bifurcations),
        Figure("ring", "Fixed points of MemoryPro in the memory period, and states that hold still after 1.6 s of it",
               "Fig. 2: fixed points of the memory period on a ring, at either end of its bifurcation diagram.", draw_ring),
        Figure("atlas", "Variance of the units of one network in each period of each task, by cluster",
               "Fig. 3: the same matrix of 128 units and 49 periods, rows and columns in the order of dendrograms.",
               draw_atlas),
    ],
    deviations={
        "length of training": "2.3 million trials, for two cores; the authors stop at 100 million at the latest. The learning "
        "rate falls from 0.002 along a cosine; the names of the authors' networks say 10 to the power of −3.5 all the time.",
        "clipping": "The norm of the gradient is limited to 1: with W at the identity the first ones are very large. The "
        "authors' code has no limit.",
        "clusters": "k-means; the authors cut a dendrogram of Ward's method, also at the largest silhouette.",
        "continuation": "Curves of fixed points are followed by arclength, where the authors search again at 20 inputs.",
        "ring": "Points are exact zeros of the vector field. The ring is judged by the criterion of the authors, who count states "
        "with q below 0.0001 as fixed points of the memory period, after its input was on for 1.6 s.",
        "quick form": "Four rules, of which the two with memory are twice as frequent, 64 units, batches of 32.",
        "not included": "Transfer of motifs to new tasks, other architectures, and reaction to initial conditions.",
    },
    equations={
        "τ dr/dt = −r + softplus(W r + W_in u + b + ξ)": 'ns.tasks.yang2019("all", variant="driscoll")',
        "fixed points of a period": "ns.analysis.fixed_points_by_epoch(network, trials)",
        "from rule to rule": "ns.analysis.continue_along_input(network, state, (first, second))",
        "variance of units": "ns.analysis.task_variance(rates)",
        "clusters and lesions": "ns.analysis.clusters(features), ns.analysis.lesion_effects(network, groups, trials)",
    },
    change={
        "The published length of training, a day:": "--set training.epochs=3125",
        "The two tasks of Fig. 2:": '--set rules=["delay_go","delay_anti"]',
    },
)  # fmt: skip
