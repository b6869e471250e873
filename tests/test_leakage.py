import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers import metrics
from helpers.leakage import DeepLeakage
from helpers.models import GradientModel, mlp
from helpers.optimizers import Record
from tests.conftest import capture, small_attack, small_base_model, small_batch
from tests.test_models import BAD_CAPTURES


@pytest.fixture(scope="module")
def attack_on_mlp():
    keras.utils.set_random_seed(0)
    attack = DeepLeakage(GradientModel(mlp()))
    attack.compile(optimizer=keras.optimizers.Adam(0.1))
    return attack


def fit(attack, captured, steps=400, **kwargs):
    return attack.fit(attack.dataset(captured, steps), shuffle=False, verbose=0, **kwargs)


def test_plain_fit_brings_digits_back(attack_on_mlp, digits):
    images, labels = digits
    attack = attack_on_mlp
    for number in (3, 500, 1500):
        attack.reset(number)
        fit(attack, capture(attack.base_model, images[[number]], labels[[number]]))
        assert attack.label == labels[number]
        assert metrics.mse(attack.image, images[number]) < 0.001


def test_a_shuffled_gradient_brings_nothing_back(attack_on_mlp, digits):
    images, labels = digits
    attack = attack_on_mlp
    captured = capture(attack.base_model, images[:1], labels[:1])
    shuffle = np.random.default_rng(0).permutation
    attack.reset(0)
    fit(attack, [shuffle(np.ravel(tensor)).reshape(tensor.shape) for tensor in captured])
    assert metrics.mse(attack.image, images[0]) > 0.05


def test_start_is_uniform_noise_and_an_open_label():
    attack = DeepLeakage(GradientModel(mlp()))
    assert attack.image.shape == (28, 28) and 0 <= attack.image.min() < 0.02 and 0.98 < attack.image.max() <= 1
    np.testing.assert_allclose(attack.probabilities, np.full((1, 10), 0.1), rtol=1e-6)
    assert isinstance(attack.label, int)


def test_layers_are_as_named():
    attack = DeepLeakage(base_model := GradientModel(mlp()))
    assert attack.dense1.units == 784 and not attack.dense1.use_bias
    assert attack.dense2.units == 10 and not attack.dense2.use_bias
    assert attack.dense2.activation is keras.activations.softmax
    assert attack.base_model is base_model
    assert "train_step" not in vars(DeepLeakage) and "compute_loss" in vars(DeepLeakage)


def test_fed_with_one_it_returns_the_gradient_of_what_the_layers_hold():
    base_model = small_base_model()
    attack = small_attack(base_model)
    expected = base_model.gradient(attack.image.reshape(1, 6), attack.probabilities)
    for a, b in zip(attack(tf.ones((1, 1))), expected):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_row_i_of_the_unit_matrix_picks_picture_i():
    base_model = small_base_model()
    attack = small_attack(base_model, batch=3)
    assert attack.images.shape == (3, 2, 3) and attack.labels.shape == (3,)
    np.testing.assert_array_equal(attack.dense1(tf.eye(3)), attack.images.reshape(3, 6))
    with pytest.raises(ValueError, match="images instead of image"):
        _ = attack.image
    with pytest.raises(ValueError, match="labels instead of label"):
        _ = attack.label


def test_a_batch_is_found_by_fit(float64):
    base_model = small_base_model()
    x, y = small_batch(2)
    attack = small_attack(base_model, batch=2)
    attack.compile(optimizer=keras.optimizers.Adam(0.05))
    captured = base_model.gradient(x, y)
    record = Record()
    fit(attack, captured, steps=500, callbacks=[record])
    assert record.distances[-1] < 0.001 * record.distances[0]


def test_base_model_stays_and_its_trainable_too():
    for trainable in (True, False):
        base_model = small_base_model()
        base_model.trainable = trainable
        before = base_model.get_weights()
        attack = small_attack(base_model)
        attack.compile(optimizer=keras.optimizers.Adam(0.1))
        fit(attack, base_model.gradient(*small_batch()), steps=20)
        assert base_model.trainable is trainable
        assert [w.trainable for w in base_model.weights] == [trainable] * 4
        for a, b in zip(before, base_model.get_weights()):
            np.testing.assert_array_equal(a, b)
        assert len(attack.trainable_weights) == 2


