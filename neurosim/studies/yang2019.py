"""Yang et al. (2019): twenty cognitive tasks in one network, its clusters of units and the algebra of its rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import neurosim as ns
from neurosim.reproduce import (
    AtLeast,
    AtMost,
    Between,
    Claim,
    Estimate,
    Figure,
    Holds,
    Paper,
    Settings,
    Study,
    Work,
    over_networks,
    share_of_networks,
)
from neurosim.trainers import Adam, SynapticIntelligence

SETTINGS = {
    "rules": list(ns.tasks.RULES),
    "network": {"size": 256, "networks": 2},
    # an epoch has 500 updates of 64 trials
    "training": {"epochs": 60, "learning_rate": 1e-3},
    "test": {"trials": 200},
    # networks that learn the task Go alone
    "alone": {"networks": 2, "epochs": 3},
    # networks that learn one task after another, without and with protection of weights
    "sequence": {"networks": 1, "size": 128, "epochs": 12, "strengths": [0.0, 1.0]},
}
QUICK = {
    "rules": ["go", "anti", "delay_go", "delay_anti"],
    "network.size": 64,
    "training.epochs": 4,
    "training.learning_rate": 4e-3,
    "test.trials": 64,
    "alone.networks": 0,
    "sequence.networks": 0,
}
FAMILY = ("go", "anti", "delay_go", "delay_anti")
COMBINATIONS = {
    "delay_anti": {"delay_anti": 1.0},
    "anti": {"anti": 1.0},
    "anti + delay_go": {"anti": 1.0, "delay_go": 1.0},
    "anti + delay_go − go": {"anti": 1.0, "delay_go": 1.0, "go": -1.0},
}
"""Rule inputs with which the task delay_anti is performed."""
RULE_CHANNELS = 65
"""Input channel of the first rule: after fixation and two rings of 32 units."""
MOST = 29
"""Largest number of clusters that is tried."""
STAGES = (("go",), ("delay_go",), ("dm1", "dm2"), ("multisensory_dm",), ("context_dm1", "context_dm2"))
"""Rules that are learned one stage after another in continual learning, as in the authors' code."""


def train(
    rules: Any, size: int, epochs: int, learning_rate: float, tested: int, rng: Any, folder: Path
) -> dict[str, Any]:
    """Train one network in all rules; accuracy, task variance, clusters, lesions, and composition of rules."""
    task: Any = ns.tasks.yang2019(tuple(rules))
    start = ns.Network.for_task(task, size=size, dtype="float32", rng=rng)
    trainer = ns.BPTT.for_task(task, epochs=epochs, optimizer=Adam(learning_rate, epsilon_form="keras"))
    network = trainer.fit(start, task, rng=rng, progress=False).network
    network.save(folder / "network.npz")
    trials = {rule: one.trials(tested, trainer.dt, rng) for rule, one in task.tasks.items()}
    variance = variances(network, task, trainer.dt)
    groups = ns.analysis.clusters(variance.normalized, range(2, MOST + 1), starts=5, rng=rng)
    members = [np.flatnonzero(variance.active)[groups.members(k)] for k in range(groups.count)]
    effects = ns.analysis.lesion_effects(network, members, trials, rng=0)
    labels = np.full(size, -1)
    labels[variance.active] = groups.labels
    found = {
        "accuracy": effects.intact,
        "clusters": float(groups.count),
        "silhouette": float(max(groups.scores.values())),
        "variance": variance.values,
        "labels": labels,
        "active": float(variance.active.mean()),
        "specific": float(np.corrcoef(-effects.effects.ravel(), groups.centers.ravel())[0, 1]),
        "parallel": np.nan,
        "places": np.full((len(FAMILY), 2), np.nan),
        "combinations": np.full(len(COMBINATIONS), np.nan),
    }
    if set(FAMILY) <= set(rules):
        found.update(composition(network, task, trainer.dt, trials["delay_anti"]))
    return found


def quiet_rates(network: ns.Network, task: Any, rule: str, dt: float) -> tuple[Any, Any]:
    """Test trials of one rule, one for each condition, and the rates in them without any noise."""
    trials = task.tasks[rule].replace(noise=0.0).test_trials(dt)
    return trials, ns.simulate(network, **trials.simulation, noise=None, record="rates", progress=False)


