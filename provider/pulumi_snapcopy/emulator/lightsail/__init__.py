"""Lightsail: snapshots, their sources, and what is restored from them, as a backend for moto."""
