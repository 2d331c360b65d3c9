"""Waiting: how long to wait, how often to poll, and how many requests to send at once; one policy each."""
