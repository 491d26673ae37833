"""A study as a process of its own, for tests that kill or interrupt it: FOLDER MARKS POINTS WORKERS."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import measures_for_tests as measures

from neurosim.sweep import Sweep


def study(marks, points):
    return Sweep(measures.drawn_and_counted, number=range(points), marks=[marks])


if __name__ == "__main__":
    folder, marks, points, workers = sys.argv[1:]
    study(marks, int(points)).run(folder, workers=int(workers))
