"""The Flower app of lesson 17: what the server runs, and what each participant runs."""
