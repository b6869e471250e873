import json
import re
import shutil

import nbformat
import pytest

from helpers import editions

SOURCE = """---
kernelspec:
  display_name: Python 3 (ipykernel)
  language: python
  name: python3
lesson:
  title: A test
  alone: 5
  workshop: 4
  stage: 3
  needs: []
---

# 99 · A test

It takes {{alone}} minutes and under {{seconds}} seconds.

{{symbols}}

```{code-cell} ipython3
print("hello")
```

+++ {"tags": ["instructor"]}

A secret for teachers.

+++

```{code-cell} ipython3
:tags: [exercise]

def double(n):
    ### BEGIN SOLUTION
    doubled = n + n
    return doubled
    ### END SOLUTION
```

```{code-cell} ipython3
:tags: [exercise]

### BEGIN SOLUTION
letter = "b"
### END SOLUTION
```

```{code-cell} ipython3
:tags: [claim]

assert double(2) == 4
```
"""


@pytest.fixture
def course(tmp_path, monkeypatch):
    notebooks = tmp_path / "notebooks"
    (notebooks / "source").mkdir(parents=True)
    (notebooks / "source" / "99_test.md").write_text(SOURCE, encoding="utf-8")
    monkeypatch.setattr(editions, "NOTEBOOKS", notebooks)
    entry = "- {symbol: x, name: x, words: the input, number: '2', code: x, lesson: '98'}\n"
    (notebooks / "source" / "symbols.yml").write_text(entry + entry.replace("98", "a later one"), encoding="utf-8")
    monkeypatch.setattr(editions, "SOLUTIONS", tmp_path / "solutions.json")
    monkeypatch.setattr(editions, "SYMBOLS", tmp_path / "symbols.json")
    return notebooks


def files(course):
    return {path: path.read_bytes() for path in sorted(course.rglob("*.ipynb"))} | {
        path: path.read_bytes() for path in course.parent.rglob("*.json")
    }


def test_build_makes_both_editions_and_the_same_ones_again(course):
    editions.build()
    first = files(course)
    assert [path.parent.name for path in first][:2] == ["notebooks", "solutions"] and len(first) == 4
    assert editions.check() == []
    editions.build(["99"])
    assert files(course) == first
    learner, solved = (nbformat.read(path, as_version=4) for path in list(first)[:2])
    text, whole = (json.dumps(notebook, ensure_ascii=False) for notebook in (learner, solved))
    assert "doubled" not in text and "letter = ...  # your turn" in text and "    ...  # your turn" in text
    assert "teachers" not in text and "assert double" not in text
    assert "doubled = n + n" in whole and "<details><summary>For the instructor</summary>" in whole
    assert "SOLUTION" not in text + whole
    assert "under 10 seconds" in text and "5 minutes" in text
    assert "<details><summary>All symbols so far" in text and text.count("the input") == 1
    claim = solved.cells[-1]
    assert claim.metadata.jupyter.source_hidden and claim.id == "lesson-99-005"
    assert learner.cells[1].outputs[0].text == "hello\n" and learner.cells[1].execution_count == 1
    assert json.loads((course.parent / "solutions.json").read_text())["99"]["letter"] == 'letter = "b"'


def test_an_unknown_lesson_is_named():
    assert editions.numbers(["11", "03"]) == ["03", "11"] and len(editions.numbers()) == 21
    with pytest.raises(SystemExit, match="There is no lesson 7; there are 00 01"):
        editions.numbers(["7"])


@pytest.mark.parametrize(
    "spoil, words",
    [
        (
            lambda c: (c / "source" / "99_test.md").write_text(SOURCE.replace("hello", "bye"), encoding="utf-8"),
            "differs from its source",
        ),
        (
            lambda c: (c / "source" / "99_test.md").write_text(SOURCE.replace("n + n", "2 * n"), encoding="utf-8"),
            "solutions.json",
        ),
        (
            lambda c: (c / "source" / "99_test.md").write_text(
                SOURCE.replace("alone: 5", "alone: 6"), encoding="utf-8"
            ),
            "metadata",
        ),
        (lambda c: (c / "source" / "symbols.yml").write_text("[]"), "symbols.json"),
        (lambda c: (c / "99_test.ipynb").unlink(), "does not exist"),
        (lambda c: shutil.copy(c / "99_test.ipynb", c / "98_old.ipynb"), "has no source"),
        (lambda c: without_run(c / "99_test.ipynb"), "was never run"),
    ],
)
def test_check_finds_what_no_longer_follows(course, spoil, words):
    editions.build()
    spoil(course)
    assert any(words in problem for problem in editions.check()), editions.check()


def without_run(path):
    text = re.sub(r'"execution_count": \d+', '"execution_count": null', path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")


def test_build_refuses_what_prints_a_warning(course):
    (course / "source" / "99_test.md").write_text(
        SOURCE.replace('print("hello")', "import sys; sys.stderr.write('w')"), encoding="utf-8"
    )
    with pytest.raises(RuntimeError, match="printed an error or a warning"):
        editions.build()


def test_an_exercise_defines_one_name():
    assert editions.defined_name("class A:\n    b = 1") == "A"
    with pytest.raises(ValueError, match="exactly one name"):
        editions.defined_name("a = 1\nb = 2")


def test_the_stored_editions_follow_from_their_sources():
    assert editions.check() == []


def test_main_says_how_it_is_called(capsys):
    assert editions.main([]) == 2 and "build" in capsys.readouterr().out
