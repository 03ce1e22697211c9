/** "SLIP": how file(1) and we tell a journal from any other SQLite file. */
export const APPLICATION_ID = 0x534c4950;
/** Grows with every change below; a journal with a greater one was written by a newer Slipway. */
export const SCHEMA_VERSION = 1;

/**
 * Entries are never updated or deleted. `stream` repeats where each stream ends, with the digest of its last entry: an
 * append compares and sets it, and a last entry that was changed or removed by hand is found against it.
 */
export const SCHEMA = `
  CREATE TABLE journal (id TEXT NOT NULL) STRICT;
  CREATE TABLE entry (
    position INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    v INTEGER NOT NULL,
    data TEXT NOT NULL,
    by TEXT NOT NULL,
    prev TEXT
  ) STRICT;
  CREATE UNIQUE INDEX entry_of_stream ON entry (stream, seq);
  CREATE TABLE stream (name TEXT PRIMARY KEY, seq INTEGER NOT NULL, digest TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE lease (
    name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, expires_at INTEGER NOT NULL, holder TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE wake_up (key TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX wake_up_due ON wake_up (at, key);
  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    receiver TEXT NOT NULL,
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    delivered_at INTEGER
  ) STRICT;
  CREATE INDEX outbox_pending ON outbox (id) WHERE delivered_at IS NULL;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
