"""Lesson 08: shares by number of pictures, the average of two updates, a round with late messages, one picture."""

import numpy as np

from helpers.exercises.compare import Told
from helpers.exercises.engine import Exercise, Mistake
from helpers.federation.messages import Task, Update
from helpers.quiz import Option, Question, Quiz

TITLE = "Training together without sharing data"


# ---- shares


shares = Exercise(
    "08",
    "shares",
    kind="value",
    tolerance=0.05,  # two digits after the point are enough
    hints=[
        "How many pictures do the three have in all? A share says which part of these belongs to one hospital.",
        "In section 3 hospital 1 had 3 of 4 pictures, so its share was 3/4.",
        "`shares = [40 / 60, ...]`: go on like this for 15 and for 5. The three must sum to 1.",
    ],
    mistakes=[
        Mistake(
            [1 / 3, 1 / 3, 1 / 3],
            "That is the wrong idea of section 3: it counts hospitals equally. Count pictures.",
        ),
        Mistake(
            [40, 15, 5],
            "Those are the numbers of pictures. A share is a part of the whole: divide each by all the pictures.",
        ),
        Mistake(
            [40 / 3, 15 / 3, 5 / 3],
            "You divided by the number of hospitals. Divide by the number of pictures that all three have.",
        ),
        Mistake(
            [0.4, 0.15, 0.05],
            "You divided by 100. Divide by the pictures that all three have.",
        ),
        Mistake(
            [3 / 4, 1 / 4],
            "Those are the two hospitals of section 3. Ours are three, with 40, 15 and 5 pictures.",
        ),
        Mistake(
            [200 / 3, 25, 25 / 3],
            "Those are per cent. They are right, but a share is a number between 0 and 1: divide by 100.",
        ),
        Mistake(
            [5 / 60, 15 / 60, 40 / 60],
            "The order is turned round. Hospital A, with 40 pictures, comes first and has the largest share.",
        ),
        Mistake(
            [1, 15 / 40, 5 / 40],
            "You compared each with hospital A. Compare it with all three together: the shares must sum to 1.",
        ),
        Mistake(
            [60 / 40, 60 / 15, 60 / 5],
            "The fraction stands on its head. The share is a hospital's pictures divided by all pictures.",
        ),
    ],
)


# ---- average


def _told(result):
    """What the learner's function returned, with our own message objects as words, so that it can be compared."""
    if isinstance(result, (Task, Update)):
        return Told(f"a whole `{type(result).__name__}` came back, and a list of arrays is asked for.")
    return result


def _same(before, messages):
    """Whether the messages hold the arrays that they held before."""
    now = [message.weights if isinstance(message, Task) else message.gradient for message in messages]
    pairs = [pair for one, other in zip(before, now) for pair in zip(one, other)]
    return all(np.array_equal(one, other) for one, other in pairs)


def _observe_average(answer, examples, first, other_examples, second):
    updates = [Update(1, "hospital 1", examples, first), Update(1, "hospital 2", other_examples, second)]
    result = answer(*updates)
    if result is None:
        return None
    return {"the two updates are as before": _same([first, second], updates), "the average": _told(result)}


def _average(weigh, divide_by=lambda a, b: a.examples + b.examples):
    return lambda a, b: [weigh(a, b, g, h) / divide_by(a, b) for g, h in zip(a.gradient, b.gradient)]


