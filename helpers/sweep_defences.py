"""Each defence at each strength: what still leaks, and what training still reaches. `python3 start.py sweep defences`.

The network is the paper's LeNet (sigmoid, ±0.5). Four kinds of runs, named by `part` and drawn by lesson 18:

    picture   20 digits, each in a fresh network, attacked by L-BFGS; `answer` says how the attacker answers the defence
    division  the first layer of a fresh MLP, divided by its bias (lesson 09), 40 digits
    label     read off the last layer (lesson 09), 100 digits, in fresh networks and in a trained one
    training  a federation of 10 participants in which every one defends every update: accuracy on digits held out
"""

import functools

import keras
import numpy as np
import tensorflow as tf

from helpers import adaptive, analytic, data, defences, leakage, metrics, models, optimizers
from helpers.sweep_failures import as_text, chosen, rounded, train

# In "clip+noise" the length is clipped to 1, and the strength is the noise that follows.
STRENGTHS = {
    "none": (0,),
    "gaussian": (1e-4, 1e-3, 1e-2, 1e-1, 1),
    "laplacian": (1e-3, 1e-2, 1e-1),
    "clip": (10, 1),
    "clip+noise": (1e-3, 1e-2, 1e-1),
    "prune": (0.1, 0.3, 0.5, 0.7, 0.9, 0.99),
    "bits": (16, 8),
    "batch": (2, 5, 10),
}
PICTURES, BLOCK = 20, 10
STEPS, STARTS = 100, 2
DIVISIONS, LABELS, READ = 40, 100, 0.05
WEIGHTS, NOISE = 1800, 180_000  # seeds; from the same one, noise and weights would go hand in hand
PARTICIPANTS, ROUNDS, RATE, SEEDS = 10, 300, 0.005, 3


def defend(gradient, defence, strength, seed):
    """The gradient as a participant with this defence sends it; defence and strength as in STRENGTHS, a list of arrays.

    `seed` is of the noise, an int or a numpy.random.Generator.
    """
    if defence == "gaussian":
        return defences.gaussian_noise(gradient, strength, seed)
    if defence == "laplacian":
        return defences.laplacian_noise(gradient, strength, seed)
    if defence == "clip":
        return defences.clip(gradient, strength)
    if defence == "clip+noise":
        return defences.gaussian_noise(defences.clip(gradient, 1), strength, seed)
    if defence == "prune":
        return defences.prune(gradient, strength)
    if defence == "bits":
        return defences.quantise(gradient, strength)
    return [np.asarray(tensor) for tensor in gradient]


def settings():
    """All runs, the cheap ones first: a list of dict with the keys part, defence, strength, answer and first."""
    everything = [(defence, strength) for defence, strengths in STRENGTHS.items() for strength in strengths]
    alone = [(defence, strength) for defence, strength in everything if defence != "batch"]
    runs = [("label", *one, "fresh", 0) for one in alone]
    runs += [("label", *one, "trained", 0) for one in alone if one[0] in ("none", "gaussian", "clip+noise", "prune")]
    runs += [("division", *one, "", 0) for one in alone]
    answers = [("prune", fraction, "skip zeros") for fraction in (0.3, 0.5, 0.7, 0.9)]
    answers += [("clip", 1, "unclip")] + [("clip+noise", spread, "unclip") for spread in STRENGTHS["clip+noise"]]
    rounds = {1e-2: (10, 100), 1e-1: (100, 1000)}
    answers += [("gaussian", spread, f"average {count}") for spread in rounds for count in rounds[spread]]
    answers += [("gaussian", s, "closed form") for s in (1e-3, 1e-2)] + [("clip+noise", 1e-2, "average 1000, unclip")]
    pictures = [(*one, "") for one in everything] + answers
    runs += [("picture", *one, 0) for one in pictures]
    runs += [("training", *one, "", seed) for seed in range(SEEDS) for one in everything]
    runs += [("picture", *one, first) for first in range(BLOCK, PICTURES, BLOCK) for one in pictures]
    return [dict(zip(("part", "defence", "strength", "answer", "first"), run)) for run in runs]


