"""`make bench`: measure this provider against other ways to copy snapshots, on the emulator."""
