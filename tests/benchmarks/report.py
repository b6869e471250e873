"""Measure how fast and how surely a picture comes back: `python3 start.py bench [pictures]`.

Runs bench_leak.py by pytest-benchmark. With all 100 pictures it writes results.json and growth.png beside this file,
and the tables between the two marks in the README; with fewer it prints the tables alone. On two cores without other
work the whole takes about a quarter of an hour.
"""

import json
import os
import platform
import re
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
README, RESULTS, CHART = HERE.parent.parent / "README.md", HERE / "results.json", HERE / "growth.png"
MARKS = re.compile(r"(?<=<!-- bench -->\n).*?(?=<!-- /bench -->)", re.S)
ALL = 100
BLUE, ORANGE = "#0072b2", "#d55e00"
AXES = {
    "side": "picture's side, LeNet",
    "channels": "channels, LeNet",
    "batch": "pictures in the batch, MLP",
    "width": "filters a layer, LeNet",
}


def measure(pictures):
    """Run the measurements; returns what pytest-benchmark wrote, a dict."""
    os.environ["COURSE_BENCH_PICTURES"] = str(pictures)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "raw.json"
        options = ["-p", "no:cacheprovider", "-p", "no:xdist", "--benchmark-quiet", f"--benchmark-json={file}"]
        code = pytest.main([str(HERE / "bench_leak.py"), *options])
        if code:
            sys.exit(int(code))
        return json.loads(file.read_text(encoding="utf-8"))


def summary(raw):
    """What is kept of it: numbers of three digits, the machine and the versions, a dict."""
    entries = [{**entry["stats"], **entry["extra_info"]} for entry in raw["benchmarks"]]
    of = {kind: [entry for entry in entries if entry["kind"] == kind] for kind in ("attack", "step", "loop", "growth")}
    cpu = raw["machine_info"]["cpu"].get("brand_raw", "")
    kept = {
        "command": "python3 start.py bench",
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {cpu}".rstrip(", "),
        "versions": {"Python": platform.python_version()}
        | {name: version(name) for name in ("tensorflow", "keras", "numpy", "scipy")},
        "attacks": [attack_row(entry) for entry in of["attack"]],
        "steps": [step_row(network, of["step"], of["loop"]) for network in ("MLP", "LeNet")],
        "growth": [growth_row(axis, of["growth"]) for axis in AXES],
    }
    return rounded(kept)


def rounded(value):
    if isinstance(value, dict):
        return {name: rounded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return float(f"{value:.3g}") if isinstance(value, float) else value


def attack_row(entry):
    runs, timed = entry["runs"], entry["runs"][: entry["timed"]]
    errors = [run["error"] for run in runs]
    row = {"network": entry["network"], "attack": entry["attack"], "pictures": len(runs), "timed": len(timed)}
    row |= {"label": sum(run["label"] for run in runs), "median error": float(np.median(errors))}
    row |= {"worst error": max(errors), "compiled": entry["compiled"]}
    row["median seconds"] = float(np.median([run["seconds"] for run in timed]))
    for bound in ("0.001", "0.0001"):
        seconds = [np.inf if run[bound] is None else run[bound] for run in timed]
        finite = [float(value) if np.isfinite(value) else None for value in (np.median(seconds), max(seconds))]
        row[bound] = {"below": sum(error < float(bound) for error in errors), "seconds": finite}
    return row


def step_row(network, steps, loops):
    def of(entries):  # the least of many rounds: what the machine did besides only ever adds
        return {e["what"]: e["min"] / e["per"] * 1000 for e in entries if e["network"] == network}

    evaluation = next(e for e in steps if e["network"] == network and "inside" in e)
    around = 1 - evaluation["inside"] / (evaluation["mean"] / evaluation["per"])
    return {"network": network, "called": of(steps), "loop": of(loops), "around": around}


def growth_row(axis, entries):
    entries = [entry for entry in entries if entry["axis"] == axis]
    row = {"axis": axis, "values": [entry["value"] for entry in entries]}
    row["step"] = [entry["median"] * 1000 for entry in entries]
    row["seconds"] = [
        None if None in entry["seconds"] else float(np.median(entry["seconds"])) for entry in entries
    ]  # a setting counts as reached when all its pictures were
    row["slopes"] = [slope(row["values"], row[name]) for name in ("step", "seconds")]
    return row


def slope(values, numbers):
    """The power p of the line `numbers` ~ values^p through the points that there are; None for fewer than two."""
    points = [(value, number) for value, number in zip(values, numbers) if number is not None]
    return float(np.polyfit(*np.log(points).T, 1)[0]) if len(points) > 1 else None


def table(head, rows):
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *(f"| {' | '.join(row)} |" for row in rows)])


def seconds_of(pair):
    median, worst = ("not reached" if value is None else f"{value:.2f}" for value in pair)
    return median if median == worst == "not reached" else f"{median} ({worst})"


