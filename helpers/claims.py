"""What the prose claims, asserted with the run's own numbers. Only the `claim` cells of the lessons use this."""

import json
import os


def claim(name, value, *, below=None, above=None, equals=None):
    """Assert that `value` keeps its bound, and print by how much.

    Args:
        name: the id of the comment <!-- claim:name --> that stands beside the band in the text.
        value: the number that was measured.
        below, above, equals: the bound; exactly one is given.

    Raises:
        AssertionError: the bound does not hold.
        TypeError: not exactly one bound.

    Where the environment variable COURSE_CLAIMS names a file, one JSON line for each claim is added to it.
    """
    given = [(sign, bound) for sign, bound in (("<", below), (">", above), ("=", equals)) if bound is not None]
    if len(given) != 1:
        raise TypeError(f"claim {name}: give exactly one of below, above and equals.")
    sign, bound = given[0]
    holds = {"<": value < bound, ">": value > bound, "=": value == bound}[sign]
    if path := os.environ.get("COURSE_CLAIMS"):
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps({"claim": name, "value": float(value), "sign": sign, "bound": float(bound)}) + "\n")
    assert holds, f"claim {name}: {value} is not {sign} {bound}"
    print(f"claim {name}: {value:.3g} {sign} {bound:g} ✓" if sign != "=" else f"claim {name}: {value} = {bound} ✓")
