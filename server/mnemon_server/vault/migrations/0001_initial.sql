-- Keys are explicit integers everywhere, so that VACUUM INTO cannot renumber a row.
-- Times are milliseconds since 1970 UTC.

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The texts stand last: whoever reads the other columns of a long memory need not walk through its pages.
CREATE TABLE memories (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL UNIQUE,
  content_hash TEXT NOT NULL,
  type TEXT NOT NULL,
  confidence REAL NOT NULL,
  pinned INTEGER NOT NULL DEFAULT 0,
  source_client TEXT NOT NULL DEFAULT '',
  source_session TEXT NOT NULL DEFAULT '',
  source_key TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  accessed_at INTEGER,
  access_count INTEGER NOT NULL DEFAULT 0,
  invalidated_at INTEGER,
  superseded_by INTEGER REFERENCES memories (id),
  archived_at INTEGER,
  title TEXT NOT NULL,
  content TEXT NOT NULL
) STRICT;

CREATE INDEX memories_by_content ON memories (content_hash);
CREATE INDEX memories_by_session ON memories (source_session, id) WHERE source_session <> '';
CREATE INDEX memories_by_time ON memories (created_at, id)
  WHERE invalidated_at IS NULL AND superseded_by IS NULL AND archived_at IS NULL;
-- Every column that a search is narrowed by, so that finding who passes reads nothing but this index. The
-- last three are always NULL here; SQLite wants them in it before it calls the index covering.
CREATE INDEX memories_by_filter
  ON memories (type, source_client, pinned, updated_at, invalidated_at, superseded_by, archived_at)
  WHERE invalidated_at IS NULL AND superseded_by IS NULL AND archived_at IS NULL;
CREATE UNIQUE INDEX memories_by_key ON memories (source_key)
  WHERE source_key IS NOT NULL AND invalidated_at IS NULL AND superseded_by IS NULL;

-- The one door for every read path: what is forgotten, superseded or archived does not come back.
CREATE VIEW live AS
  SELECT * FROM memories
  WHERE invalidated_at IS NULL AND superseded_by IS NULL AND archived_at IS NULL;

-- Contentless: what is indexed is the segmented text, which is not the text that was saved.
CREATE VIRTUAL TABLE words USING fts5 (
  title, content, context,
  content = '', contentless_delete = 1,
  tokenize = "porter unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE words_vocabulary USING fts5vocab (words, row);

CREATE TABLE passages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  memory_id INTEGER NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  start INTEGER NOT NULL,
  length INTEGER NOT NULL,
  UNIQUE (memory_id, ordinal)
) STRICT;

CREATE TABLE models (
  id INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL UNIQUE,
  dimensions INTEGER NOT NULL
) STRICT;

CREATE TABLE vectors (
  passage_id INTEGER PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE,
  model_id INTEGER NOT NULL REFERENCES models (id),
  round INTEGER NOT NULL, -- of rebuilding; vectors of an earlier round than the current one are pending
  embedding BLOB NOT NULL
) STRICT;

CREATE TABLE relations (
  source INTEGER NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
  target INTEGER NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  weight REAL NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (source, target, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX relations_by_target ON relations (target);

CREATE TABLE history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  memory_id INTEGER,
  fact_id INTEGER,
  before TEXT NOT NULL,
  after TEXT NOT NULL
) STRICT;
CREATE INDEX history_by_memory ON history (memory_id);

CREATE TABLE profile_facts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  content TEXT NOT NULL,
  source_client TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  invalidated_at INTEGER
) STRICT;
