"""What an answer did, compared with what it should do: a sentence for the first difference that matters."""

import re
import traceback

import numpy as np


class Raised:
    """An outcome: the answer raised this error."""

    def __init__(self, error):
        try:
            text = re.sub(r"\x1b\[\d*m", "", str(error)).strip()
        except Exception:  # an error that cannot say what it is
            text = ""
        lines = [line for line in text.split("\n") if line.strip()] or ["no more is known"]
        if len(lines) > 1 and lines[0].startswith("Exception encountered when calling"):
            del lines[0]  # Keras' frame around the message
        self.message, self.name = lines[0][:200], type(error).__name__
        self.kind = (self.name, re.sub(r"_\d+", "", text)[:150])  # layers are numbered: dense_7
        frames = traceback.extract_tb(error.__traceback__)
        # The last line that is the learner's own: a notebook's cells lie in a folder ipykernel_…
        self.line = next((f.line.strip() for f in reversed(frames) if "ipykernel_" in f.filename and f.line), None)

    def __str__(self):
        at = f" in the line `{self.line}`" if self.line else ""
        return f"the answer raised {self.name}{at}: {self.message}"


class Told(str):
    """An outcome in words: a sentence that the learner reads as it is."""


def difference(expected, got, tolerance, inside=False):
    """None where `got` equals `expected`, else a sentence: kind before shape before value."""
    if isinstance(expected, Raised) or isinstance(got, Raised):
        same = isinstance(expected, Raised) and isinstance(got, Raised) and expected.kind == got.kind
        return None if same else str(got if isinstance(got, Raised) else expected)
    if isinstance(expected, Told) or isinstance(got, Told):
        same = isinstance(expected, Told) and isinstance(got, Told) and expected == got
        return None if same else str(got if isinstance(got, Told) else expected)
    if got is None or got is ...:
        if expected is got:
            return None
        if inside:
            return "it is None: the tape saw no way from there to the loss. Is the loss computed inside the `with`?"
        return "nothing came back: the answer returned None. Does it end with `return`?"
    if isinstance(expected, dict):
        if not isinstance(got, dict) or expected.keys() != got.keys():
            return f"{describe(got)} came back, which is not what was asked for."
        found = (_entry_difference(key, expected[key], got[key], tolerance) for key in expected)
        return next((sentence for sentence in found if sentence), None)
    if expected is None or isinstance(expected, (str, bool)):
        same = type(got) is type(expected) and got == expected
        told = got if isinstance(got, str) else describe(got)
        return None if same else f"expected {expected}, got {told}."
    if isinstance(expected, (list, tuple)) and any(_is_table(value) for value in expected):
        if not isinstance(got, (list, tuple)) or len(got) != len(expected):
            count = f" with {len(got)} entries" if isinstance(got, (list, tuple)) else ""
            told = type(got).__name__ + count if count else describe(got)
            return f"expected a list with {len(expected)} entries, got {'a ' if count else ''}{told}."
        for number, (wanted, entry) in enumerate(zip(expected, got)):
            if sentence := difference(wanted, entry, tolerance, inside=True):
                return f"entry {number}: {sentence}"
        return None
    return _number_difference(np.asarray(expected), got, tolerance)


def _entry_difference(key, expected, got, tolerance):
    if isinstance(expected, bool) and isinstance(got, bool):  # then the key is a statement
        should = "this should be so, and is not" if expected else "this should not be so, and is"
        return None if got is expected else f"{should}: {key}."
    sentence = difference(expected, got, tolerance)
    return sentence and f"{key}: {sentence}"


def _is_table(value):
    try:
        return np.ndim(value) > 0
    except ValueError:  # a list of lists of different lengths
        return True


def _number_difference(wanted, got, tolerance):
    try:
        numbers = np.asarray(got)
        assert numbers.dtype.kind in "iuf" or numbers.dtype.kind == wanted.dtype.kind
    except Exception:
        number = wanted.ndim == 0 and wanted.dtype.kind in "iuf"
        return f"expected {f'the number {wanted:.4g}' if number else describe(wanted)}, got {describe(got)}."
    if wanted.ndim == 0 and numbers.ndim:
        if numbers.size != 1:
            return f"one number is asked for, but {numbers.size or 'none'} came back."
        numbers = numbers.reshape(())  # one number in a list is as good as that number
    if numbers.shape != wanted.shape:
        return f"the shape is {numbers.shape}, expected {wanted.shape}."
    if np.array_equal(wanted, numbers):
        return None
    if wanted.dtype.kind not in "biuf":  # rows or words, which cannot be subtracted
        return f"expected {describe(wanted)}, got {describe(got)}."
    if not np.all(np.isfinite(numbers)):
        return "the answer holds NaN or infinity. Is something divided by zero, or the logarithm of zero taken?"
    apart = np.abs(numbers.astype("float64") - wanted)
    if np.all(np.isfinite(wanted)) and np.all(apart <= tolerance * (np.abs(wanted) + 1e-2)):
        return None
    worst = np.unravel_index(np.argmax(apart), apart.shape)
    where = f" (entry {', '.join(map(str, worst))})" if apart.ndim else ""
    digits = next(d for d in (4, 7, 17) if f"{numbers[worst]:.{d}g}" != f"{wanted[worst]:.{d}g}" or d == 17)
    return f"a value is off: got {numbers[worst]:.{digits}g}, expected {wanted[worst]:.{digits}g}{where}."


def quoted_numbers(value):
    """Whether a value is a text that holds a digit, such as "0.75" or "75 %", or a list with such a text in it."""
    if isinstance(value, (list, tuple, np.ndarray)):
        return any(quoted_numbers(entry) for entry in np.ravel(np.asarray(value, dtype=object)))
    return isinstance(value, str) and bool(re.search(r"\d", value))


def describe(value):
    """A few words on any value, for a sentence: “an array of shape (2,)”."""
    if value is None or isinstance(value, (bool, int, float)):
        return repr(value.item() if isinstance(value, np.generic) else value)
    name = type(value).__name__
    if isinstance(getattr(value, "shape", None), tuple) or hasattr(getattr(value, "shape", None), "as_list"):
        kind = "an array" if isinstance(value, np.ndarray) else "a tensor"
        kind += " of True and False," * ("bool" in str(getattr(value, "dtype", "")))
        return f"{kind} of shape {tuple(value.shape)}" if len(value.shape) else f"{kind} that holds {str(value)[:40]}"
    shown = f" {cut(repr(value))}" if isinstance(value, (str, list, tuple, dict)) else ""
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}{shown}"


def cut(text, length=40):
    """The first characters of a text, with “…” where more follow."""
    return text if len(text) <= length else text[: length - 1] + "…"