average = Exercise(
    "08",
    "average",
    inputs={
        "slope 2 from 3 pictures and slope 6 from 1": (3, [np.array([2.0])], 1, [np.array([6.0])]),
        "two arrays each, from 5 and from 20 pictures": (
            5,
            [np.array([[1.0, -2.0, 4.0], [0.5, 3.0, -1.0]]), np.array([2.0, 0.0, -3.0])],
            20,
            [np.array([[2.0, 1.0, -5.0], [1.5, -4.0, 6.0]]), np.array([-1.0, 7.0, 2.0])],
        ),
    },
    observe=_observe_average,
    hints=[
        "On paper it was 3/4 of 2 plus 1/4 of 6. Where do 3/4 and 1/4 come from?",
        "Go through both lists at once: `for one, other in zip(first.gradient, second.gradient)`.",
        "Each entry is `(first.examples * one + second.examples * other)`, divided by the pictures of both.",
    ],
    mistakes=[
        Mistake(
            _average(lambda a, b, g, h: g + h, lambda a, b: 2),
            "You average the hospitals equally. Then one picture of the small hospital counts more than one of the "
            "large. Multiply each gradient by its share of the pictures.",
        ),
        Mistake(
            _average(lambda a, b, g, h: g + h, lambda a, b: 1),
            "That is the sum of the two. For an average, multiply each gradient by its share first.",
        ),
        Mistake(
            _average(lambda a, b, g, h: a.examples * g + b.examples * h, lambda a, b: 1),
            "That is the sum over all pictures. Divide it by the number of all pictures.",
        ),
        Mistake(
            _average(lambda a, b, g, h: a.examples * g + b.examples * h, lambda a, b: 2),
            "You divide by the number of hospitals. Divide by the number of pictures of both.",
        ),
        Mistake(
            _average(lambda a, b, g, h: b.examples * g + a.examples * h),
            "Each gradient is multiplied by the other one's number of pictures. Swap them.",
        ),
        Mistake(
            _average(lambda a, b, g, h: g + h),
            "You divide by the number of pictures, but each gradient is an average already. Multiply it by its own "
            "number of pictures first.",
        ),
        Mistake(
            lambda a, b: a.gradient + b.gradient,
            "A plus between two lists puts one behind the other. Go through them with `zip`, array by array.",
        ),
        Mistake(
            lambda a, b: (a.examples * a.gradient + b.examples * b.gradient) / (a.examples + b.examples),
            "A list is no number: `3 * [g]` is a list of three. Go through both lists with `zip`, array by array.",
        ),
        Mistake(
            lambda a, b: 0.5 * a.gradient,
            "A list cannot be multiplied by a fraction, an array can. Go through both lists with `zip`, array by "
            "array.",
        ),
        Mistake(
            lambda a, b: [a.examples * g + b.examples * h / (a.examples + b.examples) for g, h in _pairs(a, b)],
            "Python divides before it adds. Put the sum in brackets, then divide.",
        ),
        Mistake(
            lambda a, b: _average_right(a, b)[-1],
            "That is the last array alone. Collect all of them in a list.",
        ),
        Mistake(
            lambda a, b: _average_in_place(a, b),
            "The average is right, but the arrays in an update were changed, as `*=` and `+=` do. Write `g * ...`, "
            "which makes a new array.",
        ),
        Mistake(
            lambda a, b: (a.examples * a.gradient[0] + b.examples * b.gradient[0]) / (a.examples + b.examples),
            "That is right for the first array, but it is one array and a list is asked for, with an entry for each.",
        ),
        Mistake(
            lambda a, b: Update(1, "both", a.examples + b.examples, _average_right(a, b)),
            "The numbers go back as a list of arrays. Leave out the `Update` around it.",
        ),
    ],
)


def _pairs(a, b):
    return zip(a.gradient, b.gradient)


def _average_in_place(a, b):
    for g, h in _pairs(a, b):
        g *= a.examples / (a.examples + b.examples)
        g += b.examples / (a.examples + b.examples) * h
    return a.gradient


def _average_right(a, b):
    return _average(lambda a, b, g, h: a.examples * g + b.examples * h)(a, b)


# ---- next_weights


def _observe_next_weights(answer, number, senders, rate):
    task = Task(number, _WEIGHTS)
    updates = [Update(number - late, *rest) for late, *rest in (_UPDATES[sender] for sender in senders)]
    try:
        result = answer(task, list(updates), rate)
    except ZeroDivisionError as error:  # Python says it in different words for int and float
        raise ZeroDivisionError("division by zero").with_traceback(error.__traceback__) from None
    if result is None:
        return None
    return {
        "the task's weights are as before": _same([_WEIGHTS], [task]),
        "the gradients in the updates are as before": _same([_UPDATES[sender][-1] for sender in senders], updates),
        "new weights": _told(result),
    }


