"""The exercises of lesson 18: prune, clip and add noise, count rounds, skip the zeros, and choose by the table."""

import numpy as np

from helpers.exercises.engine import Exercise, Mistake
from helpers.quiz import Option, Question, Quiz

TITLE = "A defence has a price, or it only looks like one"

_RNG = np.random.default_rng(18)


# ---- prune


def _table(*shape):
    """Numbers of both signs and of different sizes, so that it is clear which are the smallest."""
    count = int(np.prod(shape))
    sizes = _RNG.permutation(np.arange(1, count + 1)) / 10
    return (sizes * _RNG.choice([-1, 1], count)).reshape(shape)


def _pruned(table, count, key=np.abs):
    out = np.array(table, "float64")
    out.flat[np.argsort(key(out), axis=None)[:count]] = 0
    return out


def _changed_in_place(table, fraction):
    table.flat[np.argsort(np.abs(table), axis=None)[: round(fraction * table.size)]] = 0
    return table


prune = Exercise(
    "18",
    "prune",
    inputs={
        "10 numbers, half of them": (_table(10), 0.5),
        "a table of 4×5, 70 %": (_table(4, 5), 0.7),
        "a table of 2×5, 20 %": (_table(2, 5), 0.2),
        "8 numbers, none of them": (_table(8), 0.0),
    },
    hints=[
        "How many numbers must go? `fraction` times `table.size`. Which? Those with the smallest size, whatever their "
        "sign: `np.abs(table)`.",
        "`np.sort(np.abs(table), axis=None)` lays all sizes out in order, smallest first. The one at the place `count` "
        "is the smallest that stays.",
        "With `count` as a whole number: `border = np.sort(np.abs(table), axis=None)[count]`, and then "
        "`np.where(np.abs(table) < border, 0, table)`.",
    ],
    mistakes=[
        Mistake(
            lambda table, fraction: _pruned(table, round(fraction * table.size), key=lambda t: t),
            "The most negative numbers went, and they are large. Smallest means nearest to 0: use `np.abs(table)`.",
        ),
        Mistake(
            lambda table, fraction: _pruned(table, round((1 - fraction) * table.size)),
            "The wrong share went: `fraction` is the share that becomes 0, not the share that stays.",
        ),
        Mistake(
            lambda table, fraction: _pruned(table, round(fraction * table.size), key=lambda t: -np.abs(t)),
            "The largest went, and the smallest stayed. It is the other way round.",
        ),
        Mistake(
            lambda table, fraction: np.where(np.abs(table) < fraction, 0, table),
            "`fraction` was taken as a size. It is a share: 0.7 means that 70 of 100 numbers go, however large they "
            "are.",
        ),
        Mistake(
            lambda table, fraction: np.where(np.abs(table) < fraction * np.max(np.abs(table)), 0, table),
            "A share of the largest number is not a share of all numbers. Count: `fraction * table.size` of them go.",
        ),
        Mistake(
            lambda table, fraction: np.where(_pruned(table, round(fraction * table.size)) == 0, 0, np.abs(table)),
            "The right numbers went, but those that stayed lost their signs. Use `np.abs` to compare only.",
        ),
        Mistake(
            lambda table, fraction: table[
                np.abs(table) >= np.sort(np.abs(table), axis=None)[round(fraction * table.size)]
            ],
            "The small numbers were left out. They shall become 0, so that the shape stays: `np.where`.",
        ),
        Mistake(
            lambda table, fraction: (
                (np.abs(table) >= np.sort(np.abs(table), axis=None)[round(fraction * table.size)]) * 1.0
            ),
            "That is the mask, ones and zeros. Put the numbers themselves where it says 1.",
        ),
        Mistake(
            lambda table, fraction: (
                np.array([_pruned(row, round(fraction * row.size)) for row in table])
                if table.ndim == 2
                else _pruned(table, round(fraction * table.size))
            ),
            "Each row was pruned on its own. Compare all numbers of the table: `axis=None`.",
        ),
        Mistake(
            lambda table, fraction: (
                _pruned(table, max(0, round(fraction * table.size) + 1)) if fraction else np.array(table)
            ),
            "One number too many went. With `<` the number at the border stays; with `<=` it goes as well.",
        ),
        Mistake(
            lambda table, fraction: np.where(
                np.abs(table) <= np.sort(np.abs(table), axis=None)[round(fraction * table.size)], 0, table
            ),
            "One number too many went, also where none should go. Use `<` in place of `<=`.",
        ),
        Mistake(
            lambda table, fraction: np.where(np.abs(table) < np.median(np.abs(table)), 0, table),
            "Always half of the numbers went. Let `fraction` say how many.",
        ),
        Mistake(
            lambda table, fraction: np.random.default_rng(0).permutation(table.ravel()).reshape(table.shape),
            "The numbers moved to other places. Leave each where it stands.",
        ),
        Mistake(
            lambda table, fraction: table * (1 - fraction),
            "All numbers became smaller. Pruning leaves the large ones as they are and sets the small ones to 0.",
        ),
        Mistake(
            lambda table, fraction: np.where(np.abs(table) < np.percentile(np.abs(table), fraction), 0, table),
            "`np.percentile` counts from 0 to 100, so 0.7 is less than one number of a hundred. `np.quantile` counts "
            "from 0 to 1.",
        ),
        Mistake(
            lambda table, fraction: _pruned(table, round(fraction * table.size)).ravel(),
            "The numbers are right, but they stand in one row. Keep the shape of the table.",
        ),
        Mistake(
            _changed_in_place,
            "The result is right, but the gradient that was handed in is changed as well. Work on a copy: "
            "`table.copy()`, or `np.where`, which makes a new one.",
        ),
        Mistake(lambda table, fraction: table.copy(), "All the numbers are as before. Which of them should be 0 now?"),
    ],
)


