"""OUTSCALE's OAPI: osc-sdk-python's own Gateway against the emulator, and every answer against the API description."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from osc_sdk_python import Gateway
from osc_sdk_python.credentials import Endpoint
from pulumi_snapcopy.emulator import Emulator, Fault, Settings
from pulumi_snapcopy.emulator.outscale.description import schema
from pulumi_snapcopy.emulator.outscale.service import ACTIONS

REGION = "eu-west-2"
SOURCE, VOLUME = "snap-12345678", "vol-12345678"
SEED = {
    "outscale": {
        REGION: {
            "volumes": [{"id": VOLUME, "size": 10}],
            "snapshots": [{"id": SOURCE, "size": 10, "description": "nightly", "tags": {"team": "shop"}}],
        }
    }
}
COPY = {"SourceSnapshotId": SOURCE, "SourceRegionName": REGION}


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    """One emulator for all tests, whose copies take an hour unless the test ends them."""
    with Emulator(services=("outscale",), settings=Settings(copy_seconds=3600)) as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    """It, with nothing but the seed."""
    running.reset()
    running.seed(SEED)
    return running


@pytest.fixture(scope="module")
def gateway(running: Emulator) -> Iterator[Any]:
    """The SDK's own client; building it takes seconds."""
    with Gateway(
        access_key="NONE",
        secret_key="none",
        region=REGION,
        endpoints=Endpoint(api=running.oapi_url),
        max_retries=0,
        limiter_max_requests=10_000,
    ) as gateway:
        yield gateway


def post(
    emulator: Emulator, action: str, body: Any, *, region: str = REGION, signed: bool = True
) -> tuple[int, dict[str, Any]]:
    """A call as it goes over the wire: gives the HTTP status and the JSON answered."""
    scope = f"NONE/20261127/{region}/api/osc4_request"
    headers = {"Authorization": f"OSC4-HMAC-SHA256 Credential={scope}, Signature=0"} if signed else {}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = requests.post(f"{emulator.oapi_url}/{action}", data=data, headers=headers, timeout=10)
    return answer.status_code, answer.json()


def refusal(emulator: Emulator, action: str, body: Any) -> tuple[int, str, str]:
    """The HTTP status, code and type of a refusal, which fits the description."""
    status, answer = post(emulator, action, body)
    assert list(problems(schema("ErrorResponse"), answer)) == []
    (error,) = answer["Errors"]
    assert error["Details"]
    return status, error["Code"], error["Type"]


def problems(wanted: dict[str, Any], value: Any, where: str = "answer") -> Iterator[str]:
    """What in an answer doesn't fit its schema."""
    if "$ref" in wanted:
        wanted = schema(wanted["$ref"].rpartition("/")[2])
    types: dict[str, Any] = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
    if not isinstance(value, types[wanted["type"]]):
        yield f"{where}: {value!r} is no {wanted['type']}"
    elif wanted["type"] == "array":
        for item in value:
            yield from problems(wanted["items"], item, f"{where}[]")
    elif wanted["type"] == "object":
        for name, item in value.items():
            if name not in wanted["properties"]:
                yield f"{where}.{name}: unknown"
            else:
                yield from problems(wanted["properties"][name], item, f"{where}.{name}")


TAGS = [{"Key": "team", "Value": "shop"}]
REQUESTS: dict[str, dict[str, Any]] = {
    "CreateSnapshot": {**COPY, "ClientToken": "t"},
    "CreateTags": {"ResourceIds": [SOURCE, VOLUME], "Tags": TAGS},
    "CreateVolume": {"SubregionName": f"{REGION}a", "Size": 4, "ClientToken": "v"},
    "DeleteSnapshot": {"SnapshotId": SOURCE},
    "DeleteTags": {"ResourceIds": [SOURCE], "Tags": TAGS},
    "ReadAccounts": {},
    "ReadQuotas": {},
    "ReadRegions": {},
    "ReadSnapshots": {"ResultsPerPage": 1},
    "ReadSubregions": {},
    "ReadTags": {},
    "ReadVolumes": {},
}


@pytest.mark.parametrize("action", ACTIONS)
def test_answer_fits_the_description(action: str, emulator: Emulator) -> None:
    """Every answer has members of the description only, of its types."""
    status, answer = post(emulator, action, REQUESTS[action])

    assert (status, list(problems(schema(f"{action}Response"), answer))) == (200, [])
    assert answer["ResponseContext"]["RequestId"]