def compiling(seconds):
    """A first call less a second one: on a busy machine the second may be the slower, and that says nothing."""
    return "" if seconds is None else f"{seconds:.1f}" if seconds > 0 else "not measured"


def tables(kept):
    """The generated part of the README, a str."""
    rows = [
        [
            f"`{row['attack']}`, {row['network']}",
            f"{row['label']} of {row['pictures']}",
            *(f"{row[bound]['below']} of {row['pictures']}" for bound in ("0.001", "0.0001")),
            f"{row['median error']:.0e} ({row['worst error']:.0e})",
            *(seconds_of(row[bound]["seconds"]) for bound in ("0.001", "0.0001")),
            f"{row['median seconds']:.2f}",
            compiling(row["compiled"]),
        ]
        for row in kept["attacks"]
    ]
    head = ["attack", "label right", "error below 0.001", "below 0.0001", "median error (worst)"]
    head += ["seconds to 0.001 (worst)", "to 0.0001 (worst)", "whole search", "compiled once"]
    parts = [table(head, rows)]

    head = ["network", "plain gradient", "attack step", "both in one compiled loop", "evaluation in `fit_lbfgs`"]
    rows = []
    for row in kept["steps"]:
        called, loop = row["called"], row["loop"]
        step, evaluation, around = called["attack step"], called["evaluation"], 100 * row["around"]
        rows.append(
            [
                row["network"],
                f"{called['plain gradient']:.2f} ms",
                f"{step:.2f} ms, {step / called['plain gradient']:.1f} gradients",
                f"{loop['plain gradient']:.2f} and {loop['attack step']:.2f} ms, "
                f"{loop['attack step'] / loop['plain gradient']:.1f} gradients",
                f"{evaluation:.2f} ms, {evaluation / step:.1f} steps; {around:.0f} % of it is SciPy and the record",
            ]
        )
    parts.append(table(head, rows))

    rows = []
    for row in kept["growth"]:
        powers = ["—" if power is None else f"{row['axis']}^{power:.1f}" for power in row["slopes"]]
        seconds = ["—" if value is None else f"{value:.2f}" for value in row["seconds"]]
        rows.append([AXES[row["axis"]], ", ".join(map(str, row["values"])), ", ".join(f"{s:.2f}" for s in row["step"])])
        rows[-1] += [powers[0], ", ".join(seconds), powers[1]]
    parts.append(table(["what grows", "values", "step, ms", "grows like", "seconds to 0.001", "grow like"], rows))

    versions = {"tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy", "scipy": "SciPy"}
    named = ", ".join(f"{versions.get(name, name)} {number}" for name, number in kept["versions"].items())
    served = max(row["pictures"] for row in kept["attacks"])
    timed = max(row["timed"] for row in kept["attacks"])
    parts.append(
        f"{kept['machine']}. {named}. Seconds are of the first {timed} pictures, without compiling; one compilation "
        f"served all {served} pictures of a row, each with a network of its own."
    )
    return "\n" + "\n\n".join(parts) + "\n\n"


def chart(kept, path):
    """Draw how a step and a search grow: four panels, both axes logarithmic."""
    figure, panels = plt.subplots(1, 4, figsize=(13, 3.6), layout="constrained", sharey=True)
    for panel, row in zip(panels, kept["growth"]):
        lines = [
            ("a step, in milliseconds", row["step"], BLUE, "o-"),
            ("a search, in seconds", row["seconds"], ORANGE, "s--"),
        ]
        for (name, numbers, colour, style), power in zip(lines, row["slopes"]):
            label = f"{name.split(',')[0]}: slope {'—' if power is None else f'{power:.1f}'}"
            points = [(value, number) for value, number in zip(row["values"], numbers) if number is not None]
            panel.plot(*zip(*points), style, color=colour, label=label) if points else None
        panel.set(xscale="log", yscale="log", xlabel=AXES[row["axis"]], xticks=row["values"])
        panel.set_xticklabels(row["values"])
        panel.minorticks_off()
        panel.grid(alpha=0.3)
        panel.legend(fontsize=9)
    panels[0].set_ylabel("step: milliseconds\nsearch to 0.001: seconds")
    figure.suptitle("How the work grows: the steeper the line, the dearer the next size")
    figure.savefig(path, dpi=100, metadata={"Software": None})
    plt.close(figure)


def write(kept):
    """Write the JSON file, the chart and the README's part."""
    RESULTS.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    chart(kept, CHART)
    readme = README.read_text(encoding="utf-8")
    README.write_text(MARKS.sub(lambda _: tables(kept), readme, count=1), encoding="utf-8")


def main(arguments):
    pictures = int(arguments[0]) if arguments else ALL
    kept = summary(measure(pictures))
    print(tables(kept))
    if pictures >= ALL:
        write(kept)
        print(f"Written: {RESULTS.name}, {CHART.name} in {HERE.relative_to(README.parent)}, and {README.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
