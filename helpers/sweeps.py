"""Many runs of one experiment, stored in one small file: `run`, `load` (lessons 13 and 14).

A sweep takes minutes, so a lesson reads its stored result and does a handful of its runs live. What a sweep runs
stands in a module of its own, helpers/sweep_NAME.py, and `python3 start.py sweep NAME` repeats it.
"""

import importlib
import json
import os
import platform
import sys
from pathlib import Path

import joblib
from tqdm.auto import tqdm

STORED = Path(__file__).parent / "stored"


def load(name):
    """A stored sweep.

    Args:
        name: of helpers/stored/NAME.json.

    Returns:
        rows: a list of dict, a run each: its setting and what came out.
        made: a dict that says how: command, machine, versions.

    Raises:
        FileNotFoundError: there is no such sweep.
    """
    path = STORED / f"{name}.json"
    if not path.exists():
        raise FileNotFoundError(
            f"There is no stored sweep {name!r}; make it with: python3 start.py sweep {name}. "
            f"There are {', '.join(sorted(file.stem for file in STORED.glob('*.json')))}."
        )
    stored = json.loads(path.read_text(encoding="utf-8"))
    return [dict(zip(stored["columns"], row)) for row in stored["rows"]], stored["made"]


def run(name, function, settings, folder=STORED):
    """Run `function(**setting)` for each setting on all cores, and store what came out.

    Each finished run is written at once to NAME.partial.jsonl; after a kill the same call goes on from there. The
    file is as good for any setting order: a setting is known by its values. Inside
    `with joblib.parallel_config("dask"):` the runs go to the Dask cluster that is connected.

    Args:
        name: of the file, str.
        function: at the top of a module, from a setting's values to a dict of numbers, str or None.
        settings: a list of dict with the same keys, no two equal; values are numbers, str or None.
        folder: where the file goes, a Path.

    Returns:
        The Path of the file that was written.
    """
    partial = folder / f"{name}.partial.jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    done = _finished(partial)
    left = [setting for setting in settings if _key(setting) not in done]
    jobs = (joblib.delayed(_one)(function, setting) for setting in left)
    bar = tqdm(total=len(settings), initial=len(settings) - len(left), unit="run", desc=name)
    with open(partial, "a", encoding="utf-8") as file, bar:
        for setting, result in joblib.Parallel(n_jobs=-1, return_as="generator_unordered")(jobs):
            file.write(json.dumps([setting, result]) + "\n")
            file.flush()
            done[_key(setting)] = result
            bar.update()
    rows = [{**setting, **done[_key(setting)]} for setting in settings]
    columns = list(rows[0])
    lines = ",\n".join(json.dumps([row[column] for column in columns]) for row in rows)
    head = json.dumps({"made": _made(name), "columns": columns}, indent=1)[:-2]
    path = folder / f"{name}.json"
    path.write_text(f'{head},\n "rows": [\n{lines}\n ]\n}}\n', encoding="utf-8")
    partial.unlink()
    return path


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
    return json.dumps(setting, sort_keys=True)


def _one(function, setting):
    return setting, function(**setting)


def _made(name):
    import keras
    import tensorflow as tf

    return {
        "command": f"python3 start.py sweep {name}",
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "versions": f"Python {platform.python_version()}, TensorFlow {tf.__version__}, Keras {keras.__version__}",
    }


def main(arguments):
    names = sorted(file.stem.removeprefix("sweep_") for file in Path(__file__).parent.glob("sweep_*.py"))
    if not arguments or arguments[0] not in names:
        print(f"Name a sweep: {', '.join(names)}")
        return 2
    module = importlib.import_module(f"helpers.sweep_{arguments[0]}")
    print(run(arguments[0], module.one_run, module.settings()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