def test_life_of_a_copy_by_the_sdk(emulator: Emulator, gateway: Any) -> None:
    """A copy is in-queue, pending, then completed; it inherits the description, has no volume, and shows its token."""
    made = gateway.CreateSnapshot(**COPY, ClientToken="0f0f-1")["Snapshot"]
    emulator.advance(1800)
    halfway = gateway.ReadSnapshots(Filters={"ClientTokens": ["0f0f-1"]})["Snapshots"]
    emulator.advance(1801)
    done = gateway.ReadSnapshots(Filters={"SnapshotIds": [made["SnapshotId"]]})["Snapshots"]

    assert (made["State"], made["Progress"], made["VolumeId"], made["VolumeSize"]) == ("in-queue", 0, "", 10)
    assert (made["Description"], made["Tags"], made["ClientToken"]) == ("nightly", [], "0f0f-1")
    assert [(each["State"], each["Progress"]) for each in halfway] == [("pending", 50)]
    assert [(each["State"], each["Progress"]) for each in done] == [("completed", 100)]


def test_volume_import_tags_and_delete_by_the_sdk(emulator: Emulator, gateway: Any) -> None:
    """A volume's snapshot and an import are made, tagged, found by tag, and deleted."""
    taken = gateway.CreateSnapshot(VolumeId=VOLUME, Description="by hand")["Snapshot"]
    location = "https://oos.eu-west-2.outscale.com/bucket/key?Signature=secret"
    imported = gateway.CreateSnapshot(FileLocation=location, SnapshotSize=10 * 2**30 + 1)["Snapshot"]
    ids = [taken["SnapshotId"], imported["SnapshotId"]]
    gateway.CreateTags(ResourceIds=ids, Tags=[{"Key": "team", "Value": "dr"}])
    found = gateway.ReadSnapshots(Filters={"Tags": ["team=dr"]})["Snapshots"]
    gateway.DeleteTags(ResourceIds=ids[:1], Tags=[{"Key": "team", "Value": "dr"}])
    left = gateway.ReadTags(Filters={"Keys": ["team"], "Values": ["dr"]})["Tags"]
    gateway.DeleteSnapshot(SnapshotId=ids[0])

    assert (taken["VolumeId"], taken["Description"], imported["VolumeSize"]) == (VOLUME, "by hand", 11)
    assert [each["SnapshotId"] for each in found] == ids
    assert [(each["ResourceId"], each["ResourceType"]) for each in left] == [(ids[1], "snapshot")]
    assert refusal(emulator, "DeleteSnapshot", {"SnapshotId": ids[0]})[1] == "5054"
    assert "secret" not in str(emulator.calls("CreateSnapshot", service="outscale"))


def test_error_as_the_sdk_raises_it(gateway: Any, emulator: Emulator) -> None:
    """The SDK raises requests.HTTPError, whose response has the code."""
    with pytest.raises(requests.HTTPError) as caught:
        gateway.DeleteSnapshot(SnapshotId="snap-87654321")

    assert caught.value.response is not None
    assert caught.value.response.json()["Errors"][0]["Code"] == "5054"


REFUSED: list[tuple[str, dict[str, Any], tuple[int, str, str]]] = [
    ("CreateSnapshot", {}, (400, "7000", "MissingParameter")),
    ("CreateSnapshot", {"SourceSnapshotId": SOURCE}, (400, "7000", "MissingParameter")),
    ("CreateSnapshot", {"FileLocation": "https://a/b"}, (400, "7000", "MissingParameter")),
    ("CreateSnapshot", {**COPY, "VolumeId": VOLUME}, (400, "3002", "InvalidParameter")),
    ("CreateSnapshot", {"VolumeId": VOLUME, "SnapshotSize": 1}, (400, "3002", "InvalidParameter")),
    ("CreateSnapshot", {"VolumeId": VOLUME, "SourceRegionName": REGION}, (400, "3002", "InvalidParameter")),
    ("CreateSnapshot", {**COPY, "Colour": "red"}, (400, "3001", "InvalidParameter")),
    ("CreateSnapshot", {**COPY, "Description": 7}, (400, "4110", "InvalidParameterValue")),
    ("CreateSnapshot", {**COPY, "SourceRegionName": "us-east-2"}, (400, "8019", "OperationNotSupported")),
    ("CreateSnapshot", {**COPY, "SourceSnapshotId": "vol-12345678"}, (400, "4104", "InvalidParameterValue")),
    ("CreateSnapshot", {**COPY, "SourceSnapshotId": "snap-1"}, (400, "4105", "InvalidParameterValue")),
    ("CreateSnapshot", {**COPY, "SourceSnapshotId": "snap-87654321"}, (400, "5054", "InvalidResource")),
    ("CreateSnapshot", {"VolumeId": "vol-87654321"}, (400, "5064", "InvalidResource")),
    ("CreateSnapshot", {**COPY, "ClientToken": "t" * 65}, (400, "4045", "InvalidParameterValue")),
    ("CreateTags", {"ResourceIds": [SOURCE]}, (400, "7000", "MissingParameter")),
    (
        "CreateTags",
        {"ResourceIds": [SOURCE], "Tags": [{"Key": "", "Value": ""}]},
        (400, "4069", "InvalidParameterValue"),
    ),
    (
        "CreateTags",
        {"ResourceIds": [SOURCE], "Tags": [{"Key": "k", "Value": "v" * 256}]},
        (400, "4071", "InvalidParameterValue"),
    ),
    (
        "CreateTags",
        {"ResourceIds": [SOURCE], "Tags": [{"Key": f"k{n}", "Value": ""} for n in range(50)]},
        (400, "10041", "TooManyResources (QuotaExceded)"),
    ),
    ("ReadSnapshots", {"NextPageToken": "MQ=="}, (400, "3002", "InvalidParameter")),
    ("ReadSnapshots", {"ResultsPerPage": 1001}, (400, "4045", "InvalidParameterValue")),
    ("ReadSnapshots", {"Filters": {"Colours": ["red"]}}, (400, "3001", "InvalidParameter")),
]