# ---- clip_and_noise


def _lists(*shapes, size=1.0):
    return [(size * _RNG.normal(size=shape)).round(2) for shape in shapes]


def _length(tables):
    return np.sqrt(sum(np.sum(table**2) for table in tables))


def _clip(tables, largest):
    factor = min(1.0, largest / _length(tables))
    return [table * factor for table in tables]


def _add(tables, noise):
    return [table + extra for table, extra in zip(tables, noise)]


def _scaled(tables, largest):
    return [table * (largest / _length(tables)) for table in tables]


clip_and_noise = Exercise(
    "18",
    "clip_and_noise",
    inputs={
        "a long gradient of two tables, shortened to 1": (
            _lists((2, 3), (3,), size=3),
            1.0,
            _lists((2, 3), (3,), size=0.1),
        ),
        "a short gradient, which may keep its length": (
            _lists((2, 2), (2,), size=0.2),
            4.0,
            _lists((2, 2), (2,), size=0.1),
        ),
        "three tables, shortened to 0.5": (
            _lists((3, 1), (2, 2), (4,), size=2),
            0.5,
            _lists((3, 1), (2, 2), (4,), size=0.3),
        ),
    },
    hints=[
        "First the length of the whole list, then the factor by which it must shrink, then the noise, table by table.",
        "The length is the root of the sum of all squares: `np.sqrt(sum(np.sum(table**2) for table in gradient))`. If "
        "it is at most `largest`, the factor is 1.",
        "`factor = min(1, largest / length)`, and the list `[table * factor + extra for table, extra in zip(gradient, "
        "noise)]`.",
    ],
    mistakes=[
        Mistake(
            lambda gradient, largest, noise: _add(_scaled(gradient, largest), noise),
            "A gradient that is short enough was made longer. Clipping only shortens: the factor is at most 1.",
        ),
        Mistake(
            lambda gradient, largest, noise: _add(
                [table * max(1, largest / _length(gradient)) for table in gradient], noise
            ),
            "The factor is the larger of the two. Clipping shortens, so take the smaller one: `min`.",
        ),
        Mistake(
            lambda gradient, largest, noise: _clip(_add(gradient, noise), largest),
            "The noise came first and was clipped with the rest. Clip first, then add the noise.",
        ),
        Mistake(
            lambda gradient, largest, noise: _add([_clip([table], largest)[0] for table in gradient], noise),
            "Each table was clipped on its own. The length is of the whole list, so one factor serves all tables.",
        ),
        Mistake(
            lambda gradient, largest, noise: _add([np.clip(table, -largest, largest) for table in gradient], noise),
            "`np.clip` cuts off each number. Here the whole list shrinks by one factor, so its direction stays.",
        ),
        Mistake(
            lambda gradient, largest, noise: _clip(gradient, largest),
            "The clipping is right, but the noise is missing.",
        ),
        Mistake(
            lambda gradient, largest, noise: _add(gradient, noise),
            "The noise is there, but nothing was clipped.",
        ),
        Mistake(
            lambda gradient, largest, noise: _add(
                [table * min(1, largest / _length(gradient) ** 2) for table in gradient], noise
            ),
            "The root is missing: the length is the square root of the sum of squares.",
        ),
        Mistake(
            lambda gradient, largest, noise: _add(
                [table * min(1, largest / sum(np.sum(np.abs(t)) for t in gradient)) for table in gradient], noise
            ),
            "The sizes were added up without squares. The length is the root of the sum of *squares*.",
        ),
        Mistake(
            lambda gradient, largest, noise: _add(
                [table * min(1, largest / sum(np.linalg.norm(t) for t in gradient)) for table in gradient], noise
            ),
            "The lengths of the tables were added up. Add up the squares of all numbers first, and take one root at "
            "the end.",
        ),
        Mistake(
            lambda gradient, largest, noise: _add(
                [table * min(1, largest / max(np.linalg.norm(t) for t in gradient)) for table in gradient], noise
            ),
            "Only the longest table was measured. The length is of the whole list.",
        ),
        Mistake(
            lambda gradient, largest, noise: _add(
                [table * min(1, largest / max(np.max(np.abs(t)) for t in gradient)) for table in gradient], noise
            ),
            "The largest single number was measured. The length counts all numbers: the root of the sum of squares.",
        ),
        Mistake(
            lambda gradient, largest, noise: [
                (table + extra) * min(1, largest / _length(gradient)) for table, extra in zip(gradient, noise)
            ],
            "The noise shrank with the gradient. Multiply the gradient alone, then add the noise as it is.",
        ),
        Mistake(
            lambda gradient, largest, noise: _add(_clip(gradient, largest), [largest * extra for extra in noise]),
            "The noise was multiplied by `largest`. It was drawn already: add it as it is.",
        ),
        Mistake(
            lambda gradient, largest, noise: [table - extra for table, extra in zip(_clip(gradient, largest), noise)],
            "The noise was subtracted. That would be as good in real life, but here it shall be added, so that we can "
            "compare.",
        ),
        Mistake(
            lambda gradient, largest, noise: _add([table / _length(gradient) for table in gradient], noise),
            "The gradient now has the length 1. It shall be `largest`, and only if it was longer.",
        ),
        Mistake(
            lambda gradient, largest, noise: _add([table * largest for table in gradient], noise),
            "Multiplied by `largest` itself. The factor is `largest` divided by the length of the gradient.",
        ),
        Mistake(
            lambda gradient, largest, noise: _add(_clip(gradient, largest), noise)[0],
            "Only the first table came back. Return a list with all of them.",
        ),
    ],
)