def variances(network: ns.Network, task: Any, dt: float) -> ns.analysis.TaskVariance:
    """Task variance of every unit in every rule, after the fixation."""
    columns = []
    for rule in task.tasks:
        trials, run = quiet_rates(network, task, rule, dt)
        began = float(trials.epochs["fixation"][1][0] * dt)
        one = ns.analysis.task_variance({rule: run}, discard=began)
        columns.append(one.values[:, 0])
    return ns.analysis.TaskVariance(tuple(task.tasks), np.stack(columns, axis=1), one.threshold)


def composition(network: ns.Network, task: Any, dt: float, trials: Any) -> dict[str, Any]:
    """Cosine of (delay_go − go) and (delay_anti − anti), and accuracy in delay_anti with combined rule inputs."""
    rates, samples = {}, {}
    for rule in FAMILY:
        quiet, rates[rule] = quiet_rates(network, task, rule, dt)
        samples[rule] = int(quiet.epochs["stimulus"][1][0])
    vectors = ns.analysis.task_vectors(rates, samples)
    own = RULE_CHANNELS + ns.tasks.RULES.index("delay_anti")
    accuracies = []
    for weights in COMBINATIONS.values():
        inputs = trials.inputs.copy()
        inputs[..., own] -= 1.0
        for rule, weight in weights.items():
            inputs[..., RULE_CHANNELS + ns.tasks.RULES.index(rule)] += weight
        run = ns.simulate(network, **{**trials.simulation, "inputs": inputs}, rng=0, progress=False)
        accuracies.append(trials.accuracy(run).mean())
    return {
        "parallel": vectors.parallel(("delay_go", "go"), ("delay_anti", "anti")),
        "places": vectors.plane()[0],
        "combinations": np.array(accuracies),
    }


def learn_go(size: int, epochs: int, learning_rate: float, tested: int, rng: Any) -> dict[str, Any]:
    """Accuracy in Go, after every epoch, of a network that learns nothing else."""
    task = ns.tasks.yang2019("go")
    start = ns.Network.for_task(task, size=size, dtype="float32", rng=rng)
    trainer = ns.BPTT.for_task(
        task, epochs=epochs, validation=tested, optimizer=Adam(learning_rate, epsilon_form="keras")
    )
    return {"accuracy": trainer.fit(start, task, rng=rng, progress=False).history["validation_accuracy"]}


def learn_in_sequence(
    size: int, epochs: int, strength: float, learning_rate: float, tested: int, seed: int, folder: Path
) -> dict[str, Any]:
    """Train one network in stage after stage; accuracy in the rules of all stages after every epoch, and at the end.

    Networks of one seed have the same weights at the start and see the same trials, whatever the strength.
    """
    stages: list[Any] = [ns.tasks.yang2019(rules, variant="easy") for rules in STAGES]
    neuron, weights = ns.LeakyRate("relu", tau=100.0), ns.Orthogonal(gain=0.5)
    start = ns.Network.for_task(
        stages[0], size=size, neuron=neuron, connectivity=weights, dtype="float32", rng=seed
    )
    learning = ns.BPTT.for_task(stages[0], epochs=epochs, validation=tested,
                                optimizer=Adam(learning_rate, epsilon_form="keras"))  # fmt: skip
    trainer = SynapticIntelligence(
        tasks=tuple(stages[:-1]), trainer=learning, strength=strength, restart=False
    )
    training = trainer.fit(start, stages[-1], rng=seed, progress=False)
    training.network.save(folder / "network.npz")
    easy = {rule: task for stage in stages for rule, task in stage.tasks.items()}
    final = []
    for task in easy.values():
        trials = task.trials(tested, learning.dt, seed)
        final.append(trials.accuracy(training.simulate(trials, rng=seed, progress=False)).mean())
    course = [training.history[f"accuracy_{k}"] for k in range(len(stages))]
    return {"course": np.stack(course, axis=1), "final": np.array(final)}


