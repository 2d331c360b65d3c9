"""Which login counts, and what ``snapcopy doctor`` says of it."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from pulumi_snapcopy.cli.stack_login import StackConfig


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's own."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)


def test_the_stacks_profile_and_region_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in Pulumi's AWS provider; the sentence names the file, and what it wins over."""
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  aws:profile: ops\n  aws:region: eu-west-1\n")
    monkeypatch.setenv("AWS_PROFILE", "mine")
    stack = StackConfig.of(None, tmp_path)
    login, why = stack.login(), stack.why()
    assert (login.profile, login.region) == ("ops", "eu-west-1")
    assert why == (
        "aws:profile ops of Pulumi.dev.yaml and aws:region eu-west-1 of Pulumi.dev.yaml; it wins over AWS_PROFILE"
    )


def test_the_projects_own_configuration_counts_under_the_stacks(tmp_path: Path) -> None:
    """The engine applies it too, in each way that a project writes a value; also where no stack is named."""
    (tmp_path / "Pulumi.yaml").write_text(
        "name: shop\nconfig:\n  aws:region: {value: eu-west-1}\n  aws:profile: {type: string, default: ops}\n"
        "  snapcopy:allowedAccountIds: {value: ['012345678901']}\n  snapcopy:pollSeconds: 7\n  shop:size: {type: integer}\n"
    )
    alone = StackConfig.of(None, tmp_path)
    assert alone.config == {
        "aws:region": "eu-west-1",
        "aws:profile": "ops",
        "snapcopy:allowedAccountIds": '["012345678901"]',
        "snapcopy:pollSeconds": 7,
    }
    (tmp_path / "Pulumi.dev.yaml").write_text("environment: [shop/base]\nconfig:\n  aws:region: us-east-1\n")
    both = StackConfig.of("dev", tmp_path)
    assert (both.login().profile, both.login().region) == ("ops", "us-east-1")
    assert both.why() == (
        "aws:profile ops of Pulumi.yaml and aws:region us-east-1 of Pulumi.dev.yaml. "
        "Pulumi.dev.yaml imports environments (ESC), which aren't read here, and may set others"
    )


def test_of_several_stacks_one_has_to_be_named(tmp_path: Path) -> None:
    """Without a name the environment counts; an organisation before the name is left out."""
    for name in ("dev", "prod"):
        (tmp_path / f"Pulumi.{name}.yaml").write_text(f"config: {{'aws:profile': {name}}}\n")
    assert StackConfig.of(None, tmp_path).login().profile is None
    assert StackConfig.of("acme/shop/prod", tmp_path).login().profile == "prod"


def test_a_stack_without_a_login_leaves_it_to_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says that the stack's would win."""
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    monkeypatch.setenv("AWS_PROFILE", "mine")
    stack = StackConfig.of("dev", tmp_path)
    assert stack.login().profile is None
    assert stack.why() == "AWS_PROFILE=mine; a stack's aws:profile and aws:region would win over it"


@pytest.mark.parametrize(
    ("text", "said"), [(None, "there is no Pulumi.dev.yaml here"), ("a: [", "can't be read")]
)
def test_a_configuration_that_cant_be_read_is_named(tmp_path: Path, text: str | None, said: str) -> None:
    """A sentence, not a traceback."""
    if text is not None:
        (tmp_path / "Pulumi.dev.yaml").write_text(text)
    with pytest.raises(click.ClickException, match=said):
        StackConfig.of("dev", tmp_path)


def test_lists_are_read_as_the_engine_hands_them_over_and_secrets_are_not(tmp_path: Path) -> None:
    """A list as JSON; what is encrypted is left out."""
    (tmp_path / "Pulumi.dev.yaml").write_text(
        "config:\n  snapcopy:allowedAccountIds: ['012345678901']\n  shop:key: {secure: AAABAB}\n"
    )
    assert StackConfig.of(None, tmp_path).config == {"snapcopy:allowedAccountIds": '["012345678901"]'}