# ---- skip_zeros


def _pair(*shapes, pruned=0.5):
    dummy = [_RNG.normal(size=shape).round(2) for shape in shapes]
    captured = [_pruned(_RNG.normal(size=shape).round(2), round(pruned * int(np.prod(shape)))) for shape in shapes]
    dummy[0].flat[0] = 0.0  # a dummy may hold a zero of its own, which is no sign of anything
    captured[0].flat[0] = 1.5
    return dummy, captured


def _sum(pairs, keep, each=lambda a, b: (a - b) ** 2):
    return float(sum(np.sum(np.where(keep(a, b), each(a, b), 0)) for a, b in pairs))


def _masked(dummy, captured, keep=lambda a, b: b != 0, each=lambda a, b: (a - b) ** 2):
    return _sum(zip(map(np.asarray, dummy), map(np.asarray, captured)), keep, each)


skip_zeros = Exercise(
    "18",
    "skip_zeros",
    inputs={
        "two tables, half of them pruned": _pair((2, 3), (4,)),
        "three tables, a third pruned": _pair((3, 3), (3,), (2, 3), pruned=1 / 3),
        "one table, nothing pruned": _pair((2, 2), pruned=0.0),
    },
    hints=[
        "An entry counts when the *captured* number is not 0. What the dummy has there does not matter.",
        "`captured[number] != 0` is a table of True and False. Multiplied by it, a square stays or becomes 0.",
        "Over all pairs of tables, add up `np.sum((a - b) ** 2 * (b != 0))`, with `b` from `captured`.",
    ],
    mistakes=[
        Mistake(
            lambda dummy, captured: _masked(dummy, captured, keep=lambda a, b: b == b),
            "That is the distance over all entries. Leave out those where the captured number is 0.",
        ),
        Mistake(
            lambda dummy, captured: _masked(dummy, captured, keep=lambda a, b: a != 0),
            "You left out the zeros of the dummy. The captured gradient is the one that was pruned.",
        ),
        Mistake(
            lambda dummy, captured: _masked(dummy, captured, keep=lambda a, b: (a != 0) & (b != 0)),
            "A zero of the dummy counts: it is a number like any other. Leave out the captured zeros alone.",
        ),
        Mistake(
            lambda dummy, captured: _masked(dummy, captured, keep=lambda a, b: b > 0),
            "The negative numbers are gone as well. Ask for `!= 0`, not for `> 0`.",
        ),
        Mistake(
            lambda dummy, captured: _masked(dummy, captured, keep=lambda a, b: b == 0),
            "The other way round: these are the entries that were pruned. Count those that were not.",
        ),
        Mistake(
            lambda dummy, captured: _masked(dummy, captured) / 2,
            "Half of the right number. Nothing is divided here.",
        ),
        Mistake(
            lambda dummy, captured: _masked(dummy, captured, each=lambda a, b: (a + b) ** 2),
            "The two were added. A distance takes the difference: dummy minus captured.",
        ),
        Mistake(
            lambda dummy, captured: _masked(dummy, captured, each=lambda a, b: np.abs(a - b)),
            "The squares are missing: (dummy − captured)².",
        ),
        Mistake(
            lambda dummy, captured: _masked(dummy, captured, each=lambda a, b: a - b),
            "The squares are missing, so what is too large and what is too small cancel.",
        ),
        Mistake(
            lambda dummy, captured: _masked(dummy, captured, each=lambda a, b: a**2 - b**2),
            "Subtract first, then square: (a − b)², not a² − b².",
        ),
        Mistake(
            lambda dummy, captured: _masked(dummy[:1], captured[:1]),
            "Only the first table was compared. Is the `return` inside the loop?",
        ),
        Mistake(
            lambda dummy, captured: _masked(dummy[-1:], captured[-1:]),
            "Only the last table was compared. Add up over all of them.",
        ),
        Mistake(
            lambda dummy, captured: float(
                np.mean(np.concatenate([((a - b) ** 2)[b != 0] for a, b in zip(dummy, captured)]))
            ),
            "That is the average of the squares. The distance of lesson 10 is their sum.",
        ),
        Mistake(
            lambda dummy, captured: float(np.sqrt(_masked(dummy, captured))),
            "The root of the right number. The distance of lesson 10 is the sum of squares itself.",
        ),
        Mistake(
            lambda dummy, captured: float(sum(np.sum((a - b) ** 2) for a, b in zip(dummy, captured) if np.all(b != 0))),
            "A whole table was left out as soon as it holds one zero. Leave out single entries.",
        ),
        Mistake(
            lambda dummy, captured: [float(np.sum((a - b) ** 2 * (b != 0))) for a, b in zip(dummy, captured)],
            "One number for each table. Add them up.",
        ),
        Mistake(
            lambda dummy, captured: [(a - b) ** 2 * (b != 0) for a, b in zip(dummy, captured)],
            "The right squares, but still one by one. Add all of them up.",
        ),
        Mistake(
            lambda dummy, captured: float(sum(np.mean((a - b) ** 2 * (b != 0)) for a, b in zip(dummy, captured))),
            "Each table gave its average. Add up the squares: `np.sum`.",
        ),
        Mistake(
            lambda dummy, captured: float(sum(np.sum(a[b != 0] - b[b != 0]) ** 2 for a, b in zip(dummy, captured))),
            "The differences were added up before they were squared. Square each first.",
        ),
    ],
)


