"""Studies in scripts as users write them, with and without the line that spawned processes need."""

import subprocess
import sys
from pathlib import Path

import measures_for_tests as measures

HERE = Path(measures.__file__).parent

OWN = """
from neurosim.sweep import Sweep

def square(number):
    return number**2

{guard}
    print(Sweep(square, number=[1, 2, 3]).run({folder!r})["square"])
"""

IMPORTED = """
import sys
sys.path.insert(0, {here!r})
import measures_for_tests as measures
from neurosim.sweep import Sweep

print(Sweep(measures.trivial, number=[1, 2, 3]).run({folder!r})["trivial"])
"""


def run(tmp_path, text):
    path = tmp_path / "study.py"
    path.write_text(text)
    command = [sys.executable, str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_a_function_of_the_script_itself(tmp_path):
    done = run(tmp_path, OWN.format(guard='if __name__ == "__main__":', folder=str(tmp_path / "study")))
    assert done.stdout == "[1 4 9]\n", done.stderr


def test_the_error_of_an_unguarded_script_says_what_it_needs(tmp_path):
    done = run(tmp_path, OWN.format(guard="if True:", folder=str(tmp_path / "study")))
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert "ParameterError: worker processes end as soon as they start" in last
    assert "if __name__ == '__main__':" in last


def test_an_imported_function_needs_no_such_line(tmp_path):
    done = run(tmp_path, IMPORTED.format(here=str(HERE), folder=str(tmp_path / "study")))
    assert done.stdout == "[1. 4. 9.]\n", done.stderr


def test_functions_of_an_interpreter_are_refused(tmp_path):
    text = OWN.format(guard="if True:", folder=str(tmp_path / "study"))
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=False
    )
    assert "typed into a notebook or an interpreter" in done.stderr
    assert "from study import square" in done.stderr


def test_a_script_and_its_module_are_one_study(tmp_path):
    place = str(tmp_path / "study")
    run(tmp_path, OWN.format(guard='if __name__ == "__main__":', folder=place))
    importing = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
from study import square
from neurosim.sweep import Sweep
print(Sweep(square, number=[1, 2, 3]).load({place!r})["square"])
"""
    done = subprocess.run(
        [sys.executable, "-c", importing], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "[1 4 9]\n", done.stderr
