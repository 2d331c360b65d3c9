"""Hypothesis's profile is loaded before any property is read."""

from __future__ import annotations

from tests.property import profiles

profiles.load()