# ---- rounds

rounds = Exercise(
    "18",
    "rounds",
    kind="value",
    tolerance=1e-9,
    hints=[
        "By how much must the noise shrink? From 0.02 to 0.001 it is a factor.",
        "The factor is 20. With 4 rounds the noise is half, with 100 rounds a tenth: the root of the number of rounds.",
        "The root of the number shall be 20. So the number is 20 · 20.",
    ],
    mistakes=[
        Mistake(
            20, "20 is how often smaller the noise must be. 20 rounds divide it by the root of 20 only, about 4.5."
        ),
        Mistake(np.sqrt(20), "You took the root of 20. It is the other way round: the root of the rounds shall be 20."),
        Mistake(4, "4 rounds halve the noise. It must become 20 times smaller."),
        Mistake(100, "100 rounds make it ten times smaller, 0.002. Twice as much is needed."),
        Mistake(800, "Twice too many. The noise shrinks by 20, and 20 times 20 is less than 800."),
        Mistake(10, "10 rounds divide the noise by about 3. It must become 20 times smaller."),
        Mistake(40, "40 is two times 20. The square of 20 is 20 times 20."),
        Mistake(200, "Each factor of ten takes a hundred rounds' worth, but each factor of two takes 4, not 2."),
        Mistake(1000, "1000 would be 1 divided by 0.001. Where does the noise start?"),
        Mistake(0.05, "That is the share that is left. How many rounds give it?"),
        Mistake(8000, "That is 20 to the power of three. The root of the rounds counts, so take the square."),
        Mistake(401, "That would do, and one round fewer, too: the noise may be as large as 0.001."),
        Mistake(160000, "That is the square of the answer. The *root* of the rounds shall be 20."),
    ],
)


