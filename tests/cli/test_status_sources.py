"""``snapcopy status``: which sources and copies count."""

from __future__ import annotations

import pytest
from pulumi_snapcopy.core import keys
from pulumi_snapcopy.emulator import Emulator

from .conftest import Invoke
from .copies import HERE, OWNER, copy, told, warned


def test_protect_names_what_has_no_copy(on_emulator: Emulator, invoke: Invoke) -> None:
    """A source that was asked for and has none misses the objective; all is all in the source region."""
    copy(on_emulator, 1)
    found = told(invoke, "--protect", "data-1", "--max-age", "3d", code=1)
    assert [(each["source"], each["newest"]) for each in found["sources"]] == [("data-1", None)]
    found = told(invoke, "--protect", "all", "--source-region", "us-east-1", "--max-age", "3d", code=1)
    assert {each["source"]: each["objectiveMet"] for each in found["sources"]} == {
        "data-1": False,
        "web-1": True,
    }
    done = invoke("status", *HERE, "--protect", "all")
    assert done.exit_code == 2 and "--source-region is required" in done.stderr


def test_a_disk_with_the_tag_counts_unless_it_comes_with_an_instance_that_has_it(
    on_emulator: Emulator, invoke: Invoke
) -> None:
    """As a recovery region chooses; what a drill has restored is no source."""
    tag = {"backup": "yes"}
    instances = [
        {"name": "plain-1", "attachedDisks": ["logs-1"]},
        {"name": "web-2", "attachedDisks": ["logs-2"], "tags": tag},
        {"name": "snapcopy-drill-1", "tags": {"snapcopy:drill": "eu-west-1:web-1"}},
    ]
    disks = [{"name": "logs-1", "tags": tag}, {"name": "logs-2", "tags": tag}]
    on_emulator.seed({"us-east-1": {"instances": instances, "disks": disks}})
    found = told(invoke, "--protect", "backup=yes", "--source-region", "us-east-1", "--max-age", "3d", code=1)
    assert [each["source"] for each in found["sources"]] == ["logs-1", "web-2"]
    found = told(invoke, "--protect", "all", "--source-region", "us-east-1")
    assert "snapcopy-drill-1" not in [each["source"] for each in found["sources"]]


def test_a_source_that_doesnt_exist_is_named(on_emulator: Emulator, invoke: Invoke) -> None:
    """A slip of the fingers isn't a source without copies; one that is gone and has copies is."""
    copy(on_emulator, 1, "gone-1")
    protect = [part for name in ("web-1", "wbe-1", "gone-1") for part in ("--protect", name)]
    done = invoke("status", *HERE, *protect, "--source-region", "us-east-1")
    assert warned(done) == "Warning: us-east-1 has no instance or disk wbe-1; it has web-1, data-1.\n"
    assert warned(invoke("status", *HERE, *protect)) == "", "where a source should be isn't known"


@pytest.mark.parametrize(
    ("protect", "region", "said"),
    [
        ("backup=yse", "us-east-1", "no instance or disk in us-east-1 has the tag backup=yse."),
        ("all", "us-west-2", "us-west-2 has no instance or disk that can be copied."),
    ],
)
def test_no_source_at_all_is_said(
    protect: str, region: str, said: str, on_emulator: Emulator, invoke: Invoke
) -> None:
    """With an objective that is 2: nothing is protected, and nothing is missed."""
    done = invoke("status", *HERE, "--protect", protect, "--source-region", region, "--max-age", "30h")
    assert (done.exit_code, warned(done)) == (2, f"Warning: {said}\n")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--stack", "shop/prd"),
            "of the stack shop/prd (--stack); there are copies of shop/dev, shop/prod.",
        ),
        (
            ("--source-region", "us-west-2"),
            "from us-west-2 (--source-region); there are copies from us-east-1.",
        ),
        (
            ("--stack", "shop/prod", "--source-region", "us-west-2"),
            "of the stack shop/prod is from us-west-2 (--source-region); there are copies from us-east-1.",
        ),
    ],
)
def test_an_option_that_leaves_out_every_copy_is_named(
    options: tuple[str, ...], said: str, on_emulator: Emulator, invoke: Invoke
) -> None:
    """With what there is; without any copy it is the region that may be wrong."""
    elsewhere = "Warning: looked in eu-west-1 alone; --target-region looks in another region.\n"
    assert warned(invoke("status", *HERE, *options)) == elsewhere
    copy(on_emulator, 1)
    copy(on_emulator, 2, "data-1", owner=OWNER.replace("shop/dev", "shop/prod"))
    done = invoke("status", *HERE, *options)
    (line,) = warned(done).splitlines()
    assert line.startswith("Warning: no copy in eu-west-1 ") and line.endswith(said)


def test_a_stacks_copies_can_be_counted_alone(on_emulator: Emulator, invoke: Invoke) -> None:
    """By project and stack, which the owner tag has, too long ones shortened."""
    copy(on_emulator, 1)
    copy(on_emulator, 2, "data-1", owner=OWNER.replace("shop/dev", "shop/prod"))
    assert [each["source"] for each in told(invoke)["sources"]] == ["data-1", "web-1"]
    assert [each["source"] for each in told(invoke, "--stack", "shop/prod")["sources"]] == ["data-1"]
    long = "x" * 60
    copy(on_emulator, 3, "web-2", owner=keys.owner(f"urn:pulumi:{long}::{long}::t::web", "0" * 16))
    assert [each["source"] for each in told(invoke, "--stack", f"{long}/{long}")["sources"]] == ["web-2"]
    for wrong in ("prod", "acme/shop/prod", "shop/"):
        done = invoke("status", *HERE, "--stack", wrong)
        assert done.exit_code == 2 and "write PROJECT/STACK" in done.stderr


@pytest.mark.parametrize("arguments", [("status", *HERE, "--protect", ""), ("status", *HERE, "--protect", "=yes"),
                                       ("drill", "", "--source-region", "us-east-1", *HERE)])  # fmt: skip
def test_a_source_without_a_name_is_refused(
    arguments: tuple[str, ...], on_emulator: Emulator, invoke: Invoke
) -> None:
    """As of a shell's variable that isn't set: it isn't one that has no copy."""
    done = invoke(*arguments)
    assert (done.exit_code, done.stdout) == (2, "") and "names no source. Write the name of an" in done.stderr
    assert on_emulator.calls() == []
