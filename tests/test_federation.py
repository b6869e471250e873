import io
import pickle
import zipfile

import numpy as np
import pytest
import tensorflow as tf

from helpers.federation import drawings
from helpers.federation.messages import Task, Update

RNG = np.random.default_rng(8)
GRADIENT = [RNG.normal(size=(6, 4)).astype("float32"), RNG.normal(size=4), np.float32(0.5)]


def update(**changed):
    return Update(**{"round": 3, "sender": "hospital A", "examples": 40, "gradient": GRADIENT, **changed})


def npz(**entries):
    np.savez(buffer := io.BytesIO(), **entries)
    return buffer.getvalue()


def same(one, other):
    return (
        (one.round, one.sender, one.examples) == (other.round, other.sender, other.examples)
        and [array.dtype for array in one.gradient] == [array.dtype for array in other.gradient]
        and all(np.array_equal(a, b) for a, b in zip(one.gradient, other.gradient, strict=True))
    )


def test_bytes_carry_the_message_exactly_and_are_reproducible():
    sent = update()
    assert same(Update.from_bytes(sent.to_bytes()), sent) and sent.to_bytes() == update().to_bytes()
    task = Task.from_bytes(Task(1, [tf.ones((2, 3)), tf.zeros(3)]).to_bytes())
    assert task.round == 1 and [w.shape for w in task.weights] == [(2, 3), (3,)] and task.weights[0][1, 2] == 1


def test_more_than_ten_arrays_keep_their_order():
    many = [np.full(2, number, "float32") for number in range(23)]
    assert [array[0] for array in Update.from_bytes(update(gradient=many).to_bytes()).gradient] == list(range(23))


def test_a_message_is_a_copy_and_cannot_be_changed():
    gradient = [np.zeros(3)]
    sent = update(gradient=gradient)
    gradient[0] += 1
    assert not np.any(sent.gradient[0])
    with pytest.raises(AttributeError):
        sent.examples = 1_000_000


def test_every_cut_and_every_damaged_byte_is_noticed_or_harmless():
    sent = update()
    data = sent.to_bytes()
    for length in range(len(data)):
        with pytest.raises(ValueError, match="cut off, damaged"):
            Update.from_bytes(data[:length])
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= 0x41
        try:
            read = Update.from_bytes(damaged)
        except ValueError as error:
            assert len(str(error)) > 30
        else:
            assert same(read, sent), place


def test_nothing_pickled_is_opened(tmp_path):
    class Evil:
        def __reduce__(self):
            return (tmp_path.joinpath("ran").touch, ())

    whole = pickle.dumps(Evil())
    inside = npz(kind="Update", round=1, sender="A", examples=1, gradient_0=np.array([Evil()], dtype=object))
    tmp_path.joinpath("ran").unlink(missing_ok=True)
    for data in (whole, inside):
        with pytest.raises(ValueError, match="a pickle, which is never opened"):
            Update.from_bytes(data)
    assert not tmp_path.joinpath("ran").exists()


def test_a_small_file_that_unpacks_to_a_large_one_is_refused():
    np.savez_compressed(buffer := io.BytesIO(), kind="Update", gradient_0=np.zeros(10**6))
    with pytest.raises(ValueError, match="are no message"):
        Update.from_bytes(buffer.getvalue())
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as file:
        file.writestr("note.txt", "no array")
    with pytest.raises(ValueError, match="unknown"):
        Update.from_bytes(buffer.getvalue())


@pytest.mark.parametrize(
    "entries, words",
    [
        ({"kind": "Task"}, "kind 'Task', but 'Update' is expected"),
        ({"examples": 0}, "examples shall be a whole number from 1 on"),
        ({"examples": -5}, "examples shall be"),
        ({"examples": 2.5}, "examples shall be"),
        ({"examples": True}, "examples shall be"),
        ({"round": "one"}, "round shall be"),
        ({"round": [1, 2]}, "round shall be"),
        ({"sender": ""}, "sender shall be a name"),
        ({"sender": 7}, "sender shall be a name"),
        ({"gradient_0": np.array([1.0, np.nan])}, "Entry 0 of gradient holds NaN"),
        ({"gradient_0": np.array([np.inf])}, "Entry 0 of gradient holds NaN or infinity"),
        ({"gradient_0": np.array([1, 2])}, "dtype int64"),
        ({"gradient_2": np.ones(2)}, "gradient_2.*gradient_0, gradient_1 and so on are expected"),
        ({"picture": np.ones(2)}, "picture"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(entries, words):
    content = {
        "kind": "Update",
        "round": 1,
        "sender": "A",
        "examples": 2,
        "arrays": 1,
        "gradient_0": np.ones(2),
        **entries,
    }
    with pytest.raises(ValueError, match=words):
        Update.from_bytes(npz(**{**content, **entries}))


def test_what_is_missing_is_refused():
    with pytest.raises(ValueError, match="round, sender, examples"):
        Update.from_bytes(npz(kind="Update", round=1, sender="A", gradient_0=np.ones(2)))
    with pytest.raises(ValueError, match="one array for each weight"):
        Update.from_bytes(npz(kind="Update", arrays=0, round=1, sender="A", examples=2))
    with pytest.raises(TypeError, match="needs bytes, but this is a str"):
        Update.from_bytes("text")


@pytest.mark.parametrize("changed", [{"gradient": None}, {"gradient": [None]}, {"examples": 2**70}, {"round": None}])
def test_a_sender_cannot_make_what_a_receiver_would_refuse(changed):
    with pytest.raises(ValueError, match="shall be|expected"):
        update(**changed)


def test_the_batch_and_its_column_are_drawn_in_one_size():
    one = drawings.batches_and_columns([np.ones((1, 28, 28))], [np.zeros(784)], "One")
    many = drawings.batches_and_columns([np.ones((32, 28, 28))], [np.arange(784)], "Many")
    assert one.png != many.png and list(one.figure.get_size_inches()) == list(many.figure.get_size_inches())
    assert "1 picture" in one.description and "32 pictures" in many.description


def test_two_curves_need_not_be_far_apart_to_be_seen():
    picture = drawings.loss_by_round({"together": [3, 2, 1], "pooled": [3, 2, 1]}, "Equal")
    first, second = picture.figure.axes[0].lines
    assert first.get_linewidth() > 2 * second.get_linewidth()
