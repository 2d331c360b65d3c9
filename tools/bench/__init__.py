"""`make bench`: this provider beside the other ways to copy snapshots, on the emulator."""
