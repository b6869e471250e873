"""Sweeps: what is stored, what a kill leaves, what a run that raises does, and a real Dask cluster."""

import importlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import joblib
import numpy as np
import pytest

from helpers import sweeps

HOME = Path(__file__).parent.parent
FUNCTIONS = """
    import os, time
    from pathlib import Path
    import numpy as np

    def square(number, folder):
        with open(Path(folder) / "calls.txt", "a") as file:
            file.write(f"{number} {os.getpid()}\\n")
        return {"square": number**2, "numpy": np.float32(number) / 2}

    def slow(number, folder):
        result = square(number, folder)
        time.sleep(0.3)
        return result

    def rows(number, folder):
        return [{"part": part, "sum": number + part} for part in (0, 1)]

    def some(number, folder):
        if number == 2:
            raise ValueError("two is too many")
        return np.inf if number == 3 else square(number, folder)

    def threads(number, folder):
        import tensorflow as tf
        return {"threads": os.environ["TF_NUM_INTRAOP_THREADS"], "quiet": os.environ["TQDM_DISABLE"]}
"""


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    """A module of functions in a file of its own. One for all tests: joblib keeps its workers, and their paths."""
    folder, name = tmp_path_factory.mktemp("functions"), f"functions_of_{os.getpid()}"
    (folder / f"{name}.py").write_text(textwrap.dedent(FUNCTIONS))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(HOME)]))
        yield importlib.import_module(name)


def settings(folder, count=6):
    return [{"number": number, "folder": str(folder)} for number in range(count)]


def calls(folder):
    return sorted(int(line.split()[0]) for line in (folder / "calls.txt").read_text().splitlines())


def stored(folder, monkeypatch, name="squares"):
    monkeypatch.setattr(sweeps, "STORED", folder)
    return sweeps.load(name)


def test_every_run_is_stored_in_the_settings_order_with_how_it_was_made(tmp_path, functions, monkeypatch):
    path = sweeps.run("squares", functions.square, settings(tmp_path), tmp_path)
    rows, made = stored(tmp_path, monkeypatch)
    assert path == tmp_path / "squares.json"
    assert [row["square"] for row in rows] == [0, 1, 4, 9, 16, 25] and [row["numpy"] for row in rows][3] == 1.5
    assert made["command"] == "python3 start.py sweep squares" and "TensorFlow" in made["versions"]
    assert sorted(file.suffix for file in tmp_path.iterdir() if file.stem.startswith("squares")) == [".json"]
    json.loads(path.read_text(), parse_constant=pytest.fail)


def test_one_worker_and_two_store_the_same_and_two_share_the_work(tmp_path, functions):
    texts = []
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        texts.append(sweeps.run("squares", functions.slow, settings(tmp_path, 8), folder, workers).read_text())
    assert texts[0] == texts[1]
    processes = {line.split()[1] for line in (tmp_path / "calls.txt").read_text().splitlines()}
    assert len(processes) == 3 and str(os.getpid()) in processes


def test_a_run_may_give_several_rows(tmp_path, functions, monkeypatch):
    sweeps.run("rows", functions.rows, settings(tmp_path, 2), tmp_path, 1)
    rows, _ = stored(tmp_path, monkeypatch, "rows")
    assert [(row["number"], row["part"], row["sum"]) for row in rows] == [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no groups of processes")
def test_a_killed_sweep_goes_on_without_running_a_finished_run_again(tmp_path, functions, monkeypatch):
    code = (
        "from pathlib import Path\nimport sys\nfrom helpers import sweeps\n"
        f"import {functions.__name__} as functions\n"
        "folder = sys.argv[1]\n"
        "settings = [{'number': n, 'folder': folder} for n in range(40)]\n"
        "sweeps.run('squares', functions.slow, settings, Path(folder), 2)\n"
    )
    partial = tmp_path / "squares.partial.jsonl"
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], start_new_session=True)
    try:
        for _ in range(1200):
            if partial.exists() and len(partial.read_text().splitlines()) >= 4:
                break
            assert process.poll() is None
            time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    finally:
        os.killpg(process.pid, signal.SIGKILL) if _alive(process.pid) else None
    with open(partial, "a") as file:
        file.write('[{"number": 39, "fol')  # as if the kill had come in the middle of a line
    finished = [json.loads(line)[0]["number"] for line in partial.read_text().splitlines()[:-1]]
    assert 4 <= len(finished) < 40
    (tmp_path / "calls.txt").write_text("")
    sweeps.run("squares", functions.square, settings(tmp_path, 40)[::-1], tmp_path, 1)
    assert calls(tmp_path) == sorted(set(range(40)) - set(finished))
    rows, _ = stored(tmp_path, monkeypatch)
    assert [row["square"] for row in rows] == [number**2 for number in range(40)][::-1]
    assert not partial.exists()


