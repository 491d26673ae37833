"""Source distribution and wheel: built, compared with the checkout, installed and tried in a folder of their own.

    python tests/versions/package.py                        # builds and compares; twine check where twine is installed
    python tests/versions/package.py --install python3.12   # also runs commands and tests with the installed wheel

The wheel is built from the unpacked source distribution, as installers do. It is installed with its dependencies into a
fresh virtual environment and tried outside the checkout, with copies of the tests. Exit code 1 if anything failed. The
Python that runs this needs the extra `test`.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "README.md")
FOLDERS = ("neurosim", "plugins", "tests", "tutorials")
BUILD = """
import sys
from setuptools import build_meta
print(getattr(build_meta, "build_" + sys.argv[1])(sys.argv[2]))
"""
COMMANDS = (["--version"], ["tasks"], ["run", "--list"], ["train", "--list"], ["plugins", "list"])
TESTS = ("test_registry.py", "test_loading.py", "test_serialization.py", "storage", "experiments")
"""Those of plugins import the folder of the checkout; that the installed ones load is in the first of these."""


def files_of(folder: Path) -> set[str]:
    """Files of a folder of the checkout, relative to the one around it, without what Python and tools leave there."""
    found = (path.relative_to(folder.parent) for path in folder.rglob("*") if path.is_file())
    return {
        path.as_posix()
        for path in found
        if not any(part == "__pycache__" or part.startswith(".") or part == "_build" for part in path.parts)
    }


def build(folder: Path) -> tuple[Path, Path]:
    """Build a source distribution of the checkout, and a wheel from that."""
    source = folder / "source"
    source.mkdir(parents=True)
    for name in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__", ".*", "_build", "*.egg-info")
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    for name in (*DOCUMENTS, "MANIFEST.in", "pyproject.toml", "setup.py"):
        shutil.copy(ROOT / name, source)
    distribution = _build("sdist", source, folder)
    with tarfile.open(distribution) as archive:
        archive.extractall(folder / "unpacked", **({"filter": "data"} if sys.version_info >= (3, 12) else {}))
    (unpacked,) = (folder / "unpacked").iterdir()
    return distribution, _build("wheel", unpacked, folder)


def _build(kind: str, source: Path, folder: Path) -> Path:
    command = [sys.executable, "-W", "ignore", "-c", BUILD, kind, str(folder)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return folder / done.stdout.splitlines()[-1]


def differences(distribution: Path, wheel: Path) -> list[str]:
    """Files that one of the two lacks, or that do not belong into it."""
    with tarfile.open(distribution) as archive:
        shipped = {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}
    expected = set(DOCUMENTS).union(*(files_of(ROOT / name) for name in FOLDERS))
    made = {"MANIFEST.in", "PKG-INFO", "pyproject.toml", "setup.cfg", "setup.py"}
    wrong = [f"source distribution lacks {name}" for name in sorted(expected - shipped)]
    extra = {name for name in shipped - expected - made if ".egg-info/" not in name}
    wrong += [f"source distribution has {name}" for name in sorted(extra)]
    code = {name.replace("plugins/", "neurosim_plugins/", 1) for name in files_of(ROOT / "plugins")}
    expected = files_of(ROOT / "neurosim") | code
    installed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    wrong += [f"wheel lacks {name}" for name in sorted(expected - installed)]
    return wrong + [f"wheel has {name}" for name in sorted(installed - expected)]


def metadata(wheel: Path) -> tuple[str, str]:
    """Metadata and entry points of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        (place,) = {name.partition("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        return archive.read(f"{place}/METADATA").decode(), archive.read(f"{place}/entry_points.txt").decode()


def try_installed(interpreter: str, wheel: Path, folder: Path) -> list[str]:
    """Install a wheel into a new environment, and run commands and tests outside the checkout; what failed."""
    windows = os.name == "nt"
    place, outside = folder / "environment", folder / "outside"
    programs = place / ("Scripts" if windows else "bin")
    outside.mkdir()
    shutil.copytree(ROOT / "tests", outside / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", outside)
    python = str(programs / "python")
    where = "import neurosim, sys; sys.exit('site-packages' not in neurosim.__file__)"
    tests = [str(Path("tests") / name) for name in TESTS]
    steps = [
        [interpreter, "-m", "venv", str(place)],
        [python, "-m", "pip", "install", "--quiet", f"{wheel}[test]"],
        [python, "-c", where],
        *([str(programs / "neurosim"), *arguments] for arguments in COMMANDS),
        [str(programs / "neurosim"), "run", "quick", "--quiet", "--output", "results"],
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
    ]
    environment = {**os.environ, "MPLBACKEND": "Agg", "OPENBLAS_NUM_THREADS": "1"}
    environment |= {"NEUROSIM_CACHE": str(folder / "kernels")}
    environment.pop("PYTHONPATH", None)
    for step in steps:
        if subprocess.run(step, cwd=outside, env=environment).returncode:
            return [f"failed: {' '.join(step)}"]
    return []


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--install", metavar="PYTHON", help="install the wheel with this interpreter and try it"
    )
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="neurosim-package-") as folder:
        distribution, wheel = build(Path(folder))
        print(f"{distribution.name}: {distribution.stat().st_size / 1e6:.1f} MB")
        print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB")
        wrong = differences(distribution, wheel)
        if importlib.util.find_spec("twine"):
            check = [sys.executable, "-m", "twine", "check", "--strict", str(distribution), str(wheel)]
            wrong += ["twine check"] if subprocess.run(check).returncode else []
        if chosen.install:
            wrong += try_installed(chosen.install, wheel, Path(folder))
    print("\n".join(wrong) or "complete")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
