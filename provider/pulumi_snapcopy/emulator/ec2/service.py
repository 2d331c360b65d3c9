"""EC2 as a service of the emulator: snapshots by our own code, everything else by moto."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ..blocks import EC2
from ..calls import ApiRequest
from ..frontend import Answer
from ..shared import SHARED, account_id, changing
from ..signature import scope
from . import copying, describing, images, snapshots
from .errors import EC2Error
from .wire import code_of, failure, form, is_action, no_action, parameters, success

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

Action = Callable[[str, str, dict[str, Any]], dict[str, Any]]

READING: dict[str, Action] = {"DescribeSnapshots": describing.describe_snapshots}
CHANGING: dict[str, Action] = {
    "CopySnapshot": copying.copy_snapshot,
    "CreateSnapshot": snapshots.create_snapshot,
    "DeleteSnapshot": snapshots.delete_snapshot,
}
TAGGING: dict[str, Action] = {"CreateTags": snapshots.create_tags, "DeleteTags": snapshots.delete_tags}


class EC2Service:
    """The service that answers requests signed for EC2.

    Args:
        moto: The application that answers operations on anything but snapshots.
    """

    def __init__(self, moto: WSGIApplication) -> None:
        self._moto = moto

    def accepts(self, environ: WSGIEnvironment) -> bool:
        """Whether the request is signed for EC2."""
        found = scope(environ.get("HTTP_AUTHORIZATION"))
        return found is not None and found[1] == "ec2"

    def read(self, environ: WSGIEnvironment, body: bytes) -> ApiRequest | Answer:
        """Return the operation and its members, or the error for a request without a signature."""
        fields = form(body)
        return read_form("ec2", fields, environ)

    def answer(self, request: ApiRequest, environ: WSGIEnvironment) -> Answer:
        """Answer a request; a change is in the state file on return."""
        try:
            if not is_action(request.operation):
                raise no_action(request.operation)
            action = _own(request)
            if action is None:
                return self._by_moto(request, environ)
            if request.region not in copying.region_names():
                raise EC2Error("AuthFailure", "Credential should be scoped to a valid region.")
            members = parameters(request.operation, form(environ["wsgi.input"].getvalue()))
            if request.operation in READING:
                with SHARED.lock:
                    done = action(request.region, account_id(), members)
            else:
                with changing():
                    done = action(request.region, account_id(), members)
            return Answer(success(request.operation, done))
        except EC2Error as error:
            return Answer(failure(error), error.code)

    def refuse(self, code: str, message: str, status: int) -> Answer:
        """Return an error in EC2's form."""
        return Answer(failure(EC2Error(code, message, status=status)), code)

    def empty(self, request: ApiRequest) -> Response:
        """Return a success without members."""
        return success(request.operation, {})

    def _by_moto(self, request: ApiRequest, environ: WSGIEnvironment) -> Answer:
        fields = form(environ["wsgi.input"].getvalue())
        used = [value for key, value in fields.items() if key.endswith("SnapshotId")]
        with SHARED.lock:
            for each in used:
                images.mirror(request.region, account_id(), each)
        response = Response.from_app(self._moto, environ, buffered=True)
        if request.operation == "RegisterImage" and response.status_code == 200:
            image = response.get_data(as_text=True).partition("<imageId>")[2].partition("<")[0]
            with changing():
                images.note_image(request.region, used, image)
        elif request.operation in ("CreateVolume", "DeleteVolume"):
            with changing():
                EC2.region(request.region)  # creates the region, so that its volumes are in the state file
        return Answer(response, code_of(response))


def read_form(service: str, fields: dict[str, str], environ: WSGIEnvironment) -> ApiRequest | Answer:
    """Return what a form asks for, or the error for a request without a signature."""
    found = scope(environ.get("HTTP_AUTHORIZATION"))
    if found is None:
        error = EC2Error("MissingAuthenticationToken", "The request has no signature", status=403)
        return Answer(failure(error), error.code)
    operation = fields.get("Action", "")
    try:
        members: dict[str, Any] = parameters(operation, fields) if is_action(operation) else dict(fields)
    except EC2Error:
        members = dict(fields)  # the error is raised again when the request is answered
    members.pop("PresignedUrl", None)  # a credential, which the record of calls must not hold
    return ApiRequest(service=service, operation=operation, region=found[0], parameters=members)


def _own(request: ApiRequest) -> Action | None:
    """Return the action for an operation on snapshots, or None if moto answers the operation."""
    if request.operation in TAGGING:
        given = request.parameters  # the form's own fields where they aren't a valid request
        resources = given.get("Resources") or [given[key] for key in given if key.startswith("ResourceId.")]
        ours = [str(each).startswith("snap-") for each in resources]
        if any(ours) and not all(ours):
            message = "Tags of snapshots and of other resources in one call are not emulated"
            raise EC2Error("OperationNotEmulated", message)
        return TAGGING[request.operation] if any(ours) else None
    return READING.get(request.operation) or CHANGING.get(request.operation)
