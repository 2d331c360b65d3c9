"""Observing the service: the object that has our name or carries our key, its twins, and orphans of ours."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from .earlier_keys import is_of_an_earlier_object
from .errors import Denied, SourceError
from .ownership import Whose
from .presence import find_known, read_listed, read_or_list
from .run import Run
from .sorting import Sorted, is_of_another_entry, is_orphan, is_twin, sort
from .values import OWNER_TAG, Known, Phase, Seen, without
from .waiting.policy import FILTERS_LAG


@dataclass(slots=True)
class Observer:
    """Keeps a run's `Observation` up to date.

    Args:
        run: the verb at work.
    """

    run: Run
    listed: list[Seen] | None = None
    """What the region had when it was last listed; None if it wasn't."""

    def take_up(self, known: Known) -> None:
        """Make an object the run's own, because the run has started or found it; see `Run.kept`."""
        run = self.run
        run.known = known
        run.note(taken_up=True, rested=run.observed.taken_up and run.observed.rested)

    def look(self) -> None:
        """Make the first observation: find the object, and list the region where orphans of ours may be."""
        run, known = self.run, self.run.known
        run.note(looked_at=run.clock.now())
        found = self._by_name(known.seen.name) if known.whole and known.seen else []
        fresh = not found
        rest: list[Seen] = []
        if fresh:
            self._list_all()
            found = self.find()
            if adopted := self._adopted():
                found, rest = [adopted], list(without(found, adopted.ref))
        self.observe(found)
        duplicates = run.spec.traits.duplicates
        since = min(run.began + FILTERS_LAG, run.deadline.at) if duplicates and not run.is_first_run else 0.0
        run.note(looked_again=not fresh or (run.is_first_run and not duplicates), look_again_from=since)
        if fresh:
            self._sort(found, rest)

    def look_again(self) -> list[Seen]:
        """Find the object again; in a stack that ran before, list orphans again, too, which lists show late."""
        run = self.run
        if run.is_first_run:
            return self.find()
        with suppress(Denied):  # finding one by its name may be allowed
            recent = run.target_region.listing.recent()
            self.listed = run.retry(run.target_region.listing.all) if recent is None else recent
        found = self.find()
        self._sort(found)
        return found

    def _sort(self, own: Sequence[Seen], rest: Sequence[Seen] = ()) -> None:
        """Observe what else the region has of this resource, in the list or besides."""
        run = self.run
        shown = {each.ref: each for each in (*(self.listed or ()), *rest) if each.ref not in run.doomed}
        others = sort(
            run.spec, run.known, [*shown.values()], run.ledger.is_in_state, since=run.began, own=own
        )
        run.note(orphans=others.orphans, failed_before=others.failed_before)
        orphans = {each.ref for each in others.orphans}
        self._note_unproven(*others.unproven, *(each for each in rest if each.ref not in orphans))

    def _note_unproven(self, *found: Seen) -> None:
        """Observe what has our tags or key, and may be somebody's copy of one of ours."""
        noted = {each.ref for each in self.run.observed.unproven}
        self.run.note(
            unproven=(*self.run.observed.unproven, *(each for each in found if each.ref not in noted))
        )

    def _adopted(self) -> Seen | None:
        """Return the object that the program adopts by its id; None if it adopts none, or has adopted it."""
        run = self.run
        if not run.spec.adopt_id or run.known.in_state:
            return None
        found = run.read(run.spec.adopt_id)
        if found is None:
            raise _nothing_to_adopt(run)
        if run.ledger.is_assigned(found.id):
            raise _not_to_be_adopted(run)
        return found

    def find(self) -> list[Seen]:
        """Return the objects that have our name, or carry our key; what carries it without proof is noted as unproven."""
        run, known, spec = self.run, self.run.known, self.run.spec
        if not spec.by_id and self.listed is not None:
            return [each for each in self.listed if each.name == spec.name]
        found = run.retry(lambda: run.service.find(spec, run.target_region.listing))
        if not spec.by_id:
            return found
        # Where ids are given, neither what isn't ours nor what the state has under another entry is in the way.
        candidates = [each for each in found if not is_of_another_entry(known, each, run.ledger.is_in_state)]
        ours = [
            each
            for each in candidates
            if run.judge(each).whose is not Whose.THEIRS
            and (each.ref == known.ref or not is_of_an_earlier_object(known, each))
        ]
        self._note_unproven(*(each for each in candidates if each not in ours and OWNER_TAG not in each.tags))
        has_object = known.incomplete or known.in_state
        if has_object and known.seen and known.seen.name and all(each.ref != known.ref for each in ours):
            one = find_known(run)
            ours += [one] if one else []
        return ours

    def confirm(self, seen: Seen) -> None:
        """Read again what is to be deleted, and observe what the service shows now."""
        run, existing = self.run, self.run.observed.existing
        again = read_or_list(run, seen.name, seen.kind)
        if existing is not None and existing.ref == seen.ref:
            verdict = run.judge(again) if again else run.observed.verdict
            run.note(existing=again, verdict=verdict)
            return
        if again is None or again.ref != seen.ref:
            self.strike(seen)
            return
        is_in_state = run.ledger.is_in_state
        rest = sort(run.spec, run.known, [again], is_in_state, since=run.began)
        self._note_unproven(*rest.unproven)
        stays = (
            not is_of_another_entry(run.known, again, is_in_state)
            and run.judge(again).whose is not Whose.THEIRS
        )
        self._update(seen, rest, [again] if stays else [])

    def strike(self, gone: Seen) -> None:
        """Take one that is gone off what is to be deleted."""
        self._update(gone, Sorted(), [])

    def _update(self, seen: Seen, rest: Sorted, twins: Sequence[Seen]) -> None:
        """Put what is known now of one object in the places that it had."""

        def updated(objects: Sequence[Seen], now: Sequence[Seen]) -> tuple[Seen, ...]:
            return tuple(new for each in objects for new in (now if each.ref == seen.ref else [each]))

        self.run.note(
            orphans=updated(self.run.observed.orphans, rest.orphans),
            failed_before=updated(self.run.observed.failed_before, rest.failed_before),
            twins=updated(self.run.observed.twins, twins),
        )

    def reread(self, name: str, kind: str) -> None:
        """Read the object by its name, and observe the answer."""
        again = self.run.read(name, kind)
        self.observe([again] if again else [], read=again)

    def observe(self, found: list[Seen], *, read: Seen | None = None) -> None:
        """Observe which of several objects is the resource's: a given ref, else the eldest that didn't fail.

        The others are its twins. It is read, since a list may be stale, unless it just was.
        """
        run, given = self.run, self._given()
        found = [each for each in found if each.ref not in run.doomed]
        first = sorted(
            found, key=lambda each: (each.ref != given, each.phase is Phase.FAILED, _born(each), each.name)
        )
        for number, each in enumerate(first, 1):
            existing = each if each is read else read_listed(run, each)
            if existing is not None:
                run.note(existing=existing)
                twins = tuple(other for other in first[number:] if self._is_twin(other))
                run.note(verdict=run.judge(existing), twins=twins, missing_for=0.0)
                return
        run.note(existing=None, twins=())

    def _given(self) -> str | None:
        """The ref that the resource must keep: an id can't change in an update, and an adopted object was named."""
        spec, known = self.run.spec, self.run.known
        return known.ref if spec.by_id and known.in_state else spec.adopt_id or None

    def _is_twin(self, seen: Seen) -> bool:
        run, existing = self.run, self.run.observed.existing
        return existing is not None and is_twin(
            run.spec, run.known, seen, existing, run.ledger.is_in_state, since=run.began
        )

    def _by_name(self, name: str) -> list[Seen]:
        one = self.run.retry(lambda: self.run.target_region.listing.find(name))
        return [one] if one else []

    def _list_all(self) -> None:
        run = self.run
        try:
            recent = self._without_ours()
            self.listed = run.retry(run.target_region.listing.all) if recent is None else recent
        except Denied:
            if run.spec.dated:
                raise
            self.listed = None  # finding one by its name may be allowed

    def _without_ours(self) -> list[Seen] | None:
        """Return the last seconds' list, if neither the state nor that list has anything of this resource; else None.

        Should the list be out of date, the service refuses a second request, or answers with the same object.
        """
        run, spec, known = self.run, self.run.spec, self.run.known
        if spec.traits.duplicates or known != Known():
            return None
        recent = run.target_region.listing.recent()
        ours = any(each.name == spec.name or is_orphan(spec, known, each) for each in recent or ())
        return None if ours else recent


def _nothing_to_adopt(run: Run) -> SourceError:
    id_, region = run.spec.adopt_id, run.spec.region
    return SourceError(
        f'there is no snapshot "{id_}" in {region} to adopt',
        f"this account has no snapshot of that id in {region}.",
        "write the id of one that it has as adopt_snapshot_id, or leave it out.",
    )


def _not_to_be_adopted(run: Run) -> SourceError:
    id_, region = run.spec.adopt_id, run.spec.region
    return SourceError(
        f'"{id_}" in {region} is the {run.spec.words.thing} of another resource of this program',
        "two resources can't have one.",
        "write another id as adopt_snapshot_id, leave it out, or remove that resource.",
    )


def _born(seen: Seen) -> float:
    return seen.created_at.timestamp() if seen.created_at else 0.0