# ---- only_looks


def _observe_letters(answer):
    if isinstance(answer, (list, tuple, set)):
        answer = "".join(sorted(part for part in answer if isinstance(part, str)))
    if not isinstance(answer, str):
        return "no letters"
    letters = [letter for letter in answer.lower() if letter not in " ,;-\"'"]
    return "".join(sorted(set(letters))) if letters and set(letters) <= set("abcde") else "no letters"


_BITS = "Look at the line of 16 bits in the table: the naive search alone reads the digits. "
_CLIP = "Clipping takes the length away, and the attacker finds it again. "
_PRUNE = "Half of the numbers pruned stops the naive search, but not the one that skips the zeros. "
_NOISE = "A noise of 0.1 in a single round has no answer here: nothing says what was added. "

only_looks = Exercise(
    "18",
    "only_looks",
    kind="value",
    observe=_observe_letters,
    hints=[
        "Ask of each: which attacker meets it? One who does not know about it, or one who answers?",
        "Two of the five are noise that is drawn once. To average it away takes many rounds of the same picture.",
        "One is read without any answer, one by skipping zeros, one by finding the length. Write three letters.",
    ],
    mistakes=[
        Mistake("ce", "It is the other way round: these two hold against all answers of section 4, in a single round."),
        Mistake("ab", _PRUNE + "One letter is missing."),
        Mistake("ad", _CLIP + "One letter is missing."),
        Mistake("bd", _BITS + "One letter is missing."),
        Mistake("a", "That one is right. But an attacker who knows the defence reads two more of them."),
        Mistake(
            "b", _CLIP + "Right. But there are two more: one that does nothing at all, and one that leaves a mark."
        ),
        Mistake("d", _PRUNE + "Right. But there are two more: one that does nothing, and one that takes the length."),
        Mistake("abcd", _NOISE + "The three others are right."),
        Mistake(
            "abde",
            "Clipped *and* noisy is not clipped alone: the noise hides the length, too, and covers the small slopes. "
            "The three others are right.",
        ),
        Mistake("abcde", "Not all. Two of them add noise in a single round, and no answer of section 4 takes it away."),
        Mistake("acd", _NOISE + _CLIP + "The two others are right."),
        Mistake("abc", _NOISE + _PRUNE + "The two others are right."),
        Mistake("ac", _NOISE + "And two are missing: look at those that leave a mark or take the length."),
        Mistake(
            "cde", _NOISE + "Neither has clipping with noise. And look at those that change nothing of importance."
        ),
        Mistake("de", "d is right: skip the zeros. But e adds noise, and no answer here takes that away."),
        Mistake("c", _NOISE + "Look for the ones that the attacker of section 4 reads."),
        Mistake("e", "Clipping alone is undone. With noise on top it is not. Look for the ones that are read."),
        Mistake("be", "Clipping alone is undone, so b is right. With noise on top it is not."),
        Mistake("bcd", _NOISE + _BITS + "The two others are right."),
        Mistake("bc", _NOISE + "And two are missing: one that changes next to nothing, and one that leaves a mark."),
        Mistake("cd", _NOISE + "And two are missing: one that changes next to nothing, and one that takes the length."),
        Mistake("ae", _BITS + "So a is right. e adds noise, which no answer of section 4 takes away in one round."),
        Mistake("abe", _PRUNE + "And e adds noise, which no answer of section 4 takes away in one round."),
        Mistake("ade", _CLIP + "But with noise on top, as in e, it is not undone."),
        Mistake("bde", _BITS + "But e adds noise, which no answer of section 4 takes away in one round."),
        Mistake("xx", 'Write letters from a to e in quotes, for example "ae".'),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "A defence stops the attack of the paper, 20 times of 20. What do you know?",
            [
                Option(
                    "That the picture is safe.",
                    False,
                    "Pruning at 70 % stops that attack as well, and whoever skips the zeros reads the picture.",
                ),
                Option(
                    "That this attacker, who does not know of the defence, fails.",
                    True,
                    "Test a defence against somebody who knows it. Only what is drawn by chance is hidden from him.",
                ),
                Option(
                    "Nothing, since 20 is too few.",
                    False,
                    "20 of 20 says a lot about this attack. It says little about the next one.",
                ),
            ],
        ),
        Question(
            "The noise is strong enough to hide the picture. Does it hide the label?",
            [
                Option(
                    "Yes, noise hides all alike.",
                    False,
                    "The same noise meets slopes of different sizes. The label's is one of the largest.",
                ),
                Option(
                    "In a fresh network hardly, in a trained one more often.",
                    True,
                    "A trained network is nearly sure, so its slopes are small and the noise covers them.",
                ),
                Option(
                    "Only if the network is fresh.",
                    False,
                    "It is the other way round: in a fresh network the label's slope is large.",
                ),
            ],
        ),
        Question(
            "Why does a training stand noise that a picture does not?",
            [
                Option(
                    "The server knows the noise and takes it away.",
                    False,
                    "Then the server could read the picture as well.",
                ),
                Option(
                    "A trained network does not look at its gradients.",
                    False,
                    "It moves along them. But it moves along very many.",
                ),
                Option(
                    "The noise of many participants and rounds averages out; one picture stands in one update.",
                    True,
                    "That is the idea behind lesson 19: hide the one, keep the sum.",
                ),
            ],
        ),
    ]
)