def compute(settings: Settings, work: Work) -> dict[str, Any]:
    """All networks."""
    points = [
        {"rules": settings["rules"], "size": settings["network.size"], "epochs": settings["training.epochs"],
         "learning_rate": settings["training.learning_rate"],
         "tested": settings["test.trials"], "seed": seed}
        for seed in range(settings["network.networks"])
    ]  # fmt: skip
    found = {"networks": work.points("networks", ns.Sweep.of(train, points), memory=1.5e9)}
    shared = {"learning_rate": settings["training.learning_rate"], "tested": settings["test.trials"]}
    if settings["alone.networks"]:
        found["alone"] = work.sweep("alone", learn_go, size=settings["network.size"], epochs=settings["alone.epochs"],
                                    seed=range(settings["alone.networks"]), **shared)  # fmt: skip
    if settings["sequence.networks"]:
        found["sequence"] = work.sweep("sequence", learn_in_sequence, size=settings["sequence.size"],
                                       epochs=settings["sequence.epochs"], strength=settings["sequence.strengths"],
                                       seed=range(settings["sequence.networks"]), **shared)  # fmt: skip
    return found


def claims(settings: Settings) -> list[Claim]:
    """What the paper says of performance, clusters and composition."""
    rules = settings["rules"]
    shorter = (
        "a fifth of the published ten million trials"
        if len(rules) == 20
        else "a small network, trained shortly"
    )
    found = [
        Claim("mean accuracy", "Accuracy in new trials, mean of the tasks.", 0.9,
              "results: one network performs all tasks; its code stops at 0.95 where it has a criterion",
              AtLeast("a twentieth below the criterion, for the shorter training"), known=shorter),
        Claim("worst task", "Accuracy in the task with the lowest.", 0.75, "results: one network performs all tasks",
              AtLeast("well above chance in each, which is 0.5 or less"), known=shorter),
        Claim("clusters", "Largest mean silhouette of k-means on normalized task variance.", 0.25,
              "figure on functional clusters; criterion: Kaufman & Rousseeuw (1990)",
              AtLeast("below 0.25 no substantial structure has been found"),
              known="two networks with 1.9 million trials have 0.22 and 0.25" if len(rules) == 20 else ""),
        Claim("lesions are specific", "Correlation over clusters and tasks: variance of the cluster in a task, and loss "
              "of accuracy without it.", None, "figure on lesions of clusters",
              Holds("a correlation above 0.2: a third of the variance is enough where several clusters share a task")),
    ]  # fmt: skip
    if len(rules) == 20:
        found.append(
            Claim("number of clusters", "Number of clusters with the largest silhouette.", None,
                  "figure on functional clusters; about a dozen, depending on the network",
                  Between(8.0, 20.0, "it depends on the network and on the length of training"),
                  known="two networks with 1.9 million trials have 24 and 21, about as many as tasks")
        )  # fmt: skip
    if set(FAMILY) <= set(rules):
        figure = "figure on the composition of task vectors"
        few = (
            ""
            if len(rules) == 20
            else "a network of 64 units that learned these four tasks had a cosine of 0.03, and 0.56 with the composed "
            "rule against 0.81 with Anti alone; whether more units or more tasks decide is not known"
        )
        found += [
            Claim("parallel", "Cosine of (Dly Go − Go) and (Dly Anti − Anti) at the end of the stimulus.", 0.5, figure,
                  AtLeast("vectors without any relation have 0 ± 1/√256"), known=few),
            Claim("composed rule", "Dly Anti with the rule inputs Anti + Dly Go − Go: accuracy.", 0.5,
                  f"{figure} and of rule inputs", AtLeast("chance is below 0.2"), known=few),
            Claim("better than one rule", "The composed rule does better than the rule Anti alone.", None,
                  f"{figure} and of rule inputs", Holds("in the same trials", share=0.5), known=few),
        ]  # fmt: skip
    if settings["alone.networks"]:
        found.append(
            Claim("Go on its own", "Accuracy in Go of networks that learn nothing else.", 0.95,
                  "its code stops at 0.95 where it has a criterion", AtLeast("the criterion"))
        )  # fmt: skip
    if settings["sequence.networks"]:
        figure = "Fig. 7, sequential training"
        pair = (
            "of one pair of networks the protected one keeps Go at 1.00 and loses Dly Go in the last stage alone, to 0.66, the "
            "other has 0.91 and 0.42; but only the other learns the context in that stage (1.00 and 0.76)"
        )
        found += [
            Claim("learned one after another", "With protection of weights, mean accuracy in the rules of all stages at the end "
                  "minus that without.", 0.0, figure, AtLeast("protected networks perform better"),
                  known=pair),
            Claim("remembered", "With protection, what is lost of Go and Dly Go after their stages: accuracy.", 0.1, figure,
                  AtMost("a tenth: both stay near their level"), known=pair),
            Claim("forgotten", "Without protection, what is lost of them.", 0.1, figure,
                  AtLeast("more than a tenth: the lines of traditional training fall")),
        ]  # fmt: skip
    return found


