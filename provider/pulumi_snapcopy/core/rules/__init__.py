"""What a request must keep to: what a rule is, rules for any service, and the book that a service's rules make."""
