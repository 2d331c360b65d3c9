"""The source tag of Lightsail's objects, which says what an object was made from."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from ..core.values import FORMS_OF_COPIES, SOURCE_TAG, Seen

LONGEST = 256
"""Characters of a tag's value."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTag:
    """The parts of a source tag: ``region:name``, ``region:name:date`` or ``region:form/name``.

    Args:
        region: the source's region; empty if the tag names none.
        name: the source's name, shortened if the tag has no room for it.
        form: what the source is, such as ``instance``; empty for the source of a copy.
        date: YYYY-MM-DD, of the automatic snapshot that was copied; empty for any other source.

    Example:
        >>> SourceTag.parse("us-east-1:web-1:2026-11-20")
        SourceTag(region='us-east-1', name='web-1', form='', date='2026-11-20')
        >>> str(SourceTag(region="us-east-1", form="disk", name="data-1"))
        'us-east-1:disk/data-1'
    """

    region: str
    name: str
    form: str = ""
    date: str = ""

    @classmethod
    def parse(cls, value: str) -> SourceTag:
        """Return the parts of a tag's value; all are empty if it names no source."""
        region, colon, rest = value.partition(":")
        source, _, date = rest.partition(":")
        form, _, name = source.rpartition("/")
        return cls(region=region if colon else "", name=name, form=form, date=date)

    @classmethod
    def of(cls, seen: Seen) -> SourceTag:
        """Return the parts of an object's source tag; all are empty if it has none."""
        return cls.parse(seen.tags.get(SOURCE_TAG, ""))

    @property
    def is_of_copy(self) -> bool:
        """Whether the tagged object is a copy, not something taken or restored."""
        return self.form in FORMS_OF_COPIES

    @property
    def snapshot(self) -> str:
        """What identifies the copied snapshot at its source: the date of an automatic one, or the name."""
        return self.date or self.name

    @property
    def day(self) -> datetime.date | None:
        """The date of the automatic snapshot that was copied, or None."""
        return last_date(self.date)

    def __str__(self) -> str:
        form, date = f"{self.form}/" if self.form else "", f":{self.date}" if self.date else ""
        return f"{self.region}:{form}{self.name}"[: LONGEST - len(date)] + date


def last_date(text: str) -> datetime.date | None:
    """Return the date that a text ends with, or None.

    Example:
        >>> last_date("dr-web-1-2026-11-20"), last_date("db")
        (datetime.date(2026, 11, 20), None)
    """
    found = _DATE.search(text)
    try:
        return datetime.date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None
