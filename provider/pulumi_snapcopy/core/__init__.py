"""The life of a snapshot, from the request to its deletion; without Pulumi, without any service's SDK, and without I/O."""
