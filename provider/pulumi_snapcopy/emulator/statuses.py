"""The HTTP statuses of the services' errors."""

STATUSES = {
    **dict.fromkeys(("ServiceException", "InternalError", "InternalFailure", "ServerInternal"), 500),
    **dict.fromkeys(("ServiceUnavailable", "Unavailable", "RequestLimitExceeded", "6"), 503),
    **dict.fromkeys(("24", "25"), 429),
    **dict.fromkeys(("UnauthorizedOperation", "AuthFailure"), 403),
}
"""HTTP status by error code, where it isn't 400; OUTSCALE's 6, 24 and 25 are its throttling errors."""
