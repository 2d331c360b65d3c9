"""Which rules hold, how strictly, for which resources: the file that the policy pack takes.

Page: https://www.pulumi.com/docs/iac/using-pulumi/crossguard/configuration/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...core.rules.configuration import ENVIRONMENTS, EVERY, Settings, faults, level
from ...core.rules.judgement import Rule, StackRule
from ...core.rules.rulebook import Rulebook
from ...families import CATALOGUE
from .loading import Unusable, load

RULES: tuple[Rule | StackRule, ...] = CATALOGUE.rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Enforcement:
    """How each rule is to be applied.

    Args:
        levels: enforcement levels, by rule.
        settings: what else is configured, by rule.
    """

    levels: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Settings] = field(default_factory=dict)

    @classmethod
    def of(cls, file: str | None) -> Enforcement:
        """Read a config; without one, what the service would refuse is mandatory and all else advisory.

        Raises:
            Unusable: the file can't be read, or is no config.
        """
        levels = {rule.name: "mandatory" if rule in CATALOGUE.request else "advisory" for rule in RULES}
        config = {} if file is None else load(file)
        if not isinstance(config, dict):
            raise Unusable(
                'is no config. Write an object: {"rule-name": {"enforcementLevel": "mandatory", …}, …}.'
            )
        settings, chosen, wrong = dict[str, Settings](), dict[str, str | None](), list[str]()
        for name, value in config.items():
            if name == ENVIRONMENTS:
                continue
            try:
                settings[name], chosen[name] = level(name, value)
            except ValueError as error:
                wrong.append(str(error))
        if wrong := [*wrong, *faults(settings, CATALOGUE)]:
            raise Unusable(f"is wrong: {' '.join(wrong)}")
        settings.pop(EVERY, None)
        every = chosen.pop(EVERY, None)
        given = {name: each for name, each in chosen.items() if each}
        return cls(
            levels={**levels, **(dict.fromkeys(levels, every) if every else {}), **given}, settings=settings
        )

    def of_rule(self, rule: str) -> Settings:
        """Return a rule's settings."""
        return self.settings.get(rule, {})

    def book(
        self, rule: str, resource_type: str, stack: Mapping[str, object] | None = None
    ) -> Rulebook | None:
        """Return the book by which a rule judges resources of a type, in a stack of a configuration, if it does."""
        return CATALOGUE.judging(rule, resource_type, self.of_rule(rule), stack=stack or {})

    def takes(self, resource_type: str) -> bool:
        """Whether any rule judges resources of a type."""
        return any(self.book(rule.name, resource_type) for rule in RULES)

    def holds(self, rule: str) -> bool:
        """Whether a rule is looked at."""
        return self.levels[rule] != "disabled"
