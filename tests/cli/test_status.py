"""``snapcopy status``: each source's copies against the objective, as the service shows them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timezone

import pytest
from pulumi_snapcopy.aws.login import Login
from pulumi_snapcopy.emulator import Emulator, Fault

from .conftest import Invoke
from .copies import HERE, OWNER, copy, day, told, warned

NOBODY = "http://127.0.0.1:1"


@pytest.mark.parametrize("form", ["table", "json", "html"])
def test_a_report_of_an_emulator_says_so(on_emulator: Emulator, invoke: Invoke, form: str) -> None:
    """Once, on standard error: a report of nothing that is real must not pass for one, nor the note stand in it."""
    copy(on_emulator, 1)
    done = invoke("status", *HERE, "--format", form)
    note = f"Lightsail: {on_emulator.url}, an emulator or other endpoint and not the real service.\n"
    assert (done.exit_code, done.stderr) == (0, note)
    assert "web-1" in done.stdout and "emulator" not in done.stdout


def test_each_source_is_told_from_its_copies(on_emulator: Emulator, invoke: Invoke) -> None:
    """Newest, age, number, gaps, size and cost come from the copies of ours; others' snapshots don't count."""
    for ago in (1, 2, 4):
        copy(on_emulator, ago)
    copy(on_emulator, 0, state="error")
    on_emulator.put_snapshot("eu-west-1", f"web-1-{day(0)}-by-hand", from_name="web-1")
    found = told(invoke)
    (source,) = found["sources"]
    assert (source["source"], source["sourceRegion"], source["targetRegion"]) == (
        "web-1",
        "us-east-1",
        "eu-west-1",
    )
    assert source["newest"] == {"date": day(1), "name": f"web-1-{day(1)}"}
    assert source["kept"] == 3
    assert source["gaps"] == [day(3)]
    assert (source["sizeInGb"], source["estimatedMonthlyCost"]) == (120, 6.0)
    assert source["objectiveMet"] is None and found["objectiveMet"] is True


def test_an_age_is_that_of_the_data(on_emulator: Emulator, invoke: Invoke) -> None:
    """It counts from when the snapshot was taken while the source region tells, else from the date's midnight."""
    copy(on_emulator, 1)
    (raw,) = [
        each
        for each in on_emulator.client("us-east-1").get_auto_snapshots(resourceName="web-1")["autoSnapshots"]
        if each["date"] == day(1)
    ]
    age = (datetime.now(timezone.utc) - raw["createdAt"]).total_seconds()
    assert told(invoke)["sources"][0]["ageSeconds"] == pytest.approx(age, abs=60)
    on_emulator.client("us-east-1").delete_instance(instanceName="web-1")
    midnight = datetime.fromisoformat(f"{day(1)}T00:00:00+00:00")
    since = (datetime.now(timezone.utc) - midnight).total_seconds()
    assert told(invoke)["sources"][0]["ageSeconds"] == pytest.approx(since, abs=60)


def test_automatic_snapshots_are_asked_for_only_where_copies_are_of_some(
    on_emulator: Emulator, invoke: Invoke
) -> None:
    """A service may refuse to list them for Windows and databases, which is nothing to warn of."""
    tags = {
        "snapcopy:owner": "shop/dev/win@0000000000000001",
        "snapcopy:source": "us-east-1:win-1-manual-0123abcd",
    }
    on_emulator.put_snapshot("eu-west-1", "win-1-copy", from_name="win-1", tags=tags)
    on_emulator.seed({"us-east-1": {"instances": [{"name": "orders"}]}})
    refused = on_emulator.inject(
        Fault(kind="error", operation="GetAutoSnapshots", code="InvalidInputException", times=None)
    )
    done = invoke(
        "status", *HERE, "--source-region", "us-east-1", "--protect", "win-1", "--protect", "orders", "--max-age", "3d"
    )  # fmt: skip
    assert "win-1" in done.stdout and "orders" in done.stdout and warned(done) == ""
    assert refused.hits == 0


