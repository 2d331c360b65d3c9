"""Time: how long to wait, how often to look, and how many ask at once; one policy each."""
