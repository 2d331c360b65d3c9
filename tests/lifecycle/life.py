"""One declaration's life on the model, told step by step."""

from __future__ import annotations

from dataclasses import replace

from tests.harness import Disturbance, Fault, Kill, Model
from tests.harness.engine import Engine, EngineKilled
from tests.harness.fake_service import FakeService
from tests.harness.program import Declaration
from tests.harness.target import HostDied, Seen

COPY = Declaration(
    name="web", source="db-1", source_region="us-east-1", target_region="eu-west-1", tags={"team": "shop"}
)
LATEST = replace(COPY, source="web-1", automatic="latest")
FAILING = Fault(kind="copy-fails", operation="CopySnapshot")


class Life:
    """One declaration on the model, step by step."""

    def __init__(self, declared: Declaration = COPY, **service: float) -> None:
        self.target, self.engine, self.declared = Model(lambda: FakeService(**service)), Engine(), declared  # type: ignore[arg-type]
        self.warnings: list[str] = []
        """What the last run has warned of."""
        self.log_lines: list[str] = []
        """What the last run has said of itself as a whole."""
        self.keeps = False
        """Whether the engine keeps what it replaces, and the provider isn't told."""
        self.target.reset()

    def run(
        self, command: str = "up", disturbance: Disturbance | None = None, *, after: float | None = None
    ) -> list[str]:
        """Run the engine; an interrupted run says so; ``after`` is when the user asks to stop, in seconds."""
        provider = self.target.start(disturbance)
        self.warnings, self.log_lines = provider.warnings, provider.shown.log_lines
        if after is not None:
            clock = self.target.service.clock
            clock.cancelled_at = clock.time + after
        try:
            if command == "up":
                goal = self.declared.goal()
                return self.engine.up(
                    provider, {self.declared.name: replace(goal, retain=goal.retain or self.keeps)}
                )
            errors: list[str] = getattr(self.engine, command)(provider)
            return errors
        except (HostDied, EngineKilled):
            return ["interrupted"]
        finally:
            self.target.stop()

    def up(self, *program: Declaration) -> None:
        """Run the engine on a program of several declarations; all must go well."""
        provider = self.target.start(None)
        goals = {each.name: replace(each.goal(), retain=each.retain or self.keeps) for each in program}
        assert self.engine.up(provider, goals) == []
        self.target.stop()

    def there(self) -> dict[str, Seen]:
        """The snapshots where the copy is made, by ARN."""
        return {each.arn: each for each in self.target.snapshots() if each.region == COPY.target_region}

    def tags(self) -> list[dict[str, str]]:
        """The tags of each copy."""
        return [dict(each.tags) for each in self.there().values()]

    def killed_right_after_copying_again(self, *, shown_after: float = 0.0) -> None:
        """The copy fails; the run that makes it again is killed between CopySnapshot and TagResource."""
        assert self.run("up", FAILING) and not self.engine.pending
        self.target.service.shown_after = shown_after
        started = self.target.copies_started()
        assert self.run("up", Kill(at="CopySnapshot", done=True)) == ["interrupted"]
        (copy,) = self.there().values()
        assert self.target.copies_started() == started + 1 and not copy.tags
