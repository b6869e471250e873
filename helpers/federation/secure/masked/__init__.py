"""The Flower app of lesson 19: what the server runs, and what each participant runs. Neither needs TensorFlow."""
