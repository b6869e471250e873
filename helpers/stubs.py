"""An exercise's code as its source has it, as the learner gets it, and as it runs in the solved edition."""

import ast
import re
import textwrap

TURN = "...  # your turn"
SOLUTION = re.compile(r"^( *)### BEGIN SOLUTION\n(.*?)^ *### END SOLUTION\n?", re.M | re.S)


def without_solutions(code):
    """The code as the learner gets it: `...  # your turn` where a solution stood."""

    def stub(match):
        indent, body = match.groups()
        tree = ast.parse(textwrap.dedent(body)).body
        name = ""
        if len(tree) == 1 and isinstance(tree[0], ast.Assign) and isinstance(tree[0].targets[0], ast.Name):
            name = f"{tree[0].targets[0].id} = "  # a value: the name stays, so that its check finds it
        return f"{indent}{name}{TURN}\n"

    return SOLUTION.sub(stub, code + "\n").rstrip("\n")


def without_markers(code):
    """The code with its solution, and without the marks around it."""
    return re.sub(r"^ *### (BEGIN|END) SOLUTION\n", "", code + "\n", flags=re.M).rstrip("\n")


def defined_name(code):
    """The one name that an exercise's cell defines: its function, class or value."""
    names = []
    for node in ast.parse(code).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names.append(node.targets[0].id)
    if len(names) != 1:
        raise ValueError(f"An exercise's cell must define exactly one name, this one defines {names}:\n{code}")
    return names[0]