def _next_weights(
    kept=lambda task, updates: [update for update in updates if update.round == task.round],
    counted=lambda task, updates, kept: sum(update.examples for update in kept),
    count=lambda update: update.examples,
    rate_used=lambda rate: rate,
    by_average=False,
    from_task=False,
    returns=lambda task, weights: weights,
):
    def answer(task, updates, rate):
        mine = kept(task, updates)
        pictures = counted(task, updates, mine)
        if by_average:  # one division for all; it fails where no update is left
            slopes = [sum(count(u) * u.gradient[i] for u in mine) / pictures for i in range(len(task.weights))]
            return [w - rate_used(rate) * slope for w, slope in zip(task.weights, slopes)]
        weights = task.weights
        for update in mine:
            move = rate_used(rate) * count(update) / pictures
            weights = [w - move * g for w, g in zip(task.weights if from_task else weights, update.gradient)]
        return returns(task, weights)

    return answer


def _removed_on_the_way(task, updates):
    for update in updates:
        if update.round != task.round:
            updates.remove(update)
    return updates


def _slopes_alone(task, updates, rate):
    mine = [update for update in updates if update.round == task.round]
    pictures = sum(update.examples for update in mine) or 1
    return [sum((u.examples * u.gradient[i] for u in mine), 0 * w) / pictures for i, w in enumerate(task.weights)]


def _in_place(task, updates, rate):
    mine = [update for update in updates if update.round == task.round]
    for update in mine:
        for weight, slope in zip(task.weights, update.gradient):
            weight -= rate * update.examples / sum(each.examples for each in mine) * slope
    return task.weights


_WEIGHTS = [np.array([[1.0, -1.0], [2.0, 0.5], [0.0, 3.0]]), np.array([0.5, -2.0])]
_UPDATES = {  # how many rounds late, sender, examples, gradient
    "A": (0, "A", 6, [np.array([[2.0, 1.0], [-4.0, 3.0], [1.0, 0.0]]), np.array([1.0, -3.0])]),
    "B": (0, "B", 2, [np.array([[-1.0, 5.0], [2.0, 2.0], [-3.0, 4.0]]), np.array([6.0, 2.0])]),
    "late": (1, "C", 8, [np.array([[7.0, -2.0], [1.0, 1.0], [5.0, -6.0]]), np.array([-4.0, 3.0])]),
    "later": (2, "D", 3, [np.array([[-3.0, 1.0], [2.0, -7.0], [4.0, 1.0]]), np.array([5.0, -1.0])]),
}

next_weights = Exercise(
    "08",
    "next_weights",
    inputs={
        "two updates, all in time": (4, ["A", "B"], 0.5),
        "four updates in round 7, two of them late": (7, ["A", "late", "later", "B"], 0.1),
        "one update, which is late": (4, ["late"], 0.5),
    },
    observe=_observe_next_weights,
    hints=[
        "Two things to do: keep the updates whose round is the task's, then do with these what `server_step` does.",
        "`in_time = [update for update in updates if update.round == task.round]`. Use `in_time` in all that follows, "
        "also to count the pictures.",
        "`server_step(task, in_time, rate)` returns a `Task`, and a `Task` has `.weights`. With no update its loop "
        "does nothing.",
    ],
    mistakes=[
        Mistake(
            _next_weights(kept=lambda task, updates: updates),
            "Late updates are used, too. Keep those alone whose `.round` is `task.round`.",
        ),
        Mistake(
            _next_weights(counted=lambda task, updates, kept: sum(update.examples for update in updates)),
            "The late hospital's gradient is left out, but its pictures are still counted in the sum. So the shares do "
            "not sum to 1. Count the pictures of the updates that you keep.",
        ),
        Mistake(
            _next_weights(kept=_removed_on_the_way),
            "You remove from a list while you go through it, so the update behind a removed one is skipped. Make a new "
            "list of those in time.",
        ),
        Mistake(
            _next_weights(from_task=True),
            "Each update starts from the task's weights again, so only the last one counts. Go on from the new "
            "weights.",
        ),
        Mistake(
            _next_weights(counted=lambda task, updates, kept: 1),
            "Divide by the number of pictures of all that came in time.",
        ),
        Mistake(
            lambda task, updates, rate: (
                _next_weights()(task, updates, rate) if any(update.round == task.round for update in updates) else None
            ),
            "Right, until all are late: then nothing comes back. Return the task's weights.",
        ),
        Mistake(
            _next_weights(by_average=True),
            "Right, until all are late: then you divide by 0 pictures. In that case return the task's weights.",
        ),
        Mistake(
            _next_weights(counted=lambda task, updates, kept: kept[0].examples + sum(u.examples for u in kept[1:])),
            "Right, until all are late: then no first update is there. In that case return the task's weights.",
        ),
        Mistake(
            _next_weights(counted=lambda task, updates, kept: len(kept), count=lambda update: 1),
            "The hospitals are averaged equally. Give each its share: its pictures divided by those of all in time.",
        ),
        Mistake(
            _next_weights(counted=lambda task, updates, kept: 1, count=lambda update: 1),
            "Each update moves the weights in full. Multiply it by its share: its pictures divided by those of all in "
            "time.",
        ),
        Mistake(
            _next_weights(rate_used=lambda rate: -rate),
            "That goes uphill: the loss would grow. Subtract, do not add.",
        ),
        Mistake(
            _next_weights(rate_used=lambda rate: 1),
            "The rate is missing. Multiply each slope by it.",
        ),
        Mistake(
            _next_weights(returns=lambda task, weights: Task(task.round + 1, weights)),
            "That is a whole `Task`. Return its weights: a list of arrays.",
        ),
        Mistake(
            _slopes_alone,
            "Those are the average slopes. Return the weights after the step: weight minus rate times slope.",
        ),
        Mistake(
            _in_place,
            "The task's own list or arrays were changed. Start from `list(task.weights)`, and write `w - ...` instead "
            "of `-=`.",
        ),
    ],
)


