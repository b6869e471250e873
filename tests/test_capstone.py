"""Lesson 20: the files, their seals, and wrong submissions of every kind. The truth comes from the maker."""

import functools
import io
import json
import pickle
import sys
import time
import zipfile

import numpy as np
import pytest

import helpers
from helpers import capstone, capstone_drawings, editions, metrics, progress, seals
from helpers.exercises import lesson_20
from helpers.exercises.sealed import SAYS
from helpers.federation.messages import Update
from tests import make_capstone

SINGLE = [name for name in capstone.names() if name != "4_batch"]
EXERCISES = {exercise.file: exercise for exercise in vars(lesson_20).values() if hasattr(exercise, "file")}
each = pytest.mark.parametrize("name", capstone.names())
made = functools.cache(make_capstone.make)


def truth(name):
    """As it is handed in: a picture and an int, or four pictures and four."""
    pictures, labels = made(name)[2]
    return (pictures[0], int(labels[0])) if len(labels) == 1 else (pictures, labels)


def check(name, *handed_in):
    return EXERCISES[name].check(lambda file: handed_in[0] if len(handed_in) == 1 else handed_in)


# ---- the files


@each
def test_a_file_is_found_from_any_folder_and_is_small(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = capstone.load(name)
    assert file.name == name and "Solved:" in file.readme and max(map(len, file.readme.split("\n"))) <= 90
    assert [g.shape for g in file.gradient] == [w.shape for w in file.weights]
    assert (capstone.FOLDER / f"{name}.npz").stat().st_size < 500_000


@each
def test_the_file_holds_the_gradient_of_the_truth(name):
    file, (pictures, labels) = capstone.load(name), made(name)[2]
    flat = pictures.reshape(len(pictures), -1)
    ours = file.base_model().gradient(flat, np.eye(10)[labels])
    for mine, sent in zip(ours, file.gradient):
        np.testing.assert_allclose(mine.numpy()[sent != 0], sent[sent != 0], rtol=1e-3, atol=1e-5 * np.abs(sent).max())


@each
def test_the_command_makes_the_committed_files_again(name):
    """Words, weights and seal exactly; slopes to float32's accuracy, which is what differs between machines."""
    content, seal, _ = made(name)
    with np.load(capstone.FOLDER / f"{name}.npz", allow_pickle=False) as file:
        assert set(file.files) == set(content)
        for key, array in content.items():
            if (
                key.startswith("gradient_") and make_capstone.PLANS[name][4]
            ):  # pruned: which of two equals goes may differ
                both = (file[key] != 0) & (array != 0)
                assert np.mean((file[key] != 0) == (array != 0)) > 0.999
                np.testing.assert_allclose(file[key][both], array[both], rtol=1e-3, atol=1e-6 * np.abs(array).max())
            elif key.startswith("gradient_"):
                np.testing.assert_allclose(file[key], array, rtol=1e-3, atol=1e-6 * np.abs(array).max())
            else:
                np.testing.assert_array_equal(file[key], array)
    stored = json.loads(seals.STORED.read_text(encoding="utf-8"))
    assert stored["made"] == "python -m tests.make_capstone"
    offsets = [seal.pop("offsets"), stored["seals"][name].pop("offsets")]
    np.testing.assert_allclose(*offsets, atol=2e-4)
    assert seal == stored["seals"][name]


def test_writing_twice_gives_equal_bytes(tmp_path):
    content = made("1_one_layer")[0]
    for copy in "ab":
        make_capstone.write(tmp_path / copy, content)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_secrets_are_none_of_the_courses_pictures(digits):
    images, _ = digits
    for name in capstone.names():
        for picture in made(name)[2][0]:
            if picture.ndim == 2:
                assert np.min(np.mean((images - picture) ** 2, axis=(1, 2))) > 0.02
            else:
                assert metrics.mse(picture, helpers.data.load_face(32)) > 0.02


def test_no_secret_stands_where_a_learner_reads():
    for file in [*editions.NOTEBOOKS.glob("*.ipynb"), *editions.NOTEBOOKS.glob("source/20*.md"), *helpers_files()]:
        text = file.read_text(encoding="utf-8")
        assert "STROKES" not in text and not any(form in text for form in ("771_202_611", "771202611")), file
        assert "chelsea" not in text.lower(), file
    notebook = json.loads(next(editions.NOTEBOOKS.glob("20_*.ipynb")).read_text(encoding="utf-8"))
    outputs = json.dumps([cell.get("outputs", []) for cell in notebook["cells"]], ensure_ascii=False)
    assert "The seal of" not in outputs and outputs.count("Not answered yet") >= 5 and "still sealed" in outputs
    text = seals.STORED.read_text(encoding="utf-8")
    assert "label" not in text and set(json.loads(text)) == {"made", "seals"}
    for name in capstone.names():
        assert set(json.loads(text)["seals"][name]) == {"shape", "error", "width", "offsets", "salt", "digest"}
        pixels = made(name)[2][0][0].size
        with np.load(capstone.FOLDER / f"{name}.npz") as file:
            assert not any(key for key in file.files if file[key].size == pixels and key.startswith("weight_"))


def helpers_files():
    folder = capstone.FOLDER.parent.parent / "helpers"
    return [file for kind in ("*.py", "*.json") for file in folder.rglob(kind)]


# ---- damaged and foreign files


def rewritten(**changes):
    """File 1 with other entries; None takes one out."""
    with np.load(capstone.FOLDER / "1_one_layer.npz") as file:
        content = {**{key: file[key] for key in file.files}, **changes}
    np.savez(buffer := io.BytesIO(), **{key: value for key, value in content.items() if value is not None})
    return buffer.getvalue()


def npz(**arrays):
    np.savez(buffer := io.BytesIO(), **arrays)
    return buffer.getvalue()


def bomb():
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as file:
        np.lib.format.write_array(array := io.BytesIO(), np.zeros(10_000_000, "float32"))
        file.writestr("gradient_0.npy", array.getvalue())
    return zipped.getvalue()


def npy():
    np.save(buffer := io.BytesIO(), np.zeros(3))
    return buffer.getvalue()


def whole():
    return (capstone.FOLDER / "1_one_layer.npz").read_bytes()


class Runs:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was opened",))


REFUSED = {
    "empty": (lambda: b"", "not an .npz file"),
    "half": (lambda: whole()[: len(whole()) // 2], "cut off or damaged"),
    "all but the last byte": (lambda: whole()[:-1], "cut off or damaged|damaged"),
    "a damaged middle": (lambda: whole()[:20_000] + b"leak" * 50 + whole()[20_200:], "damaged"),
    "a damaged beginning": (lambda: b"leak" + whole()[4:], "not an .npz file"),
    "a pickle": (lambda: pickle.dumps(Runs()), "pickle.*never opened"),
    "a pickle in an npz": (lambda: rewritten(readme=np.array([Runs()], dtype=object)), "pickled objects.*never"),
    "an npy": (npy, "not an .npz file"),
    "a bomb": (bomb, "cut off or damaged"),
    "a text": (lambda: b"seven", "not an .npz file"),
    "another npz": (lambda: npz(numbers=np.zeros(3)), "no captured gradient. It holds numbers"),
    "a message of lesson 08": (lambda: Update(1, "me", 1, [np.zeros(3, "float32")]).to_bytes(), "no captured gradient"),
    "another version": (lambda: rewritten(version=np.array(2)), "version 2.*reads version 1"),
    "no version": (lambda: rewritten(version=None), "version None"),
    "no readme": (lambda: rewritten(readme=None), "lacks an entry"),
    "one entry more": (lambda: rewritten(more=np.zeros(2)), "one too many"),
    "a count that is none": (lambda: rewritten(tensors=np.array([2, 2])), "lacks an entry"),
    "a count in words": (lambda: rewritten(tensors=np.array("two")), "lacks an entry"),
    "NaN": (lambda: rewritten(gradient_1=np.full(10, np.nan, "float32")), "gradient_1 shall hold finite"),
    "float64": (lambda: rewritten(weight_1=np.zeros(10)), "weight_1 shall hold finite numbers, float32"),
    "another shape": (lambda: rewritten(gradient_1=np.zeros(9, "float32")), "different shapes"),
    "another network": (lambda: rewritten(network=np.array('{"kind": "resnet"}')), "cannot be built.*not known"),
    "a network that is none": (lambda: rewritten(network=np.array("lenet")), "does not say how its network is built"),
    "a shape in words": (lambda: rewritten(image_shape=np.array(["a", "b"])), "does not say"),
}


@pytest.mark.parametrize("content, words", REFUSED.values(), ids=REFUSED)
def test_a_damaged_or_foreign_file_is_refused_with_a_sentence(content, words, tmp_path):
    path = tmp_path / "file.npz"
    path.write_bytes(content())
    with pytest.raises(ValueError, match=words) as refused:
        capstone.load(path)
    assert str(refused.value).startswith("file.npz") and str(refused.value).endswith(".")


def test_any_damaged_byte_is_refused_or_changes_nothing(tmp_path):
    good, random = capstone.load("1_one_layer"), np.random.default_rng(0)
    for place in random.integers(0, len(whole()), 60):
        content = bytearray(whole())
        content[place] ^= 0xFF
        (tmp_path / "file.npz").write_bytes(content)
        try:
            file = capstone.load(tmp_path / "file.npz")
        except ValueError as error:
            assert "file.npz" in str(error)
            continue
        assert file.readme == good.readme
        for ours, theirs in zip(file.gradient + file.weights, good.gradient + good.weights):
            np.testing.assert_array_equal(ours, theirs)


def test_a_file_that_is_not_there():
    with pytest.raises(FileNotFoundError, match="The five are 1_one_layer, 2_conv"):
        capstone.load("6_another")


# ---- the seals


@each
def test_a_picture_within_the_error_passes_for_certain(name):
    """Also where all of the error sits in one cell, which is the worst case."""
    seal, (pictures, labels) = seals.load(name), made(name)[2]
    pictures, random = pictures.astype("float64"), np.random.default_rng(1)
    side = pictures.shape[1] // seals.CELLS
    order = np.argsort(labels)
    hidden = seals._bins(np.array([seals.thumbnail(p) for p in pictures[order]]), seal.offsets, seal.width)
    for trial in range(200):
        change = np.zeros_like(pictures)
        if trial % 2:
            row, column = side * random.integers(0, seals.CELLS, 2)
            where = (slice(None), slice(row, row + side), slice(column, column + side))
            where += (random.integers(0, 3),) * (pictures.ndim == 4)
            change[where] = random.choice([-1, 1])
        else:
            change = random.normal(size=pictures.shape)
        change *= np.sqrt(seal.error / np.mean(change**2, axis=tuple(range(1, change.ndim)), keepdims=True))
        cells = np.array([seals.thumbnail(picture) for picture in (pictures + change)[order]])
        assert np.array_equal(seals._bins(cells, seal.offsets, seal.width), hidden)
    assert seals.fits(seal, pictures, labels)


@each
def test_no_other_picture_of_the_course_passes_with_the_right_label(name, digits):
    seal, (pictures, labels) = seals.load(name), made(name)[2]
    if pictures.ndim == 4:
        others = [helpers.data.load_face(32), np.full((32, 32, 3), 0.5), np.zeros((32, 32, 3)), np.ones((32, 32, 3))]
    else:
        others = [*digits[0], *(drawn for n in capstone.names() if n != name for drawn in made(n)[2][0])]
        others = [other for other in others if other.ndim == 2]
    order = np.argsort(labels)
    for picture, offsets in zip(pictures[order].astype("float64"), seal.offsets):
        hidden = seals._bins(seals.thumbnail(picture), offsets, seal.width)
        for other in others:
            assert not np.array_equal(seals._bins(seals.thumbnail(other), offsets, seal.width), hidden)


@each
def test_the_variations_of_the_truth_fall_into_other_bins(name):
    """Else the check would take a mirrored picture for the right one."""
    from helpers.exercises.sealed import _variations

    seal, (pictures, labels) = seals.load(name), made(name)[2]
    for said, changed in _variations(pictures.astype("float64")):
        assert not seals.fits(seal, changed, labels), said


def test_one_try_is_slow_for_a_guesser_and_quick_for_a_learner():
    seal, (pictures, labels) = seals.load("1_one_layer"), made("1_one_layer")[2]
    began = time.process_time()
    seals.fits(seal, pictures, labels)
    assert 0.002 < time.process_time() - began < 0.5
    assert 128 * seals._COST["n"] * seals._COST["r"] < 64e6  # scrypt's memory in bytes, RFC 7914


# ---- what is handed in


@each
def test_the_truth_is_accepted_and_marked(name, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path))
    verdict = check(name, *truth(name))
    assert verdict.ok, verdict
    assert progress.solved() == {("20", EXERCISES[name].name)}


@each
def test_a_somewhat_rough_picture_is_accepted(name):
    pictures, labels = truth(name)
    error = seals.load(name).error
    rough = pictures + np.random.default_rng(3).normal(0, 0.95 * np.sqrt(error), pictures.shape)
    assert check(name, rough, labels).ok


def test_the_order_of_a_batch_does_not_matter():
    pictures, labels = truth("4_batch")
    for order in ([3, 2, 1, 0], [1, 2, 3, 0]):
        assert check("4_batch", pictures[order], labels[order]).ok
    assert check("4_batch", list(pictures), labels.tolist()).ok


def stranger(name):
    pictures, labels = truth(name)
    images = helpers.data.load_digits()[0]
    return {"3_colour": helpers.data.load_face(32), "4_batch": images[40:44]}.get(name, images[40])


def wrong(name):
    """Wrong submissions, each with the sentence that it must be met with."""
    pictures, labels = truth(name)
    batch = name == "4_batch"
    axis = 1 if batch else 0
    images = helpers.data.load_digits()[0]
    average = images.mean(axis=0)
    other = truth("2_convolutions" if name == "1_one_layer" else "1_one_layer")
    cases = {
        "blank": ((np.zeros_like(pictures), labels), "blank"),
        "white": ((np.ones_like(pictures), labels), "blank"),
        "the average digit": (
            (np.stack([average] * 4) if batch else average, labels),
            "shape" if name == "3_colour" else "average",
        ),
        "the right label, a wrong picture": ((stranger(name), labels), "picture"),
        "transposed": ((np.swapaxes(pictures, axis, axis + 1), labels), "transposed"),
        "mirrored": ((np.flip(pictures, axis + 1), labels), "mirrored"),
        "upside down": ((np.flip(pictures, axis), labels), "upside down"),
        "turned": ((np.flip(pictures, (axis, axis + 1)), labels), "turned"),
        "inverted": ((1 - pictures, labels), "inverted"),
        "a wrong file": (other, "other file" if name in ("1_one_layer", "2_convolutions", "5_defended") else "shape"),
        "a wrong label": (
            (pictures, np.roll(labels, 1) if batch else (labels + 1) % 10),
            "wrong labels" if batch else "wrong label",
        ),
        "noise": ((np.random.default_rng(0).uniform(size=pictures.shape), labels), "picture"),
        "neither": ((stranger(name), (np.asarray(labels) + 1) % 10 if batch else (labels + 1) % 10), "far"),
        "far outside 0 and 1": ((pictures * 4 - 1, labels), "range"),
        "up to 255": ((255 * pictures, labels), "255"),
        "NaN": ((np.full_like(pictures, np.nan), labels), "NaN"),
        "one row": ((pictures.ravel(), labels), "row"),
        "the picture alone": ((pictures,), "form"),
        "exchanged": ((labels, pictures), "swapped"),
        "a label in words": ((pictures, "seven"), "labels" if batch else "label"),
        "a label as a float": ((pictures, np.asarray(labels) + 0.5), "labels" if batch else "label"),
        "a label beyond 9": ((pictures, np.asarray(labels) + 10), "labels" if batch else "label"),
        "a negative label": ((pictures, np.asarray(labels) - 10), "labels" if batch else "label"),
        "a picture in words": (("a seven", labels), "no number"),
        "lists of different lengths": (([[1], [1, 2]], labels), "no number"),
    }
    return cases


@each
@pytest.mark.parametrize("case", wrong("1_one_layer"))
def test_wrong_submissions_are_refused_with_their_sentence(name, case):
    handed_in, said = wrong(name)[case]
    verdict = check(name, *handed_in)
    assert not verdict.ok and verdict.answered
    assert verdict.message.startswith(f"✗ Not yet. {SAYS[said]}"), verdict.message


@each
def test_a_picture_that_is_too_rough_is_refused_or_named(name):
    pictures, labels = truth(name)
    rough = np.clip(pictures + np.random.default_rng(3).normal(0, 0.5, pictures.shape), 0, 1)
    assert not check(name, rough, labels).ok
    seal = seals.load(name)
    height, width = np.array(pictures.shape[1:3] if name == "4_batch" else pictures.shape[:2]) // seals.CELLS
    cell = (0,) * (name == "4_batch") + (slice(height, 2 * height), slice(width, 2 * width))
    shifted = np.array(pictures, "float64")
    bright = shifted[cell].mean() > 0.5
    shifted[cell] += (-0.75 if bright else 0.75) * seal.width
    verdict = check(name, np.clip(shifted, 0, 1), labels)
    assert not verdict.ok and SAYS["rough"] in verdict.message, verdict.message


def test_pictures_of_a_batch_that_are_one_and_the_same():
    pictures, labels = truth("4_batch")
    assert SAYS["twice"] in check("4_batch", pictures[[0, 1, 2, 2]], labels).message
    assert SAYS["twice"] in check("4_batch", np.stack([pictures.mean(axis=0)] * 4), labels).message


def test_a_batch_whose_labels_are_not_even_in_it():
    pictures, labels = truth("4_batch")
    others = [label for label in range(10) if label not in labels]
    assert SAYS["wrong labels"] in check("4_batch", pictures, np.array(others[:4])).message


def test_colours_in_the_wrong_order_and_channels_first():
    picture, label = truth("3_colour")
    assert SAYS["colours"] in check("3_colour", picture[..., ::-1], label).message
    assert SAYS["row"] in check("3_colour", np.moveaxis(picture, 2, 0), label).message
    assert SAYS["shape"] in check("3_colour", picture.mean(axis=2), label).message


@pytest.mark.parametrize("name", SINGLE)
def test_a_batch_of_one(name):
    picture, label = truth(name)
    assert SAYS["one of a batch"] in check(name, picture[None], label).message
    assert SAYS["label"] in check(name, picture, [label]).message


def test_an_attack_that_raises_or_returns_nothing_is_told_so():
    exercise = EXERCISES["1_one_layer"]
    assert "NameError" in exercise.check(lambda file: missing_name).message  # noqa: F821
    assert "returned None" in exercise.check(lambda file: [] and 1 or None).message
    assert "without calling it" in exercise.check(truth("1_one_layer")).message
    assert "SystemExit" in exercise.check(lambda file: sys.exit(1)).message


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_an_attacker_may_not_change_the_file(exercise):
    before = [tensor.copy() for tensor in capstone.load(exercise.file).gradient]

    def spoils(file):
        for tensor in file.gradient:
            tensor[:] = 0
        return truth(exercise.file)

    assert exercise.check(spoils).ok
    for tensor, kept in zip(capstone.load(exercise.file).gradient, before):
        np.testing.assert_array_equal(tensor, kept)


# ---- the solutions


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_batch_opens_from_other_starts(seed):
    file = capstone.load("4_batch")
    attack = helpers.leakage.DeepLeakage(file.base_model(), batch=4)
    helpers.optimizers.fit_lbfgs(attack, file.gradient, seed=seed)
    pictures, labels = made("4_batch")[2]
    order = metrics.match(attack.images, pictures)
    assert max(metrics.mse(a, b) for a, b in zip(attack.images[order], pictures)) < 1e-4
    assert attack.labels[order].tolist() == labels.tolist()


def test_the_defended_file_withstands_the_plain_search():
    file = capstone.load("5_defended")
    attack = helpers.leakage.DeepLeakage(file.base_model())
    helpers.optimizers.fit_lbfgs(attack, file.gradient, max_steps=150, starts=1)
    verdict = check("5_defended", attack.image, attack.label)
    assert not verdict.ok and "cut out" in verdict.message


# ---- the table and the pictures


def test_the_table_says_what_is_open_and_what_is_sealed():
    for exercise in EXERCISES.values():
        exercise.found = None
    assert repr(lesson_20.results()).count("still sealed") == 5
    check("4_batch", *truth("4_batch"))
    results = lesson_20.results()
    assert repr(results).count("still sealed") == 4 and "4 pictures, labels" in repr(results)
    assert results._repr_html_().count("<tr>") == 6
    EXERCISES["4_batch"].found = None
    assert repr(lesson_20.results()).count("still sealed") == 5 and repr(results).count("still sealed") == 4


def test_every_file_draws_another_triage_quickly_and_in_one_size():
    files = [capstone.load(name) for name in capstone.names()]
    capstone_drawings.triage(files[0]).png  # noqa: B018  the fonts are loaded once
    pictures = []
    for file in files:
        began = time.process_time()
        picture = capstone_drawings.triage(file)
        pictures.append(picture.png)
        assert time.process_time() - began < 1
        assert tuple(picture.figure.get_size_inches()) == (8.4, 3.2)
    assert len(set(pictures)) == 5


def test_the_triage_shows_no_label():
    """The slopes are sorted: how many lie below 0 is shown, and not which."""
    files = [capstone.load(name) for name in capstone.names()]
    figure = capstone_drawings.triage_row(files, "All").figure
    assert not [text for axis in figure.axes for text in axis.get_xticklabels() if text.get_text()]


def test_opened_draws_envelopes_and_pictures():
    for exercise in EXERCISES.values():
        exercise.found = None
    sealed = capstone_drawings.opened(lesson_20.results(), "None")
    assert sealed.description.count("sealed") == 5
    for name in ("3_colour", "4_batch"):
        check(name, *truth(name))
    picture = capstone_drawings.opened(lesson_20.results(), "Two")
    assert picture.description.count("open") == 2 and picture.png != sealed.png
    for exercise in EXERCISES.values():
        exercise.found = None