@pytest.mark.parametrize("known", [(), ("--source-region", "us-east-1", "--protect", "web-1")])
def test_a_source_region_that_is_down_costs_only_the_exact_age(
    known: tuple[str, ...], on_emulator: Emulator, invoke: Invoke, clean: pytest.MonkeyPatch
) -> None:
    """That is when it matters: ages count from midnight, with one warning, whatever the number of sources."""
    copy(on_emulator, 1)
    if not known:
        copy(on_emulator, 1, "data-1")
    there = Login.endpoints

    def endpoints(login: Login, regions: Iterable[str], service: str) -> dict[str, str]:
        return {**there(login, regions, service), **({"us-east-1": NOBODY} if "us-east-1" in regions else {})}

    clean.setattr(Login, "endpoints", endpoints)
    done = invoke("status", *HERE, "--format", "json", "--max-age", "3d", *known)
    assert done.exit_code == 0
    midnight = datetime.fromisoformat(f"{day(1)}T00:00:00+00:00")
    since = (datetime.now(timezone.utc) - midnight).total_seconds()
    for source in json.loads(done.stdout)["sources"]:
        assert source["ageSeconds"] == pytest.approx(since, abs=60)
    (line,) = warned(done).splitlines()
    assert line.startswith(f"Warning: {NOBODY} doesn't answer") and "copies from us-east-1 count from" in line
    assert not on_emulator.calls("GetAutoSnapshots"), "what doesn't answer isn't asked"
    done = invoke("status", *HERE, "--source-region", "us-east-1", "--protect", "all")
    assert done.exit_code == 2 and f"{NOBODY} doesn't answer" in done.stderr


def test_a_source_that_was_taken_again_makes_its_copy_no_younger(
    on_emulator: Emulator, invoke: Invoke
) -> None:
    """What has a manual source's name now isn't what was copied; neither does a drill count it."""
    tags = {"snapcopy:owner": "shop/dev/db@0123456789abcdef", "snapcopy:source": "us-east-1:db-nightly"}
    on_emulator.put_snapshot("eu-west-1", "db-copy", from_name="web-1", tags=tags)
    on_emulator.advance(86400)
    on_emulator.put_snapshot("us-east-1", "db-nightly", from_name="web-1")
    (source,) = told(invoke)["sources"]
    assert source["newest"] == {"date": day(0), "name": "db-copy"}
    drilled = invoke("drill", "web-1", "--source-region", "us-east-1", *HERE, "--format", "json")
    assert json.loads(drilled.stdout)["date"] == day(0)


def test_a_drill_and_a_report_date_a_copy_of_a_deleted_manual_snapshot_alike(
    on_emulator: Emulator, invoke: Invoke
) -> None:
    """A recovery region's copy, made after midnight, is of the day that its resource is named after."""
    tags = {
        "snapcopy:owner": OWNER.format(f"web-1-{day(1)}"),
        "snapcopy:source": "us-east-1:web-1-manual-0123abcd",
    }
    on_emulator.put_snapshot("eu-west-1", "web-1-copy", from_name="web-1", tags=tags)
    (source,) = told(invoke)["sources"]
    drilled = json.loads(
        invoke("drill", "web-1", "--source-region", "us-east-1", *HERE, "--format", "json").stdout
    )
    assert source["newest"]["date"] == drilled["date"] == day(1)
    assert drilled["dataAgeSeconds"] == pytest.approx(source["ageSeconds"], abs=60)


def test_what_was_taken_in_the_region_is_no_copy(on_emulator: Emulator, invoke: Invoke) -> None:
    """A snapshot of an instance goes with its region."""
    tags = {
        "snapcopy:owner": "shop/dev/web@0123456789abcdef",
        "snapcopy:source": "us-east-1:instance/web-1",
    }
    on_emulator.put_snapshot("us-east-1", "web-1-manual-1", from_name="web-1", tags=tags)
    done = invoke("status", "--target-region", "us-east-1", "--protect", "web-1", "--max-age", "3d")
    assert done.exit_code == 1


@pytest.mark.parametrize(("max_age", "code"), [("3d", 0), ("1m", 1)])
def test_the_exit_code_tells_whether_the_objective_is_met(
    on_emulator: Emulator, invoke: Invoke, max_age: str, code: int
) -> None:
    """0 and 1, the same in every format."""
    copy(on_emulator, 1)
    assert told(invoke, "--max-age", max_age, code=code)["objectiveMet"] is (code == 0)
    for form in ("table", "html"):
        done = invoke("status", *HERE, "--max-age", max_age, "--format", form)
        assert done.exit_code == code
        assert "web-1" in done.stdout and warned(done) == ""


def test_a_page_is_utf8_whatever_the_machines_encoding(
    on_emulator: Emulator, snapcopy_in: Callable[..., bytes]
) -> None:
    """It says so itself; a table escapes what is missing from the encoding."""
    copy(on_emulator, 1)
    tags = {"snapcopy:owner": OWNER.format("x"), "snapcopy:source": f"us-east-1:naïve-Ω:{day(1)}"}
    on_emulator.put_snapshot("eu-west-1", "other", from_name="web-1", tags=tags)
    assert "naïve-Ω" in snapcopy_in("latin-1", "status", *HERE, "--format", "html").decode("utf-8")
    assert "naïve-\\u03a9" in snapcopy_in("latin-1", "status", *HERE).decode("latin-1")


