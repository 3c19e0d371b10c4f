"""Stages, arrows, answers, statements."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cases.access.rules import Refused
from cases.prosecution.rules import (
    ANSWERS,
    ARROWS,
    MOST_FACTS,
    SINCE_SENT,
    Answer,
    FactDraft,
    ReferralStage,
    check_facts,
    may_answer,
    may_approve,
    may_move,
)
from tests.factories import A_FACT

TODAY = date(2024, 11, 5)


def test_arrows__as_drawn() -> None:
    assert set(ARROWS) == set(ReferralStage)
    drawn = {(stage, to) for stage in ReferralStage for to in ReferralStage if may_move(stage, to)}
    assert drawn == {
        ("DRAFTED", "APPROVED"), ("DRAFTED", "WITHDRAWN"), ("APPROVED", "SENT"), ("APPROVED", "DRAFTED"),
        ("APPROVED", "WITHDRAWN"), ("SENT", "ACKNOWLEDGED"), ("ACKNOWLEDGED", "ANSWERED"), ("ANSWERED", "ANSWERED"),
    }  # fmt: skip


def test_arrows__what_was_sent_stays_sent() -> None:
    assert all(ARROWS[stage] <= set(SINCE_SENT) for stage in SINCE_SENT)


def test_answers__no_further_action_is_the_last_word() -> None:
    assert set(ANSWERS) == {"", *Answer}
    given = {(standing, answer) for standing in ANSWERS for answer in Answer if may_answer(standing, answer)}
    assert given == {
        ("", "INQUIRY"), ("", "DISMISSED"), ("", "MORE_ASKED"), ("MORE_ASKED", "INQUIRY"),
        ("MORE_ASKED", "DISMISSED"), ("INQUIRY", "DISMISSED"),
    }  # fmt: skip


def test_may_approve__a_second_person() -> None:
    assert may_approve(approver=2, drafted_by=1)
    assert not may_approve(approver=1, drafted_by=1)


def test_check_facts__kept_clean() -> None:
    assert check_facts([replace(A_FACT, text=" Seen \r\n twice ", source=" a  witness ")], today=TODAY) == [
        replace(A_FACT, text="Seen \n twice", source="a witness")
    ]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"nature": "RUMOUR"}, "unknown_code"),
        ({"reliability": "Z"}, "unknown_code"),
        ({"observed_on": date(2024, 11, 6)}, "future"),
        ({"text": " "}, "required"),
        ({"source": ""}, "required"),
        ({"text": "x" * 4_001}, "too_long"),
        ({"source": "\x00"}, "characters"),
    ],
)
def test_check_facts__each_says_what_it_is_and_whence(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        check_facts([A_FACT, replace(A_FACT, **fields)], today=TODAY)
    assert (caught.value.field, caught.value.code) == ("facts", code)


@pytest.mark.parametrize(("facts", "code"), [([], "required"), ([A_FACT] * (MOST_FACTS + 1), "too_many")])
def test_check_facts__at_least_one_and_not_a_file(facts: list[FactDraft], code: str) -> None:
    with pytest.raises(Refused) as caught:
        check_facts(facts, today=TODAY)
    assert (caught.value.field, caught.value.code) == ("facts", code)
