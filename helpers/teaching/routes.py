"""The routes through the course, how long each takes, and its agenda. Times come from the lessons' front matter.

A lesson states `alone`, `workshop` and `stage` in minutes. Lessons 01 to 04 also state `digest`: what their cells
tagged `digest` take, which together are the digest of the short workshop.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent.parent
DIGEST = "digest"
BREAK, STRETCH = 15, 95  # minutes of a break, and the most that people sit without one
ALL = tuple(f"{number:02}" for number in range(21))


@dataclass(frozen=True)
class Route:
    """A way through the course. `promise` is (least, most) minutes, breaks included, when all its lessons are there."""

    name: str
    kind: str  # which of a lesson's times counts: alone, workshop or stage
    lessons: tuple
    promise: tuple
    says: str
    days: int = 1
    reading: tuple = ()


ROUTES = (
    Route("the talk", "stage", ("00", "05", "06", "11", "12"), (40, 45), "45 min on stage"),
    Route(
        "the short workshop",
        "workshop",
        ("00", DIGEST, "05", "06", "07", "09", "11"),
        (180, 240),
        "4 h",
        reading=("10",),
    ),  # fmt: skip
    Route(
        "the full workshop",
        "workshop",
        tuple(n for n in ALL if n not in ("16", "17", "19")),
        (480, 540),
        "9 h over two days",
        days=2,
        reading=("16", "17", "19"),
    ),  # fmt: skip
    Route("alone", "alone", ALL, (720, 840), "12 to 14 h"),
)


def lessons(home=HOME):
    """The lessons that are there: {"07": {"title": …, "alone": …, "file": "07_name.ipynb"}}, in order."""
    found = {}
    for path in sorted((Path(home) / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]["lesson"]
        found[path.name[:2]] = {**metadata, "file": path.name}
    return found


def entries(route, there):
    """The parts of a route in order: a list of (number or DIGEST, minutes). Lessons not yet written are left out."""
    found = []
    for number in route.lessons:
        if number == DIGEST:
            found.append((DIGEST, sum(lesson.get("digest", 0) for lesson in there.values())))
        elif number in there:
            found.append((number, there[number][route.kind]))
    return found


def days(route, there):
    """The route with its breaks: for each day a list of (start in minutes, minutes, number or DIGEST or "break")."""
    parts = entries(route, there)
    if route.days == 1 or len(parts) < 2:
        return [_day(parts, route.kind)]
    cuts = [[_day(part, route.kind) for part in (parts[:cut], parts[cut:])] for cut in range(1, len(parts))]
    lengths = [[sum(minutes for _, minutes, _ in day) for day in days] for days in cuts]
    best = min(range(len(cuts)), key=lambda cut: (sum(lengths[cut]), abs(lengths[cut][0] - lengths[cut][1])))
    return cuts[best]  # the fewest breaks, then the most equal days


def _day(parts, kind):
    """Parts one after the other, with a break before anyone in a workshop sits longer than STRETCH."""
    plan, now, sitting = [], 0, 0
    for number, minutes in parts:
        if kind == "workshop" and sitting and sitting + minutes > STRETCH:
            plan.append((now, BREAK, "break"))
            now, sitting = now + BREAK, 0
        plan.append((now, minutes, number))
        now, sitting = now + minutes, sitting + minutes
    return plan


def total(route, there):
    """Minutes of a route, breaks included."""
    return sum(minutes for day in days(route, there) for _, minutes, _ in day)


def missing(route, there):
    """The numbers of the route's lessons that are not written yet."""
    return [number for number in route.lessons if number != DIGEST and number not in there]


def broken(route, there):
    """A sentence when the route does not keep its promise, else None. What is not yet written cannot be too short."""
    least, most = route.promise
    minutes = total(route, there)
    if minutes > most:
        return f"{route.name} takes {minutes} minutes, and {most} are promised."
    if minutes < least and not missing(route, there):
        return f"{route.name} takes {minutes} minutes, and at least {least} are promised."


def span(minutes):
    """Minutes in words: 45 min, 3 h, 3 h 20 min."""
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * (hours > 0) + [f"{rest} min"] * (rest > 0 or not hours))


def clock(minutes, begin=9 * 60):
    """Minutes after the beginning as a time of day."""
    hours, rest = divmod(begin + minutes, 60)
    return f"{hours:02}:{rest:02}"


def numbers(chosen):
    """Lesson numbers in a row, runs of three and more joined: 00, 01 to 04, 06."""
    groups = []
    for number in chosen:
        if groups and number != DIGEST and groups[-1][-1] != DIGEST and int(number) == int(groups[-1][-1]) + 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    words = []
    for group in groups:
        words += [f"{group[0]} to {group[-1]}"] if len(group) > 2 else group
    return ", ".join(words).replace(DIGEST, "the digest of 01 to 04")


def table(there):
    """The routes as a Markdown table."""
    rows = ["| route | lessons | takes, breaks included | promise |", "|---|---|---|---|"]
    for route in ROUTES:
        chosen = numbers([number for number in route.lessons if number == DIGEST or number in there])
        reading = [number for number in route.reading if number in there]
        if reading:
            chosen += f"; {numbers(reading)} as reading"
        so_far = f" so far; {numbers(missing(route, there))} to come" if missing(route, there) else ""
        rows.append(f"| {route.name} | {chosen} | {span(total(route, there))}{so_far} | {route.says} |")
    return "\n".join(rows)


def agenda(plans, there, begin=9 * 60):
    """The days as Markdown tables, from 9:00."""
    text = []
    for number, plan in enumerate(plans, 1):
        text += [f"**Day {number}**", ""] if len(plans) > 1 else []
        text += ["| from | min | what |", "|---|---|---|"]
        for start, minutes, what in plan:
            names = {"break": "break", DIGEST: "The digest of lessons 01 to 04"}
            name = names.get(what) or f"{what} · {there[what]['title']}"
            text.append(f"| {clock(start, begin)} | {minutes} | {name} |")
        start, minutes, _ = plan[-1]
        text += [f"| {clock(start + minutes, begin)} | | end |", ""]
    return "\n".join(text).rstrip()


def plans(there, kind, home=HOME):
    """The plan that a lesson's notes for the instructor give for `kind`: {"07": "section 1: 9. …"}."""
    found = {}
    for number, lesson in there.items():
        path = Path(home) / "notebooks" / "solutions" / lesson["file"]
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if "instructor" in cell["metadata"].get("tags", []):
                text = " ".join("".join(cell["source"]).split())
                match = re.search(rf"\*\*Plan, {kind} \(\d+ minutes\)[^*]*\*\* (.*?)(?= \*\*| </details>)", text)
                if match:
                    found.setdefault(number, match[1])
    return found
