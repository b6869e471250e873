"""Each finding of the doctor, by causing it."""

import importlib.metadata
import sys
from collections import namedtuple

import psutil
import pytest

from helpers import doctor


@pytest.mark.skipif(doctor.check_packages() is not None, reason="run on other versions than requirements.txt")
def test_this_machine_is_ready(capsys):
    assert doctor.report()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(doctor.CHECKS) and all(line.startswith("✓") for line in lines)


@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_python(monkeypatch, version):
    info = namedtuple("info", "major minor")(*version)
    monkeypatch.setattr(sys, "version_info", info)
    assert "3.11, 3.12 or 3.13" in doctor.check_python()


def test_packages(monkeypatch, tmp_path):
    numpy = importlib.metadata.version("numpy")
    (tmp_path / "requirements.txt").write_text(f"no-such-package==1.0\nnumpy=={numpy}\ntqdm==0.1\n")
    monkeypatch.setattr(doctor, "HOME", tmp_path)
    problem = doctor.check_packages()
    assert "no-such-package missing" in problem and "pip install -r requirements.txt" in problem
    assert f"tqdm {importlib.metadata.version('tqdm')}, expected 0.1" in problem and "numpy" not in problem


def test_import(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "HOME", tmp_path)
    assert f"pip install -e {tmp_path}" in doctor.check_import()


def test_tensorflow(monkeypatch):
    import keras

    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    assert "'jax'" in doctor.check_tensorflow() and "Restart the kernel" in doctor.check_tensorflow()
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    assert "does not start" in doctor.check_tensorflow()


def test_memory(monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: namedtuple("memory", "available")(5e8))
    assert "only 0.5 GB" in doctor.check_memory()


def test_writing(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "file" / "below"))
    assert "cannot be written" in doctor.check_writing()
    monkeypatch.setenv("COURSE_PROGRESS", "")
    monkeypatch.setattr("shutil.disk_usage", lambda path: namedtuple("usage", "free")(1e6))
    assert "nearly full" in doctor.check_writing()


def test_a_problem_is_reported_and_counts(monkeypatch, capsys):
    monkeypatch.setitem(doctor.CHECKS, "memory", lambda: "there is none.")
    assert not doctor.report()
    assert "✗ memory: there is none." in capsys.readouterr().out
