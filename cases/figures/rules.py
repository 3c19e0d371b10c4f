"""What is counted and how it is read: stock, flow, the way back, and each number beside the published one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _

from cases.access.rules import Refused
from cases.travel.rules import Confidence, Situation, TravelValue
from cities.places.rules import Region
from cities.statistics.rules import Cell

#: How many months of flow are shown, each beside the same month a year before.
MONTHS_SHOWN = 12

#: How published figures name the regions.
REGION_OF = {"BRU": Region.BRUSSELS, "VLG": Region.FLANDERS, "WAL": Region.WALLONIA}
COUNTRY = "BE"


@dataclass(frozen=True)
class Held:
    """So many people of a city about whom this holds on the day."""

    city_id: int
    value: str
    situation: str
    confidence: str
    people: int


@dataclass(frozen=True)
class Moved:
    """So many moves of a kind in a city and month; `by_day`: those up to the same day of the month as the count's."""

    city_id: int
    month: date
    kind: str
    people: int
    by_day: int


@dataclass(frozen=True)
class Stock:
    """How many are where on a day. `left` is the sum of the five below it."""

    left: int
    in_zone: int
    in_transit: int
    killed: int
    returned: int
    whereabouts_unknown: int
    killed_confirmed: int
    killed_presumed: int
    prevented: int
    intends: int
    indications: int


#: The cable's values by the names of their counts. Their sum is "left".
COUNTS = {
    TravelValue.IN_ZONE: "in_zone",
    TravelValue.IN_TRANSIT: "in_transit",
    TravelValue.KILLED: "killed",
    TravelValue.RETURNED: "returned",
    TravelValue.LEFT: "whereabouts_unknown",
}
_NOT_LEFT = {
    Situation.PREVENTED: "prevented",
    Situation.INTENDS: "intends",
    Situation.INDICATIONS: "indications",
}


def stock_of(held: Iterable[Held]) -> Stock:
    """The stock, from what holds about people. A situation of the other list counts only where no value stands."""
    counts = dict.fromkeys(Stock.__dataclass_fields__, 0)
    for row in held:
        if row.value:
            counts["left"] += row.people
            counts[COUNTS[TravelValue(row.value)]] += row.people
            if row.value == TravelValue.KILLED:
                sure = row.confidence == Confidence.CONFIRMED
                counts["killed_confirmed" if sure else "killed_presumed"] += row.people
        elif row.situation in _NOT_LEFT:
            counts[_NOT_LEFT[Situation(row.situation)]] += row.people
    return Stock(**counts)


@dataclass(frozen=True)
class Month:
    """The moves of one month beside those of the same month a year before; of a month under way, up to the same day."""

    starts_on: date
    until: date  # the last day counted
    is_part: bool
    departures: int
    departures_year_before: int
    returns: int
    returns_year_before: int
    deaths: int
    deaths_year_before: int


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def months_until(as_of: date) -> list[date]:
    """The first days of the months shown, oldest first; the month of `as_of` is the last."""
    last = first_of_month(as_of)
    return [last - relativedelta(months=back) for back in range(MONTHS_SHOWN - 1, -1, -1)]


def flow_since(as_of: date) -> date:
    """The first day that has to be counted for the months shown and the year before them."""
    return months_until(as_of)[0] - relativedelta(years=1)


def months_of(moved: Iterable[Moved], as_of: date) -> tuple[Month, ...]:
    """The months shown."""
    whole: dict[tuple[date, str], int] = {}
    to_day: dict[tuple[date, str], int] = {}
    for row in moved:
        whole[row.month, row.kind] = whole.get((row.month, row.kind), 0) + row.people
        to_day[row.month, row.kind] = to_day.get((row.month, row.kind), 0) + row.by_day
    shown = []
    for month in months_until(as_of):
        last = month + relativedelta(months=1) - timedelta(days=1)
        is_part = as_of < last
        before = to_day if is_part else whole
        year_before = month - relativedelta(years=1)
        shown.append(
            Month(
                starts_on=month,
                until=min(last, as_of),
                is_part=is_part,
                departures=whole.get((month, "DEPARTURE"), 0),
                departures_year_before=before.get((year_before, "DEPARTURE"), 0),
                returns=whole.get((month, "RETURN"), 0),
                returns_year_before=before.get((year_before, "RETURN"), 0),
                deaths=whole.get((month, "DEATH"), 0),
                deaths_year_before=before.get((year_before, "DEATH"), 0),
            )
        )
    return tuple(shown)


@dataclass(frozen=True)
class Funnel:
    """Of those returned: how many have an open case, are in follow-up (a plan in force), or have only closed cases."""

    returned: int
    open_case: int
    in_follow_up: int
    closed: int

    @property
    def without_case(self) -> int:
        return self.returned - self.open_case - self.closed


