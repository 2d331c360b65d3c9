"""One copy from request to end: found, started, taken up, finished or removed, and told of."""
