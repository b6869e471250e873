"""What the lessons share. Import this first: it brings TensorFlow in without its start-up messages.

`helpers.data`, `helpers.models` and the other modules are loaded when they are first used.
"""

import importlib
import os
import sys
import tempfile

_MODULES = (
    "adaptive analytic attack_drawings book capstone capstone_drawings claims colour_gallery curves data "
    "defence_drawings defences diagrams divisions doctor editions equations exercises failure_gallery federation "
    "galleries inverting label_drawings landscapes layers leakage mask_drawings metrics models optimizers "
    "peel_drawings peeling plots privacy privacy_drawings progress quiz seals stubs suspects sweep_defences "
    "sweep_failures sweep_inverting sweep_labels sweep_localsteps sweep_peeling sweep_privacy sweeps symbols teaching "
    "widgets"
).split()
_NEED_NO_TENSORFLOW = {
    "helpers.book",
    "helpers.doctor",
    "helpers.editions",
    "helpers.teaching.slides",
    "helpers.teaching.workshop",
}

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def _import_tensorflow_quietly():
    """Import TensorFlow with file descriptor 2 set aside; what it printed is shown only if the import fails.

    The messages come from C++ before any logging is set up, so no environment variable stops them.
    """
    with tempfile.TemporaryFile() as printed:
        sys.stderr.flush()
        stderr = os.dup(2)
        os.dup2(printed.fileno(), 2)
        try:
            import tensorflow as tf

            tf.zeros(1)  # starts the devices, which is when the other half of the messages comes
        except BaseException:
            printed.seek(0)
            os.write(stderr, printed.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


def set_seed(seed=0):
    """Fix every random number of Python, NumPy and Keras. Returns the seed that was used, an int.

    The environment variable COURSE_SEED replaces `seed`, so that a lesson's claims can be tried on other seeds.
    """
    import keras

    seed = int(os.environ.get("COURSE_SEED", seed))
    keras.utils.set_random_seed(seed)
    return seed


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(f"helpers.{name}")
    raise AttributeError(f"helpers has no {name!r}; it has {', '.join(_MODULES)} and set_seed")


def __dir__():
    return [*_MODULES, "set_seed"]


if not _NEED_NO_TENSORFLOW.intersection(sys.orig_argv):
    _import_tensorflow_quietly()
