"""The instructor's overview, notebooks/instructors.md, and the routes in the README: made from the lessons.

`python -m helpers.editions build` and `text` write both, `check` fails where one no longer follows.
"""

import json
import math
import re
from pathlib import Path

from helpers.teaching import routes
from helpers.teaching.routes import HOME, ROUTES

TEMPLATE = Path(__file__).with_name("overview.md")
README_MARKS = re.compile(r"(?<=<!-- routes -->\n).*?(?=<!-- /routes -->)", re.S)


def memory(home=HOME):
    """What `start.py memory` measured, in GB: {"lessons": {"00": …}, "together": {"17": …}, "server": …, …}."""
    return json.loads((Path(home) / "notebooks" / "source" / "memory.json").read_text(encoding="utf-8"))


def page(home=HOME):
    """The overview as Markdown, a str."""
    there, measured = routes.lessons(home), memory(home)
    talk, short, full, _ = ROUTES
    peaks = {**measured["lessons"], **measured["together"]}
    in_order = sorted(peaks, key=peaks.get)
    largest, second = peaks[in_order[-1]], max(measured["lessons"].values())
    seat = measured["server"] + largest + second
    shown = {
        "routes": routes.table(there),
        "break": routes.BREAK,
        "stretch": routes.STRETCH,
        "times": _times(there, measured),
        "short": routes.agenda(routes.days(short, there), there),
        "full": routes.agenda(routes.days(full, there), there),
        "full_reading": routes.numbers([number for number in full.reading if number in there]),
        "full_numbers": " ".join(full.lessons),
        "short_numbers": " ".join(number for number in short.lessons if number != routes.DIGEST),
        "talk_numbers": " ".join(talk.lessons),
        "plans_workshop": _plans(there, "workshop", home),
        "plans_stage": _plans(there, "stage", home),
        "machine": measured["machine"],
        "largest_lesson": in_order[-1],
        "largest": f"{largest:.2f}",
        "imported": f"{measured['imported']:.2f}",
        "server": f"{measured['server']:.2f}",
        "seat": f"{seat:.1f}",
        "thirty": f"{30 * seat:.0f}",
        "limit": math.ceil(seat),
        "fastest": min(_seconds(home)),
        "slowest": max(_seconds(home)),
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: str(shown[match[1]]), text)


def _seconds(home):
    """What the build measured of each lesson, rounded up to 10: a list of int."""
    text = (Path(home) / "notebooks" / "source" / "timings.yml").read_text(encoding="utf-8")
    return [int(seconds) for seconds in re.findall(r"^\S+: (\d+)$", text, re.M)]


def _times(there, measured):
    peaks, together = measured["lessons"], measured["together"]
    rows = ["| | lesson | alone | workshop | stage | memory |", "|---|---|---|---|---|---|"]
    for number, lesson in there.items():
        peak = f"{peaks[number]:.2f} GB" if number in peaks else "not measured"
        peak += f"; {together[number]:.2f} with its processes" if number in together else ""
        times = " | ".join(f"{lesson[kind]} min" for kind in ("alone", "workshop", "stage"))
        rows.append(f"| {number} | {lesson['title']} | {times} | {peak} |")
    digest = sum(lesson.get("digest", 0) for lesson in there.values())
    rows.append(f"| | the digest of 01 to 04 | | {digest} min | | |")
    return "\n".join(rows)


def _plans(there, kind, home):
    plans = routes.plans(there, kind, home)
    return "\n".join(f"- **{number}**, {there[number][kind]} min: {plan}" for number, plan in plans.items())


def readme(home=HOME):
    """The README with the routes of today, a str."""
    text = (Path(home) / "README.md").read_text(encoding="utf-8")
    return README_MARKS.sub(lambda match: "\n" + routes.table(routes.lessons(home)) + "\n\n", text)


def write(home=HOME):
    """Write the page and the README's routes."""
    for path, text in _files(home).items():
        path.write_text(text, encoding="utf-8", newline="\n")


def problems(home=HOME):
    """What no longer follows from the lessons, and which route breaks its promise: a list of sentences."""
    found = [
        f"{path.name} does not hold what stands in the lessons; run python -m helpers.editions text."
        for path, text in _files(home).items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    there = routes.lessons(home)
    return found + list(filter(None, (routes.broken(route, there) for route in ROUTES)))


def _files(home):
    return {Path(home) / "notebooks" / "instructors.md": page(home), Path(home) / "README.md": readme(home)}
