"""Tokens and calendar feeds: one's own, and those of another system."""

from functools import partial

from cities.roles.rules import Role
from cities.tokens.services import (
    issue_feed,
    issue_token,
    note_feed_use,
    note_use,
    revoke_feed,
    revoke_token,
)
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


@scene_of(issue_feed)
def _(cast: Cast) -> Scene:
    return Scene(cast.alice, partial(issue_feed, by=cast.alice, at=AT, of_team=False))


@scene_of(revoke_feed)
def _(cast: Cast) -> Scene:
    feed, _secret = issue_feed(by=cast.alice, at=AT, of_team=True)
    return Scene(cast.alice, partial(revoke_feed, feed=feed, by=cast.alice, at=AT))


@scene_of(note_feed_use)
def _(cast: Cast) -> Scene:
    feed, _secret = issue_feed(by=cast.alice, at=AT, of_team=False)
    return Scene(cast.alice, partial(note_feed_use, feed=feed, by=cast.alice, at=AT))
