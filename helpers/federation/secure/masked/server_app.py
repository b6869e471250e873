"""What the server runs: one round of SecAgg+, as agreed. Before it adds the masked messages up, it keeps each.

`task.npz` in the folder that the run config names holds the weights; all that the server saw is kept there, too.
"""

from pathlib import Path

import numpy as np
from flwr.common import bytes_to_ndarray, ndarrays_to_parameters
from flwr.common.secure_aggregation.secaggplus_constants import RECORD_KEY_CONFIGS, Key
from flwr.server import LegacyContext, ServerConfig
from flwr.server.strategy import FedAvg
from flwr.server.workflow import DefaultWorkflow, SecAggPlusWorkflow
from flwr.server.workflow.constant import MAIN_PARAMS_RECORD
from flwr.serverapp import ServerApp

app = ServerApp()
PARTICIPANTS = 3


class Listening:
    """A grid that passes everything on, and keeps each masked message that comes back in a file of its own."""

    def __init__(self, grid, folder):
        self.grid, self.folder = grid, folder

    def send_and_receive(self, messages, *, timeout=None):
        replies = list(self.grid.send_and_receive(messages, timeout=timeout))
        for number, reply in enumerate(reply for reply in replies if reply.has_content()):
            masked = reply.content.config_records[RECORD_KEY_CONFIGS][Key.MASKED_PARAMETERS]
            np.savez(self.folder / f"masked_{number}.npz", *map(bytes_to_ndarray, masked))
        return replies


class CuriousSecAggPlus(SecAggPlusWorkflow):
    """Flower's own secure aggregation, unchanged but for the server's curiosity."""

    def __init__(self, folder, **settings):
        super().__init__(**settings)
        self.folder = folder

    def collect_masked_vectors_stage(self, grid, context, state):
        return super().collect_masked_vectors_stage(Listening(grid, self.folder), context, state)


@app.main()
def main(grid, context):
    """One round. What comes out is stored as `mean.npz`: the average of the participants' gradients."""
    folder = Path(context.run_config["folder"])
    with np.load(folder / "task.npz", allow_pickle=False) as task:
        weights = [task[name] for name in task.files]
    strategy = FedAvg(
        fraction_evaluate=0.0,
        min_fit_clients=PARTICIPANTS,
        min_available_clients=PARTICIPANTS,
        initial_parameters=ndarrays_to_parameters(weights),
    )
    # A participant's weight is its number of pictures, at most `max_weight`; a larger bound costs precision.
    masking = CuriousSecAggPlus(
        folder, num_shares=PARTICIPANTS, reconstruction_threshold=2, max_weight=1.0, clipping_range=4.0, timeout=280
    )
    legacy = LegacyContext(context, config=ServerConfig(num_rounds=1), strategy=strategy)
    DefaultWorkflow(fit_workflow=masking)(grid, legacy)
    if not list(folder.glob("masked_*.npz")):
        raise RuntimeError("The secure aggregation was halted before any masked message arrived; see the log above.")
    np.savez(folder / "mean.npz", *legacy.state.array_records[MAIN_PARAMS_RECORD].to_numpy_ndarrays())
