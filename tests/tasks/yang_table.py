"""The twenty tasks as published, written down once more: epochs in ms, who is shown when and where, what is right."""

import numpy as np

GO_500 = {500.0}
S246, D = {200.0, 400.0, 600.0}, {200.0, 400.0, 800.0, 1600.0}

# rule: epochs in their order, each a set of durations or a pair (low, high) of a uniform one
EPOCHS = {
    "go": [("fixation", (300, 700)), ("stimulus", (500, 1500)), ("response", GO_500)],
    "rt_go": [("fixation", (500, 2500)), ("response", GO_500)],
    "delay_go": [("fixation", {300.0, 500.0, 700.0}), ("stimulus", S246), ("delay", D), ("response", GO_500)],
    "dm1": [("fixation", (100, 400)), ("stimulus", {400.0, 800.0, 1600.0}), ("response", GO_500)],
    "delay_dm1": [
        ("fixation", S246),
        ("stimulus", S246),
        ("delay", D),
        ("second_stimulus", S246),
        ("second_delay", (100, 300)),
        ("response", GO_500),
    ],
    "dms": [("fixation", S246), ("stimulus", S246), ("delay", D), ("response", GO_500)],
    "dmc": [("fixation", S246), ("stimulus", S246), ("delay", D), ("response", S246)],
}
for same, rules in {
    "go": ["anti"],
    "rt_go": ["rt_anti"],
    "delay_go": ["delay_anti"],
    "dm1": ["dm2", "context_dm1", "context_dm2", "multisensory_dm"],
    "delay_dm1": ["delay_dm2", "context_delay_dm1", "context_delay_dm2", "multisensory_delay_dm"],
    "dms": ["dnms"],
    "dmc": ["dnmc"],
}.items():
    EPOCHS.update(dict.fromkeys(rules, EPOCHS[same]))

CODE_ORDER = [
    ("fdgo", "go"),
    ("reactgo", "rt_go"),
    ("delaygo", "delay_go"),
    ("fdanti", "anti"),
    ("reactanti", "rt_anti"),
    ("delayanti", "delay_anti"),
    ("dm1", "dm1"),
    ("dm2", "dm2"),
    ("contextdm1", "context_dm1"),
    ("contextdm2", "context_dm2"),
    ("multidm", "multisensory_dm"),
    ("delaydm1", "delay_dm1"),
    ("delaydm2", "delay_dm2"),
    ("contextdelaydm1", "context_delay_dm1"),
    ("contextdelaydm2", "context_delay_dm2"),
    ("multidelaydm", "multisensory_delay_dm"),
    ("dmsgo", "dms"),
    ("dmsnogo", "dnms"),
    ("dmcgo", "dmc"),
    ("dmcnogo", "dnmc"),
]
NAMES = [name for _, name in CODE_ORDER]
COHERENCES = {"dm": [0.01, 0.02, 0.04, 0.08], "delay": [0.08, 0.16, 0.32]}


def on_and_off(rule, starts, end):
    """Steps between which each of the stimuli is there."""
    if rule in ("go", "anti"):
        return [(starts["stimulus"], end)]
    if rule.startswith("rt"):
        return [(starts["response"], end)]
    if rule in ("delay_go", "delay_anti"):
        return [(starts["stimulus"], starts["delay"])]
    if rule in ("dms", "dnms", "dmc", "dnmc"):
        return [(starts["stimulus"], starts["delay"]), (starts["response"], end)]
    if "delay" in rule:
        return [(starts["stimulus"], starts["delay"]), (starts["second_stimulus"], starts["second_delay"])]
    return [(starts["stimulus"], starts["response"])] * 2


def bump(angle):
    """0.8 exp(-d^2 / 2) at 32 places, d the way around the circle in units of pi / 8."""
    values = []
    for unit in range(32):
        turn = abs(angle - unit * 2 * np.pi / 32) % (2 * np.pi)
        distance = min(turn, 2 * np.pi - turn)
        values.append(0.8 * np.exp(-0.5 * (distance / (np.pi / 8)) ** 2))
    return np.array(values)


def right_answer(rule, angles, strengths):
    """Direction to go to, or None where one has to keep fixation."""
    if rule in ("go", "rt_go", "delay_go"):
        return angles[0]
    if "anti" in rule:
        return (angles[0] + np.pi) % (2 * np.pi)
    if rule in ("dms", "dnms"):
        return angles[1] if (angles[0] == angles[1]) == (rule == "dms") else None
    if rule in ("dmc", "dnmc"):
        return angles[1] if ((angles[0] < np.pi) == (angles[1] < np.pi)) == (rule == "dmc") else None
    counted = strengths.sum(axis=1) if "multisensory" in rule else strengths[:, int(rule[-1]) - 1]
    return angles[0] if counted[0] > counted[1] + 1e-12 else angles[1]


def written_down(rule, dt, epochs, angles, strengths):
    """Inputs, targets and linear mask of one trial, step by step."""
    starts = {name: start for name, (start, _) in epochs.items()}
    end = max(stop for _, stop in epochs.values())
    go, answer = starts["response"], right_answer(rule, angles, strengths)
    answer_bump = None if answer is None else bump(answer)
    stays = rule.startswith("rt") or rule in ("dms", "dnms", "dmc", "dnmc")
    bumps = [bump(angle) for angle in angles]
    there = on_and_off(rule, starts, end)
    inputs, targets, mask = np.zeros((end, 85)), np.full((end, 33), 0.05), np.zeros((end, 33))
    for k in range(end):
        inputs[k, 0] = 1.0 if stays or k < go else 0.0
        inputs[k, 65 + NAMES.index(rule)] = 1.0
        for (on, off), shape, strong in zip(there, bumps, strengths, strict=True):
            if on <= k < off:
                inputs[k, 1:33] += strong[0] * shape
                inputs[k, 33:65] += strong[1] * shape
        if k < go or answer is None:
            targets[k, 0] = 0.8
        else:
            targets[k, 1:] += answer_bump
        if k * dt >= 100 and k < go:
            mask[k] = [2.0, *[1.0] * 32]
        if k * dt >= go * dt + 100:
            mask[k] = [10.0, *[5.0] * 32]
    return inputs, targets, mask
