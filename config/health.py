"""GET /health: can this process reach database and broker, and is the ledger looked after? No more than that."""

from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from psycopg_pool import PoolTimeout

from config.celery import app

Handler = Callable[[HttpRequest], HttpResponse]


class HealthMiddleware:
    """Answers before sessions, users and transactions: they need the very database that is asked about."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != "/health":
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        found = {"database": database_answers(), "broker": broker_answers()}
        well = all(found.values())
        answer = JsonResponse(
            {"ok": well, **found, "ledger": found["database"] and ledger_is_looked_after()}, status=200 if well else 503
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return True
    except (Error, PoolTimeout):
        return False


def ledger_is_looked_after() -> bool:
    """Whether it is sealed and its checkpoints get out. A web server that answers does not go down for it."""
    try:
        alarms: list[object] = import_string("cases.audit.selectors.ledger_alarms")(at=timezone.now())
    except (Error, PoolTimeout):
        return False
    return not alarms


def broker_answers() -> bool:
    try:
        with app.connection_for_write(transport_options={"socket_connect_timeout": 2, "socket_timeout": 2}) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=2)
            return True
    except Exception:  # noqa: BLE001 - whatever the transport raises, the answer is no
        return False