@pytest.mark.parametrize(("action", "body", "expected"), REFUSED)
def test_refusals(action: str, body: dict[str, Any], expected: Any, emulator: Emulator) -> None:
    """What the service refuses has its HTTP status, code and type, and nothing is made."""
    assert refusal(emulator, action, body) == expected
    assert len(emulator.outscale.snapshots(REGION)) == 1


def test_source_that_is_not_complete(emulator: Emulator) -> None:
    """A copy of a snapshot that isn't completed is an InvalidState, HTTP 409."""
    emulator.outscale.set_state(REGION, SOURCE, "pending")
    assert refusal(emulator, "CreateSnapshot", COPY) == (409, "6003", "InvalidState")


def test_snapshot_that_an_image_uses(emulator: Emulator) -> None:
    """It can't be deleted."""
    emulator.outscale.use(REGION, SOURCE, "ami-12345678")
    assert refusal(emulator, "DeleteSnapshot", {"SnapshotId": SOURCE})[::2] == (409, "ResourceConflict")


def test_client_token(emulator: Emulator) -> None:
    """A token answers the snapshot it made, also one in error; with other parameters it is refused."""
    emulator.inject(Fault(kind="fail-copy", operation="CreateSnapshot", seconds=0))
    ids = [post(emulator, "CreateSnapshot", {**COPY, "ClientToken": "t"})[1]["Snapshot"] for _ in range(2)]
    changed = refusal(emulator, "CreateSnapshot", {**COPY, "ClientToken": "t", "Description": "d"})
    other = post(emulator, "CreateSnapshot", {**COPY, "ClientToken": "u"})[1]["Snapshot"]

    assert ids[0]["SnapshotId"] == ids[1]["SnapshotId"] != other["SnapshotId"]
    assert [each["State"] for each in ids] == ["error", "error"]
    assert changed == (400, "4091", "InvalidParameterValue")


def test_dry_run_makes_nothing(emulator: Emulator) -> None:
    """DryRun answers nothing but the request's id."""
    status, answer = post(emulator, "CreateSnapshot", {**COPY, "DryRun": True})

    assert (status, list(answer)) == (200, ["ResponseContext"])
    assert len(emulator.outscale.snapshots(REGION)) == 1


def test_quotas(emulator: Emulator) -> None:
    """Too many in progress is 10008, too many in all 10026, and ReadQuotas tells how many there may be."""
    emulator.settings = Settings(copy_seconds=3600, max_copies_in_progress=1)
    post(emulator, "CreateSnapshot", COPY)
    busy = refusal(emulator, "CreateSnapshot", COPY)
    emulator.settings = Settings(max_snapshots=2)
    full = refusal(emulator, "CreateSnapshot", COPY)
    quota = post(emulator, "ReadQuotas", {})[1]["QuotaTypes"][0]["Quotas"][0]

    assert (busy[1], full[1]) == ("10008", "10026")
    assert (quota["UsedValue"], quota["MaxValue"]) == (2, 2)


@pytest.mark.parametrize(("code", "status"), [("6", 503), ("24", 429), ("25", 429), ("10008", 400)])
def test_throttling_is_a_fault(code: str, status: int, emulator: Emulator) -> None:
    """A fault's code brings the HTTP status that goes with it."""
    emulator.inject(Fault(kind="error", service="outscale", operation="ReadSnapshots", code=code))

    assert refusal(emulator, "ReadSnapshots", {})[:2] == (status, code)
    assert post(emulator, "ReadSnapshots", {})[0] == 200


def test_what_is_wrong_with_the_request_itself(emulator: Emulator) -> None:
    """No signature is a 401; a body that is no JSON object, unknown actions and regions are refused by name."""
    assert post(emulator, "ReadSnapshots", {}, signed=False)[0] == 401
    assert refusal(emulator, "ReadSnapshots", b"[]")[1] == "4110"
    assert refusal(emulator, "ReadVms", {})[1] == "OperationNotEmulated"
    assert refusal(emulator, "MakeCoffee", {})[0] == 404
    assert post(emulator, "ReadSnapshots", {}, region="mars-1")[1]["Errors"][0]["Code"] == "5043"


