"""Each finding of the doctor, by causing it."""

import importlib.metadata
import json
import shutil
import socket
import subprocess
import sys
from collections import namedtuple

import psutil
import pytest

from helpers import doctor


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
    (tmp_path / "pyproject.toml").write_text(
        '[project]\ndependencies = ["no-such-package>=1,<2", "numpy>=2.0,<3", "tqdm>=0.1,<0.2"]\n'
    )
    monkeypatch.setattr(doctor, "HOME", tmp_path)
    problem = doctor.check_packages()
    assert "no-such-package missing, expected <2,>=1" in problem and "pip install -r requirements.txt" in problem
    assert f"tqdm {importlib.metadata.version('tqdm')}, expected <0.2,>=0.1" in problem and "numpy" not in problem


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


@pytest.fixture
def jupyter(tmp_path, monkeypatch):
    """JupyterLab's folders in an empty place: a function that puts a package.json or a page_config.json there."""
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")  # outside an environment, the user's folder comes first
    monkeypatch.setenv("JUPYTER_NO_CONFIG", "1")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))

    def put(place, content):
        file = tmp_path / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content))
        return file

    return put


def test_widgets_old(jupyter):
    old = jupyter(f"data/labextensions/{doctor.SLIDERS}/package.json", {"version": "3.1.11"})
    assert f"(3.1.11) comes before the right one. Delete the folder {old.parent}" in doctor.check_widgets()


def test_widgets_switched_off(jupyter, monkeypatch):
    monkeypatch.delenv("JUPYTER_NO_CONFIG")
    jupyter("config/labconfig/page_config.json", {"disabledExtensions": {doctor.SLIDERS: True}})
    assert f"switched off. Run: {sys.executable} -m jupyter labextension enable" in doctor.check_widgets()


def test_widgets_missing(monkeypatch):
    monkeypatch.setattr(doctor, "SLIDERS", "@jupyter-widgets/not-installed")
    assert "its part for them is missing. Run:" in doctor.check_widgets()


def test_widgets_without_jupyter(monkeypatch, tmp_path):
    (tmp_path / "jupyter.py").write_text("raise SystemExit(1)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert "Jupyter does not start" in doctor.check_widgets()


def test_port_taken(monkeypatch):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        monkeypatch.setattr(doctor, "PORTS", range(taken, taken + 1))
        assert f"the ports {taken} to {taken} are all taken" in doctor.check_port()
    assert doctor.check_port() is None


def test_port_forbidden(monkeypatch):
    def forbid(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", forbid)
    assert "no port can be opened (Permission denied)" in doctor.check_port()


def test_a_port_that_the_system_keeps_is_passed_over(monkeypatch):
    bind = socket.socket.bind

    def forbid_the_first(door, address):
        if address[1] == doctor.PORTS[0]:
            raise PermissionError(13, "Permission denied")
        bind(door, address)

    monkeypatch.setattr(socket.socket, "bind", forbid_the_first)
    assert doctor.check_port() is None


def test_chromium(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "not found" in doctor.check_chromium() and "apt install chromium" in doctor.check_chromium()
    (tmp_path / "chromium").touch(mode=0o755)
    if shutil.which("chromium"):
        assert doctor.check_chromium() is None


def test_a_problem_is_reported_and_counts(monkeypatch, capsys):
    monkeypatch.setitem(doctor.CHECKS, "memory", lambda: "there is none.")
    assert not doctor.report()
    assert "✗ memory: there is none." in capsys.readouterr().out


def test_a_python_without_the_packages_is_told_so():
    """Also by the command, which somebody types in the wrong environment: one line for each check, no traceback."""
    done = subprocess.run(
        [sys.executable, "-S", "-m", "helpers.doctor"], cwd=doctor.HOME, capture_output=True, text=True, timeout=120
    )
    assert done.returncode and done.stderr == ""
    assert len(done.stdout.splitlines()) == len(doctor.CHECKS) + len(doctor.FOR_TESTS)
    assert "packages: packaging is missing. Run:" in done.stdout
