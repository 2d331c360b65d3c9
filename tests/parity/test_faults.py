"""Faults as boto3 sees them, one kind after the other, and the record of calls that they leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from pulumi_snapcopy.emulator import Emulator, Fault, Settings

ONCE = Config(retries={"total_max_attempts": 1}, read_timeout=30)
Copy = Callable[..., Any]


@pytest.fixture
def client(emulator: Emulator) -> Any:
    """A client that doesn't try again."""
    return emulator.client("eu-west-1", config=ONCE)


@pytest.fixture
def copy(client: Any) -> Copy:
    """Start a copy."""

    def start(target: str = "copy") -> Any:
        return client.copy_snapshot(
            sourceRegion="us-west-2", sourceSnapshotName="MEAN-1-1571075291", targetSnapshotName=target
        )

    return start


@pytest.fixture
def elsewhere() -> Iterator[ThreadPoolExecutor]:
    """Threads for calls that don't come back at once."""
    with ThreadPoolExecutor(4) as pool:
        yield pool


def names(client: Any) -> list[str]:
    """The snapshots there are in the target's region."""
    return [snapshot["name"] for snapshot in client.get_instance_snapshots()["instanceSnapshots"]]


def outcomes(emulator: Emulator, operation: str = "CopySnapshot") -> list[str]:
    """How the calls ended."""
    return [call.outcome for call in emulator.calls(operation)]


@pytest.mark.parametrize(
    ("code", "given", "status"),
    [
        ("ThrottlingException", None, 400),
        ("ServiceException", None, 500),
        ("AccessDeniedException", None, 400),
        ("InternalFailure", 503, 503),
    ],
)
def test_error(
    code: str, given: int | None, status: int, emulator: Emulator, copy: Copy, client: Any
) -> None:
    """A fault of the kind error refuses the call with any code, modelled or not, and does no work."""
    emulator.inject(Fault(kind="error", operation="CopySnapshot", code=code, message="No.", status=given))

    with pytest.raises(ClientError) as caught:
        copy()

    response = caught.value.response
    assert response["Error"]["Code"] == code
    assert response["Error"]["Message"] == "No."
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert (names(client), outcomes(emulator)) == ([], [code])


def test_modelled_error_is_of_its_class(emulator: Emulator, copy: Copy, client: Any) -> None:
    """A modelled code raises the exception that botocore has for it."""
    emulator.inject(Fault(kind="error", code="OperationFailureException"))

    with pytest.raises(client.exceptions.OperationFailureException):
        copy()


def test_lost(emulator: Emulator, copy: Copy, client: Any) -> None:
    """A lost answer is a closed connection, and the copy has been started."""
    emulator.inject(Fault(kind="lost", operation="CopySnapshot"))

    with pytest.raises(ConnectionClosedError):
        copy()

    assert (names(client), outcomes(emulator)) == (["copy"], ["lost"])


def test_lost_answer_that_boto3_retries_ends_in_name_in_use(emulator: Emulator) -> None:
    """boto3's own retry after a lost answer meets its own copy: the name is already in use."""
    emulator.inject(Fault(kind="lost", operation="CopySnapshot"))
    client = emulator.client("eu-west-1")

    with pytest.raises(client.exceptions.InvalidInputException, match="already in use: copy"):
        client.copy_snapshot(
            sourceRegion="us-west-2", sourceSnapshotName="MEAN-1-1571075291", targetSnapshotName="copy"
        )

    assert outcomes(emulator) == ["lost", "InvalidInputException"]


def test_reset(emulator: Emulator, copy: Copy, client: Any) -> None:
    """A reset is the connection reset by its peer, and no copy has been started."""
    emulator.inject(Fault(kind="reset", operation="CopySnapshot"))

    with pytest.raises(ConnectionClosedError) as caught:
        copy()

    assert "ConnectionResetError" in repr(caught.value.kwargs["error"])
    assert (names(client), outcomes(emulator)) == ([], ["reset"])


def test_hang_until_the_client_gives_up(emulator: Emulator) -> None:
    """A hanging call is given up by the client's own time-out, and no work is done."""
    emulator.inject(Fault(kind="hang", operation="GetDisks"))
    impatient = emulator.client(config=Config(retries={"total_max_attempts": 1}, read_timeout=0.2))

    with pytest.raises(ReadTimeoutError):
        impatient.get_disks()


@pytest.mark.parametrize("released", [True, False])
def test_hang_ends_in_a_closed_connection(
    released: bool, emulator: Emulator, copy: Copy, client: Any, elsewhere: ThreadPoolExecutor
) -> None:
    """A hang that is released, or whose seconds are over, closes the connection without work."""
    hang = emulator.inject(Fault(kind="hang", operation="CopySnapshot", seconds=None if released else 0.05))
    call = elsewhere.submit(copy)
    hang.wait_reached()
    if released:
        hang.release()

    with pytest.raises(ConnectionClosedError):
        call.result(5)
    assert (names(client), outcomes(emulator)) == ([], ["hang"])


