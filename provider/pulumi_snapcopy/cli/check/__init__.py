"""``snapcopy check``: judge states and previews offline, with neither the engine nor credentials."""