def one_run(part, defence, strength, answer, first):
    """One block of runs of one kind, see above: a list of dict, a row each, or a dict."""
    if part == "training":
        return {"accuracy": rounded(federation(defence, strength, seed=first))}
    if part == "label":
        return labels_read(defence, strength, answer)
    if part == "division":
        return [divided(defence, strength, number) for number in range(DIVISIONS)]
    if defence == "batch":
        batches = [range(start, start + strength) for start in range(first, first + BLOCK, strength)]
        return [row for batch in batches for row in attack_batch(batch)]
    return [attack_one(defence, strength, answer, number) for number in range(first, first + BLOCK)]


# ---- pictures


@functools.cache
def _attack(kind=leakage.DeepLeakage, batch=1):
    return kind(models.GradientModel(models.lenet(weights=0.5)), batch=batch)


def fresh(base_model, number):
    """Give the attacked LeNet the weights of another fresh one, the one with this number: uniform in ±0.5."""
    random = np.random.default_rng(WEIGHTS + number)
    base_model.set_weights([random.uniform(-0.5, 0.5, weight.shape) for weight in base_model.weights])


@functools.cache
def _all_digits():
    images, labels = data.load_digits()
    return images.reshape(-1, 784), np.eye(10, dtype="float32")[labels]


def digits(places):
    """The digits at these places of `load_digits`: rows (n, 784) and one-hot labels (n, 10), float32 arrays."""
    images, labels = _all_digits()
    return images[places], labels[places]


def attack_one(defence, strength, answer, number):
    """Attack digit `number` of `chosen` in a network of its own.

    Returns:
        A dict: picture (its place in `load_digits`), mse and ssim of what came back (cut off at 0 and 1), right (is the
        label of the search right?), steps, and for the first two digits the picture as a text.
    """
    place = int(chosen()[number])
    attack = _attack(adaptive.MaskedLeakage if answer == "skip zeros" else leakage.DeepLeakage)
    base_model, start = attack.base_model, None
    fresh(base_model, number)
    gradient = base_model.gradient(*digits([place]))
    if answer.startswith("average"):
        random = np.random.default_rng(NOISE + number)
        count = int(answer.split(",")[0].split()[1])
        sent = adaptive.average([defend(gradient, defence, strength, random) for _ in range(count)])
    else:
        sent = defend(gradient, defence, strength, NOISE + number)
    if answer.endswith("unclip"):
        sent = adaptive.unclip(base_model.network, sent)
    if answer == "closed form":
        start = np.clip(analytic.minimum_norm(base_model, sent), 0, 1)[None].astype("float32")
    record = optimizers.fit_lbfgs(attack, sent, STEPS, STARTS, seed=number, images=start)
    row = _row(record.images[-1][0], attack.label, place)
    if start is not None:
        row["mse_start"] = rounded(metrics.mse(start[0], digits([place])[0].reshape(28, 28)))
    return {**row, "steps": len(record.distances) - 1, "thumbnail": _thumbnail(record.images[-1][0], number)}


def attack_batch(numbers):
    """Attack the average gradient of several digits of `chosen` in one network: a row for each."""
    attack, places = _attack(batch=len(numbers)), chosen()[list(numbers)]
    fresh(attack.base_model, numbers[0])
    x, y = digits(places)
    record = optimizers.fit_lbfgs(attack, attack.base_model.gradient(x, y), STEPS, STARTS, seed=numbers[0])
    found = np.nan_to_num(record.images[-1])
    order = metrics.match(found.reshape(x.shape), x)
    rows = [_row(found[at], attack.labels[at], int(place)) for at, place in zip(order, places)]
    for row, number, at in zip(rows, numbers, order):
        row.update(steps=len(record.distances) - 1, thumbnail=_thumbnail(found[at], number))
    return rows


def _row(image, label, place):
    images, labels = data.load_digits()
    image = np.clip(np.nan_to_num(image), 0, 1)
    return {
        "picture": place,
        "mse": rounded(metrics.mse(image, images[place])),
        "ssim": rounded(metrics.ssim(image, images[place])),
        "right": bool(label == labels[place]),
    }


def _thumbnail(image, number):
    return as_text(image) if number < 2 else None


# ---- division and labels