def test_garbage(emulator: Emulator, copy: Copy, client: Any) -> None:
    """Garbage is HTTP 200 without an answer in it, of a call whose work is done."""
    emulator.inject(Fault(kind="garbage", operation="CopySnapshot"))

    answer = copy()

    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert "operations" not in answer
    assert (names(client), outcomes(emulator)) == (["copy"], ["garbage"])


def test_empty(emulator: Emulator, copy: Copy, client: Any) -> None:
    """Empty is HTTP 200 and an answer without members, of a call whose work is done."""
    emulator.inject(Fault(kind="empty", operation="CopySnapshot"))

    answer = copy()

    assert answer.keys() == {"ResponseMetadata"} and answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert (names(client), outcomes(emulator)) == (["copy"], ["empty"])


def test_no_items(emulator: Emulator) -> None:
    """No-items is a good answer whose list is empty, without a next page, whichever list it is."""
    emulator.settings = Settings(page_size=1)
    emulator.put_snapshot("us-west-2", "another")
    emulator.inject(Fault(kind="no-items", times=None))
    client = emulator.client("us-west-2")
    first = client.get_instance_snapshots()
    assert first["instanceSnapshots"] == [] and "nextPageToken" not in first
    assert client.get_instances()["instances"] == []
    automatic = client.get_auto_snapshots(resourceName="Disk-1")
    assert (automatic["autoSnapshots"], automatic["resourceName"]) == ([], "Disk-1")
    assert client.get_instance(instanceName="WordPress-1")["instance"]["name"] == "WordPress-1"
    with pytest.raises(ClientError, match="NotFoundException"):
        client.get_auto_snapshots(resourceName="nothing")


def test_error_after(emulator: Emulator, copy: Copy, client: Any) -> None:
    """Error-after is a refusal, by default HTTP 500, of a call whose work is done."""
    emulator.inject(Fault(kind="error-after", operation="CopySnapshot"))

    with pytest.raises(ClientError, match="A fault that was asked for") as caught:
        copy()

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert (names(client), outcomes(emulator)) == (["copy"], ["error-after"])


def test_hold_before_and_after(
    emulator: Emulator, copy: Copy, client: Any, elsewhere: ThreadPoolExecutor
) -> None:
    """A held call can be caught before its work and after it, and goes on when released."""
    before = emulator.inject(Fault(kind="hold-before", operation="CopySnapshot"))
    after = emulator.inject(Fault(kind="hold-after", operation="CopySnapshot"))
    call: Future[Any] = elsewhere.submit(copy)

    before.wait_reached()
    assert (names(client), outcomes(emulator)) == ([], ["pending"])
    before.release()
    until(lambda: names(client) == ["copy"])
    assert not call.done()
    after.release()

    assert call.result(5)["operations"][0]["resourceName"] == "copy"
    assert outcomes(emulator) == ["ok"]


def until(true: Callable[[], bool]) -> None:
    """Ask again and again; the test's own time-out is the end."""
    while not true():
        pass


def test_held_call_is_dropped_by_a_reset(
    emulator: Emulator, copy: Copy, client: Any, elsewhere: ThreadPoolExecutor
) -> None:
    """Resetting an emulator closes the connections it holds, and their work is never done."""
    hold = emulator.inject(Fault(kind="hold-before", operation="CopySnapshot"))
    call = elsewhere.submit(copy)
    hold.wait_reached()
    emulator.reset()

    with pytest.raises(ConnectionClosedError):
        call.result(5)
    assert names(client) == []


def test_held_call_is_dropped_at_the_end(elsewhere: ThreadPoolExecutor) -> None:
    """An emulator that ends closes what it holds; the next one in the process hears nothing of it."""
    with Emulator() as ending:
        ending.put_snapshot("us-west-2", "full", "DiskSnapshot")
        hold = ending.inject(Fault(kind="hold-before"))
        call = elsewhere.submit(
            ending.client("us-west-2", config=ONCE).copy_snapshot,
            sourceRegion="us-west-2",
            sourceSnapshotName="full",
            targetSnapshotName="copy",
        )
        hold.wait_reached()

    with Emulator() as following:
        with pytest.raises(ConnectionClosedError):
            call.result(5)
        assert following.client("us-west-2").get_disk_snapshots()["diskSnapshots"] == []
    assert [c.outcome for c in ending.calls()] == ["dropped"]


def test_slow(emulator: Emulator, copy: Copy, client: Any, elsewhere: ThreadPoolExecutor) -> None:
    """A slow answer comes late, but the work is done before; releasing it brings it at once."""
    slow = emulator.inject(Fault(kind="slow", operation="CopySnapshot", seconds=60))
    call = elsewhere.submit(copy)
    slow.wait_reached()
    until(lambda: names(client) == ["copy"])
    assert not call.done()
    slow.release()

    assert call.result(5)["operations"][0]["status"] == "Started"


