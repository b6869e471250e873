import os
import shutil
from pathlib import Path

os.environ["COURSE_PROGRESS"] = ""  # no test may mark an exercise of the person who runs it as solved
os.environ["TQDM_DISABLE"] = "1"

import helpers

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers import plots
from tests.contrast import faint_texts


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-sync"
SCREENSHOTS = Path(__file__).resolve().parent / "screenshots"
_LOOKED_AT = set()  # the descriptions of pictures
LONG = ["test_browser", "test_book", "test_federation_processes", "test_secure_round"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """For two processes: long files begin, a file's tests stay together, JupyterLab's lessons are dealt out.

    With pytest 9.2 xdist 3.8 does not see the groups, and every test goes to whoever is free: as fast, but both
    processes then make the fixtures of a module.
    """
    for item in items:
        lesson = item.callspec.params.get("lesson") if item.path.stem == "test_browser" else None
        half = int(lesson[:2]) % 2 if lesson else ""
        item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}{half}"))
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.fixture(scope="session")
def digits():
    return helpers.data.load_digits()


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture
def float64():
    with helpers.models.float64():
        yield


@pytest.fixture(autouse=True)
def the_text_of_every_picture_can_be_read(monkeypatch):
    """Whatever picture a test makes: each text stands out from what lies under it as WCAG asks. Each once."""
    pictures = []

    def init(picture, figure, description, made=plots.Picture.__init__):
        made(picture, figure, description)
        if description not in _LOOKED_AT:
            _LOOKED_AT.add(description)
            pictures.append(picture)

    monkeypatch.setattr(plots.Picture, "__init__", init)
    yield
    for picture in pictures:
        assert faint_texts(picture.figure) == [], picture.description


def small_base_model(seed=0, activation="sigmoid"):
    """6 pixels → 4 → 3 classes: small enough for finite differences over every number."""
    keras.utils.set_random_seed(seed)
    layers = [keras.Input((6,)), keras.layers.Dense(4, activation), keras.layers.Dense(3)]
    return helpers.models.GradientModel(keras.Sequential(layers))


def small_batch(batch=1, seed=0):
    rng = np.random.default_rng(seed)
    dtype = keras.config.floatx()
    return rng.uniform(size=(batch, 6)).astype(dtype), rng.dirichlet(np.ones(3), batch).astype(dtype)


def small_attack(base_model, batch=1, **kwargs):
    return helpers.leakage.DeepLeakage(base_model, image_shape=(2, 3), classes=3, batch=batch, **kwargs)


def capture(base_model, images, labels):
    """The gradient of pictures (n, 28, 28) and labels (n,)."""
    return base_model.gradient(images.reshape(len(images), -1), tf.one_hot(labels, 10))
