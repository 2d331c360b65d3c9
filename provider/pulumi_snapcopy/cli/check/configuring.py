"""The config file of the policy pack: which rules apply, at which level, with which settings.

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
    """How each rule is applied.

    Args:
        levels: the enforcement level of each rule.
        settings: the other settings of each rule.
    """

    levels: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Settings] = field(default_factory=dict)

    @classmethod
    def of(cls, file: str | None) -> Enforcement:
        """Read a config file; without one, what a service would refuse is mandatory and all other rules are advisory.

        Raises:
            Unusable: if the file can't be read, or isn't a config.
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
        """Return the settings of a rule."""
        return self.settings.get(rule, {})

    def book(
        self, rule: str, resource_type: str, stack: Mapping[str, object] | None = None
    ) -> Rulebook | None:
        """Return the rulebook by which a rule checks a type of resources in a stack of this configuration, or None."""
        return CATALOGUE.judging(rule, resource_type, self.of_rule(rule), stack=stack or {})

    def takes(self, resource_type: str) -> bool:
        """Whether any rule checks resources of this type."""
        return any(self.book(rule.name, resource_type) for rule in RULES)

    def holds(self, rule: str) -> bool:
        """Whether a rule is enabled."""
        return self.levels[rule] != "disabled"

    def remedies(self, rule: str) -> bool:
        """Whether a rule adds what is missing before it judges."""
        return self.levels[rule] == "remediate"
