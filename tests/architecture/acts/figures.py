"""Opening the national picture."""

from functools import partial

from cases.figures.services import open_picture
from tests.architecture.acts import Scene, scene_of
from tests.factories import AT, TODAY, Cast


@scene_of(open_picture)
def _(cast: Cast) -> Scene:
    return Scene(cast.analyst, partial(open_picture, by=cast.analyst, at=AT, as_of=TODAY, known_on=TODAY))