def test_what_cant_be_told_is_2(on_emulator: Emulator, invoke: Invoke) -> None:
    """Neither a refused list nor an empty answer passes for good news; standard output stays empty."""
    copy(on_emulator, 1)
    on_emulator.inject(Fault(kind="error", region="eu-west-1", code="AccessDeniedException", times=1))
    done = invoke("status", *HERE, "--max-age", "3d")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Allow lightsail:GetInstanceSnapshots" in done.stderr
    assert told(invoke, "--stack", "shop/prod", "--max-age", "3d", code=2)["sources"] == []
    done = invoke("status", *HERE, "--drills", f"{__file__}/drills.jsonl")
    assert done.exit_code == 2 and "can't be read: Not a directory" in done.stderr
    done = invoke("status", *HERE, "--max-age", "99999999999d")
    assert done.exit_code == 2 and "is not a duration" in done.stderr
    done = invoke("status", *HERE, "--drills", "drils.jsonl")
    assert done.exit_code == 0 and "Warning: there is no drils.jsonl, so no drills are shown" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--max-age", "30"), "'30' is not a duration. Write one such as 30h, 30d or 1h30m."),
        (("--keep", "daily"), "daily: no number is given. Write it as daily=7,weekly=4."),
        (("--keep", "daily=x,last=2"), "daily: no number is given."),
        (("--keep", "hourly=2"), "hourly: not one of last, daily"),
        (("--keep", "daily=0"), "at least one of last"),
        (("--price", "inf"), "Write a number of 0 or more."),
        (("--price", "nan"), "Write a number of 0 or more."),
        (("--region", "eu-west-1", "--price", "3"), "no other option but --json goes with them"),
        (("--region", "eu-west-1", "--drills", "x"), "no other option but --json goes with them"),
    ],
)
def test_what_an_option_doesnt_take_is_a_wrong_use(
    arguments: tuple[str, ...], said: str, invoke: Invoke
) -> None:
    """Nothing is ignored; each message says what to write."""
    done = invoke("status", *HERE[: 0 if "--region" in arguments else 2], *arguments)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())


@pytest.mark.parametrize("form", ["table", "json", "html"])
def test_a_failed_copy_is_warned_of(form: str, on_emulator: Emulator, invoke: Invoke) -> None:
    """The table has no column for what can't be restored from."""
    copy(on_emulator, 1)
    copy(on_emulator, 0, state="error")
    assert warned(invoke("status", *HERE, "--format", form)) == (
        f'Warning: web-1: "web-1-{day(0)}" failed in eu-west-1, and can\'t be restored from; run `pulumi up --refresh` of its'
        " stack, which replaces what failed.\n"
    )


def test_status_only_reads(on_emulator: Emulator, invoke: Invoke) -> None:
    """Looking changes nothing."""
    copy(on_emulator, 1)
    invoke("status", *HERE, "--protect", "all", "--source-region", "us-east-1")
    assert all(call.operation.startswith("Get") for call in on_emulator.calls())


def test_a_given_retention_says_why_and_what_goes_next(on_emulator: Emulator, invoke: Invoke) -> None:
    """The service doesn't know it, so it is an option."""
    for ago in (1, 2, 3):
        copy(on_emulator, ago)
    table = invoke("status", *HERE, "--keep", "daily=2,last=1").stdout
    assert "3 (1 last, 2 daily, 1 by no rule)" in table and f"{day(3)}, {day(2)}" in table
    (source,) = told(invoke, "--keep", "daily=2,last=1")["sources"]
    assert [each["reasons"] for each in source["copies"]] == [
        ["last snapshot", "daily snapshot"],
        ["daily snapshot"],
        [],
    ]
    assert [each["goesNext"] for each in source["copies"]] == [False, True, True]


def test_copies_of_a_source_that_was_made_again_are_told_apart(on_emulator: Emulator, invoke: Invoke) -> None:
    """The service says of which instance each copy is; no rule counts the old one's, and none of them goes next."""
    for ago in (1, 2, 3):
        copy(on_emulator, ago)
    tags = {"snapcopy:owner": OWNER.format("old"), "snapcopy:source": f"us-east-1:web-1:{day(4)}"}
    on_emulator.put_snapshot("eu-west-1", "of-the-old", from_name="of-another-arn", tags=tags)
    table = invoke("status", *HERE, "--keep", "daily=2").stdout
    assert "4 (2 daily, 1 of an earlier source, 1 by no rule)" in table
    (source,) = told(invoke, "--keep", "daily=2")["sources"]
    assert source["copies"][-1]["reasons"] == ["of an earlier source"]
    assert source["copies"][-1]["goesNext"] is False
