"""Tests under several versions of Python and of the dependencies, each in a fresh virtual environment.

    python tests/versions/run.py python3.10 python3.12 python3.14       # the newest dependencies
    python tests/versions/run.py python3.10 --oldest                    # the oldest that setup.py allows
    python tests/versions/run.py python3.13 --tests tests/storage       # some tests only

Interpreters are commands or paths. Each takes as long as the test suite, with an empty kernel cache. The exit code is
the number of environments that failed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OLDEST = Path(__file__).with_name("oldest.txt")
BINARIES, EXECUTABLE = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
VERSIONS = """
import platform, numpy, numba, scipy
print(platform.python_version(), *(f"{module.__name__} {module.__version__}" for module in (numpy, numba, scipy)))
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("interpreters", nargs="+", metavar="PYTHON")
    parser.add_argument("--oldest", action="store_true", help="install the versions of oldest.txt")
    parser.add_argument(
        "--tests", nargs="+", default=["-n", "auto", "--dist", "worksteal"], metavar="ARGUMENT"
    )
    arguments = parser.parse_args()
    failed = 0
    for interpreter in arguments.interpreters:
        begin = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="neurosim-versions-") as folder:
            outcome = run_tests(interpreter, Path(folder), arguments.oldest, arguments.tests)
        failed += outcome != "passed"
        print(f"{interpreter}: {outcome} after {time.perf_counter() - begin:.0f} s", flush=True)
    return failed


def run_tests(interpreter: str, folder: Path, oldest: bool, tests: list[str]) -> str:
    """Outcome in words of the tests in a new environment in a folder."""
    python = folder / BINARIES / EXECUTABLE
    constraints = ["--constraint", str(OLDEST)] if oldest else []
    environment = {
        **os.environ,
        "NEUROSIM_CACHE": str(folder / "kernels"),
        "MPLBACKEND": "Agg",
        "OPENBLAS_NUM_THREADS": "1",
    }
    steps = {
        "no environment": [interpreter, "-m", "venv", str(folder)],
        "not installed": [str(python), "-m", "pip", "install", "--quiet", *constraints, f"{ROOT}[test]"],
        "not imported": [str(python), "-c", VERSIONS],
        "failed": [str(python), "-m", "pytest", "-p", "no:cacheprovider", *tests],
    }
    for failure, command in steps.items():
        try:
            if subprocess.run(command, cwd=ROOT, env=environment).returncode:
                return failure
        except OSError as error:
            return f"{failure}: {error}"
    return "passed"


if __name__ == "__main__":
    sys.exit(main())
