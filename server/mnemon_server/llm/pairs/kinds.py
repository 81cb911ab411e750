"""Things of which one is usually chosen, and the sides that a thing is often told apart by."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from mnemon_server.llm.pairs.stems import stem

# One line a kind: two of a line, one in each memory, are a choice that was made otherwise.
_CHOICES = """
postgres postgresql mysql mariadb sqlite oracle mssql cockroachdb mongodb mongo dynamodb cassandra duckdb clickhouse
redis memcached valkey dragonfly hazelcast
kafka rabbitmq nats sqs celery rq sidekiq pulsar kinesis redpanda activemq
jenkins woodpecker circleci travis buildkite teamcity drone concourse actions gitlab-ci bamboo
github gitlab bitbucket gitea forgejo codeberg
npm yarn pnpm bun
pip poetry pipenv uv conda hatch pdm rye
make makefile makefiles just ninja bazel cmake meson gradle maven gulp
webpack vite rollup esbuild parcel turbopack
flake8 ruff pylint eslint biome prettier black yapf tslint standard oxlint isort rubocop stylelint
jest vitest mocha jasmine karma ava playwright cypress selenium puppeteer testcafe
pytest unittest nose
vim neovim emacs vscode intellij pycharm zed sublime helix webstorm
react vue svelte angular solid preact ember lit htmx
django flask fastapi rails laravel symfony express spring nestjs koa hono
go rust python java kotlin typescript javascript ruby elixir scala swift php perl clojure zig dart
aws gcp azure hetzner fly heroku vercel netlify render cloudflare digitalocean linode ovh scaleway
kubernetes nomad swarm ecs mesos
docker podman containerd buildah
terraform pulumi cloudformation ansible chef puppet opentofu
nginx caddy traefik haproxy apache envoy
prometheus datadog newrelic grafana cloudwatch influxdb victoriametrics
sentry rollbar bugsnag honeybadger
slack teams discord mattermost zulip
jira linear trello asana notion youtrack
rest graphql grpc soap trpc
json yaml toml xml protobuf msgpack csv avro parquet
tabs spaces
camelcase snake_case kebab-case pascalcase
english german french deutsch englisch französisch inglés español anglais français inglese italiano
mit apache-2.0 gpl agpl bsd mpl lgpl
zsh bash fish powershell nushell
light dark
squash rebase
monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays
montag dienstag mittwoch donnerstag freitag samstag sonntag
lundi mardi mercredi jeudi vendredi samedi dimanche
lunes martes miércoles jueves viernes sábado domingo
lunedì martedì mercoledì giovedì venerdì sabato domenica
segunda terça quarta quinta sexta segunda-feira terça-feira quarta-feira quinta-feira sexta-feira
red blue green yellow orange purple grey gray black white pink
ubuntu debian alpine fedora centos nixos arch rhel
rsa ed25519 ecdsa
md5 sha1 sha256 bcrypt scrypt argon2 argon2id pbkdf2
jwt session cookie cookies
uuid uuidv4 uuidv7 ulid serial bigint
daily weekly monthly yearly hourly nightly quarterly fortnightly
trunk gitflow monorepo polyrepo
utc cet local
morning mornings afternoon afternoons evening evenings
qwerty dvorak colemak qwertz azerty
"""
# Two of a line, one in each memory, tell that they speak of two things.
_SIDES = """
production staging test testing dev development sandbox preview qa demo prod canary uat
laptop laptops ci server servers desktop workstation runner runners
linux windows macos android ios web mobile tablet watch tv wsl
firefox chrome safari edge opera
frontend backend gateway worker workers scheduler proxy client api cli ui sdk
admin storefront checkout shop warehouse kiosk till dashboard
read reads reading write writes writing
internal external public private
user users tenant tenants account accounts organisation team teams customer customers guest guests partner staff
free paid pro enterprise trial basic premium plus
soft hard
warm cold hot
p50 p90 p95 p99 median mean average percentile
europe eu asia us usa america africa apac emea uk
germany austria switzerland france italy spain portugal poland japan canada norway sweden denmark finland belgium
german french italian spanish portuguese english japanese dutch polish
oslo berlin munich hamburg vienna zurich paris lyon madrid lisbon porto milan rome london dublin amsterdam warsaw
before after
alpha beta launch support maintenance
cpu disk memory ram gpu network storage
script scripts library libraries tests docs documentation examples generated
author reviewer approver
first second third fourth last
old older legacy original early
inbound outbound incoming outgoing ingress egress
upload uploads download downloads
input output
request requests response responses
minimum maximum min max recommended
start end
replica replicas primary master secondary standby
weekday weekdays weekend weekends
summer winter spring autumn
january february march april june july august september october november december
daily weekly monthly quarterly yearly annual nightly
hotfix hotfixes feature features bugfix
upper lower top bottom left right front rear upstairs downstairs
sender receiver publisher subscriber producer consumer consumers
parent child inner outer
unit integration e2e end-to-end smoke load
commit commits merge push pull rebase
build builds deploy deploys release releases
refresh access session
header footer body sidebar
source target origin destination
http https tcp udp ipv4 ipv6 grpc websocket websockets
sms email mail push webhook webhooks
x86 arm arm64 amd64
debug info warning error
python rust go java kotlin typescript javascript ruby swift php scala elixir bash sql
yaml json toml xml csv markdown html css
image images video videos audio pdf text
orders order invoices invoice refunds refund payouts payout payments payment receipts
sales marketing finance legal design research operations hr security support
manager developer developers designer designers tester testers intern interns
gross net
import imports importer export exports exporter
buyer seller supplier
car bike train bus flight
kitchen bathroom bedroom living study garage garden
breakfast lunch dinner
wife husband son daughter mother father brother sister
small medium large
index table column row
latency throughput
password passwords key keys token tokens certificate certificates
compile runtime
kernel driver firmware bootloader
produktion produktiv testsystem entwicklung staging
prova produzione sviluppo
produção teste homologação
producción pruebas desarrollo
préproduction recette développement
kunden lieferanten mitarbeiter
vormittags nachmittags abends
"""


@cache
def choices() -> Mapping[str, tuple[int, ...]]:
    """Stem -> numbers of its kinds."""
    return _numbered(_CHOICES)


@cache
def sides() -> Mapping[str, tuple[int, ...]]:
    """Stem -> numbers of its kinds."""
    return _numbered(_SIDES)


def _numbered(table: str) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for number, line in enumerate(table.strip().split("\n")):
        for word in line.split():
            key = stem(word)
            if number not in found.get(key, ()):
                found[key] = (*found.get(key, ()), number)
    return found
