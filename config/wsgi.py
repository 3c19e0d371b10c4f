"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from config import celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
celery_app = celery.app  # so that a door may poke the worker
