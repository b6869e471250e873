"""The reading grade of a lesson: Flesch-Kincaid, with pyphen's syllables, code and formulas left out."""

import re

import pyphen

_SYLLABLES = pyphen.Pyphen(lang="en_US")


def prose(markdown):
    """The sentences of a text cell: a str without code, formulas, tables, headings, comments, links and marks."""
    text = re.sub(r"<!--.*?-->|```.*?```|\$\$.*?\$\$|</?\w+[^>]*>", " ", markdown, flags=re.S)
    text = re.sub(r"^(#|\|).*$", ".", text, flags=re.M)
    text = re.sub(r"`[^`]*`|\$[^$]*\$", "it", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"^\s*([-*]|\d+\.)\s+", ". ", text, flags=re.M)  # a list's entry is a sentence
    return re.sub(r"[*_]", "", text)


def grade(text):
    """US school grade that reads `text` without effort: 0.39·words/sentence + 11.8·syllables/word − 15.59."""
    sentences = [re.findall(r"[A-Za-z]+(?:['’][a-z]+)?", part) for part in re.split(r"[.!?:;]+(?:\s|$)|\n\s*\n", text)]
    sentences = [words for words in sentences if words]
    words = [word for sentence in sentences for word in sentence]
    syllables = sum(len(_SYLLABLES.positions(word)) + 1 for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
