"""OUTSCALE: OAPI, and FCU, its EC2-compatible API, on one and the same snapshots and volumes."""
