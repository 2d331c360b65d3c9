"""An emulator for each test, with copies that end only when the test says so, and requests without boto3 between."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from pulumi_snapcopy.emulator import Emulator, Settings

SOURCES = {
    "us-west-2": {
        "instances": [
            {
                "name": "WordPress-1",
                "blueprintId": "wordpress",
                "bundleId": "micro_3_0",
                "sizeInGb": 40,
                "automaticSnapshots": [
                    "2019-10-12",
                    "2019-10-13",
                    "2019-10-14",
                    {"date": "2019-10-15", "status": "InProgress"},
                ],
            }
        ],
        "disks": [{"name": "Disk-1", "sizeInGb": 64, "automaticSnapshots": ["2019-10-13", "2019-10-14"]}],
        "relationalDatabases": [{"name": "orders"}],
        "instanceSnapshots": [{"name": "MEAN-1-1571075291", "fromInstanceName": "WordPress-1"}],
        "diskSnapshots": [{"name": "Disk-1-1566839161", "fromDiskName": "Disk-1"}],
    }
}

Raw = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator with the sources above, whose copies take an hour unless the test ends them."""
    with Emulator(settings=Settings(copy_seconds=3600)) as running:
        running.seed(SOURCES)
        yield running


@pytest.fixture
def raw(emulator: Emulator) -> Raw:
    """A call as it goes over the wire: gives the HTTP status and the JSON answered."""

    def call(operation: str, region: str = "us-west-2", **parameters: Any) -> tuple[int, dict[str, Any]]:
        return send(emulator.url, operation, json.dumps(parameters).encode(), region)

    return call


def send(url: str, operation: str, body: bytes, region: str | None) -> tuple[int, dict[str, Any]]:
    """Send a request with these bytes as its body, signed for a region or not at all."""
    headers = {
        "X-Amz-Target": f"Lightsail_20161128.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
    }
    if region is not None:
        scope = f"NONE/20191014/{region}/lightsail/aws4_request"
        headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    try:
        with urlopen(Request(url, body, headers), timeout=10) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)
