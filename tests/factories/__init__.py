"""Invented people, places and cases for tests. Cases are made through the real services, on somebody's behalf."""

from tests.factories.cases import a_case, a_person, on_the_team
from tests.factories.cast import Cast, a_cast
from tests.factories.places import (
    AT,
    TODAY,
    a_city,
    a_user,
    an_agency,
    lately,
    on_her_behalf,
    posted,
    posting_of,
    staff,
)
from tests.factories.plans import a_plan
from tests.factories.referrals import A_FACT, a_referral, an_offence, sent_referral

__all__ = [
    "AT",
    "A_FACT",
    "TODAY",
    "Cast",
    "a_case",
    "a_cast",
    "a_city",
    "a_person",
    "a_plan",
    "a_referral",
    "a_user",
    "an_agency",
    "an_offence",
    "lately",
    "on_her_behalf",
    "on_the_team",
    "posted",
    "posting_of",
    "sent_referral",
    "staff",
]
