"""Metadata, dependencies and entry points of neurosim; tool settings live in pyproject.toml."""

import re
from pathlib import Path

from setuptools import find_packages, setup

here = Path(__file__).parent
source = (here / "neurosim" / "__init__.py").read_text(encoding="utf-8")
(version,) = re.findall(r'^__version__ = "(.+)"$', source, re.MULTILINE)

setup(
    name="neurosim-rnn",
    version=version,
    description="Rate recurrent neural networks on a laptop: simulate, train, analyze, extend.",
    long_description=(here / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    python_requires=">=3.10",
    packages=[*find_packages(include=["neurosim", "neurosim.*"]), "neurosim_plugins"],
    package_dir={"neurosim_plugins": "plugins"},
    package_data={
        "neurosim": ["py.typed", "README.md", "*/README.md", "experiments/shipped/*/*.toml"],
        "neurosim_plugins": ["README.md"],
    },
    install_requires=[
        "numpy>=1.26",
        "numba>=0.61",
        "scipy>=1.12",
        "matplotlib>=3.8",
        "autograd>=1.7",
        "threadpoolctl>=3.5",
        "tqdm>=4.66",
        "tomli>=2.0; python_version < '3.11'",
    ],
    extras_require={
        "test": [
            "pytest>=8",
            "pytest-xdist>=3.5",
            "hypothesis>=6.100",
            "ruff>=0.6",
            "mypy>=1.11",
            "xarray>=2024.1",
            "h5py>=3.10",
            "distributed>=2024.1",
            "pandas>=2.1",
            "setuptools>=70.1",  # builds wheels without another package
        ],
        "keras": ["h5py>=3.10"],
        "dask": ["distributed>=2024.1"],
        "xarray": ["xarray>=2024.1"],
        # NeuroGym 2.3.1 needs torch and does not say so
        "gym": ["gymnasium>=0.29", "neurogym>=2.2,!=2.3.1"],
        "docs": [
            "sphinx>=7.2",
            "myst-parser>=3",
            "numpydoc>=1.7",
            "pydata-sphinx-theme>=0.15",
            "sphinx-mathjax-offline",
            "h5py>=3.10",  # tutorial 13
        ],
        "bench": ["jax>=0.4.30", "torch>=2.2"],
    },
    entry_points={
        "console_scripts": ["neurosim = neurosim.cli:main"],
        "neurosim.neurons": [
            "FitzHughNagumo = neurosim_plugins.fitzhugh_nagumo:FitzHughNagumo",
            "Hopf = neurosim_plugins.hopf:Hopf",
        ],
        "neurosim.connectivity": [
            "SmallWorld = neurosim_plugins.small_world:SmallWorld",
            "Ring = neurosim_plugins.ring:Ring",
        ],
    },
    classifiers=[
        "Intended Audience :: Science/Research",
        "Programming Language :: Python :: 3",
        "Topic :: Scientific/Engineering",
        "Typing :: Typed",
    ],
)
