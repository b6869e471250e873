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


def pytest_collection_modifyitems(items):
    """Long files begin. With `--dist=loadgroup` and no groups each test goes to whichever process is free.

    Then both processes make a module's fixtures, and still end sooner than with whole files for each.
    """
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
