"""Looking at many copies at once: one listing a region, with pauses that grow with the copies' age."""