@dataclass(frozen=True)
class CityLine:
    """One city, or the country (`code` empty): its cells, protected, and what follows from them."""

    code: str
    nis: str
    name: str
    region: str
    cells: Mapping[str, Cell]  # the names of `COUNTS` that occur, and "left"
    departures: Cell  # in the months shown
    inhabitants: int | None
    inhabitants_in: int | None
    per_100_000: Decimal | None
    published: int | None
    published_on: date | None
    difference: int | None


def nearest_year(known: Mapping[int, int], year: int) -> int | None:
    """Of the years with a known population the one nearest to `year`, the earlier of two; None when none is known."""
    return min(known, key=lambda one: (abs(one - year), one)) if known else None


def per_100_000(people: int | None, inhabitants: int | None) -> Decimal | None:
    """People per 100,000 inhabitants, to one decimal; nothing when either isn't known or shown."""
    if people is None or not inhabitants:
        return None
    return (Decimal(people) * 100_000 / inhabitants).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True)
class Comparison:
    """A published number beside ours for the same day, with one sentence on why they may differ."""

    series: str
    series_name: str
    as_of: date
    area: str
    measure: str
    published: Decimal
    qualifier: str
    source: str
    ours: Decimal | None
    mark: str  # in place of ours, when it is protected
    difference: Decimal | None
    why: str


@dataclass(frozen=True)
class Picture:
    """The national picture as of a day, as known on a day. Numbers only."""

    as_of: date
    known_on: date
    stock: Stock
    flow: tuple[Month, ...]
    columns: tuple[str, ...]
    country: CityLine
    regions: tuple[CityLine, ...]
    cities: tuple[CityLine, ...]
    funnel: Funnel
    published: tuple[Comparison, ...]


#: Nobody who is counted here left before: an earlier day is a slip of the keyboard.
EARLIEST = date(1980, 1, 1)


def check_days(*, as_of: date, known_on: date, today: date) -> None:
    """Refuses a day to come, one absurdly long ago, and a knowledge of what hadn't happened yet."""
    if as_of < EARLIEST:
        raise Refused(_("This is long before anything that is counted here."), field="as_of", code="too_early")
    if as_of > today:
        raise Refused(_("This day is still to come."), field="as_of", code="future")
    if known_on > today:
        raise Refused(_("This day is still to come."), field="known_on", code="future")
    if known_on < as_of:
        message = _("On this day nobody could know what would hold later: choose a day on or after “as of”.")
        raise Refused(message, field="known_on", code="before")


_IN_STOCK = ("left", "in_zone", "in_transit", "killed", "returned", "prevented", "intends")
#: The published measures that have a counterpart here.
COMPARED = frozenset(
    {*_IN_STOCK, "departures_per_month_low", "departures_per_month_high", "departures_ratio_to_year_before"}
    | {"departures_in_year", "hot_spot_cities"}
)


def _whole_months(months: Iterable[Month]) -> list[Month]:
    """The last three months that were over: what "these months" means in a sentence of that day."""
    return [month for month in months if not month.is_part][-3:]


def our_number(measure: str, stock: Stock, months: Iterable[Month], *, in_year: int, hot_spots: int) -> Decimal | None:
    """What we count for a published measure of `COMPARED`; None when there is nothing to count it from."""
    three = _whole_months(months)
    before = sum(month.departures_year_before for month in three)
    numbers: dict[str, int | Decimal | None] = {
        **{name: getattr(stock, name) for name in _IN_STOCK},
        "departures_per_month_low": min((month.departures for month in three), default=None),
        "departures_per_month_high": max((month.departures for month in three), default=None),
        "departures_ratio_to_year_before": _ratio(sum(month.departures for month in three), before),
        "departures_in_year": in_year,
        "hot_spot_cities": hot_spots,
    }
    number = numbers[measure]
    return None if number is None else Decimal(number)


def _ratio(now: int, before: int) -> Decimal | None:
    return (Decimal(now) / before).quantize(Decimal("0.01"), ROUND_HALF_UP) if before else None


def why_they_may_differ(series: str, measure: str) -> str:
    """One sentence on why ours and theirs may differ."""
    if series == "cable" and measure.startswith("departures"):
        return _("Said of “these months”; ours are the last three whole months, by the day somebody left.")
    if series == "cable":
        return _("Round numbers from a conversation; ours are counted person by person.")
    if series == "ocam" and measure == "in_zone":
        return _("Their list has no line for the killed: those presumed dead may stand among those in the zone.")
    if series == "ocam" and measure == "in_transit":
        return _("They counted again in January 2016 by new situations; many “in transit” became something else.")
    if series == "ocam":
        return _(
            "They count by the situations of the joint list, and re-assess people; so do we, not on the same days."
        )
    return _("Published years later, with what was learned since; ours changes with “as known on”.")
