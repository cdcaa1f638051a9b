-- Alarms and incidents: each a JSON document with a marker, and the events that made
-- it what it is. Numbers begin behind those of all assets.
CREATE TABLE cases (
    fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    geom GEOMETRY CHECK (substr(geom, 5, 4) IN (x'E6100000', x'000010E6')),
    kind TEXT NOT NULL CHECK (kind IN ('alarm', 'incident')),
    id TEXT NOT NULL,
    rev INTEGER NOT NULL,
    open INTEGER NOT NULL,
    class TEXT NOT NULL,
    name TEXT NOT NULL,
    area TEXT NOT NULL,
    state TEXT NOT NULL,
    sensitivity INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    marker TEXT NOT NULL,
    doc TEXT NOT NULL,
    UNIQUE (kind, id)
);
CREATE INDEX cases_open ON cases (fid) WHERE open = 1;
CREATE INDEX cases_at ON cases (kind, at_ms);
INSERT INTO sqlite_sequence (name, seq) VALUES ('cases', 4503599627370495);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES
    ('cases', 'features', 'cases', 'Alarms and incidents as they are now; they are changed by Suhe alone', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('cases', 'geom', 'GEOMETRY', 4326, 2, 0);

-- What happened to them: each case can be made of its events again.
CREATE TABLE case_events (
    fid INTEGER NOT NULL,
    n INTEGER NOT NULL,
    type TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (fid, n)
) WITHOUT ROWID;
CREATE TRIGGER case_events_update BEFORE UPDATE ON case_events
BEGIN
    SELECT RAISE(ABORT, 'events of alarms and incidents are append-only');
END;
CREATE TRIGGER case_events_delete BEFORE DELETE ON case_events
BEGIN
    SELECT RAISE(ABORT, 'events of alarms and incidents are append-only');
END;

-- What is to be told of a step, whole: every step counts, not only the last.
ALTER TABLE outbox ADD COLUMN event TEXT;

UPDATE meta SET value = 4 WHERE name = 'schema';
