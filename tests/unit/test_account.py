"""The account guard among many verbs at once, and where it asks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pulumi_snapcopy.aws.login import Login
from pulumi_snapcopy.core.account import PATIENCE, AccountGuard
from pulumi_snapcopy.core.errors import Cancelled, CopyError, Denied, ServiceError, Transient, WrongAccount
from pulumi_snapcopy.core.messages import DELETING, MAKING
from pulumi_snapcopy.core.values import Known, Seen, Spec, Words

OURS, THEIRS = "123456789012", "012345678901"
WORDS = Words(
    noun="CopiedSnapshot", thing="copy", making="copying", made="copied", provider="P", login="P_PROFILE"
)
SPEC = Spec(
    words=WORDS, resource="db", subject='CopiedSnapshot "db" (us-east-1 -> eu-west-1)', owner="", key="",
    region="eu-west-1", source_region="us-east-1", name="db-dr",
)  # fmt: skip
NOTHING, HELD = (
    Known(),
    Known(seen=Seen(name="db-dr", region="eu-west-1", kind="DiskSnapshot"), in_state=True),
)


class Time:
    """Time that passes when it is slept through."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.cancelled = False

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        if self.cancelled:
            raise Cancelled
        self.seconds += seconds

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        self.sleep(seconds)


class Asked:
    """Answers in turn, the last one for ever; counts."""

    def __init__(self, *answers: str | ServiceError) -> None:
        self.answers, self.regions = list(answers), list[str]()

    def __call__(self, region: str) -> str:
        self.regions.append(region)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, ServiceError):
            raise answer
        return answer


def guard(ask: Callable[[str], str], clock: Time | None = None) -> AccountGuard:
    """A guard that allows our account."""
    return AccountGuard(allowed=(OURS,), ask=ask, clock=clock or Time())


def test_verbs_that_come_while_the_account_is_asked_for_wait_for_the_answer() -> None:
    """A hundred verbs at once ask for the account once, and share the answer."""
    came, regions = threading.Semaphore(0), list[str]()

    class Counting(Time):
        """A clock that each verb looks at when it comes."""

        def now(self) -> float:
            came.release()
            return super().now()

    def ask(region: str) -> str:
        regions.append(region)
        for _ in range(100):
            assert came.acquire(timeout=60)
        return OURS

    ours = guard(ask, Counting())
    with ThreadPoolExecutor(100) as pool:
        for done in [pool.submit(ours.admit, SPEC, NOTHING, doing=MAKING) for _ in range(100)]:
            done.result(60)
    assert regions == ["eu-west-1"]


def test_a_failed_ask_is_no_answer() -> None:
    """After a failed call the next verb asks for the account again, and its answer stays."""
    ask = Asked(Denied("Expired.", code="ExpiredToken"), OURS)
    ours = guard(ask)
    with pytest.raises(CopyError, match=r"the account isn't known.*ExpiredToken"):
        ours.admit(SPEC, NOTHING, doing=MAKING)
    ours.admit(SPEC, NOTHING, doing=MAKING)
    ours.admit(SPEC, HELD, doing=DELETING)
    assert len(ask.regions) == 2


def test_what_may_pass_is_waited_for_half_a_minute() -> None:
    """A failing STS is retried for half a minute, then the verb is refused; a preview neither waits nor asks again."""
    ask, clock = Asked(Transient("Slowly.", call="sts:GetCallerIdentity")), Time()
    ours = guard(ask, clock)
    with pytest.raises(CopyError) as caught:
        ours.admit(SPEC, NOTHING, doing=MAKING)
    assert str(caught.value) == (
        'copying CopiedSnapshot "db" (us-east-1 -> eu-west-1): the account isn\'t known, and '
        "snapcopy:allowedAccountIds is set: Slowly. (sts:GetCallerIdentity)\n"
        "  State: nothing was sent.\n"
        "  Next:  fix the problem named above, then run `pulumi up` again."
    )
    assert PATIENCE / 2 < clock.seconds <= PATIENCE
    passed, asked = clock.seconds, len(ask.regions)
    assert not ours.foresee("eu-west-1") and not ours.foresee("eu-west-1")
    assert clock.seconds == passed and len(ask.regions) == asked + 1


def test_a_preview_asks_again_once_a_verb_has_learned_the_account() -> None:
    """A failed call ends the asking of previews only until the account is known, which may be a wrong one."""
    hiccup = Transient("Slowly.")
    ours, theirs = guard(Asked(hiccup, OURS)), guard(Asked(hiccup, THEIRS))
    assert not ours.foresee("eu-west-1")
    ours.admit(SPEC, NOTHING, doing=MAKING)
    assert ours.foresee("eu-west-1")
    assert not theirs.foresee("eu-west-1")
    with pytest.raises(CopyError):
        theirs.admit(SPEC, NOTHING, doing=MAKING)
    with pytest.raises(WrongAccount):
        theirs.foresee("eu-west-1")


def test_a_refused_verb_says_what_stays_in_the_state() -> None:
    """The refusal of a wrong account names the copy in the state and the setting that chooses the credentials; nothing is sent."""
    with pytest.raises(CopyError, match='nothing was sent; the copy "db-dr" stays in the stack\'s state'):
        guard(Asked(THEIRS)).admit(SPEC, HELD, doing=DELETING)
    with pytest.raises(CopyError, match=r"log in to an allowed account \(P_PROFILE\), or change"):
        guard(Asked(THEIRS)).admit(SPEC, HELD, doing=DELETING)


def test_ctrl_c_ends_the_wait_for_an_answer() -> None:
    """Ctrl-C ends the wait for the account's number, as it ends every other wait."""
    clock = Time()
    clock.cancelled = True
    with pytest.raises(CopyError, match="stopped, as asked"):
        guard(Asked(Transient("Slowly.")), clock).admit(SPEC, NOTHING, doing=MAKING)


def test_a_preview_refuses_a_wrong_account() -> None:
    """A preview with a wrong account names both accounts."""
    with pytest.raises(WrongAccount, match=f"belong to account {THEIRS}, and .* allows {OURS}$"):
        guard(Asked(THEIRS)).foresee("eu-west-1")
    assert guard(Asked(OURS)).foresee("eu-west-1")


@pytest.mark.parametrize(
    "fake", ["AWS_ENDPOINT_URL_LIGHTSAIL", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL", None]
)
def test_sts_is_asked_at_aws_only_where_lightsail_is_aws_too(
    fake: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An endpoint that boto3 has for STS is used; without one, STS is asked where Lightsail is."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        """An endpoint, and the proxy on the way to AWS: both refuse."""

        def refuse(self) -> None:
            asked.append(self.path)
            self.send_error(403)

        do_POST = do_CONNECT = refuse

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        for name, value in {"ACCESS_KEY_ID": "none", "SECRET_ACCESS_KEY": "none"}.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        monkeypatch.setenv("HTTPS_PROXY", url)
        monkeypatch.delenv("https_proxy", raising=False)
        monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
        monkeypatch.delenv("AWS_PROFILE", raising=False)
        for name in ("AWS_ENDPOINT_URL_LIGHTSAIL", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"):
            monkeypatch.setenv(name, url) if name == fake else monkeypatch.delenv(name, raising=False)
        with pytest.raises(ServiceError) as caught:
            Login().account("eu-west-1", service="lightsail")
        server.shutdown()
        thread.join()
    assert "DOCTYPE" not in str(caught.value)
    assert caught.value.call == "sts:GetCallerIdentity"
    assert set(asked) == {"/" if fake else "sts.eu-west-1.amazonaws.com:443"}
