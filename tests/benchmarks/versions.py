"""What `python3 start.py test --oldest` and `--newest` end with: which packages were used, and how many tests passed.

Keeps it in versions.json and writes the tables of CONTRIBUTING.md from it.
"""

import datetime
import importlib.metadata
import json
import platform
import re
import sys
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

from packaging.requirements import Requirement

HOME = Path(__file__).resolve().parent.parent.parent
FILE = Path(__file__).with_name("versions.json")
PLACE = re.compile(r"(<!-- versions -->\n).*?(<!-- end -->)", re.S)


def direct():
    """The requirements that pyproject.toml names, those for the tests included."""
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(text) for text in project["dependencies"] + project["optional-dependencies"]["dev"]]


def count(file):
    """What a file of JUnit's kind says: (passed, failed, skipped)."""
    suites = list(ET.parse(file).getroot().iter("testsuite"))
    total, bad, skipped = (sum(int(suite.get(name)) for suite in suites for name in names)
                           for names in (["tests"], ["failures", "errors"], ["skipped"]))  # fmt: skip
    return total - bad - skipped, bad, skipped


def tables(runs):
    """The two tables of CONTRIBUTING.md as Markdown."""
    lines = ["| run | when | Python | system | cells of the lessons | tests | failed | skipped |", "|---" * 8 + "|"]
    for end, run in runs.items():
        (cells, failed, skipped), (tests, failed_too, skipped_too) = run["lessons"], run["tests"]
        lines.append(f"| `--{end}` | {run['when']} | {run['python']} | {run['system']} | {cells:,} | {tests:,} | "
                     f"{failed + failed_too} | {skipped + skipped_too} |")  # fmt: skip
    heads = ["package", "range", *(f"`--{end}`" for end in runs)]
    lines += ["", f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for requirement in direct():
        span = ", ".join(sorted(map(str, requirement.specifier), reverse=True))
        versions = " | ".join(run["packages"].get(requirement.name, "") for run in runs.values())
        lines.append(f"| {requirement.name} | {span} | {versions} |")
    return "\n".join(lines) + "\n"


def write(runs, text):
    """CONTRIBUTING.md with the tables in their place."""
    return PLACE.sub(lambda match: match[1] + tables(runs) + match[2], text)


def main(end, *counts):
    missing = [file for file in counts if not (HOME / file).exists()]
    if missing:
        return f"{' and '.join(missing)} is missing: pytest did not get to its end. Its words stand above."
    runs = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    runs[end] = {
        "when": datetime.date.today().isoformat(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": {package.name: importlib.metadata.version(package.name) for package in direct()},
    } | {part: count(HOME / file) for part, file in zip(("lessons", "tests"), counts)}
    runs = {end: runs[end] for end in ("oldest", "newest") if end in runs}
    FILE.write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")
    guide = HOME / "CONTRIBUTING.md"
    guide.write_text(write(runs, guide.read_text(encoding="utf-8")), encoding="utf-8")
    print(tables(runs))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
