"""EC2's query protocol: form requests and XML responses, by the installed botocore's model."""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4
from xml.sax.saxutils import escape

from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import EC2QueryParser
from moto.core.serialize import EC2Serializer, SerializationContext
from moto.core.utils import get_service_model
from werkzeug.wrappers import Response

from .errors import EC2Error

_MIME_TYPE = "text/xml"
_COMMON = {"Action", "Version", "DryRun"}


@cache
def service_model() -> ServiceModel:
    """Return botocore's model of EC2."""
    return get_service_model("ec2")


def is_action(name: str) -> bool:
    """Whether this is the name of one of EC2's actions."""
    return name in service_model().operation_names


@cache
def operation_model(operation: str) -> OperationModel:
    """Return botocore's model of one operation."""
    model: OperationModel = service_model().operation_model(operation)
    return model


@cache
def _members(operation: str) -> dict[str, str]:
    """Return the members of a request by their names in the form."""
    shape = operation_model(operation).input_shape
    assert shape is not None
    parser: Any = EC2QueryParser(operation_model(operation))
    return {parser._get_serialized_name(member, name): name for name, member in shape.members.items()}


def form(body: bytes) -> dict[str, str]:
    """Return the fields of a request's form."""
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def parameters(operation: str, fields: dict[str, str]) -> dict[str, Any]:
    """Return the members of a request, with the types of the model.

    Raises:
        EC2Error: UnknownParameter, InvalidParameterValue or MissingParameter.
    """
    known = _members(operation)
    for field in fields:
        name = field.split(".")[0]
        if name not in known and name not in _COMMON:
            raise EC2Error("UnknownParameter", f"The parameter {name} is not recognized")
    try:
        parser: Any = EC2QueryParser(operation_model(operation))
        parsed: dict[str, Any] = parser.parse({"values": fields})
    except ValueError as error:
        raise EC2Error("InvalidParameterValue", f"A value of the request is invalid: {error}") from None
    shape = operation_model(operation).input_shape
    assert shape is not None
    for name in shape.required_members:
        if parsed.get(name) is None:
            raise missing(name)
    return parsed


def missing(name: str, *, code: str = "MissingParameter") -> EC2Error:
    """Return the error for a missing required parameter."""
    return EC2Error(code, f"The request must contain the parameter {name}")


def no_action(action: str) -> EC2Error:
    """Return the error for a request whose action is missing or not one of EC2's."""
    if not action:
        return missing("Action", code="MissingAction")
    return EC2Error("InvalidAction", f"The action {action} is not valid for this web service.")


def success(operation: str, answer: dict[str, Any]) -> Response:
    """Return a success as XML."""
    context = SerializationContext(request_id=str(uuid4()))
    written = EC2Serializer(operation_model(operation), context=context).serialize(answer)
    return Response(written["body"], status=200, mimetype=_MIME_TYPE)


def failure(error: EC2Error) -> Response:
    """Return an error as XML."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Response><Errors><Error><Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
        f"</Error></Errors><RequestID>{uuid4()}</RequestID></Response>"
    )
    return Response(body, status=error.status, mimetype=_MIME_TYPE)


def code_of(response: Response) -> str:
    """Return the error code of an XML response, or ``ok``."""
    if response.status_code < 400:
        return "ok"
    found = re.search(r"<Code>(.*?)</Code>", response.get_data(as_text=True))
    return found.group(1) if found else str(response.status_code)