def test_no_warning_reaches_the_reader(capfd):
    base_model = small_base_model()
    attack = small_attack(base_model)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        attack.compile(optimizer=keras.optimizers.Adam(0.1))
        fit(attack, base_model.gradient(*small_batch()), steps=3)
    assert capfd.readouterr().err == ""


def test_each_true_distance_is_recorded_with_its_picture():
    base_model = small_base_model()
    captured = base_model.gradient(*small_batch())
    attack = small_attack(base_model)
    attack.compile(optimizer=keras.optimizers.Adam(0.1))
    record = Record()
    history = fit(attack, captured, steps=30, callbacks=[record])
    assert len(record.distances) == len(record.images) == len(record.seconds) == record.evaluations == 30
    for image, probabilities, distance in list(zip(record.images, record.probabilities, record.distances))[::10]:
        gradient = base_model.gradient(image.reshape(1, 6), probabilities)
        true = sum(float(tf.reduce_sum((a - b) ** 2)) for a, b in zip(gradient, captured))
        np.testing.assert_allclose(distance, true, rtol=1e-3)
    assert history.history["distance"][0] == pytest.approx(record.distances[-1])
    assert history.history["loss"][0] == pytest.approx(np.mean(record.distances), rel=1e-4)


def test_usual_callbacks_work():
    base_model = small_base_model()
    attack = small_attack(base_model)
    attack.compile(optimizer=keras.optimizers.Adam(0.1))
    frames = []
    keep = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: frames.append(attack.image))
    fit(attack, base_model.gradient(*small_batch()), steps=5, callbacks=[keep, keras.callbacks.TerminateOnNaN()])
    assert len(frames) == 5 and not np.array_equal(frames[0], frames[4])


def test_reset_and_second_fit_compile_nothing_and_forget_everything():
    base_model = small_base_model()
    captured = base_model.gradient(*small_batch())
    attack = small_attack(base_model)
    attack.compile(optimizer=keras.optimizers.Adam(0.1))
    traced = []
    inner = base_model.gradient
    base_model.gradient = lambda x, y: traced.append(1) or inner(x, y)
    results = []
    for steps in (20, 20):
        attack.reset(5)
        assert attack.optimizer.iterations == 0
        fit(attack, captured, steps)
        results.append(attack.image)
        count = len(traced)
    assert count <= 2  # Keras' own symbolic build, and the one compilation
    np.testing.assert_array_equal(*results)
    attack.reset(6)
    first = attack.image
    attack.reset(6)
    np.testing.assert_array_equal(first, attack.image)
    attack.reset(7)
    assert not np.array_equal(first, attack.image)


def test_reset_keeps_the_learning_rate():
    attack = small_attack(small_base_model())
    attack.compile(optimizer=keras.optimizers.Adam(0.1))
    attack.optimizer.learning_rate = 0.02
    attack.reset(0)
    assert float(attack.optimizer.learning_rate) == pytest.approx(0.02)


def test_an_interrupted_fit_keeps_a_whole_record():
    base_model = small_base_model()
    attack = small_attack(base_model)
    attack.compile(optimizer=keras.optimizers.Adam(0.1))

    def stop(batch, logs):
        if batch == 5:
            raise KeyboardInterrupt

    record = Record()
    with pytest.raises(KeyboardInterrupt):
        interrupt = keras.callbacks.LambdaCallback(on_train_batch_begin=stop)
        fit(attack, base_model.gradient(*small_batch()), steps=9, callbacks=[record, interrupt])
    assert len(record.images) == len(record.distances) == len(record.seconds) == 5
    assert record.stopped == "interrupted"


def test_keras_counts_the_base_model_as_not_trainable():
    attack = small_attack(small_base_model())
    text = []
    attack.summary(print_fn=lambda line, **_: text.append(line))
    assert "Trainable params: 9 " in "".join(text) and "Non-trainable params: 43 " in "".join(text)


