-- What people decide and what is no asset, each a JSON document. The number
-- settings in meta counts all changes.
CREATE TABLE settings (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    rev INTEGER NOT NULL,
    doc TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;
INSERT INTO meta VALUES ('settings', 0);
CREATE TRIGGER settings_insert AFTER INSERT ON settings
BEGIN
    UPDATE meta SET value = value + 1 WHERE name = 'settings';
END;
CREATE TRIGGER settings_update AFTER UPDATE ON settings
BEGIN
    UPDATE meta SET value = value + 1 WHERE name = 'settings';
END;
CREATE TRIGGER settings_delete AFTER DELETE ON settings
BEGIN
    UPDATE meta SET value = value + 1 WHERE name = 'settings';
END;

-- The record of who did what. Each entry carries the hash of the one before it;
-- roles are a JSON list or empty, detail a JSON object or null.
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY NOT NULL,
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    roles TEXT NOT NULL,
    address TEXT NOT NULL,
    session TEXT NOT NULL,
    action TEXT NOT NULL,
    what TEXT NOT NULL,
    purpose TEXT NOT NULL,
    incident TEXT NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT,
    hash TEXT NOT NULL
);
CREATE INDEX audit_at ON audit (at_ms);
CREATE INDEX audit_who ON audit (who, seq);

-- One row: where the record begins and ends.
CREATE TABLE audit_head (
    one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
    algorithm TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    hash TEXT NOT NULL,
    base_seq INTEGER NOT NULL,
    base_at_ms INTEGER NOT NULL,
    base_hash TEXT NOT NULL
);
INSERT INTO audit_head VALUES (1, '', 0, 0, '', 0, 0, '');

-- Entries come one behind the other and are never changed. They are removed only
-- before the base of the record, and never before they are 180 days old.
CREATE TRIGGER audit_next BEFORE INSERT ON audit
WHEN NEW.seq IS NOT (SELECT seq + 1 FROM audit_head)
BEGIN
    SELECT RAISE(ABORT, 'the audit record is append-only');
END;
CREATE TRIGGER audit_append AFTER INSERT ON audit
BEGIN
    UPDATE audit_head SET seq = NEW.seq, at_ms = NEW.at_ms, hash = NEW.hash;
END;
CREATE TRIGGER audit_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit record is append-only');
END;
CREATE TRIGGER audit_delete BEFORE DELETE ON audit
WHEN OLD.seq > (SELECT base_seq FROM audit_head) OR OLD.at_ms >= (unixepoch() + 1 - 180 * 86400) * 1000
BEGIN
    SELECT RAISE(ABORT, 'the audit entry is kept');
END;
CREATE TRIGGER audit_head_delete BEFORE DELETE ON audit_head
BEGIN
    SELECT RAISE(ABORT, 'the audit record has one head');
END;

-- Rows of the outbox behind this one are of edits by hand that no entry tells of yet.
INSERT INTO meta SELECT 'audited', coalesce(max(id), 0) FROM outbox;

UPDATE meta SET value = 3 WHERE name = 'schema';
