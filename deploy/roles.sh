#!/bin/sh
# Run once by the PostgreSQL image, on an empty data folder: the owner of the schema, and the application's role that
# owns nothing. The policies and the further roles are made by `manage.py migrate`.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$DATABASE_OWNER_PASSWORD" --set app_password="$DATABASE_APP_PASSWORD" <<'SQL'
CREATE ROLE apparatus_owner LOGIN CREATEROLE CREATEDB PASSWORD :'owner_password';
CREATE ROLE apparatus_app LOGIN NOINHERIT PASSWORD :'app_password';
GRANT apparatus_app TO apparatus_owner WITH ADMIN OPTION;
CREATE DATABASE apparatus OWNER apparatus_owner TEMPLATE template0 ENCODING 'UTF8';
SQL
