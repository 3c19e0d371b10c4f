"""One invented life as far as the apparatus knows it: what was believed of where somebody was, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from cases.travel.rules import Confidence, Reliability, Situation, SourceKind, TravelValue

_SITUATION = {
    TravelValue.IN_ZONE: Situation.IN_ZONE,
    TravelValue.IN_TRANSIT: Situation.EN_ROUTE,
    TravelValue.RETURNED: Situation.RETURNING,
}
_SOURCES = (
    (SourceKind.FAMILY, "A relative, by telephone", Reliability.B),
    (SourceKind.FAMILY, "A relative, at the counter of the prevention service", Reliability.C),
    (SourceKind.CARD, "Information card of the local police", Reliability.B),
    (SourceKind.POLICE, "Report of the local police", Reliability.B),
    (SourceKind.STREET_WORK, "Street worker", Reliability.C),
    (SourceKind.SCHOOL, "School, absence without reason", Reliability.B),
    (SourceKind.OPEN, "Messages on an open network", Reliability.D),
    (SourceKind.ABROAD, "Border notice from abroad", Reliability.A),
)


@dataclass(frozen=True)
class Belief:
    """One assessment; `corrects` is the place of an earlier one in the same life."""

    value: str
    situation: str
    confidence: str
    true_since: date
    known_since: date
    source_kind: str
    source: str
    reliability: str
    reason: str = ""
    corrects: int | None = None


@dataclass
class Life:
    """Somebody invented. `part` says what this life is for in the numbers."""

    city: str
    part: str
    sex: str
    born_on: date
    departed: date | None = None
    beliefs: list[Belief] = field(default_factory=list)

    def believe(
        self,
        rng: Random,
        value: str,
        true_since: date,
        known_since: date,
        *,
        confidence: str = Confidence.PRESUMED,
        situation: str | None = None,
        reason: str = "",
        corrects: int | None = None,
    ) -> None:
        """Add an assessment; nothing is known before it is true."""
        kind, source, reliability = rng.choice(_SOURCES)
        self.beliefs.append(
            Belief(
                value=value,
                situation=_SITUATION.get(TravelValue(value), "") if situation is None and value else situation or "",
                confidence=confidence,
                true_since=true_since,
                known_since=max(true_since, known_since),
                source_kind=kind,
                source=source,
                reliability=reliability,
                reason=reason,
                corrects=corrects,
            )
        )

    @property
    def now(self) -> Belief:
        """What is believed last. (Histories here are told in order, so the last told that stands is it.)"""
        corrected = {belief.corrects for belief in self.beliefs}
        standing = [belief for place, belief in enumerate(self.beliefs) if place not in corrected]
        return max(standing, key=lambda belief: (belief.true_since, belief.known_since, self.beliefs.index(belief)))

    def correct_last(self, rng: Random, value: str, true_since: date, known_since: date, *, reason: str) -> None:
        """The last assessment was wrong."""
        self.believe(
            rng, value, true_since, known_since, reason=reason, corrects=self.beliefs.index(self.now),
        )  # fmt: skip

    def never_left(self, rng: Random, known_on: date, *, prevented: bool) -> None:
        """None of it was so: stopped before leaving, or nothing shows that anybody left."""
        corrected = {belief.corrects for belief in self.beliefs}
        wrong = [place for place in range(len(self.beliefs)) if place not in corrected]
        for number, place in enumerate(wrong):
            if prevented:
                since, situation = self.beliefs[place].true_since, Situation.PREVENTED
                reason = "Stopped at the border; never reached the zone"
            else:
                since = known_on - timedelta(days=7 * (len(wrong) - number))
                situation, reason = Situation.INDICATIONS, "Read again: nothing shows that this person left"
            sure = Confidence.CONFIRMED if prevented else Confidence.INDICATED
            self.believe(
                rng, "", since, known_on, confidence=sure, situation=situation, reason=reason, corrects=place
            )  # fmt: skip


def someone(rng: Random, city: str, part: str, *, women: float = 0.17) -> Life:
    """Somebody of a city, without a history yet."""
    sex = "F" if rng.random() < women else "M"
    born_on = date(1972, 1, 1) + timedelta(days=int(rng.triangular(0, 9300, 6800)))
    return Life(city, part, sex, born_on)


def between(rng: Random, first: date, last: date) -> date:
    """A day from `first` to `last`, both included; `first` when there is none."""
    return first + timedelta(days=rng.randint(0, max(0, (last - first).days)))
