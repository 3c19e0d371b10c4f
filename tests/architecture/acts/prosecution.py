"""Acts on prosecution referrals."""

from datetime import date
from functools import partial

from cases.prosecution.models import ProsecutionReferral
from cases.prosecution.rules import ReferralGround, ReferralStage
from cases.prosecution.services import (
    acknowledge_referral,
    answer_referral,
    approve_referral,
    change_referral,
    draft_referral,
    put_offence,
    send_referral,
    take_back_referral,
    withdraw_referral,
)
from cities.roles.rules import Role
from tests.architecture.acts import Scene, scene_of
from tests.factories import A_FACT, AT, Cast, a_case, a_referral, an_offence, staff


def _referral(cast: Cast, stage: str) -> ProsecutionReferral:
    return a_referral(a_case(by=cast.carla, lead=cast.alice), cast, stage=stage)


def _words(cast: Cast) -> dict[str, object]:
    return {
        "addressed_to": cast.office, "subject": "Nemo Invented", "ground": ReferralGround.DANGER,
        "statement": "Other words", "facts": [A_FACT, A_FACT], "offences": [an_offence()],
    }  # fmt: skip


@scene_of(draft_referral)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice)
    return Scene(cast.carla, partial(draft_referral, case=case, by=cast.carla, at=AT, **_words(cast)))  # type: ignore[arg-type]


@scene_of(change_referral)
def _(cast: Cast) -> Scene:
    row = _referral(cast, ReferralStage.DRAFTED)
    act = partial(change_referral, referral=row, by=cast.carla, at=AT, version=row.version, **_words(cast))  # type: ignore[arg-type]
    return Scene(cast.carla, act)


@scene_of(approve_referral)
def _(cast: Cast) -> Scene:
    row = _referral(cast, ReferralStage.DRAFTED)
    return Scene(cast.mayor, partial(approve_referral, referral=row, by=cast.mayor, at=AT, version=row.version))


@scene_of(take_back_referral)
def _(cast: Cast) -> Scene:
    row = _referral(cast, ReferralStage.APPROVED)
    act = partial(take_back_referral, referral=row, by=cast.carla, at=AT, version=row.version, reason="A slip")
    return Scene(cast.carla, act)


@scene_of(send_referral)
def _(cast: Cast) -> Scene:
    row = _referral(cast, ReferralStage.APPROVED)
    return Scene(cast.carla, partial(send_referral, referral=row, by=cast.carla, at=AT, version=row.version))


@scene_of(withdraw_referral)
def _(cast: Cast) -> Scene:
    row = _referral(cast, ReferralStage.APPROVED)
    act = partial(withdraw_referral, referral=row, by=cast.carla, at=AT, version=row.version, reason="Not needed")
    return Scene(cast.carla, act)


@scene_of(acknowledge_referral)
def _(cast: Cast) -> Scene:
    row = _referral(cast, ReferralStage.SENT)
    return Scene(cast.liaison, partial(acknowledge_referral, referral=row, by=cast.liaison, at=AT, version=row.version))


@scene_of(answer_referral)
def _(cast: Cast) -> Scene:
    row = _referral(cast, ReferralStage.ACKNOWLEDGED)
    act = partial(
        answer_referral, referral=row, by=cast.liaison, at=AT, version=row.version, answer="INQUIRY", answer_text="Yes"
    )  # fmt: skip
    return Scene(cast.liaison, act)


@scene_of(put_offence)
def _(cast: Cast) -> Scene:
    by = staff(Role.ADMINISTRATOR, None, first_name="Keeper")
    names = {f"name_{language}": "Invented" for language in ("nl", "fr", "de", "en")}
    return Scene(by, partial(put_offence, by=by, at=AT, code="998", starts_on=date(2015, 1, 1), **names))  # type: ignore[arg-type]
