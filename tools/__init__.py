"""The commands behind `make`: set up, start, stop. Standard library only, as they run before anything is installed."""
