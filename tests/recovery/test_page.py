"""The page: what it shows, that it needs nothing else, that anybody can read it, and that a browser agrees."""

from __future__ import annotations

import html
import itertools
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pulumi_snapcopy.recovery import grid
from pulumi_snapcopy.recovery.page import render, share
from pulumi_snapcopy.recovery.report import Report, SourceFacts, assess
from pulumi_snapcopy.recovery.retention import Retention

from .sample import NOW, TODAY, held, report

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
]
browser = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on PATH (Debian: apt install chromium)")


class Elements(HTMLParser):
    """Every element with its attributes, and every text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each element of a kind."""
        return [attributes for name, attributes in self.found if name == tag]


def one(facts: SourceFacts, **changed: object) -> Report:
    """A report of one source."""
    status = assess(facts, now=NOW, max_age=timedelta(hours=26))
    return replace(
        Report(sources=(status,), made_at=NOW, max_age=timedelta(hours=26)),
        **changed,  # type: ignore[arg-type]
    )


def facts(**changed: object) -> SourceFacts:
    """A source in order."""
    given = {"source": "web-1", "source_region": "us-east-1", "target_region": "eu-west-1", **changed}
    return SourceFacts(**given)  # type: ignore[arg-type]


def test_it_shows_every_source_and_what_is_to_know() -> None:
    """Names, verdicts, ages, gaps, what is in progress and goes next, costs, drills."""
    text = " ".join(" ".join(Elements(render(report())).texts).split())
    for expected in (
        "3 of 4 sources have no copy younger than 26 h.",
        "Objective met",
        "Objective missed: no copy",
        "29 h 18 min old",
        "14 (7 daily, 4 weekly, 6 monthly)",
        "2026-11-17, 2026-11-18",
        "2026-11-20 (62%)",
        "$120.60",
        "There is no copy of it in eu-west-1.",
        "Tue 2026-11-17: missing",
        "Sat 2026-11-14: daily snapshot; goes next",
        "failed: the zone eu-west-1a has no capacity",
    ):
        assert expected in text


def test_it_refers_to_nothing_outside_itself() -> None:
    """No script, no address, no style sheet, no font, no picture; and a policy that would stop them."""
    text = render(report())
    assert "://" not in text
    assert not re.search(
        r"url\(|@import|@font-face|<script|<img|<iframe|<link(?! rel=\"icon\" href=\"data:,\")", text
    )
    assert re.search(r"http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'", text)
    assert all(
        (attributes.get("href") or "data:").startswith("data:") for _, attributes in Elements(text).found
    )


def test_what_a_name_holds_is_text() -> None:
    """Names and titles come from outside, and are escaped wherever they stand."""
    evil = "\"'><script>alert(1)</script>"
    copies = tuple(replace(each, name=evil) for each in held("web-1", size=1))
    for seen in (facts(source=evil, target_region=evil, copies=copies), facts(source=evil)):
        text = render(one(seen), title=evil)
        assert not Elements(text).of("script")
        assert evil not in text
        assert evil in Elements(text).texts


def test_it_can_be_read_without_seeing_it() -> None:
    """A language, one heading of the first rank, a name on every picture and section, and a table beside the picture."""
    found = Elements(render(report()))
    assert found.of("html") == [{"lang": "en"}]
    assert len(found.of("h1")) == 1
    assert all(each.get("aria-label") or each.get("aria-hidden") == "true" for each in found.of("svg"))
    names = {each["id"] for each in found.of("h2")}
    assert {each.get("aria-labelledby") for each in found.of("section")} == names
    assert all(each == {"scope": "col"} for each in found.of("th"))
    assert len(found.of("details")) == 3


PAIRS = [
    (text, back)
    for text, backs in {
        "text": ("page", "card"),
        "soft": ("page", "card"),
        "good": ("good-back", "card"),
        "bad": ("bad-back", "card"),
        "open": ("open-back", "card"),
        "on-held": ("held",),
    }.items()
    for back in backs
]


