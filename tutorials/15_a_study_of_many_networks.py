# %% [markdown]
# # 15 A study of many networks
#
# Networks of the same size and gain differ. A number with an error bar needs many of them, and a transition needs many
# gains. A study is one measurement at many points, computed on all cores, saved in a folder point by point, and
# collected in one table.
#
# Here it is the variance and the largest Lyapunov exponent of random networks over gain and size (Sompolinsky, Crisanti
# and Sommers, Physical Review Letters 61, 259, 1988). Run it with `python tutorials/15_a_study_of_many_networks.py`.

# %%
import os
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from neurosim.plotting import sweep_lines
from neurosim.sweep import load_study, study_status

FAST = "NEUROSIM_FAST" in os.environ  # for the tests: smaller and shorter
SIZES, SEEDS, DURATION = ([50, 100], 4, 100.0) if FAST else ([100, 200, 400], 10, 400.0)
place = Path(tempfile.mkdtemp())

# %% [markdown]
# ## One file
#
# An experiment as `neurosim run` takes it, and a table `[sweep]`: every combination of these gains and sizes, and
# several seeds of each. A condition leaves points out. From a shell this is `neurosim sweep edge.toml`.

# %%
(place / "edge.toml").write_text(f"""
title = "The edge of chaos"
description = "variance and exponent over gain and size"
seed = 1988
analyses = ["variance", "exponent"]

[simulation]
duration = {DURATION}
dt = 0.1
discard = {DURATION / 4}
every = 5

[network]
size = 100
neuron = {{ type = "LeakyCurrent", activation = "tanh" }}
connectivity = {{ type = "Gaussian", gain = 1.0 }}

[sweep]
seeds = {SEEDS}
where = ["gain < 3"]

[sweep.grid]
network.connectivity.gain = [0.5, 0.8, 1.2, 1.5, 2.0, 2.5, 3.0]
network.size = {SIZES}
""")
study = load_study(place / "edge.toml")
print(study)

# %% [markdown]
# ## Run it, interrupt it, run it again
#
# `run` starts a process for each core. Ctrl-C, a power cut or `kill -9` only lose the points that were being computed:
# the next `run` in the same folder computes what is missing, and with more seeds only the new ones. The random numbers
# of a point depend only on its own values, so its results are the same bit for bit on any number of workers.

# %%
table = study.run(place / "edge")
again = study.run(place / "edge")  # nothing is left to do
unchanged = int(np.array_equal(again["exponent"], table["exponent"]))
print(study_status(place / "edge").text())
print("bit for bit the same:", bool(unchanged))

# %% [markdown]
# ## One table
#
# A row for each point, a column for each parameter and each result, also in `table.csv`. Statistics are taken over one
# parameter, here the seeds. Each quantity has a column with mean-field theory for infinitely many units.

# %%
mean, error, count = table.mean("seed"), table.sem("seed"), table.count("seed")
largest = mean.where(size=SIZES[-1])
for row in range(len(largest)):
    gain, measured, theory = (largest[name][row] for name in ("gain", "variance", "variance (theory)"))
    print(f"g = {gain:.1f}: variance {measured:.3f}, theory {theory:.3f}")
gains, variances, predicted = largest["gain"], largest["variance"], largest["variance (theory)"]

# %% [markdown]
# ## One figure
#
# Mean and standard error over the seeds, a color for each size, theory dashed. In finite networks the exponent is lower
# than in theory, the more so the smaller they are: just above g = 1 many settle at a fixed point.

# %%
figure, panels = plt.subplots(1, 2, figsize=(9.0, 3.6), layout="constrained")
for ax, quantity in zip(panels, ("variance", "exponent"), strict=True):
    sweep_lines(table, "gain", quantity, color="size", ax=ax)
panels[1].axhline(0.0, color="0.7", lw=1.0, zorder=0)
plt.show()

# %% [markdown]
# ## Anything else
#
# Other measurements are functions of your own, in a file that workers can import: say
# `def share(gain, size, rng): ...` in `study.py`, which returns a number, an array, or several of them by name. Then
# `ns.Sweep(share, gain=[1.5, 2.0], size=[200], seed=range(10)).run("shares")` is the same kind of study, and
# `run("shares", client)` computes it on a Dask cluster. See `neurosim/sweep/README.md`.

# %% [markdown]
# **Results:** the variance over gain follows mean-field theory within the error bars of many networks, while the
# exponent of small ones stays below it.
#
# **Try:** more seeds in the file, and run again: only the new points are computed. Or put
# `network.connectivity.type = ["Gaussian", "Orthogonal"]` into the grid, and draw with `color="type"`.
