"""How much memory a learner needs: `python3 start.py memory [NN ...]`.

Runs the learner's edition of each lesson in a kernel of its own and reads the kernel's largest resident memory at the
end. What the kernel and all processes that it starts hold together is measured beside it; there, what several of them
share (TensorFlow's code) counts once, where the system can tell. Writes notebooks/source/memory.json, from which the
instructor's overview is made.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

from helpers import editions

HOME = Path(__file__).resolve().parent.parent.parent
FILE = HOME / "notebooks" / "source" / "memory.json"
PEAK = """
import os as _os, sys as _sys
def _peak():
    if _sys.platform.startswith("linux"):
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    if _sys.platform == "win32":
        import psutil
        return psutil.Process().memory_info().peak_wset
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
print("PEAK", _os.getpid(), _peak())
"""


class Tree(threading.Thread):
    """Looks twice a second at what the processes that this one started hold together; `largest` in bytes."""

    def __init__(self):
        super().__init__(daemon=True)
        self.largest, self.running = 0, True

    def run(self):
        while self.running:
            held = 0
            for child in psutil.Process().children(recursive=True):
                try:
                    info = child.memory_full_info()
                    held += getattr(info, "pss", info.rss)  # pss: a page that n processes share counts 1/n for each
                except psutil.Error:
                    pass  # it ended in between
            self.largest = max(self.largest, held)
            time.sleep(0.5)


def peak(notebook, folder):
    """Run a notebook; the largest memory of its kernel, and of it with the processes that it starts, in bytes."""
    notebook.cells.append(nbformat.v4.new_code_cell(PEAK))
    client = NotebookClient(notebook, timeout=600, extra_arguments=["--log-level=40"],
                            resources={"metadata": {"path": str(folder)}})  # fmt: skip
    tree = Tree()
    tree.start()
    client.execute()
    tree.running = False
    tree.join()
    printed = "".join(output.get("text", "") for output in notebook.cells[-1].outputs)
    return int(printed.split()[2]), tree.largest


def server():
    """The memory of a JupyterLab server that has handed out its page, in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--no-browser", "--ServerApp.port=0", "--IdentityProvider.token=", "--allow-root"]
        environment = {**os.environ, "JUPYTER_RUNTIME_DIR": folder, "JUPYTER_CONFIG_DIR": folder}
        process = subprocess.Popen([sys.executable, "-m", "jupyterlab", *options], cwd=HOME, env=environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            ends = time.monotonic() + 120
            while not (found := [file for file in Path(folder).glob("jpserver-*.json") if file.stat().st_size]):
                if process.poll() is not None or time.monotonic() > ends:
                    sys.exit("JupyterLab did not start; run python -m jupyterlab, and see what it says.")
                time.sleep(0.5)
            address = json.loads(found[0].read_text())["url"]
            for page in ("lab", "api/contents/notebooks", "api/kernelspecs"):
                urllib.request.urlopen(address + page, timeout=60).read()
            return psutil.Process(process.pid).memory_info().rss
        finally:
            process.terminate()
            process.wait(30)


def gigabytes(number):
    return round(number / 1e9, 2)


def save(stored):
    FILE.write_text(json.dumps(stored, indent=1, sort_keys=True) + "\n", encoding="utf-8", newline="\n")


def main(chosen):
    os.environ.update(COURSE_PROGRESS="", TQDM_DISABLE="1")
    lessons = editions.numbers(chosen)
    stored = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {"lessons": {}}
    stored["machine"] = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    if not chosen or "imported" not in stored:
        empty = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import helpers, keras")])
        stored["imported"], stored["server"] = gigabytes(peak(empty, HOME / "notebooks")[0]), gigabytes(server())
        save(stored)
    for path in sorted((HOME / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        if path.name[:2] in lessons:
            number, notebook = path.name[:2], nbformat.read(path, as_version=4)
            kernel, together = map(gigabytes, peak(notebook, path.parent))
            stored["lessons"][number] = kernel
            stored.setdefault("together", {}).pop(number, None)
            if together > 1.2 * kernel:  # it started others
                stored["together"][number] = together
            print(path.name, kernel, "GB, with its processes", together, flush=True)
            save(stored)  # after each lesson: a kill loses one
    from helpers.teaching import overview

    overview.write()


if __name__ == "__main__":
    main(sys.argv[1:])
