"""Settings for what reads the code and touches no server: types, checks, making migrations, building the image."""

import os

os.environ.setdefault("SECRET_KEY", "for tools that serve nobody")
os.environ.setdefault("DATABASE_URL", "postgresql://nobody@localhost:1/none")
os.environ.setdefault("CELERY_BROKER_URL", "memory://")

from config.settings import *  # noqa: F403
