"""One-minute questions with their answers explained. They need no kernel: an answer opens where it stands."""

import html
from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One answer to choose: its text, whether it is right, and why."""

    text: str
    right: bool
    why: str


@dataclass(frozen=True)
class Question:
    """A question and its options; exactly one is right."""

    text: str
    options: list


class Quiz:
    """A few questions that show themselves in a notebook.

    Args:
        questions: a list of Question.

    Raises:
        ValueError: a question that has not exactly one right option.
    """

    def __init__(self, questions):
        for question in questions:
            if sum(option.right for option in question.options) != 1:
                raise ValueError(f"The question {question.text!r} must have exactly one right option.")
        self.questions = questions

    def _repr_html_(self):
        parts = ["<p>Choose an answer to see whether it is right, and why.</p>"]
        for number, question in enumerate(self.questions, 1):
            parts.append(f'<p style="margin: 1em 0 0.4em"><strong>{number}. {_markup(question.text)}</strong></p>')
            for option in question.options:
                mark = "✓ Right." if option.right else "✗ No."
                parts.append(
                    f"<details><summary>{_markup(option.text)}</summary><p>{mark} {_markup(option.why)}</p></details>"
                )
        return "\n".join(parts)

    def __repr__(self):
        lines = []
        for number, question in enumerate(self.questions, 1):
            lines.append(f"{number}. {question.text}")
            lines += [f"   {letter}) {option.text}" for letter, option in zip("abcdef", question.options)]
        lines.append("Answers:")
        for number, question in enumerate(self.questions, 1):
            letter, option = next(pair for pair in zip("abcdef", question.options) if pair[1].right)
            lines.append(f"{number}. {letter}) {option.why}")
        return "\n".join(lines)


def _markup(text):
    pieces = html.escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if number % 2 else piece for number, piece in enumerate(pieces))
