"""Many runs of one experiment, stored in one small file: `run`, `load` (lessons 13 to 19).

A sweep takes minutes, so a lesson reads its stored result and does a handful of its runs live. What a sweep runs
stands in a module of its own, helpers/sweep_NAME.py, and `python3 start.py sweep NAME` repeats it:

    python3 start.py sweep failures                                 on all cores of this machine
    python3 start.py sweep failures --workers 1                     on one of them
    python3 start.py sweep failures --dask tcp://127.0.0.1:8786     on a Dask cluster, by its scheduler's address

Start the cluster's workers with one thread each and TF_NUM_INTRAOP_THREADS=1; they need the course installed.
"""

import argparse
import contextlib
import importlib
import json
import os
import platform
import sys
import traceback
from pathlib import Path

import joblib
from tqdm.auto import tqdm

STORED = Path(__file__).parent / "stored"
NAMES = sorted(file.stem.removeprefix("sweep_") for file in Path(__file__).parent.glob("sweep_*.py"))


def load(name):
    """A stored sweep.

    Args:
        name: of helpers/stored/NAME.json.

    Returns:
        rows: a list of dict, a row each: its setting and what came out.
        made: a dict that says how: command, machine, versions.

    Raises:
        FileNotFoundError: there is no such sweep.
    """
    path = STORED / f"{name}.json"
    if not path.exists():
        raise FileNotFoundError(
            f"There is no stored sweep {name!r}; make it with: python3 start.py sweep {name}. "
            f"There are {', '.join(NAMES)}."
        )
    stored = json.loads(path.read_text(encoding="utf-8"))
    return [dict(zip(stored["columns"], row)) for row in stored["rows"]], stored["made"]


def run(name, function, settings, folder=STORED, workers=-1):
    """Run `function(**setting)` for each setting on all cores, and store what came out.

    Each finished run is written at once to NAME.partial.jsonl. After a kill the same call goes on from there: a
    setting is known by its values, in whatever order they come. (After a change to the function delete that file.)
    A run that raises does not stop the others. Inside `with joblib.parallel_config("dask"):` the runs go to the Dask
    cluster that is connected.

    Args:
        name: of the file, str.
        function: at the top of a module, from a setting's values to a dict of numbers, str or None, or to a list
            of such dicts, a row each.
        settings: a list of dict, no two equal; values are numbers, str or None.
        folder: where the file goes, a Path.
        workers: how many processes, int; −1 for one on each core.

    Returns:
        The Path of the file that was written.

    Raises:
        ValueError: no settings, or two equal ones.
        RuntimeError: a run raised; it says which, after all others have finished. They are kept.
    """
    if len({_key(setting) for setting in settings}) < max(1, len(settings)):
        raise ValueError(f"{len(settings)} settings came; at least one is needed, and no two may be equal.")
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{name}.partial.jsonl"
    done, failed = _finished(partial), []
    left = [setting for setting in settings if _key(setting) not in done]
    jobs = (joblib.delayed(_one)(function, setting) for setting in left)
    bar = tqdm(total=len(settings), initial=len(settings) - len(left), unit="run", desc=name)
    with open(partial, "a", encoding="utf-8") as file, bar, _few_threads(workers):
        for setting, result, error in joblib.Parallel(n_jobs=workers, return_as="generator_unordered")(jobs):
            if error:
                failed.append(f"{_key(setting)}\n{error}")
                bar.set_postfix(failed=len(failed))
                continue
            file.write(json.dumps([setting, result]) + "\n")
            file.flush()
            done[_key(setting)] = result
            bar.update()
    if failed:
        raise RuntimeError(
            f"{len(failed)} of {len(settings)} runs of the sweep {name!r} failed. What has finished is kept in "
            f"{partial}, and the same command runs the others alone. The first that failed: {failed[0]}"
        )
    path = folder / f"{name}.json"
    finished = path.with_suffix(".new")
    finished.write_text(_as_text(name, [(setting, done[_key(setting)]) for setting in settings]), encoding="utf-8")
    finished.replace(path)
    partial.unlink()
    return path


def _as_text(name, results):
    """The file: how it was made, the columns, and a line for each row. What a row does not have is null."""
    rows = [{**setting, **row} for setting, result in results for row in _rows(result)]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = ",\n".join(json.dumps([row.get(column) for column in columns]) for row in rows)
    head = json.dumps({"made": _made(name), "columns": columns}, indent=1)[:-2]
    return f'{head},\n "rows": [\n{lines}\n ]\n}}\n'


def _rows(result):
    return result if isinstance(result, list) else [result]


def _finished(partial):
    """The runs of an earlier call that was stopped; a last line that was cut off does not count, and is removed."""
    if not partial.exists():
        return {}
    lines = partial.read_text(encoding="utf-8").splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        partial.write_text("".join(lines[:-1]), encoding="utf-8")
        del lines[-1]
    return {_key(setting): result for setting, result in map(json.loads, lines)}


def _key(setting):
    return json.dumps(setting, sort_keys=True, default=_plain)


def _plain(value):
    """For json: NumPy's and TensorFlow's numbers as Python's."""
    try:
        return getattr(value, "numpy", lambda: value)().item()
    except (AttributeError, ValueError):
        raise TypeError(f"{value!r} is a {type(value).__name__}; only numbers, str and None can be stored.") from None


def _one(function, setting):
    """One run: the setting, what came out of it as it will be read back, and the error if there was one."""
    try:
        text = json.dumps([setting, function(**setting)], default=_plain, allow_nan=False)
        return *json.loads(text), None
    except Exception:
        return setting, None, traceback.format_exc()


@contextlib.contextmanager
def _few_threads(workers):
    """What the workers find in their environment when they start: few threads for TensorFlow each, and no bars.

    joblib limits the threads of BLAS and OpenMP by itself, and does not reach TensorFlow's. Measured on 2 busy cores,
    4 attacks in two workers: the same evaluations, in 0.45 s of processor time each instead of 0.50.
    """
    threads = max(1, joblib.cpu_count() // joblib.effective_n_jobs(workers))
    names = {"TF_NUM_INTRAOP_THREADS": str(threads), "TF_NUM_INTEROP_THREADS": "1", "TQDM_DISABLE": "1"}
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _made(name):
    import keras
    import tensorflow as tf

    return {
        "command": f"python3 start.py sweep {name}",
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "versions": f"Python {platform.python_version()}, TensorFlow {tf.__version__}, Keras {keras.__version__}",
    }


def main(arguments):
    parser = argparse.ArgumentParser("start.py sweep", description="Repeat a stored sweep.")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--workers", type=int, default=-1, help="how many processes; without it, one on each core")
    parser.add_argument("--dask", metavar="ADDRESS", help="of a Dask scheduler; the runs go to its cluster")
    chosen = parser.parse_args(arguments)
    module = importlib.import_module(f"helpers.sweep_{chosen.name}")
    with contextlib.ExitStack() as stack:
        if chosen.dask:
            from distributed import Client

            stack.enter_context(Client(chosen.dask))
            stack.enter_context(joblib.parallel_config("dask"))
        print(run(chosen.name, module.one_run, module.settings(), workers=chosen.workers))
    return 0


if __name__ == "__main__":
    from helpers import sweeps  # what the workers get must have a name that they can import

    sys.exit(sweeps.main(sys.argv[1:]))
