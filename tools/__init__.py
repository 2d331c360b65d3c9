"""What `make` runs: set up, start, stop. Standard library only, since it runs before anything is installed."""
