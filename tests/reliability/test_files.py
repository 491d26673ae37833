"""The short form of the attacks with files."""

import files


def test_damaged_and_harmful_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    outcomes = files.attack(25, 0, tmp_path)
    assert outcomes.broken == []
    assert {path.name for path in tmp_path.iterdir()} == {"inner"}
    assert outcomes.counts["zip bomb as array", "StorageError"] == 1
    assert outcomes.counts["zip bomb as header", "StorageError"] == 1
