"""GET /health: can this process reach the database and the broker? Says which one it can't, and nothing more."""

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from config.celery import app


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    found = {"database": _database_answers(), "broker": _broker_answers()}
    well = all(found.values())
    return JsonResponse({"ok": well, **found}, status=200 if well else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return True
    except Error:
        return False


def _broker_answers() -> bool:
    try:
        with app.connection_for_write(transport_options={"socket_connect_timeout": 2, "socket_timeout": 2}) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=2)
            return True
    except Exception:  # noqa: BLE001 - whatever the transport raises, the answer is no
        return False
