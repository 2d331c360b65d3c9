"""What AWS services share: logins, calls, errors, paging."""
