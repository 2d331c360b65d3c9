"""Advice about credentials, as clauses for error messages; importing this module loads no SDK."""

PROFILE = "AWS_PROFILE"
"""The setting that chooses the credentials."""

LOG_IN = "set AWS_PROFILE, or log in with `aws configure` or `aws sso login`"
THE_STACKS_PROFILE = (
    "correct aws:profile in the stack's configuration, which wins over AWS_PROFILE, or add the profile with "
    "`aws configure --profile NAME`"
)
RENEW = "renew the credentials (`aws sso login`, or new keys)"
CORRECT = (
    "correct the credentials, which are wrong (AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), "
    "or enable the region for the account"
)
"""AWS returns the same error for wrong keys and for a region that the account hasn't enabled, so this names both."""

ENABLE = "enable the region for the account"
SET_THE_CLOCK = "set this machine's clock, or renew credentials that are for a session"
