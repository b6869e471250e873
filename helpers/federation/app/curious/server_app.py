"""What the server runs: one round, as agreed. It needs no TensorFlow; averaging is arithmetic.

`task.npz` in the folder that the run config names is a Task of lesson 08; the replies are kept there too.
"""

from pathlib import Path

import numpy as np
from flwr.app import ArrayRecord
from flwr.serverapp import ServerApp
from flwr.serverapp.strategy import FedAvg

app = ServerApp()


class CuriousFedAvg(FedAvg):
    """Averages as agreed. Before it does, it keeps each reply: as an Update of lesson 08, in a file of its own."""

    def __init__(self, folder, **settings):
        super().__init__(**settings)
        self.folder = Path(folder)

    def aggregate_train(self, server_round, replies):
        replies = [reply for reply in replies if reply.has_content()]
        for reply in replies:
            sender = str(reply.metadata.src_node_id)
            arrays = reply.content["arrays"].to_numpy_ndarrays()
            examples = int(reply.content["metrics"]["num-examples"])
            header = {"kind": "Update", "round": server_round, "examples": examples}
            named = {f"gradient_{number}": array for number, array in enumerate(arrays)}
            file = self.folder / f"reply_{sender}.npz"
            np.savez(file, sender=sender, arrays=len(arrays), **header, **named)
        return super().aggregate_train(server_round, replies)


@app.main()
def main(grid, context):
    """One round. What the participants get to see of it, the average, is stored as `average.npz`."""
    folder, everyone = Path(context.run_config["folder"]), context.run_config["participants"]
    with np.load(folder / "task.npz", allow_pickle=False) as task:
        weights = [task[f"weights_{number}"] for number in range(int(task["arrays"]))]
    for old in folder.glob("reply_*.npz"):
        old.unlink()  # the folder keeps one round
    wanted = {"fraction_evaluate": 0.0, "min_train_nodes": everyone, "min_available_nodes": everyone}
    result = CuriousFedAvg(folder, **wanted).start(grid, ArrayRecord(weights), num_rounds=1, timeout=400)
    if len(list(folder.glob("reply_*.npz"))) < everyone:
        raise RuntimeError("Not all participants have answered; their logs say why.")
    np.savez(folder / "average.npz", *result.arrays.to_numpy_ndarrays())
