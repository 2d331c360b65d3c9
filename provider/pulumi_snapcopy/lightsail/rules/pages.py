"""The documentation pages that the rules come from."""

_API = "https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference"
_GUIDE = "https://docs.aws.amazon.com/lightsail/latest/userguide"

COPY = f"{_API}/API_CopySnapshot.html"
TAGS = f"{_API}/API_Tag.html"
AUTOMATIC = f"{_GUIDE}/amazon-lightsail-configuring-automatic-snapshots.html"
COPYING = f"{_GUIDE}/amazon-lightsail-copying-snapshots-from-one-region-to-another.html"
TAKE_INSTANCE = f"{_API}/API_CreateInstanceSnapshot.html"
TAKE_DISK = f"{_API}/API_CreateDiskSnapshot.html"
RESTORE_INSTANCE = f"{_API}/API_CreateInstancesFromSnapshot.html"
RESTORE_DISK = f"{_API}/API_CreateDiskFromSnapshot.html"
