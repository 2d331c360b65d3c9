"""Lightsail as a backend for moto: snapshots, their sources, and the resources restored from them."""

from __future__ import annotations

from .registration import register

register()
