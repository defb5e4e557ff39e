# Front-end files: Node.js is needed here only.
FROM node:24-bookworm-slim AS front-end
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci

# Packages, catalogues, static files.
FROM python:3.12-slim-bookworm AS build
ENV PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
RUN python -m venv /app/.venv
COPY requirements.lock ./
RUN .venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY . .
COPY --from=front-end /src/node_modules node_modules
# collectstatic reads the production settings, which refuse to start without values; these stay in this layer.
RUN export DJANGO_SETTINGS_MODULE=fucheng.settings.production \
        SECRET_KEY=only-while-the-image-is-built-and-never-used-to-sign-anything-0123456789 \
        DATABASE_URL=postgresql://nobody@127.0.0.1:1/none CELERY_BROKER_URL=redis://127.0.0.1:1/0 \
        ALLOWED_HOSTS=localhost PUBLIC_BASE_URL=https://localhost \
        PERSONAL_DATA_KEYS=1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= \
    && .venv/bin/python manage.py vendor \
    && .venv/bin/python -m fucheng.onebox.catalogues \
    && .venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf node_modules var

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin fucheng
WORKDIR /app
COPY --from=build /app /app
RUN mkdir -p var/media && chown -R fucheng var
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=fucheng.settings.production WEB_HOST=0.0.0.0 PROMETHEUS_MULTIPROC_DIR=/tmp/metrics
USER fucheng
EXPOSE 8000
VOLUME ["/app/var"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen(r.Request('http://127.0.0.1:8000/healthz', headers={'Host': 'localhost'}), timeout=4)"]
CMD ["gunicorn", "--config=python:fucheng.webserver"]