def estimates(found: dict[str, Any], settings: Settings) -> dict[str, Estimate]:
    """Our numbers, by claim."""
    table, rules = found["networks"], settings["rules"]
    rows = {
        "mean accuracy": over_networks(table["accuracy"].mean(axis=1)),
        "worst task": over_networks(table["accuracy"].min(axis=1)),
        "clusters": over_networks(table["silhouette"]),
        "lesions are specific": share_of_networks(table["specific"] > 0.2),
    }
    if len(rules) == 20:
        rows["number of clusters"] = over_networks(table["clusters"])
    if set(FAMILY) <= set(rules):
        combined = table["combinations"]
        rows["parallel"] = over_networks(table["parallel"])
        rows["composed rule"] = over_networks(combined[:, 3])
        rows["better than one rule"] = share_of_networks(combined[:, 3] > combined[:, 1])
    if settings["alone.networks"]:
        rows["Go on its own"] = over_networks(found["alone"]["accuracy"][:, -1])
    if settings["sequence.networks"]:
        free, protected = (found["sequence"].where(strength=strength) for strength in extremes(settings))
        rows["learned one after another"] = over_networks((protected["final"] - free["final"]).mean(axis=1))
        for name, part in (("remembered", protected), ("forgotten", free)):
            rows[name] = over_networks(lost(part["course"], settings["sequence.epochs"]))
    return rows


def extremes(settings: Settings) -> tuple[float, float]:
    """Smallest and largest strength of the protection."""
    return min(settings["sequence.strengths"]), max(settings["sequence.strengths"])


def lost(courses: np.ndarray, epochs: int) -> np.ndarray:
    """Accuracy at the end of the own stage minus that at the end of all, mean of the first two stages, per network."""
    return np.mean([courses[:, (k + 1) * epochs - 1, k] - courses[:, -1, k] for k in (0, 1)], axis=0)