def test_saving_and_loading(tmp_path):
    base_model = small_base_model()
    captured = base_model.gradient(*small_batch())
    attack = small_attack(base_model)
    attack.compile(optimizer=keras.optimizers.Adam(0.1))
    fit(attack, captured, steps=10)
    attack.save(tmp_path / "attack.keras")
    loaded = keras.models.load_model(tmp_path / "attack.keras")
    np.testing.assert_array_equal(loaded.image, attack.image)
    fit(attack, captured, steps=10)
    fit(loaded, captured, steps=10)
    np.testing.assert_allclose(loaded.image, attack.image, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("change, error, words", BAD_CAPTURES)
def test_dataset_refuses_before_any_search(change, error, words):
    base_model = small_base_model()
    attack = small_attack(base_model)
    with pytest.raises(error, match=words):
        attack.dataset(change(base_model.gradient(*small_batch())), steps=1)


def test_known_labels_are_one_hot_and_stay(digits):
    images, labels = digits
    attack = DeepLeakage(GradientModel(mlp()), batch=2)
    attack.fix_labels(labels[:2])
    np.testing.assert_array_equal(attack.labels, labels[:2])
    np.testing.assert_allclose(attack.probabilities, np.eye(10)[labels[:2]], atol=1e-12)
    assert [weight.shape for weight in attack.trainable_weights] == [(2, 784)]
    attack.compile(optimizer=keras.optimizers.Adam(0.1))
    captured = capture(attack.base_model, images[:2], labels[:2])
    before = attack.images
    fit(attack, captured, steps=3)
    assert not np.array_equal(attack.images, before)
    attack.reset(1)
    np.testing.assert_array_equal(attack.labels, labels[:2])


def test_reset_leaves_a_frozen_picture():
    attack = small_attack(small_base_model())
    attack.dense2.kernel.assign([[1.0, 2.0, 3.0]])
    attack.dense1.trainable, before = False, attack.images
    attack.reset(1)
    np.testing.assert_array_equal(attack.images, before)
    np.testing.assert_allclose(attack.probabilities, np.full((1, 3), 1 / 3), rtol=1e-6)


@pytest.mark.parametrize(
    "wrong, came",
    [(3, "[3]"), ([0, 3], "[0, 3]"), ([0, -1], "[0, -1]"), ([0.0, 1.0], "[0.0, 1.0]"), ([0, 1, 2], "[0, 1, 2]")],
)
def test_labels_that_do_not_fit_are_refused(wrong, came):
    attack = small_attack(small_base_model(), batch=2)
    with pytest.raises(ValueError) as error:
        attack.fix_labels(wrong)
    assert str(error.value) == (
        f"labels is {came}, but 2 whole numbers from 0 to 2 are expected, one for each picture."
    )
    assert attack.dense2.trainable


def test_base_models_that_do_not_fit_are_refused():
    with pytest.raises(TypeError, match="GradientModel\\(network\\)"):
        DeepLeakage(mlp())
    with pytest.raises(ValueError, match="900 pixels.*expects \\(batch, 784\\)"):
        DeepLeakage(GradientModel(mlp()), image_shape=(30, 30))
    with pytest.raises(ValueError, match="expected \\(height, width\\)"):
        DeepLeakage(GradientModel(mlp()), image_shape=(784,))
    with pytest.raises(ValueError, match="at least one picture"):
        DeepLeakage(GradientModel(mlp()), batch=0)
    with pytest.raises(ValueError, match="classes is 7"):
        DeepLeakage(GradientModel(mlp()), classes=7)


def test_any_model_with_a_gradient_can_be_attacked(digits):
    """Not only GradientModel: what a learner writes in lesson 07 too."""

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.out = keras.layers.Dense(3)
            self.build((None, 6))

        def build(self, input_shape):
            self.out.build(input_shape)

        def call(self, x):
            return self.out(x)

        def gradient(self, x, y):
            with tf.GradientTape() as tape:
                tape.watch([w.value for w in self.weights])
                loss = -tf.reduce_mean(tf.reduce_sum(y * tf.nn.log_softmax(self(x)), 1))
            return tape.gradient(loss, [w.value for w in self.weights])

    keras.utils.set_random_seed(0)
    base_model, (x, y) = Own(), small_batch()
    attack = small_attack(base_model)
    attack.compile(optimizer=keras.optimizers.Adam(0.05))
    fit(attack, base_model.gradient(x, y), steps=400)
    assert metrics.mse(attack.image.reshape(1, 6), x) < 1e-3
