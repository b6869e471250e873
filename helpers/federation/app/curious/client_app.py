"""What a participant runs: take the weights out of the message, compute on my own picture, send the result back."""

from flwr.app import ArrayRecord, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

from helpers.federation import participants
from helpers.models import GradientModel, lenet

app = ClientApp()


@app.train()
def train(message, context):
    """Send the gradient, or with `local-steps` above 0 the weights after my own steps."""
    x, y = participants.own_pictures(context.node_config["partition-id"])
    base_model = GradientModel(lenet())
    base_model.set_weights(message.content["arrays"].to_numpy_ndarrays())
    steps, rate = context.run_config["local-steps"], context.run_config["rate"]
    if steps:
        sent = participants.weights_after(base_model, x, y, steps, rate)
    else:
        sent = [slopes.numpy() for slopes in base_model.gradient(x, y)]
    examples = MetricRecord({"num-examples": len(x)})
    content = {"arrays": ArrayRecord(sent), "metrics": examples}
    return Message(content=RecordDict(content), reply_to=message)
