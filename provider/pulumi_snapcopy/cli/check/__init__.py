"""``snapcopy check``: check states and previews offline, without the engine and without credentials."""