# ---- letter


def _observe_letter(answer):
    letter = answer.strip(" ().").lower() if isinstance(answer, str) else None
    return letter if letter in list("abcde") else "no letter from a to e"


letter = Exercise(
    "08",
    "letter",
    kind="value",
    observe=_observe_letter,
    hints=[
        "Put the slider of this section to 1 and compare the two pictures.",
        "What does one average over, when there is one picture?",
        "Think of lesson 05: what was a column of the weight gradient for one picture?",
    ],
    mistakes=[
        Mistake(
            "a",
            "The share is small, but it is used like any other. Look at what the server can see before it averages.",
        ),
        Mistake(
            "b",
            "A gradient has one number for each number of the network, whatever the number of pictures. Look at the "
            "columns.",
        ),
        Mistake(
            "c",
            "The entries are the same for every hospital, and none is called picture. Look into the columns of "
            "`gradient_0`.",
        ),
        Mistake(
            "e", "The mean of one number is that number. The network learns from it. What else can one learn from it?"
        ),
        Mistake("x", "Write one of the letters a to e, in quotes."),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "The line between hospital and server is encrypted with TLS. Who can still read an update?",
            [
                Option(
                    "Nobody.",
                    False,
                    "Somebody must be able to read it, or it would be of no use. For whom is it encrypted?",
                ),
                Option(
                    "The server.",
                    True,
                    "TLS hides the message from the wire. The server is where the encryption ends.",
                ),
                Option(
                    "The other hospitals.",
                    False,
                    "They get the weights. They can work out the average, and with two hospitals that is a lot.",
                ),
            ],
        ),
        Question(
            "Why do ten rounds of FedSGD equal ten steps on all pictures in one place?",
            [
                Option(
                    "The average of the hospitals' gradients by shares is the gradient of all pictures.",
                    True,
                    "As on paper: 3/4 of 2 and 1/4 of 6 is the average of 1, 2, 3 and 6.",
                ),
                Option(
                    "All hospitals have similar pictures.",
                    False,
                    "They need not. Even if one had only zeros and another only ones, the average would be the same.",
                ),
                Option(
                    "The steps are small, so the difference does not matter.",
                    False,
                    "The two agree at any rate. What is left is rounding.",
                ),
            ],
        ),
        Question(
            "What may an honest, but curious server do?",
            [
                Option(
                    "Send changed weights, so that the answers give more away.",
                    False,
                    "Then it is no longer honest. There are such attacks; they do better than a curious server.",
                ),
                Option(
                    "Ask a hospital for a picture.",
                    False,
                    "That is not part of the work as agreed. It takes what comes.",
                ),
                Option(
                    "Keep each update and look at it for as long as it likes.",
                    True,
                    "It does its work as agreed, so nobody notices. That is why this attacker is taken so seriously.",
                ),
            ],
        ),
    ]
)
