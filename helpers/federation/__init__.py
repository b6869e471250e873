"""A shared training, in which pictures stay where they are: its messages (lesson 08), its processes (17, 19)."""