def test_fail_copy(emulator: Emulator, copy: Copy, client: Any) -> None:
    """A copy can be made to fail: it ends in error, and its operation tells why."""
    emulator.inject(
        Fault(kind="fail-copy", error_code="Gone", error_details="The disk caught fire.", seconds=3600)
    )
    operation = copy()["operations"][0]
    pending = client.get_instance_snapshot(instanceSnapshotName="copy")["instanceSnapshot"]["state"]
    emulator.finish_copies()

    failed = client.get_operation(operationId=operation["id"])["operation"]
    ended = client.get_instance_snapshot(instanceSnapshotName="copy")["instanceSnapshot"]["state"]
    assert (pending, ended) == ("pending", "error")
    assert (failed["status"], failed["isTerminal"]) == ("Failed", True)
    assert (failed["errorCode"], failed["errorDetails"]) == ("Gone", "The disk caught fire.")
    assert copy("next")["operations"][0]["status"] == "Started"


@pytest.mark.parametrize("kind", ["fail-copy", "copy-seconds"])
def test_faults_of_copies_pass_by_all_other_calls(
    kind: Any, emulator: Emulator, copy: Copy, client: Any
) -> None:
    """Reads and tags don't use up a fault that is for the copy."""
    fault = emulator.inject(Fault(kind=kind, seconds=0))
    client.get_instance_snapshots()
    assert fault.hits == 0
    copy()

    snapshot = client.get_instance_snapshot(instanceSnapshotName="copy")["instanceSnapshot"]
    assert (fault.hits, snapshot["state"]) == (1, "error" if kind == "fail-copy" else "available")


def test_fail_copy_at_once_and_the_answer_is_lost(emulator: Emulator, copy: Copy, client: Any) -> None:
    """Faults add up: the copy fails at once, and its answer is lost."""
    emulator.inject(Fault(kind="fail-copy", seconds=0))
    emulator.inject(Fault(kind="lost", operation="CopySnapshot"))

    with pytest.raises(ConnectionClosedError):
        copy()

    snapshot = client.get_instance_snapshot(instanceSnapshotName="copy")["instanceSnapshot"]
    assert snapshot["state"] == "error"


def test_which_calls_are_hit(emulator: Emulator, copy: Copy) -> None:
    """Operation, region, name, skip and times say which calls a fault hits, and it counts them."""
    other_region = emulator.inject(Fault(kind="error", region="us-east-1", times=None))
    other_name = emulator.inject(Fault(kind="error", resource="no-*", times=None))
    meant = emulator.inject(
        Fault(kind="error", operation="CopySnapshot", region="eu-west-1", resource="c?-*", skip=1, times=2)
    )

    results = []
    for number in range(5):
        try:
            copy(f"cc-{number}")
            results.append("ok")
        except ClientError as error:
            results.append(error.response["Error"]["Code"])

    assert results == ["ok", "ServiceException", "ServiceException", "ok", "ok"]
    assert (other_region.hits, other_name.hits, meant.hits) == (0, 0, 2)


def test_removed_fault_hits_no_more(emulator: Emulator, copy: Copy) -> None:
    """A fault that would hit for ever stops when it is removed."""
    fault = emulator.inject(Fault(kind="error", times=None))
    with pytest.raises(ClientError):
        copy()
    fault.remove()

    assert copy()["operations"][0]["status"] == "Started"


def test_waiting_for_a_fault_that_isnt_reached(emulator: Emulator) -> None:
    """Waiting for a hit that doesn't come ends in an error that says what was waited for."""
    fault = emulator.inject(Fault(kind="lost", operation="CopySnapshot"))

    with pytest.raises(TimeoutError, match=r"operation='CopySnapshot'.* was hit 0 times"):
        fault.wait_reached(0.01)


def test_calls_are_recorded(emulator: Emulator, copy: Copy, client: Any) -> None:
    """Every call is recorded with operation, region, parameters, outcome and caller, and no credentials."""
    copy()
    with pytest.raises(ClientError):
        client.get_disk(diskName="no-such")

    started, looked = emulator.calls()
    assert (started.operation, started.region, started.outcome) == ("CopySnapshot", "eu-west-1", "ok")
    assert started.parameters == {
        "sourceRegion": "us-west-2",
        "sourceSnapshotName": "MEAN-1-1571075291",
        "targetSnapshotName": "copy",
    }
    assert "Boto3" in started.user_agent
    assert started.at <= looked.at
    assert looked.outcome == "NotFoundException"
    assert emulator.environment["AWS_ACCESS_KEY_ID"] not in repr(emulator.calls())
    assert [call.operation for call in emulator.calls("GetDisk")] == ["GetDisk"]

    emulator.clear_calls()
    assert emulator.calls() == []
