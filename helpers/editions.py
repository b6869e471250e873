"""notebooks/source/NN_name.md → the learner's edition and the solved one.

    python -m helpers.editions build [NN ...]    make, execute and write the editions (all, or the lessons named)
    python -m helpers.editions text [NN ...]     write what is not code anew, run nothing, keep the stored outputs
    python -m helpers.editions check             fail where an edition no longer follows from its source

Between `### BEGIN SOLUTION` and `### END SOLUTION` the learner reads `...  # your turn`. Cells tagged `claim` or
`instructor` are in the solved edition alone. {{seconds}} in a text is what the build measured, {{alone}},
{{workshop}}, {{stage}} are the minutes in the lesson's front matter, and {{symbols}} is a folded table of all
symbols up to this lesson. CONTRIBUTING.md says how to change a lesson.
"""

import json
import math
import os
import re
import sys
import time
from pathlib import Path

import jupytext
import nbformat
import yaml
from nbclient import NotebookClient

from helpers.stubs import defined_name, without_markers, without_solutions
from helpers.symbols import folded
from helpers.teaching import overview

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
SOLUTIONS = Path(__file__).parent / "exercises" / "solutions.json"
SYMBOLS = Path(__file__).parent / "symbols.json"
ONLY_SOLVED = {"claim", "instructor"}
WIDGET = "application/vnd.jupyter.widget-view+json"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def sources():
    """The lessons in order: a list of Path."""
    return sorted((NOTEBOOKS / "source").glob("[0-9][0-9]_*.md"))


def numbers(chosen=()):
    """The numbers of the lessons named, all by default: a list of str. Leaves with a sentence if one is unknown."""
    there = [source.name[:2] for source in sources()]
    if unknown := sorted(set(chosen) - set(there)):
        sys.exit(f"There is no lesson {', '.join(unknown)}; there are {' '.join(there)}.")
    return [number for number in there if not chosen or number in chosen]


def read(source):
    """A lesson's source as a notebook; its front matter `lesson` is in metadata["lesson"]."""
    return jupytext.read(source, fmt="md:myst")


def tags(cell):
    """The tags of a cell: a set of str."""
    return set(cell.metadata.get("tags", []))


def make_editions(source, seconds):
    """The learner's and the solved notebook of a lesson, not executed.

    Args:
        source: the Path of notebooks/source/NN_name.md.
        seconds: what the lesson takes to run, int, for {{seconds}}.

    Returns:
        A dict from the Path of each edition to its notebook.
    """
    lesson = read(source)
    symbols = folded([entry for entry in read_symbols() if entry["lesson"] <= source.name[:2]])
    numbers = {**lesson.metadata["lesson"], "seconds": seconds, "symbols": symbols}
    editions = {}
    for solved in (False, True):
        cells = []
        for index, cell in enumerate(lesson.cells):
            if not solved and tags(cell) & ONLY_SOLVED:
                continue
            text = cell.source
            if cell.cell_type == "code":
                text = without_markers(text) if solved else without_solutions(text)
            else:
                text = re.sub(r"\{\{(\w+)\}\}", lambda match: str(numbers[match[1]]), text)
                if "instructor" in tags(cell):
                    text = f"<details><summary>For the instructor</summary>\n\n{text}\n\n</details>"
            new = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
            metadata = {"tags": sorted(tags(cell))} if tags(cell) else {}
            if "claim" in tags(cell):
                metadata["jupyter"] = {"source_hidden": True}
            cells.append(new(text, metadata=metadata, id=f"lesson-{source.name[:2]}-{index:03}"))
        notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
        notebook.metadata["lesson"] = dict(lesson.metadata["lesson"])
        notebook.metadata["language_info"] = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
        folder = NOTEBOOKS / "solutions" if solved else NOTEBOOKS
        editions[folder / f"{source.stem}.ipynb"] = notebook
    return editions


def read_symbols():
    """The entries of notebooks/source/symbols.yml: a list of dict from str to str."""
    entries = yaml.safe_load((NOTEBOOKS / "source" / "symbols.yml").read_text(encoding="utf-8"))
    return [{key: str(value) for key, value in entry.items()} for entry in entries]


def extract_solutions():
    """All solutions of all lessons: {"07": {"gradient": "def gradient…"}}."""
    solutions = {}
    for source in sources():
        cells = [cell.source for cell in read(source).cells if "### BEGIN SOLUTION" in cell.source]
        solutions[source.name[:2]] = {defined_name(cell): without_markers(cell) for cell in cells}
    return {lesson: found for lesson, found in solutions.items() if found}


def _execute(notebook, folder):
    """Run a notebook in its folder; returns the seconds it took after its first code cell, the import."""
    began = []
    client = NotebookClient(
        notebook,
        timeout=600,
        coalesce_streams=True,
        extra_arguments=["--log-level=40"],  # no word of the kernel's about its transport
        resources={"metadata": {"path": str(folder)}},
        on_cell_executed=lambda cell, cell_index, execute_reply: began.append(time.perf_counter()),
    )
    client.execute()
    return time.perf_counter() - began[0]


