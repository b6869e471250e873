"""Makes notebooks/leak.gif, the moving picture of the README: `python notebooks/source/leak.py`."""

import io
from pathlib import Path

import helpers
from helpers import plots

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

STEPS = [0, 3, 6, 9, 12, 15, 18, 21, 25, 30, 35, 40, 50, 60, 80, 100, 150, 399]

helpers.set_seed(0)
images, labels = helpers.data.load_digits()
secret = 1204
base_model = helpers.models.GradientModel(helpers.models.mlp())
captured = base_model.gradient(images[[secret]].reshape(1, 784), tf.one_hot(labels[[secret]], 10))
attack = helpers.leakage.DeepLeakage(base_model)
attack.compile(optimizer=keras.optimizers.Adam(0.1))
record = helpers.optimizers.Record()
attack.fit(attack.dataset(captured, steps=400), shuffle=False, verbose=0, callbacks=[record])

numbers = np.concatenate([np.ravel(tensor) for tensor in captured])[: 318 * 318].reshape(318, 318)
sent = np.clip(0.5 + numbers / np.percentile(np.abs(numbers), 95) / 2, 0, 1)
frames = []
for step in STEPS:
    picture = plots.images(
        [images[secret], sent, record.images[step][0]],
        ["stays on the phone", "is sent: 101,770 numbers", f"rebuilt, step {step}"],
        "Gradients are not private",
    )
    frames.append(Image.open(io.BytesIO(picture.png)).convert("L").quantize(16))

target = Path(__file__).resolve().parent.parent / "leak.gif"
pause = [700] + [180] * (len(frames) - 2) + [3000]
frames[0].save(target, save_all=True, append_images=frames[1:], duration=pause, loop=0)
print(f"{target.name}: {target.stat().st_size / 1e6:.2f} MB")
