"""Which assessments can be, and which can stand beside one another."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cases.travel.rules import (
    Assessment,
    Situation,
    Stay,
    TravelValue,
    check_history,
    clean_assessment,
    has_lapsed,
    indications_lapse_on,
    is_renewal,
    returns_too_early,
    situation_fits,
)
from cities.refusals import Refused

TODAY = date(2024, 11, 5)
DAYS = st.dates(date(2012, 1, 1), date(2016, 12, 31))

#: The mapping said once more, pair by pair: what the circulars allow.
TOGETHER = {
    ("LEFT", ""), ("LEFT", "FTF1"), ("LEFT", "FTF2"), ("LEFT", "FTF3"),
    ("IN_ZONE", ""), ("IN_ZONE", "FTF1"),
    ("IN_TRANSIT", ""), ("IN_TRANSIT", "FTF2"), ("IN_TRANSIT", "FTF3"),
    ("KILLED", ""),
    ("RETURNED", ""), ("RETURNED", "FTF3"),
    ("", "FTF4"), ("", "FTF5"), ("", "IND"),
}  # fmt: skip


@pytest.mark.parametrize(("value", "situation"), list(product(["", *TravelValue.values], ["", *Situation.values])))
def test_situation_fits__as_mapped(value: str, situation: str) -> None:
    assert situation_fits(value, situation) == ((value, situation) in TOGETHER)


@pytest.mark.parametrize(
    ("since", "lapses"),
    [
        (date(2015, 1, 15), date(2015, 7, 15)),
        (date(2015, 8, 31), date(2016, 2, 29)),
        (date(2014, 8, 31), date(2015, 2, 28)),
        (date(2015, 12, 1), date(2016, 6, 1)),
    ],
)
def test_indications__lapse_after_six_months(since: date, lapses: date) -> None:
    assert indications_lapse_on(since) == lapses
    stay = Stay("", "IND", "INDICATED", since)
    assert not has_lapsed(stay, lapses - timedelta(days=1))
    assert has_lapsed(stay, lapses)


@pytest.mark.parametrize(("value", "situation"), [("LEFT", ""), ("", "FTF4"), ("", "FTF5"), ("RETURNED", "FTF3")])
def test_has_lapsed__only_indications_do(value: str, situation: str) -> None:
    assert not has_lapsed(Stay(value, situation, "INDICATED", date(1990, 1, 1)), TODAY)


def asked(**values: Any) -> Assessment:
    given: dict[str, Any] = {
        "value": "LEFT", "situation": "", "confidence": "CONFIRMED", "source_kind": "FAMILY", "source": " Her\nmother ",
        "reliability": "B", "true_since": date(2015, 3, 1), "known_since": date(2015, 4, 1), "reason": "",
    }  # fmt: skip
    return Assessment(**{**given, **values})


def test_clean_assessment__keeps_it() -> None:
    kept = clean_assessment(asked(), today=TODAY, born=date(1990, 1, 1))
    assert kept == asked(source="Her mother")


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"value": "GONE"}, "value", "unknown_code"),
        ({"situation": "FTF9"}, "situation", "unknown_code"),
        ({"confidence": ""}, "confidence", "unknown_code"),
        ({"source_kind": "TV"}, "source_kind", "unknown_code"),
        ({"reliability": "G"}, "reliability", "unknown_code"),
        ({"value": ""}, "value", "required"),
        ({"situation": "FTF4"}, "situation", "fit"),
        ({"true_since": TODAY + timedelta(days=1)}, "true_since", "future"),
        ({"true_since": date(1989, 12, 31)}, "true_since", "before_birth"),
        ({"known_since": TODAY + timedelta(days=1)}, "known_since", "future"),
        ({"known_since": date(2015, 2, 28)}, "known_since", "before_true"),
        ({"source": " "}, "source", "required"),
        ({"source": "x" * 301}, "source", "too_long"),
        ({"source": "a\x00"}, "source", "characters"),
        ({"reason": "x" * 1_000_000}, "reason", "too_long"),
    ],
)
def test_clean_assessment__refuses_beside_the_field(values: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        clean_assessment(asked(**values), today=TODAY, born=date(1990, 1, 1))
    assert (caught.value.field, caught.value.code) == (field, code)


def test_clean_assessment__of_somebody_whose_birth_is_not_known() -> None:
    kept = clean_assessment(asked(true_since=date(1900, 1, 1)), today=TODAY, born=None)
    assert kept.true_since == date(1900, 1, 1)


STAYS = st.builds(
    Stay,
    value=st.sampled_from(["", *TravelValue.values]),
    situation=st.sampled_from(["", "IND"]),
    confidence=st.sampled_from(["CONFIRMED", "PRESUMED"]),
    true_since=DAYS,
)


@given(st.lists(STAYS, max_size=6))
@example([Stay("RETURNED", "", "CONFIRMED", date(2014, 1, 1))])
@example([Stay("RETURNED", "", "CONFIRMED", date(2014, 1, 1)), Stay("LEFT", "", "CONFIRMED", date(2014, 1, 2))])
def test_returns_too_early__day_by_day(stays: list[Stay]) -> None:
    """The oracle lives through the history: has this person been seen leaving yet, and will he be later?"""
    expected = set()
    for stay in stays:
        if stay.value != "RETURNED":
            continue
        left = [other for other in stays if other.value in ("LEFT", "IN_ZONE", "IN_TRANSIT")]
        if left and all(other.true_since > stay.true_since for other in left):
            expected.add(stay.true_since)
    assert returns_too_early(stays) == expected


def stay(value: str, year: int, confidence: str = "CONFIRMED", situation: str = "") -> Stay:
    return Stay(value, situation, confidence, date(year, 1, 1))


@pytest.mark.parametrize(
    ("new", "others"),
    [
        (stay("RETURNED", 2014), []),
        (stay("RETURNED", 2014), [stay("LEFT", 2013)]),
        (stay("RETURNED", 2014), [stay("LEFT", 2014)]),
        (stay("LEFT", 2015), [stay("RETURNED", 2014)]),  # left again; the first departure was never recorded
        (stay("RETURNED", 2016), [stay("LEFT", 2013), stay("RETURNED", 2014), stay("LEFT", 2015)]),
        (stay("RETURNED", 2016), [stay("KILLED", 2015, "PRESUMED"), stay("LEFT", 2014)]),
        (stay("KILLED", 2016), [stay("KILLED", 2015)]),
        (stay("LEFT", 2014), [stay("KILLED", 2015)]),
        (stay("", 2014, situation="IND"), [stay("LEFT", 2013)]),
    ],
)
def test_check_history__allows(new: Stay, others: list[Stay]) -> None:
    check_history(new, others=others)


@pytest.mark.parametrize(
    ("new", "others", "instead_of", "code"),
    [
        (stay("RETURNED", 2013), [stay("LEFT", 2014)], None, "before_departure"),
        (stay("RETURNED", 2013), [stay("IN_ZONE", 2014)], stay("RETURNED", 2015), "before_departure"),
        (stay("LEFT", 2015), [stay("RETURNED", 2014)], stay("LEFT", 2013), "after_return"),
        (stay("RETURNED", 2016), [stay("KILLED", 2015)], None, "after_death"),
        (stay("KILLED", 2013), [stay("IN_ZONE", 2014)], None, "after_death"),
    ],
)
def test_check_history__refuses(new: Stay, others: list[Stay], instead_of: Stay | None, code: str) -> None:
    with pytest.raises(Refused) as caught:
        check_history(new, others=others, instead_of=instead_of)
    assert (caught.value.field, caught.value.code) == ("true_since", code)


def test_check_history__a_correction_may_leave_what_was_wrong_already() -> None:
    """Left again after a return whose departure isn't recorded: putting the second departure right is allowed."""
    again = stay("LEFT", 2015)
    check_history(stay("LEFT", 2016), others=[stay("RETURNED", 2014)], instead_of=again)


def test_is_renewal__of_indications_alone() -> None:
    indications = stay("", 2015, situation="IND")
    assert is_renewal(indications, others=[stay("LEFT", 2014), stay("", 2014, situation="IND")])
    assert not is_renewal(indications, others=[stay("LEFT", 2014)])
    assert not is_renewal(stay("LEFT", 2015), others=[indications])
