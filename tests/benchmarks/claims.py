"""How far each lesson's claims stay from their bounds: `python3 start.py claims [NN ...]`.

Runs the solved editions with the lessons' own seed, with five others, and with the own seed on TensorFlow's plain
kernels (TF_ENABLE_ONEDNN_OPTS=0). Prints a table, and puts each lesson's rows into tests/benchmarks/claims.md.
"""

import json
import os
import platform
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from nbclient import NotebookClient
from tqdm import tqdm

from helpers import editions

RUNS = {f"seed {seed}": {"COURSE_SEED": str(seed)} for seed in range(6)}
RUNS["seed 0, no oneDNN"] = {"COURSE_SEED": "0", "TF_ENABLE_ONEDNN_OPTS": "0"}
TABLE = Path(__file__).with_suffix(".md")
HEAD = ["| lesson | claim | bound | worst of seven runs | room |", "|---|---|---|---|---|"]


def run(number, name):
    """The claims of one lesson in one run: a list of dict; a cell that fails does not stop the others."""
    source = next(source for source in editions.sources() if source.name[:2] == number)
    path, notebook = next(
        pair for pair in editions.make_editions(source, 10).items() if pair[0].parent.name != "notebooks"
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "claims.jsonl"
        environment = {
            **os.environ,
            **RUNS[name],
            "COURSE_CLAIMS": str(file),
            "COURSE_PROGRESS": "",
            "TQDM_DISABLE": "1",
        }
        resources = {"metadata": {"path": str(path.parent)}}
        quiet = ["--log-level=40"]
        client = NotebookClient(notebook, timeout=600, allow_errors=True, resources=resources, extra_arguments=quiet)
        client.execute(env=environment)
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [json.loads(line) for line in lines]


def rows(number, found):
    """One row for each claim of a lesson: its bound, the value closest to it with its run, and how much room is left.

    Args:
        number: two digits, str.
        found: a dict from the run's name to its list of claims.
    """
    names = [claim["claim"] for claim in found["seed 0"]]
    for name in names:
        values = {run: claim for run, claims in found.items() for claim in claims if claim["claim"] == name}
        sign, bound = values["seed 0"]["sign"], values["seed 0"]["bound"]
        if sign == "=":
            held = sum(claim["value"] == claim["bound"] for claim in values.values())
            yield f"| {number} | {name} | as told | {held} of {len(found)} runs | {'' if held == len(found) else '✗'} |"
            continue
        worst = (max if sign == "<" else min)(values, key=lambda run: values[run]["value"])
        value = values[worst]["value"]
        held = len(values) == len(found) and (value < bound if sign == "<" else value > bound)
        left = room(sign, value, bound) if held else "✗"
        yield f"| {number} | {name} | {sign} {bound:g} | {value:.3g} ({worst}) | {left} |"


def room(sign, value, bound):
    """By which factor a bound could be tighter, in words. Of a share near 1 what is missing to 1 is compared."""
    if bound == 0 or value * bound < 0:
        return f"{abs(value - bound):.3g} away"
    if 0.5 <= bound < 1 and 0.5 <= value <= 1:
        sign, value, bound = {"<": ">", ">": "<"}[sign], 1 - value, 1 - bound
    big, small = (bound, value) if sign == "<" else (value, bound)
    return f"{big / small:,.1f} times" if big < 1e6 * small else "more than a million times"


def merged(text, new):
    """The table's text with the rows of some lessons replaced; those of lessons that are no more are dropped.

    Args:
        text: of claims.md as it was, str.
        new: a dict from a lesson's two digits to its rows, lists of str.
    """
    numbers = [source.name[:2] for source in editions.sources()]
    old = {number: [line for line in text.splitlines() if line.startswith(f"| {number} ")] for number in numbers}
    lines = [row for number in numbers for row in {**old, **new}[number]]
    return "\n".join([__doc__.strip(), "", f"Run on {platform.system()} {platform.machine()}.", "", *HEAD, *lines, ""])


def main(arguments):
    chosen = editions.numbers(arguments)
    jobs = [(number, name) for number in chosen for name in RUNS]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        results = list(tqdm(pool.map(run, *zip(*jobs)), total=len(jobs), unit="run"))
    found = dict(zip(jobs, results))
    new = {number: list(rows(number, {name: found[number, name] for name in RUNS})) for number in chosen}
    print("\n".join([*HEAD, *sum(new.values(), [])]))
    TABLE.write_text(merged(TABLE.read_text(encoding="utf-8") if TABLE.exists() else "", new), encoding="utf-8")
    return int(any("✗" in row for part in new.values() for row in part))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
