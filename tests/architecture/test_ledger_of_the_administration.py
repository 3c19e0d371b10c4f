"""B1 in the administration: what shows a case, keeps a setting or is refused leaves a complete entry in the ledger; and
what leaves none shows nothing of a case."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from cases.casefiles.models import Casefile
from cities.ledger.models import LedgerEntry
from tests.architecture.administration import (
    AROUND,
    ENTRY,
    REFUSED,
    casework,
    in_the_form,
    let_in,
    named,
    not_walked,
    page_of,
    pages_of,
    settings_kept,
    typed,
)
from tests.architecture.asked import Asked, Doors
from tests.architecture.scene import CANARIES, Scene, a_scene, browser_of
from tests.architecture.test_ledger_is_complete import ALWAYS, lacking
from tests.factories import Cast

KEEPER = "administrator"


class Asking:
    """Each request by its number, and what is wrong with what it left."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.doors, self.wrong, self.asked = cast, Doors(cast), list[str](), 0

    def ask(self, one: Asked, becomes: str) -> Any:
        self.asked += 1
        answer = self.doors.ask(one)
        entries = list(LedgerEntry.objects.filter(request_id=answer.headers["X-Request-ID"]))
        if said := self._lacking(one, becomes, answer, entries):
            self.wrong.append(f"{one}: {said}")
        return answer

    def _lacking(self, one: Asked, becomes: str, answer: Any, entries: list[LedgerEntry]) -> str:
        if becomes == REFUSED:
            complete = [entry for entry in entries if all(getattr(entry, column) for column in ALWAYS)]
            written = [(entry.operation, entry.act) for entry in complete]
            right = answer.status_code == 403 and written == [("DENIED", one.name)]
            return "" if right else f"answers {answer.status_code}, and {written} is written down"
        if becomes == ENTRY:
            if one.sent and answer.status_code != 302:
                return f"does not take what was typed: {answer.context['adminform'].form.errors}"
            return lacking(one, answer.status_code, entries)
        told = f"{answer.headers}{answer.content.decode()}"
        shown = [canary for canary in CANARIES.values() if canary in told]
        return f"answers {answer.status_code}, shows {shown}" if shown or answer.status_code >= 400 else ""


def test_the_administration__has_no_page_that_is_in_no_table(cast: Cast) -> None:
    assert not_walked() == set()
    assert set(typed(cast)) == {model._meta.model_name for model in settings_kept()}


def test_what_belongs_to_no_kind_of_record__shows_nothing_of_a_case(scene: Scene) -> None:
    let_in(scene.cast)
    client, shown = browser_of(scene.cast.carla), []
    numbers = {"case": scene.case.pk, "kind": ContentType.objects.get_for_model(Casefile).pk}
    for name, (address, _why) in AROUND.items():
        answer = client.get(f"/admin/{address.format(**numbers)}")
        told = f"{answer.headers}{answer.content.decode()}"
        shown += [name for word in (*CANARIES.values(), scene.case.reference) if word in told]
        assert answer.status_code < 500
    assert not shown


def test_casework__leaves_a_complete_entry_of_each_list_and_record(scene: Scene) -> None:
    let_in(scene.cast)
    asking = Asking(scene.cast)
    for one, becomes in casework(scene.cast):
        asking.ask(one, becomes)
    assert asking.asked == 40
    assert not asking.wrong, "\n".join(asking.wrong)


def _kept(asking: Asking, model: type[Model]) -> None:
    """A setting is made, and then every page about it is asked for."""
    rows = model._default_manager.order_by("-pk")

    def ask(page: str, method: str, number: int, **told: Any) -> Any:
        return asking.ask(page_of(model, page, method, KEEPER, number, **told), pages_of(model)[page][method])

    def send(page: str, number: int, told: dict[str, str]) -> None:
        form = in_the_form(ask(page, "GET", number).content.decode())
        ask(page, "POST", number, **form.sent(**told))

    added, changed = typed(asking.cast)[str(model._meta.model_name)]
    before = rows.values_list("pk", flat=True).first()
    send("add", 0, added)
    number = rows.values_list("pk", flat=True)[0]
    assert number != before, named(model, "add")
    send("change", number, changed)
    for page in ("changelist", "history", "delete"):
        for method in pages_of(model)[page]:
            ask(page, method, number)


def test_every_setting__leaves_a_complete_entry_when_it_is_kept(cast: Cast) -> None:
    a_scene(cast)
    let_in(cast)
    asking = Asking(cast)
    in_order = {name: place for place, name in enumerate(typed(cast))}
    for model in sorted(settings_kept(), key=lambda model: in_order[str(model._meta.model_name)]):
        _kept(asking, model)
    assert asking.asked == 7 * len(in_order)
    assert not asking.wrong, "\n".join(asking.wrong)