def divided(defence, strength, number):
    """A digit out of a fresh MLP's first layer, by one division (mse) and by least squares over all units (mse_all)."""
    (base_model, gradient), random = _compiled("MLP"), np.random.default_rng(WEIGHTS + number)
    wide = [np.sqrt(6 / sum(shape)) if len(shape) == 2 else 0 for shape in map(np.shape, base_model.weights)]
    base_model.set_weights([random.uniform(-w, w, weight.shape) for w, weight in zip(wide, base_model.weights)])
    place = int(np.random.default_rng(1818).choice(1797, DIVISIONS, replace=False)[number])
    x, y = digits([place])
    sent = defend(gradient(x, y), defence, strength, NOISE + number)
    row = {"picture": place}
    for name, method in (("mse", analytic.dense_input), ("mse_all", adaptive.divide_noisy)):
        found = np.clip(method(sent[0], sent[1]), 0, 1)
        row[name] = rounded(metrics.mse(found, x[0]))
    return row


@functools.cache
def _compiled(network):
    """A GradientModel with this name and its gradient as one compiled function, for many pictures one by one."""
    keras.utils.set_random_seed(18)
    base_model = models.GradientModel(models.mlp() if network == "MLP" else models.lenet("sigmoid", weights=0.5))
    if network == "trained":
        train(base_model.network, 5)
    return base_model, tf.function(base_model.gradient)


def labels_read(defence, strength, network):
    """How many labels of 100 digits the last layer shows, each in a "fresh" LeNet, or all in a "trained" one.

    Returns:
        A dict: labels (by the smallest bias slope), labels_all (by the smallest sum of a class's bias and kernel
        slopes: features behind a sigmoid are positive, so all of them have the bias slope's sign), tried.
    """
    base_model, gradient = _compiled(network)
    others = np.setdiff1d(np.arange(1797), chosen())  # the trained network has seen these
    counts = np.zeros(2, int)
    for number, place in enumerate(np.random.default_rng(18).choice(others, LABELS, replace=False)):
        if network == "fresh":
            fresh(base_model, number)
        x, y = digits([place])
        kernel_slopes, bias_slopes = defend(gradient(x, y), defence, strength, NOISE + number)[-2:]
        sums = bias_slopes, bias_slopes + kernel_slopes.sum(axis=0)
        counts += [bool(np.any(each)) and np.argmin(each) == np.argmax(y) for each in sums]
    return {"labels": int(counts[0]), "labels_all": int(counts[1]), "tried": LABELS}


# ---- training


def federation(defence, strength, seed):
    """The accuracy that a federation still reaches when every participant defends every update.

    FedSGD: in each of ROUNDS rounds each of 10 participants sends the gradient of one of its 150 digits (of `strength`
    digits where the defence is a larger batch). The server averages them and takes a step of Adam, whose rate falls
    from RATE to 0. Returns the share of 297 digits, held out, that the network then reads right, a float.
    """
    random = np.random.default_rng(seed)
    order = np.random.default_rng(180).permutation(1797)
    held_out, shares = order[1500:], order[:1500].reshape(PARTICIPANTS, 150)
    keras.utils.set_random_seed(seed)
    base_model = models.GradientModel(models.lenet("sigmoid", weights=0.5))
    size, rate = strength if defence == "batch" else 1, keras.optimizers.schedules.PolynomialDecay(RATE, ROUNDS, 0)
    optimizer = keras.optimizers.Adam(rate)
    optimizer.build(base_model.network.trainable_variables)
    gradients = tf.function(lambda x, y: list(map(base_model.gradient, x, y)), autograph=False)
    step = tf.function(optimizer.apply, autograph=False)
    for _ in range(ROUNDS):
        x, y = digits(np.stack([random.choice(share, size, replace=False) for share in shares]))
        updates = gradients(*(tf.unstack(tf.constant(part)) for part in (x, y)))
        sent = [defend(update, defence, strength, random) for update in updates]
        step([tf.constant(np.mean(parts, axis=0)) for parts in zip(*sent)])
    x, y = digits(held_out)
    return float(np.mean(np.argmax(base_model(x), axis=1) == np.argmax(y, axis=1)))


def pick(rows, part, defence, strength, answer=""):
    """The rows of one setting, as `sweeps.load` gives them."""
    wanted = {"part": part, "defence": defence, "strength": strength, "answer": answer}
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def read(rows, bound=READ):
    """How many of these pictures came back with a mean squared error below the bound. READ: one can read the digit."""
    return sum(row["mse"] is not None and row["mse"] < bound for row in rows)
