"""Tokens: one's own, and that of another system."""

from functools import partial

from cities.roles.rules import Role
from cities.tokens.services import issue_token, note_use, revoke_token
from tests.architecture.acts import Scene, scene_of
from tests.factories import AT, Cast, staff


@scene_of(issue_token)
def _(cast: Cast) -> Scene:
    system = staff(Role.INTEGRATION, cast.city, first_name="System")
    act = partial(issue_token, by=cast.administrator, at=AT, user=system, name="the planning system")
    return Scene(cast.administrator, act)


@scene_of(revoke_token)
def _(cast: Cast) -> Scene:
    token, _secret = issue_token(by=cast.alice, at=AT, user=cast.alice, name="a script")
    return Scene(cast.administrator, partial(revoke_token, token=token, by=cast.administrator, at=AT))


@scene_of(note_use)
def _(cast: Cast) -> Scene:
    token, _secret = issue_token(by=cast.alice, at=AT, user=cast.alice, name="a script")
    return Scene(cast.alice, partial(note_use, token=token, by=cast.alice, at=AT))
