"""The messages of one real round, stored for machines on which none can be run: helpers/stored/round/ (lesson 17).

    python -m helpers.federation.capture

starts a federation of two, runs lesson 17's app once, and writes what the curious server kept: `task.npz` with the
weights that were sent, a `reply_….npz` from each participant, and the `average.npz` that came of it.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import helpers
from helpers.federation import processes
from helpers.federation.messages import Task

STORED = Path(__file__).resolve().parents[1] / "stored" / "round"


def one_round(network, folder, settings=None):
    """Run one real round of the curious app, with two participants.

    Args:
        network: a Keras model whose weights the server sends.
        folder: a Path, an empty folder for what is kept.
        settings: a dict for the app's run config, such as {"local-steps": 5, "rate": 0.1}.

    Returns:
        A dict from process id to (part, parent's id) of all processes that ran.

    Raises:
        processes.FederationError: it cannot be run here, or it failed.
    """
    (folder / "task.npz").write_bytes(Task(1, network.get_weights()).to_bytes())
    with processes.running(participants=2) as federation:
        federation.run(processes.APP, {"folder": str(folder), **(settings or {})})
        return federation.seen


def main():
    helpers.set_seed(17)
    with tempfile.TemporaryDirectory() as folder:
        one_round(helpers.models.lenet(weights=0.5), Path(folder))
        shutil.rmtree(STORED, ignore_errors=True)
        shutil.copytree(folder, STORED)
    print(f"{len(list(STORED.iterdir()))} files in {STORED.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
