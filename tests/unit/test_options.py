"""Pulumi's own options of a resource, as its constructor takes them."""

from __future__ import annotations

import pulumi
import pytest
from pulumi_snapcopy.lightsail import CopiedSnapshot


def test_an_import_is_refused_with_what_to_write_instead() -> None:
    """Dynamic resources can't be imported; an existing snapshot is adopted. The CLI prints a RunError without traceback."""
    with pytest.raises(pulumi.RunError) as refused:
        CopiedSnapshot(
            "db",
            source_snapshot_name="db-before-upgrade",
            source_region="us-east-1",
            target_region="eu-west-1",
            opts=pulumi.ResourceOptions(import_="eu-west-1/db-dr"),
        )
    assert 'CopiedSnapshot "db": dynamic resources can\'t be imported' in str(refused.value)
    assert "leave import_ out and write adopt=True and its name." in str(refused.value)
