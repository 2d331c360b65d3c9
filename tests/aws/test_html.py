"""Pages of HTML in place of an answer: of a server that isn't AWS, or of a proxy in between."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from pulumi_snapcopy.aws.calls import HTML_RESPONSES_TO_BELIEVE
from pulumi_snapcopy.core import errors
from pulumi_snapcopy.ec2.service import Ec2
from pulumi_snapcopy.emulator import Emulator, Fault
from pulumi_snapcopy.lightsail.service import Lightsail

TARGET = "eu-west-1"


class _Page(BaseHTTPRequestHandler):
    """Answers everything with a page."""

    status, body = 200, b"<!DOCTYPE html><html><body>Welcome</body></html>"

    def do_POST(self) -> None:
        body = self.body
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def page(aws: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that isn't AWS, at which both endpoints point."""
    with HTTPServer(("127.0.0.1", 0), _Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_LIGHTSAIL", url)
        yield url
        server.shutdown()


NO_XML = b'<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN"><html><head><hr>No'
XHTML = (
    b'<?xml version="1.0"?>\n<!-- a server\'s -->\n<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>'
)


@pytest.mark.parametrize("service", [Ec2, Lightsail])
@pytest.mark.parametrize(
    ("status", "body"), [(200, _Page.body), (404, NO_XML), (404, XHTML), (403, b"<html>")]
)
def test_a_page_of_html_is_no_service(
    service: Any, status: int, body: bytes, aws: Emulator, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One page may be a proxy's; the third says so, with the endpoint and the setting that it comes from.

    What another endpoint or another service has answered says nothing of this one.
    """
    other = Lightsail if service is Ec2 else Ec2
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv(f"AWS_ENDPOINT_URL_{other.__name__.upper()}", aws.url)
        other().all(TARGET, other.kinds[0])
    monkeypatch.setattr(_Page, "status", status)
    monkeypatch.setattr(_Page, "body", body)
    kind = service.kinds[0]
    for _ in range(HTML_RESPONSES_TO_BELIEVE - 1):
        with pytest.raises(errors.AnswerLost):
            service().all(TARGET, kind)
    with pytest.raises(errors.NoSuchService) as caught:
        service().all(TARGET, kind)
    assert f"{page}, set by AWS_ENDPOINT_URL_{service.__name__.upper()}, has no" in str(caught.value)


@pytest.mark.parametrize("service", [Ec2, Lightsail])
def test_a_proxys_pages_end_no_run_whose_endpoint_has_answered(service: Any, aws: Emulator) -> None:
    """However often they come in between: what was sent may have been done."""
    kind = service.kinds[0]
    before = service().all(TARGET, kind)
    aws.inject(Fault(kind="garbage", times=HTML_RESPONSES_TO_BELIEVE + 1))
    for _ in range(HTML_RESPONSES_TO_BELIEVE + 1):
        with pytest.raises(errors.AnswerLost, match="a page of HTML"):
            service().all(TARGET, kind)
    assert service().all(TARGET, kind) == before


@pytest.mark.parametrize("status", [502, 503])
@pytest.mark.parametrize("service", [Ec2, Lightsail])
def test_a_proxys_page_of_an_error_says_nothing_of_the_service(
    service: Any, status: int, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it comes, and though it is no XML: what was sent may have been done."""
    kind = service.kinds[0]
    with monkeypatch.context() as failing:
        failing.setattr(_Page, "status", status)
        failing.setattr(_Page, "body", NO_XML)
        for _ in range(HTML_RESPONSES_TO_BELIEVE + 1):
            with pytest.raises(errors.AnswerLost):
                service().all(TARGET, kind)
    for expected in (errors.AnswerLost, errors.AnswerLost, errors.NoSuchService):
        with pytest.raises(expected):
            service().all(TARGET, kind)


@pytest.mark.parametrize("body", [b"[]", b'"yes"', b"null", b"3"])
def test_json_that_is_no_object_is_a_lost_answer(
    body: bytes, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server of something else answers so; botocore's parser would look for members in it."""
    monkeypatch.setattr(_Page, "body", body)
    with pytest.raises(errors.AnswerLost, match=r"the answer is JSON, and no object \(HTTP 200\)"):
        Lightsail().all(TARGET, "DiskSnapshot")