@pytest.mark.parametrize("path", ["/api/v1", "/api/latest", "//api/latest"])
def test_version_in_the_path(path: str, emulator: Emulator) -> None:
    """The API answers under its version and under latest, also as osc-cli writes it, with two slashes."""
    headers = {
        "Authorization": "OSC4-HMAC-SHA256 Credential=NONE/20261127/eu-west-2/api/osc4_request, Signature=0"
    }
    answer = requests.post(f"{emulator.url}{path}/ReadSnapshots", "{}", headers=headers, timeout=10)

    assert [each["SnapshotId"] for each in answer.json()["Snapshots"]] == [SOURCE]
    assert [call.operation for call in emulator.calls()] == ["ReadSnapshots"]


FILTERS: list[tuple[str, Any, Any]] = [
    ("AccountIds", ["123456789012"], ["210987654321"]),
    ("AccountAliases", None, ["shop"]),
    ("ClientTokens", None, ["t"]),
    ("Descriptions", ["nightly"], ["night"]),
    ("FromCreationDate", "2020-01-01T00:00:00.000Z", "2999-01-01T00:00:00.000Z"),
    ("PermissionsToCreateVolumeAccountIds", None, ["210987654321"]),
    ("PermissionsToCreateVolumeGlobalPermission", False, True),
    ("Progresses", [100], [0]),
    ("SnapshotIds", [SOURCE], ["snap-87654321"]),
    ("States", ["completed", "error"], ["pending"]),
    ("TagKeys", ["team"], ["owner"]),
    ("TagValues", ["shop"], ["dr"]),
    ("Tags", ["team=shop"], ["team=dr"]),
    ("ToCreationDate", "2999-01-01T00:00:00.000Z", "2020-01-01T00:00:00.000Z"),
    ("VolumeIds", ["vol-ffffffff"], ["vol-12345678"]),
    ("VolumeSizes", [10], [11]),
]


@pytest.mark.parametrize(("name", "passing", "failing"), FILTERS)
def test_filters(name: str, passing: Any, failing: Any, emulator: Emulator) -> None:
    """Every filter of the description works; what nothing passes is an empty list."""
    assert {name for name, _, _ in FILTERS} == set(schema("FiltersSnapshot")["properties"])
    if passing is not None:
        found = post(emulator, "ReadSnapshots", {"Filters": {name: passing}})[1]["Snapshots"]
        assert [each["SnapshotId"] for each in found] == [SOURCE]
    assert post(emulator, "ReadSnapshots", {"Filters": {name: failing}})[1]["Snapshots"] == []


def test_pages(emulator: Emulator) -> None:
    """ResultsPerPage and NextPageToken page through a list."""
    ids = [SOURCE, *(emulator.outscale.put_snapshot(REGION) for _ in range(2))]
    first = post(emulator, "ReadSnapshots", {"ResultsPerPage": 2})[1]
    token = first["NextPageToken"]
    second = post(emulator, "ReadSnapshots", {"ResultsPerPage": 2, "NextPageToken": token})[1]

    assert [each["SnapshotId"] for each in first["Snapshots"] + second["Snapshots"]] == ids
    assert "NextPageToken" not in second


def test_filters_by_tag_lag(emulator: Emulator) -> None:
    """With filter_seconds a new snapshot is found by its id and its token, and by nothing else."""
    emulator.settings = Settings(copy_seconds=3600, filter_seconds=3600)
    made = post(emulator, "CreateSnapshot", {**COPY, "ClientToken": "t"})[1]["Snapshot"]["SnapshotId"]

    def found(**filters: Any) -> list[str]:
        answer = post(emulator, "ReadSnapshots", {"Filters": filters})[1]
        return [each["SnapshotId"] for each in answer["Snapshots"]]

    assert found(ClientTokens=["t"]) == found(SnapshotIds=[made]) == [made]
    assert found() == [SOURCE]
    assert found(Descriptions=["nightly"]) == [SOURCE]


def test_environment_is_all_that_the_sdk_needs(emulator: Emulator) -> None:
    """The exports hold endpoint, keys and region, and lead away from the user's own profiles, which would win."""
    environment = emulator.environment

    assert environment["OSC_ENDPOINT_API"] == emulator.oapi_url
    assert {"OSC_ACCESS_KEY", "OSC_SECRET_KEY", "OSC_REGION"} <= set(environment)
    assert not any(name.startswith("AWS_ENDPOINT_URL") for name in environment)
    assert json.loads(Path(environment["OSC_CONFIG_FILE"]).read_text()) == {environment["OSC_PROFILE"]: {}}
