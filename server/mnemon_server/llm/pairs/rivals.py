"""Things of which one is usually chosen: databases, shells, days of the week."""

from __future__ import annotations

# One line a kind, and what is indented goes on with it: two of a kind, one in each memory, are a choice that was made
# otherwise.
RIVALS = """
postgres postgresql mysql mariadb percona sqlite oracle mssql cockroachdb cockroach yugabyte mongodb mongo dynamodb
  cassandra scylla couchdb couchbase firestore firebase supabase planetscale aurora spanner tidb db2
duckdb clickhouse snowflake bigquery redshift databricks vertica druid synapse
redis memcached valkey dragonfly hazelcast keydb garnet
kafka rabbitmq nats sqs celery rq sidekiq pulsar kinesis redpanda activemq eventbridge pubsub zeromq mosquitto emqx
  hivemq resque dramatiq temporal bullmq
elasticsearch opensearch solr meilisearch typesense algolia lucene sphinx vespa manticore
pinecone qdrant weaviate milvus chroma pgvector faiss lancedb
jenkins woodpecker circleci travis buildkite teamcity drone concourse actions gitlab-ci bamboo semaphore
  azure-pipelines tekton codeship appveyor
argocd argo spinnaker
github gitlab bitbucket gitea forgejo codeberg gerrit sourcehut
npm yarn pnpm bun
pip poetry pipenv uv conda hatch pdm rye mamba pixi
setuptools hatchling flit meson-python scikit-build poetry-core
make makefile makefiles just ninja bazel buck cmake meson gradle maven gulp grunt ant sbt rake taskfile nox tox pants
  nx turborepo lerna
webpack vite rollup esbuild parcel turbopack rspack swc babel browserify
flake8 ruff pylint pyflakes eslint biome prettier black yapf autopep8 tslint standard oxlint isort rubocop stylelint
  dprint golangci-lint staticcheck revive clippy rustfmt gofmt gofumpt goimports clang-format astyle spotless ktlint
  detekt checkstyle pmd spotbugs
mypy pyright pyre pytype basedpyright
jest vitest mocha jasmine karma ava
playwright cypress selenium puppeteer testcafe webdriverio nightwatch detox appium maestro espresso xcuitest
pytest unittest nose doctest behave
junit testng kotest spock
k6 jmeter gatling artillery wrk vegeta
mockito mockk wiremock mountebank pact nock msw vcr
codecov coveralls sonarqube sonarcloud codeclimate codacy
vim neovim emacs vscode intellij pycharm zed sublime helix webstorm goland clion rider eclipse netbeans xcode cursor
claude chatgpt gpt gemini copilot codex llama mistral ollama perplexity
react vue svelte angular solid preact ember lit htmx qwik alpine.js backbone jquery
nextjs next.js nuxt remix gatsby astro sveltekit hugo jekyll eleventy docusaurus mkdocs sphinx vitepress mdbook hexo
redux zustand mobx recoil jotai pinia vuex xstate tanstack swr apollo relay urql rxjs
tailwind bootstrap bulma mui material antd sass less styled-components css-modules
django flask fastapi rails laravel symfony express spring nestjs koa hono starlette litestar tornado aiohttp sinatra
  phoenix gin chi actix axum rocket quarkus micronaut ktor dropwizard fastify adonis
sqlalchemy peewee tortoise prisma typeorm sequelize drizzle knex kysely gorm sqlx diesel hibernate jooq mybatis
  activerecord sqlc dapper
flyway liquibase alembic goose dbmate sqitch golang-migrate
go rust python java kotlin typescript javascript ruby elixir scala swift php perl clojure zig dart haskell ocaml
  erlang lua fortran cobol groovy nim crystal
c c++ c#
qt gtk wxwidgets electron tauri flutter tkinter imgui kivy slint avalonia wpf winforms maui swiftui uikit
  jetpack-compose
flutter ionic capacitor cordova expo xamarin nativescript
aws gcp azure hetzner fly heroku vercel netlify render cloudflare digitalocean linode ovh scaleway ionos infomaniak
  upcloud vultr oracle-cloud railway exoscale strato
s3 gcs minio r2 backblaze b2 wasabi tigris ceph
ec2 fargate lambda ecs eks gke aks cloud-run
kubernetes nomad swarm ecs mesos openshift k3s rancher
docker podman containerd buildah kaniko buildkit nerdctl lxc
helm kustomize jsonnet tanka
terraform pulumi cloudformation ansible chef puppet opentofu cdk bicep crossplane terragrunt nixops
vagrant multipass lima colima
nginx caddy traefik haproxy apache envoy varnish kong lighttpd iis istio linkerd cilium calico flannel
fastly cloudfront akamai bunny keycdn
prometheus datadog newrelic grafana cloudwatch influxdb victoriametrics thanos mimir zabbix nagios icinga dynatrace
  appdynamics honeycomb checkmk
loki splunk graylog papertrail logstash fluentd fluentbit kibana logtail
jaeger zipkin tempo opentelemetry
sentry rollbar bugsnag honeybadger airbrake crashlytics glitchtip raygun appsignal
pagerduty opsgenie victorops xmatters squadcast grafana-oncall betterstack
launchdarkly unleash flagsmith growthbook posthog configcat flipper optimizely
slack teams discord mattermost zulip rocketchat telegram signal whatsapp matrix irc threema hangouts
zoom meet teams webex jitsi whereby skype bigbluebutton
jira linear trello asana notion youtrack shortcut clickup basecamp monday redmine openproject taiga
confluence notion bookstack gitbook sharepoint onenote obsidian evernote logseq
figma sketch penpot xd invision zeplin canva
adyen stripe paypal mollie braintree klarna worldpay checkout.com paddle lemonsqueezy gocardless sumup fastspring
  chargebee recurly
sendgrid mailgun postmark ses mailchimp brevo sendinblue sparkpost resend mailjet
twilio vonage messagebird sinch plivo
auth0 keycloak okta cognito authentik zitadel ory supertokens clerk workos ping entra adfs freeipa ldap
vault doppler ssm secretsmanager infisical 1password bitwarden lastpass keepass sops
wordpress drupal joomla strapi contentful typo3 directus wagtail prismic storyblok
shopify woocommerce magento shopware prestashop bigcommerce sylius
salesforce hubspot pipedrive zoho odoo sap netsuite dynamics
zendesk freshdesk zammad helpscout osticket
mixpanel amplitude matomo plausible umami chartbeat parse.ly piwik snowplow rudderstack google-analytics
looker tableau metabase superset powerbi redash qlik sisense
airflow dagster prefect luigi argo-workflows kubeflow metaflow step-functions cron oozie nifi
dbt sqlmesh dataform
spark flink dask polars pandas hadoop trino presto
fivetran airbyte meltano debezium
mlflow wandb neptune comet tensorboard clearml sagemaker vertex
lightgbm xgboost catboost randomforest prophet sklearn
pytorch tensorflow jax keras mxnet theano
tecton hopsworks
jupyter colab marimo deepnote zeppelin
argparse docopt cobra urfave kong-cli clap
rest graphql grpc soap trpc odata json-rpc thrift
json yaml toml xml protobuf msgpack csv avro parquet orc arrow ini cbor flatbuffers hcl json5 ndjson jsonl
websocket websockets sse polling long-polling webhooks
mqtt amqp coap http kafka lwm2m modbus opcua
zigbee z-wave ble lora lorawan
freertos zephyr mbed contiki threadx nuttx
esp32 stm32 nrf52 rp2040 raspberry
jtag swd uart usb
gcc clang msvc icc
ghidra ida radare2
gdb lldb
cargo conan vcpkg
homebrew macports scoop chocolatey winget apt snap flatpak appimage
goreleaser release-please semantic-release changesets lerna-changelog
dependabot renovate snyk greenkeeper
trivy grype clair anchore
velero restic borg duplicity kopia rsnapshot bacula veeam barman pgbackrest wal-g rclone rsync
tabs spaces
camelcase snake_case kebab-case pascalcase
english german french deutsch englisch französisch inglés español anglais français inglese italiano
mit apache-2.0 gpl agpl bsd mpl lgpl apache isc unlicense elv2 sspl bsl
zsh bash fish powershell nushell cmd
tmux screen zellij
iterm alacritty kitty wezterm ghostty
light dark
squash squashed squash-merge squash-merged rebase rebased rebasing fast-forward
monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays
  sundays
montag dienstag mittwoch donnerstag freitag samstag sonntag
lundi mardi mercredi jeudi vendredi samedi dimanche
lunes martes miércoles jueves viernes sábado domingo
lunedì martedì mercoledì giovedì venerdì sabato domenica
segunda terça quarta quinta sexta segunda-feira terça-feira quarta-feira quinta-feira sexta-feira
red blue green yellow orange purple grey gray black white pink teal
ubuntu debian alpine fedora centos nixos arch rhel rocky almalinux suse amazonlinux bookworm bullseye trixie
ecb cbc gcm chacha20
rsa ed25519 ecdsa
md5 sha1 sha256 bcrypt scrypt argon2 argon2id pbkdf2 blake3
jwt session cookie cookies
totp sms passkey passkeys webauthn yubikey
wireguard openvpn tailscale zerotier ipsec netbird
uuid uuidv4 uuidv7 ulid serial bigint nanoid cuid snowflake-id
daily weekly monthly yearly hourly nightly quarterly fortnightly biweekly annually
scrum kanban waterfall
trunk gitflow
monorepo polyrepo multirepo
utc cet local gmt
stdout syslog journald
svg canvas webgl png
png jpeg jpg webp avif gif
h264 h265 av1 vp9
euros dollars pounds francs
celsius fahrenheit kelvin
morning mornings afternoon afternoons evening evenings midnight noon
qwerty dvorak colemak qwertz azerty
remote hybrid
optimistic pessimistic
microservices monolith modular
server-side client-side
hard-delete soft-delete
semver calver
"""