def draw_variance(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Task variance of the active units of one network, by cluster."""
    labels, values = found["networks"]["labels"][0], found["networks"]["variance"][0]
    variance = ns.analysis.TaskVariance(tuple(settings["rules"]), values)
    ns.plotting.task_variance(variance, labels[labels >= 0], ax=ax)


def draw_accuracy(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Accuracy of each network in each task."""
    ax.plot(found["networks"]["accuracy"].T, "o", ms=4, color=ns.plotting.COLORS[0])
    ax.axhline(0.9, color="black", ls="--", lw=0.8)
    ax.set_xticks(range(len(settings["rules"])), settings["rules"], rotation=90, fontsize=6)
    ax.set(ylabel="accuracy", ylim=(0.0, 1.02))


def draw_rules(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Accuracy in Dly Anti with combinations of rule inputs."""
    if not set(FAMILY) <= set(settings["rules"]):
        ax.text(0.5, 0.5, "the four tasks are not among the rules", ha="center", transform=ax.transAxes)
        return
    ax.plot(found["networks"]["combinations"].T, "o", color=ns.plotting.COLORS[1])
    ax.set_xticks(range(len(COMBINATIONS)), list(COMBINATIONS), rotation=20, ha="right", fontsize=7)
    ax.set(ylabel="accuracy in delay_anti", ylim=(0.0, 1.02), xlim=(-0.5, len(COMBINATIONS) - 0.5))


def draw_sequence(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Accuracy of one network in the rules of each stage while it learns one stage after another."""
    if "sequence" not in found:
        ax.text(0.5, 0.5, "part of the full form", ha="center", transform=ax.transAxes)
        return
    epochs = settings["sequence.epochs"]
    for strength, line in zip(extremes(settings), ("--", "-"), strict=True):
        course = found["sequence"].where(strength=strength)["course"][0]
        for k, (rules, color) in enumerate(zip(STAGES, ns.plotting.COLORS, strict=False)):
            label = ", ".join(rules) if line == "-" else None
            ax.plot(np.arange(1, len(course) + 1), course[:, k], line, color=color, label=label)
    for k in range(1, len(STAGES)):
        ax.axvline(k * epochs + 0.5, color="0.8", lw=0.8, zorder=0)
    ax.set(xlabel="epoch of 32,000 trials", ylabel="accuracy", ylim=(0.0, 1.02))
    ax.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)


STUDY = Study(
    name="yang2019",
    paper=Paper(
        "Yang et al. 2019",
        "Task representations in neural networks trained to perform many cognitive tasks",
        "Nat. Neurosci. 22, 297-306",
        """
@article{yang2019task,
  author  = {Yang, Guangyu Robert and Joglekar, Madhura R. and Song, H. Francis and Newsome, William T. and
             Wang, Xiao-Jing},
  title   = {Task representations in neural networks trained to perform many cognitive tasks},
  journal = {Nature Neuroscience},
  volume  = {22},
  pages   = {297--306},
  year    = {2019},
  doi     = {10.1038/s41593-018-0310-2}
}
""",
    ),
    question="How does one network perform many tasks? Its units form clusters that serve groups of tasks, and tasks "
    "are composed: the vector from one task to another is the same as between two others that differ likewise.",
    reproduced="twenty tasks in one network, clusters and their lesions, composition of rules, continual learning",
    method="""256 softplus units in rate form with the noise inside the activation, W = 0.5 · identity at the start,
learn by Adam; every batch is one of twenty tasks, the two context-dependent decisions five times as often as the
others.

Task variance is that of the noiseless rates over stimulus conditions, averaged over the trial after fixation.
Normalized by its maximum over tasks it is clustered by k-means, with the number of clusters of the largest mean
silhouette. Lesions set the outgoing weights of a cluster to zero. Task vectors are mean rates at the end of the
stimulus; composed rules are combinations of rule inputs, tried in trials of Dly Anti.

In continual learning, rectified linear units with orthogonal weights learn easier versions of seven rules in five
stages. Synaptic intelligence keeps the weights that earlier stages need near their values.""",
    settings=SETTINGS,
    quick=QUICK,
    minutes=(55.0, 0.8),
    compute=compute,
    claims=claims,
    estimates=estimates,
    figures=[
        Figure("variance", "Normalized task variance of the active units of one network, sorted by cluster",
               "Fig. 2: task variances of all units, sorted by cluster; blocks of units that serve similar tasks.",
               draw_variance),
        Figure("accuracy", "Accuracy in each task, a dot for each network",
               "Fig. 1: performance in all tasks over training, near 1 at its end.", draw_accuracy),
        Figure("rules", "The task Dly Anti with its own rule input, and with combinations of others",
               "Performance with combined rule inputs, high for Anti + Dly Go − Go.", draw_rules),
        Figure("sequence", "Accuracy in five sets of rules that are learned one after another (gray lines), with (lines) and "
               "without (dashed) protection of weights", "Fig. 7: with continual learning accuracies stay high after their "
               "stage, without they fall.", draw_sequence),
    ],
    deviations={
        "length of training": "1.9 million trials, a fifth of the ten million of the authors, for two cores.",
        "mask": "It multiplies squared errors as in the paper; in the code it multiplies the error before squaring.",
        "silhouettes": "Five starts of k-means for each number of clusters; the authors have 20.",
        "quick form": "Four rules, 64 units, and a rate of 0.004 in place of 0.001, with which they are learned in 128,000 "
        "trials.",
        "sequence": "128 units and 384,000 trials in each stage, for one rule or two; the authors have 256 units and 400,000 for "
        "each rule. With 128,000 the first stage taught nothing: Go is learned after 200,000.",
        "not included": "Fractional variance of pairs of tasks, and other architectures.",
    },
    equations={
        "τ dr/dt = −r + softplus(W r + W_in u + b + ξ)": 'ns.Network.for_task(ns.tasks.yang2019("all"))',
        "task variance": "ns.analysis.task_variance(runs, discard=fixation)",
        "clusters": "ns.analysis.clusters(variance.normalized)",
        "lesions": "ns.analysis.lesion_effects(network, groups, trials)",
        "task vectors": "ns.analysis.task_vectors(runs, samples).parallel(first, second)",
        "L + c Σ Ω (θ − θ_ref)²": "ns.trainers.SynapticIntelligence(tasks, trainer, strength=c)",
    },
    change={
        "The published length of training, 6 hours:": "--set training.epochs=312",
        "Some of the tasks:": '--set rules=["go","anti","delay_go","delay_anti"]',
    },
)  # fmt: skip
