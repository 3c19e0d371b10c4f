# The image of production: web, worker, beat and the one-shot migration are the same image with another command.
FROM python:3.13-slim AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
COPY requirements-production.lock /tmp/
RUN python -m venv /opt/environment \
    && /opt/environment/bin/pip install --require-hashes --no-deps -r /tmp/requirements-production.lock

FROM python:3.13-slim
# The image is a prepared environment already: manage.py makes none of its own.
ENV APPARATUS_NO_BOOTSTRAP=1 \
    PATH=/opt/environment/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STATIC_ROOT=/srv/static \
    WEB_BIND=0.0.0.0:8000
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin apparatus
COPY --from=packages /opt/environment /opt/environment
WORKDIR /srv/apparatus
COPY manage.py ./
COPY config config
COPY cities cities
COPY cases cases
COPY templates templates
COPY static static
COPY locale locale
RUN python manage.py compile_catalogues && python manage.py collectstatic --noinput --verbosity 0
USER apparatus
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
CMD ["gunicorn", "--config", "python:config.gunicorn", "config.wsgi:application"]
