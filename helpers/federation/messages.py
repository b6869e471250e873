"""The two messages of a shared training, and their bytes (built in lesson 08, met again on a real wire in lesson 17).

What arrives was written by somebody else. `from_bytes` runs nothing that it reads, and says what is wrong with it.
"""

import dataclasses
import io

import numpy as np


class _Message:  # _arrays names the field that is a list of arrays, one for each weight
    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            check = {int: _whole_number, str: _word, list: _list_of_arrays}[field.type]
            object.__setattr__(self, field.name, check(field.name, value))  # the dataclass is frozen

    def to_bytes(self):
        """The message as the bytes of an .npz file: numbers and words, nothing that runs. Not encrypted."""
        header = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        arrays = header.pop(self._arrays)
        numbered = {f"{self._arrays}_{number}": array for number, array in enumerate(arrays)}
        np.savez(buffer := io.BytesIO(), kind=type(self).__name__, arrays=len(arrays), **header, **numbered)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data):
        """The message that `to_bytes` wrote.

        Raises:
            TypeError: data is not bytes.
            ValueError: cut off, damaged, pickled, another kind of message, or numbers that cannot be.
        """
        if not isinstance(data, (bytes, bytearray)):
            raise TypeError(f"{cls.__name__}.from_bytes needs bytes, but this is a {type(data).__name__}.")
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                if sum(entry.file_size for entry in file.zip.infolist()) > len(data):
                    raise ValueError("It would unpack to more than was sent.")
                content = {name: file[name] for name in file.files}
        except Exception as error:  # zip, NumPy and the operating system each have their own for a damaged file
            raise ValueError(
                f"These {len(data)} bytes are no message: they are cut off, damaged, or a pickle, "
                "which is never opened because it could run code. Ask the sender to send it again."
            ) from error
        kind = str(content.pop("kind", "unknown"))
        if kind != cls.__name__:
            raise ValueError(f"This message is of the kind {kind!r:.40}, but {cls.__name__!r} is expected.")
        count = content.pop("arrays", None)  # said, not inferred: damage at the end of a zip can hide an entry
        plain = [field.name for field in dataclasses.fields(cls) if field.name != cls._arrays]
        numbered = [f"{cls._arrays}_{number}" for number in range(len(content) - len(plain))]
        if set(content) != {*plain, *numbered} or not np.array_equal(count, len(numbered)):
            raise ValueError(
                f"This {kind} holds {str(sorted(content)):.200}, but {', '.join(plain)} and then {cls._arrays}_0, "
                f"{cls._arrays}_1 and so on are expected, {count} in all."
            )
        return cls(**{name: content[name] for name in plain}, **{cls._arrays: [content[name] for name in numbered]})


@dataclasses.dataclass(frozen=True, eq=False)
class Task(_Message):
    """Server → participant: compute your gradient at these weights.

    Args:
        round: int from 1 on.
        weights: a list of arrays or tensors of floats, one for each weight of the network. Copied into arrays.

    Raises ValueError: a number that cannot be, no weights, another dtype, NaN or infinity.
    """

    _arrays = "weights"
    round: int
    weights: list


@dataclasses.dataclass(frozen=True, eq=False)
class Update(_Message):
    """Participant → server: the gradient of the mean loss over my own pictures.

    Args:
        round: int from 1 on, the Task's.
        sender: str, the participant's name.
        examples: int from 1 on, how many pictures the mean is over. The participant says so; nobody can check it.
        gradient: a list of arrays or tensors of floats, one for each weight. Copied into arrays.

    Raises ValueError: a number that cannot be, no name, no gradient, another dtype, NaN or infinity.
    """

    _arrays = "gradient"
    round: int
    sender: str
    examples: int
    gradient: list


def _whole_number(name, value):
    number = np.asarray(value)
    if number.dtype.kind not in "iu" or number.ndim or not 1 <= number < 2**63:
        raise ValueError(f"{name} shall be a whole number from 1 on, but this is {value!r:.60}.")
    return int(number)


def _word(name, value):
    word = np.asarray(value)
    if word.dtype.kind != "U" or word.ndim or not str(word):
        raise ValueError(f"{name} shall be a name, a str, but this is {value!r:.60}.")
    return str(word)


def _list_of_arrays(name, values):
    if not isinstance(values, (list, tuple)) or not values:
        raise ValueError(f"{name} shall be a list with one array for each weight, but this is {str(values)!r:.60}.")
    arrays = [np.array(value) for value in values]  # a copy: what the sender does later changes no message
    for number, array in enumerate(arrays):
        if array.dtype.kind != "f" or not np.all(np.isfinite(array)):
            what = "NaN or infinity" if array.dtype.kind == "f" else f"dtype {array.dtype}"
            raise ValueError(f"Entry {number} of {name} holds {what}, but finite floats are expected.")
    return arrays
