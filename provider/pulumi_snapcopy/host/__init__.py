"""Pulumi's verbs for copies."""
