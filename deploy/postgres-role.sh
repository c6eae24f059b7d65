#!/bin/sh
# The role of the platform: it owns its database and is no superuser, so that row-level security holds it. CREATEDB: the
# trial restore of a backup makes a scratch database.
set -eu
psql --set ON_ERROR_STOP=1 --username postgres --dbname tandem --set password="$TANDEM_PASSWORD" <<'SQL'
CREATE ROLE tandem LOGIN CREATEDB PASSWORD :'password';
ALTER DATABASE tandem OWNER TO tandem;
SQL