@pytest.mark.parametrize(("scheme", "pair"), list(itertools.product(range(3), PAIRS)), ids=str)
def test_texts_stand_out(scheme: int, pair: tuple[str, str]) -> None:
    """Light, dark and printed, every text has the contrast that WCAG's level AA asks for, 4.5 to 1."""
    colours = [
        dict(re.findall(r"--([\w-]+): (#\w+);", block))
        for block in re.findall(r":root \{(.*?)\}", render(report()), re.DOTALL)
    ]
    assert len(colours) == 3
    light, dark = sorted((luminance(colours[scheme][name]) for name in pair), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def luminance(colour: str) -> float:
    """The relative luminance of a colour, as WCAG defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
    parts = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_day_is_a_square() -> None:
    """Weeks from left to right, weekdays down, today last; what is older than a year is listed instead."""
    copies = held("web-1", size=1, retention=Retention(daily=2, yearly=3), since=900)
    status = assess(facts(copies=copies, retention=Retention(daily=2, yearly=3)), now=NOW)
    weeks = grid.weeks_of(status, today=TODAY)
    found = grid.calendar(status, today=TODAY, weeks=weeks)
    assert weeks == 53
    assert len(found.days) == 52 * 7 + 5
    assert [each.letter for each in found.days if each.letter] == ["Y", "D", "Y"]
    assert found.days[-1].text == "Fri 2026-11-20: daily snapshot, yearly snapshot"
    assert (found.days[-1].x - found.days[0].x, found.days[-1].y - found.days[0].y) == (52 * 16, 4 * 16)
    assert [each.facts.date.year for each in found.older] == [2024]
    assert "2024-12-31 (yearly)" in " ".join(Elements(render(one(status.facts))).texts)


def test_what_no_rule_keeps_goes_next() -> None:
    """As of a retention that became shorter: the square, the list and the count agree, and the key has what is shown."""
    copies = held("web-1", size=1, retention=Retention(daily=3))
    shown = facts(copies=copies, retention=Retention(daily=1))
    found = grid.calendar(assess(shown, now=NOW), today=TODAY, weeks=8)
    assert [each.text for each in found.days[-3:]] == [
        "Wed 2026-11-18: no rule keeps it; goes next",
        "Thu 2026-11-19: no rule keeps it; goes next",
        "Fri 2026-11-20: daily snapshot; goes next",
    ]
    text = " ".join(Elements(render(one(shown))).texts)
    assert "no rule; goes next" in text and "2 by no rule" in text


def test_a_copy_of_a_source_that_was_made_again_says_so() -> None:
    """Its square has no rule's letter, and isn't one that goes next."""
    old, *new = held("web-1", size=1, retention=Retention(daily=3))
    copies = (replace(old, source_ref="arn:old"), *(replace(each, source_ref="arn:new") for each in new))
    shown = facts(copies=copies, retention=Retention(daily=1))
    found = grid.calendar(assess(shown, now=NOW), today=TODAY, weeks=8).days[-3]
    assert (found.kind, found.letter, found.text) == ("held", "•", "Wed 2026-11-18: of an earlier source")
    assert "1 of an earlier source" in " ".join(Elements(render(one(shown))).texts)


def test_the_days_that_the_calendar_marks_as_missing_are_the_gaps() -> None:
    """As in the JSON and the table; days since the newest copy are the age's to show."""
    status = assess(facts(copies=held("web-1", size=1, skipped=(0, 1, 2, 4))), now=NOW)
    found = grid.calendar(status, today=TODAY, weeks=8)
    assert [each.kind for each in found.days[-6:]] == ["held", "gap", "held", "none", "none", "none"]
    assert [each.text.split()[1].strip(":") for each in found.days if each.kind == "gap"] == [
        str(day) for day in status.gaps
    ]


@pytest.mark.parametrize(
    ("age", "expected"), [(timedelta(hours=13), 50), (timedelta(days=9), 100), (None, None)]
)
def test_the_bar_is_the_share_of_the_objective(age: timedelta | None, expected: int | None) -> None:
    """Full at the objective and beyond; none without an age or objective."""
    status = replace(assess(facts(), now=NOW), age=age)
    assert share(status, timedelta(hours=26)) == expected
    assert share(status, None) is None


@pytest.mark.parametrize(
    "shown",
    [Report(sources=(), made_at=NOW), report(None), one(facts(copies=held("web-1", size=1)))],
    ids=["empty", "no objective", "no retention"],
)
def test_it_can_show_little(shown: Report) -> None:
    """No sources, no objective, no retention."""
    assert "<h1>Recovery status</h1>" in render(shown)


def browse(page: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Open a page in a browser of its own, that reaches no network."""
    assert CHROMIUM is not None
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={page.parent / 'profile'}",
               "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=2000", *flags, page.as_uri()]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@browser
def test_a_browser_opens_it_without_a_word(tmp_path: Path) -> None:
    """Nothing on the console, and all of the sources in the document."""
    page = tmp_path / "status.html"
    page.write_text(render(report()))
    ended = browse(page, "--dump-dom")
    assert "CONSOLE" not in ended.stderr
    assert len(Elements(ended.stdout).of("section")) == 5


@browser
def test_the_console_is_read(tmp_path: Path) -> None:
    """A page with something to complain of would be noticed."""
    page = tmp_path / "status.html"
    page.write_text(render(report()).replace("</body>", "<script>1</script></body>"))
    assert "CONSOLE" in browse(page, "--dump-dom").stderr


@browser
@pytest.mark.parametrize("size", ["500,1600", "1100,1600"])
def test_it_is_painted_light_and_dark(tmp_path: Path, size: str) -> None:
    """Both are pictures with something on them, and they differ."""
    page = tmp_path / "status.html"
    page.write_text(render(report()))
    pictures = []
    for scheme in (1, 0):
        picture = tmp_path / f"{scheme}.png"
        browse(
            page,
            f"--screenshot={picture}",
            f"--window-size={size}",
            f"--blink-settings=preferredColorScheme={scheme}",
        )
        pictures.append(picture.read_bytes())
    assert all(each.startswith(b"\x89PNG") and len(each) > 50_000 for each in pictures)
    assert pictures[0] != pictures[1]


@browser
def test_it_fits_a_phone(tmp_path: Path) -> None:
    """On a phone of 320 pixels nothing but the days of a source has to be moved sideways."""
    old = held("w" * 200, size=1, retention=Retention(daily=30, yearly=2), since=400)
    wide = one(facts(source="w" * 200, copies=old, retention=Retention(daily=30, yearly=2)))
    page = tmp_path / "phone.html"
    page.write_text(
        "".join(
            f'<iframe style="width:320px;height:900px;border:0" srcdoc="{html.escape(render(shown))}"></iframe>'
            for shown in (report(), wide)
        )
        + "<script>addEventListener('load', () => document.title = [frames[0], frames[1]].map("
        "each => each.document.documentElement.scrollWidth).join())</script>"
    )
    assert "<title>320,320</title>" in browse(page, "--dump-dom").stdout


def test_the_picture_in_the_documentation_is_small() -> None:
    """It is a PNG that costs a reader little."""
    picture = Path(__file__).parents[2] / "docs" / "status.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 100_000
