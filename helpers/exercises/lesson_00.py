"""Lesson 00: no exercises, three questions."""

from helpers.quiz import Option, Question, Quiz

TITLE = "A picture comes back that nobody sent"

QUIZ = Quiz(
    [
        Question(
            "What did the attacker hold at the start?",
            [
                Option(
                    "The picture, but not its label.",
                    False,
                    "Neither. The cell that made `captured` used both, and the attack never saw them.",
                ),
                Option(
                    "The captured gradient and the shared network.",
                    True,
                    "These two are enough. In shared training every participant and the server have the network.",
                ),
                Option(
                    "Other pictures by the same writer.",
                    False,
                    "The attack was given no picture at all. It starts from random noise.",
                ),
            ],
        ),
        Question(
            "Why does the control matter?",
            [
                Option(
                    "It shows that the digit came from the captured gradient.",
                    True,
                    "All else was equal. Only the order of the captured numbers was destroyed, and no digit came.",
                ),
                Option(
                    "It shows that the attack sometimes needs a second try.",
                    False,
                    "That is true of some networks (lesson 13), but a second try would not help the control: there is "
                    "no picture with a shuffled gradient.",
                ),
                Option(
                    "It shows that shuffling is a good defence.",
                    False,
                    "Nobody can learn from a shuffled gradient either. A defence must keep the training alive "
                    "(lesson 18).",
                ),
            ],
        ),
        Question(
            "What did the attack change, step by step?",
            [
                Option(
                    "The weights of the shared network.",
                    False,
                    "That is what usual training changes. Here the network stays as it is.",
                ),
                Option(
                    "The captured gradient.",
                    False,
                    "It is the target. To change it would be to change the question.",
                ),
                Option(
                    "Its own picture and its own label.",
                    True,
                    "They begin as noise and as ten equal bars, and end as the secret.",
                ),
            ],
        ),
    ]
)
