"""Lightsail: snapshots, their sources, and what is restored from them, as a backend for moto, which then knows it."""

from __future__ import annotations

from .registration import register

register()