def _clean(notebook):
    """Leave out what differs from run to run or cannot be shown without a kernel."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
            if output.output_type == "error" or output.get("name") == "stderr":
                raise RuntimeError(f"The cell {cell.id} printed an error or a warning:\n{cell.source}\n{output}")


def build(chosen=()):
    """Make, execute and write the editions of the chosen lessons, all by default."""
    # No progress of the person who builds, and no bars that say how long something took.
    os.environ.update(COURSE_PROGRESS="", TQDM_DISABLE="1")
    os.environ.pop("COURSE_SEED", None)
    for source in _chosen(chosen):
        number, timings = source.name[:2], _timings()
        executed, slowest = {}, 0
        for path, notebook in make_editions(source, timings.get(number, 10)).items():
            path.parent.mkdir(exist_ok=True)
            seconds = _execute(notebook, path.parent)
            slowest = max(slowest, seconds)
            _clean(notebook)
            executed[path] = notebook
            print(f"{path.relative_to(NOTEBOOKS)}: {seconds:.1f} s")
        stored = timings.get(number, 0)
        if not stored - 15 < slowest <= stored:  # a run that is a little faster or slower changes nothing
            timings[number] = 10 * math.ceil(slowest / 10)
            text = "# Seconds that each lesson runs after its import, rounded up to 10; written by the build.\n"
            _timings_path().write_text(text + yaml.dump(timings), encoding="utf-8")
        for path, notebook in make_editions(source, timings[number]).items():
            _write(path, notebook, executed[path])


def text(chosen=()):
    """Write texts, tags and front matter of the chosen lessons anew, and keep the outputs. ValueError: code changed."""
    for source in _chosen(chosen):
        for path, notebook in make_editions(source, _timings()[source.name[:2]]).items():
            _write(path, notebook, nbformat.read(path, as_version=4))


def _chosen(chosen):
    """The sources of the lessons named, all by default. What is taken from all sources is written first."""
    chosen = numbers(chosen)
    SOLUTIONS.write_text(_as_json(extract_solutions()), encoding="utf-8", newline="\n")
    SYMBOLS.write_text(_as_json(read_symbols()), encoding="utf-8", newline="\n")
    return [source for source in sources() if source.name[:2] in chosen]


def _write(path, notebook, ran):
    """Write an edition with the outputs of `ran`, the same code as it was run."""
    new, old = ([cell for cell in one.cells if cell.cell_type == "code"] for one in (notebook, ran))
    if [cell.source for cell in new] != [cell.source for cell in old]:
        raise ValueError(f"{path.name} has other code than when it was run; run build {path.name[:2]}.")
    for cell, before in zip(new, old):
        cell.outputs, cell.execution_count = before.outputs, before.execution_count
    nbformat.write(notebook, path)


def _as_json(value):
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _timings_path():
    return NOTEBOOKS / "source" / "timings.yml"


def _timings():
    return yaml.safe_load(_timings_path().read_text(encoding="utf-8")) or {} if _timings_path().exists() else {}


def check():
    """What no longer follows from its source: a list of sentences, empty when all is well. Executes nothing."""
    problems = []
    for file, wanted in ((SOLUTIONS, extract_solutions()), (SYMBOLS, read_symbols())):
        if not file.exists() or json.loads(file.read_text(encoding="utf-8")) != wanted:
            problems.append(f"{file.name} does not hold what stands in the sources; run build.")
    expected = set()
    for source in sources():
        for path, notebook in make_editions(source, _timings().get(source.name[:2])).items():
            expected.add(path)
            problems += _differences(path, notebook)
    for path in {*NOTEBOOKS.glob("*.ipynb"), *NOTEBOOKS.glob("solutions/*.ipynb")} - expected:
        problems.append(f"{path.relative_to(NOTEBOOKS)} has no source; delete it.")
    return problems


def _differences(path, expected):
    name = path.relative_to(NOTEBOOKS)
    if not path.exists():
        return [f"{name} does not exist; run build {name.name[:2]}."]
    stored = nbformat.read(path, as_version=4)
    if stored.metadata != expected.metadata or len(stored.cells) != len(expected.cells):
        return [f"{name} has other cells or metadata than its source; run build {name.name[:2]}."]
    problems = []
    for cell, wanted in zip(stored.cells, expected.cells):
        if any(cell[key] != wanted[key] for key in ("id", "cell_type", "source", "metadata")):
            problems.append(f"{name}, cell {cell.id}: differs from its source; run build {name.name[:2]}.")
        elif cell.cell_type == "code" and cell.execution_count is None:
            problems.append(f"{name}, cell {cell.id}: was never run; run build {name.name[:2]}.")
    return problems


def main(arguments):
    if arguments[:1] in (["build"], ["text"]):
        (build if arguments[0] == "build" else text)(arguments[1:])
        overview.write()
    elif arguments == ["check"]:
        problems = check() + overview.problems()
        print("\n".join(problems) or "Every edition follows from its source.")
        return 1 if problems else 0
    else:
        print(__doc__)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
