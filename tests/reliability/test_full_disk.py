"""The short form of the attacks with full disks, where a disk can be mounted."""

import subprocess

import full_disk
import pytest


@pytest.fixture
def can_mount(tmp_path):
    """Skip where this user may not mount a disk."""
    try:
        with full_disk.disk(tmp_path / "disk", full_disk.PAGE):
            pass
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a disk cannot be mounted here")


@pytest.mark.slow
@pytest.mark.usefixtures("can_mount")
def test_full_disks_are_said_and_nothing_is_lost(tmp_path):
    assert full_disk.attack(2, 0, tmp_path).broken == []
