"""The adapter between Pulumi's dynamic providers and `core`."""
