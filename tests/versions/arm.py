"""Tests on a 64-bit ARM processor that QEMU emulates, on Linux with Debian's packages.

    sudo dpkg --add-architecture arm64 && sudo apt-get update && sudo apt-get install qemu-user-static
    python tests/versions/arm.py                                    # kernels, noise, files: some 20 minutes
    python tests/versions/arm.py --folder /tmp/arm tests/analysis   # other tests

Python of Debian and the newest wheels for ARM are unpacked into the folder (0.6 GB); nothing is installed. Compiling a
kernel takes half a minute, ten times as long as without emulation, so that tests which limit time may fail. Where Linux
does not know how to run programs for ARM (`/proc/sys/fs/binfmt_misc`), tests that start processes fail too.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = [
    *(f"tests/kernels/{room}" for room in ("functions", "random", "linalg")),
    "tests/engine/test_noise.py",
    "tests/storage/test_files.py",
]
PYTHON = ("python3-minimal:arm64", "libpython3-stdlib:arm64", "libstdc++6:arm64")
PLATFORMS = (
    "manylinux2014_aarch64",
    "manylinux_2_17_aarch64",
    "manylinux_2_27_aarch64",
    "manylinux_2_28_aarch64",
)
PACKAGES = "usr/lib/python3/dist-packages"
ONLY_NEEDED = [
    f"--no-{kind}" for kind in ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")
]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "neurosim-arm")
    parser.add_argument("tests", nargs=argparse.REMAINDER, metavar="ARGUMENT", help="of pytest")
    arguments = parser.parse_args()
    for needed in ("qemu-aarch64-static", "apt-get"):
        if shutil.which(needed) is None:
            parser.error(f"{needed} is not installed; see the first lines of --help.")
    folder = arguments.folder.resolve()
    if not (folder / "complete").exists():
        unpack(folder)
    return run(folder, "-m", "pytest", "-p", "no:cacheprovider", *(arguments.tests or TESTS)).returncode


def unpack(folder: Path) -> None:
    """Put Python for ARM, its libraries and the wheels into a folder."""
    with tempfile.TemporaryDirectory() as downloads:
        depends = ["apt-cache", "depends", "--recurse", *ONLY_NEEDED, *PYTHON]
        listed = subprocess.run(depends, check=True, capture_output=True, text=True).stdout.splitlines()
        names = sorted(
            {line for line in listed if line.endswith(":arm64") and not line.startswith((" ", "<"))}
        )
        subprocess.run(["apt-get", "download", "--quiet", *names], check=True, cwd=downloads)
        for package in Path(downloads).glob("*.deb"):
            subprocess.run(["dpkg-deb", "--extract", package, folder], check=True)
    # older packages have the loader in /lib, where newer ones have a link to /usr/lib
    if (folder / "lib").is_dir() and not (folder / "lib").is_symlink():
        shutil.copytree(folder / "lib", folder / "usr/lib", symlinks=True, dirs_exist_ok=True)
        shutil.rmtree(folder / "lib")
    if not (folder / "lib").exists():
        (folder / "lib").symlink_to("usr/lib")
    version = run(
        folder, "-c", "import sys; print(*sys.version_info[:2], sep='.')", capture_output=True, text=True
    )
    pip = [sys.executable, "-m", "pip", "--quiet"]
    with tempfile.TemporaryDirectory() as wheels:
        subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", wheels, str(ROOT)], check=True)
        (own,) = Path(wheels).glob("*.whl")
        platforms = [word for platform in PLATFORMS for word in ("--platform", platform)]
        only = [*platforms, "--only-binary=:all:", "--python-version", version.stdout.strip()]
        subprocess.run(
            [*pip, "install", "--target", str(folder / PACKAGES), *only, f"{own}[test]"], check=True
        )
    (folder / "complete").touch()


def run(folder: Path, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run Python for ARM."""
    environment = {
        **os.environ,
        "QEMU_LD_PREFIX": str(folder),
        "PYTHONPATH": str(ROOT),
        "NEUROSIM_CACHE": str(folder / "kernels"),
        "MPLBACKEND": "Agg",
        "OPENBLAS_NUM_THREADS": "1",
    }
    python = ["qemu-aarch64-static", str(folder / "usr/bin/python3")]
    return subprocess.run([*python, *arguments], cwd=ROOT, env=environment, **options)  # type: ignore[call-overload, no-any-return]


if __name__ == "__main__":
    sys.exit(main())
