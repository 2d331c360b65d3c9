"""OUTSCALE's OAPI and its EC2-compatible FCU, on the same snapshots and volumes."""
