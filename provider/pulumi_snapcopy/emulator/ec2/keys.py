"""Encryption keys, as moto's KMS knows them."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends
from moto.kms.models import kms_backends

from .errors import EC2Error, invalid


def key_for_copy(account: str, region: str, wanted: str | None, *, encrypted: bool) -> str | None:
    """Return the ARN of the key that encrypts a new snapshot, or None for a snapshot without encryption.

    Raises:
        EC2Error: InvalidParameterValue, if the key doesn't exist or is disabled.
    """
    if wanted is not None:
        return _enabled(account, region, wanted)
    if not (encrypted or ec2_backends[account][region].ebs_encryption_by_default):
        return None
    return default_key(account, region)


def default_key(account: str, region: str) -> str:
    """Return the region's default key: ``alias/aws/ebs`` unless it was changed."""
    backend = ec2_backends[account][region]
    return str(backend.default_kms_key_id or backend._create_default_encryption_key())


def is_accessible(account: str, arn: str | None) -> bool:
    """Whether a source's key can be used; a key that moto's KMS doesn't know counts as usable."""
    if arn is None or not arn.startswith("arn:"):
        return True
    key = _find(account, arn.split(":")[3], arn)
    return key is None or key.key_state == "Enabled"


def _enabled(account: str, region: str, wanted: str) -> str:
    key = _find(account, region, wanted)
    if key is None:
        raise invalid(f"The specified keyId {wanted} is invalid")
    if key.key_state != "Enabled":
        raise invalid(f"The specified keyId {wanted} is disabled")
    return str(key.arn)


def _find(account: str, region: str, wanted: str) -> Any:
    if wanted.startswith("arn:") and wanted.split(":")[3] != region:
        return None
    backend: Any = kms_backends[account][region]
    name = wanted.rpartition(":")[2]
    key_id = backend.get_key_id_from_alias(name) if name.startswith("alias/") else name.removeprefix("key/")
    return backend.keys.get(key_id)


def refuse_key_without_encryption(parameters: dict[str, Any]) -> None:
    """Refuse KmsKeyId without Encrypted."""
    if parameters.get("KmsKeyId") and not parameters.get("Encrypted"):
        message = "The parameter KmsKeyId requires the parameter Encrypted to be set."
        raise EC2Error("InvalidParameterDependency", message)
