"""Rules: what a rule is, rules for any service, and the rulebook of a resource type."""