def _alive(group):
    try:
        os.killpg(group, 0)
        return True
    except ProcessLookupError:
        return False


def test_a_setting_is_known_by_its_values_also_after_json(tmp_path, functions):
    for setting in (
        {"weights": 0.1, "name": "glorot", "nothing": None, "number": 3},
        {"weights": np.float32(0.1), "number": np.int64(3)},
        {"shape": (28, 28)},
    ):
        back = json.loads(json.dumps(setting, default=sweeps._plain))
        assert sweeps._key(back) == sweeps._key(setting) == sweeps._key(dict(reversed(setting.items())))
    assert sweeps._key({"weights": 1}) != sweeps._key({"weights": "1"})


def test_a_run_that_raises_is_named_and_costs_no_other(tmp_path, functions):
    with pytest.raises(RuntimeError) as caught:
        sweeps.run("some", functions.some, settings(tmp_path, 6), tmp_path, 2)
    message = str(caught.value)
    assert "2 of 6 runs" in message and ("two is too many" in message or "not JSON compliant" in message)
    assert '"number": 2' in message or '"number": 3' in message
    assert not (tmp_path / "some.json").exists()
    assert calls(tmp_path) == [0, 1, 4, 5]
    sweeps.run("some", functions.square, settings(tmp_path, 6), tmp_path, 2)  # mended
    assert calls(tmp_path) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("count", [0, 2])
def test_no_settings_or_two_equal_ones_are_refused(tmp_path, functions, count):
    with pytest.raises(ValueError, match=f"{count} settings came"):
        sweeps.run("squares", functions.square, settings(tmp_path, 1) * count, tmp_path)


def test_workers_share_the_cores_and_the_environment_is_put_back(tmp_path, functions, monkeypatch):
    monkeypatch.delenv("TF_NUM_INTRAOP_THREADS", raising=False)
    before = dict(os.environ)
    # A count of workers that no test has used yet: joblib keeps the processes of the last one.
    sweeps.run("threads", functions.threads, settings(tmp_path, 3), tmp_path, 3)
    assert dict(os.environ) == before
    rows, _ = stored(tmp_path, monkeypatch, "threads")
    assert {row["threads"] for row in rows} == {str(max(1, joblib.cpu_count() // 3))}
    assert {row["quiet"] for row in rows} == {"1"}


def test_a_dask_cluster_does_the_same(tmp_path, functions, monkeypatch):
    from distributed import Client, LocalCluster

    options = {"n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": None}
    with LocalCluster(**options) as cluster, Client(cluster), joblib.parallel_config("dask"):
        path = sweeps.run("squares", functions.slow, settings(tmp_path, 8), tmp_path / "dask")
    processes = {line.split()[1] for line in (tmp_path / "calls.txt").read_text().splitlines()}
    assert str(os.getpid()) not in processes and len(processes) == 2
    assert path.read_text() == sweeps.run("squares", functions.square, settings(tmp_path, 8), tmp_path, 1).read_text()


def test_the_command_names_the_sweeps_there_are_and_hands_on(capsys, monkeypatch, tmp_path):
    with pytest.raises(SystemExit) as caught:
        sweeps.main(["no such sweep"])
    assert caught.value.code == 2 and "failures" in capsys.readouterr().err
    seen = {}
    monkeypatch.setattr(sweeps, "run", lambda name, function, settings, workers: seen.update(name=name, w=workers))
    assert sweeps.main(["failures", "--workers", "1"]) == 0
    assert seen == {"name": "failures", "w": 1}


def test_a_sweep_that_is_not_stored_says_how_to_make_it(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match="python3 start.py sweep nothing"):
        stored(tmp_path, monkeypatch, "nothing")
