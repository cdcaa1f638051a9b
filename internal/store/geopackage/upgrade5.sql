-- What assets were. A row is an asset before an edit, or, removed, as it was when it
-- was removed, with who removed it, when and why. Old rows may be deleted.
CREATE TABLE revisions (
    fid INTEGER NOT NULL,
    geom GEOMETRY,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    class TEXT,
    name TEXT,
    base DOUBLE,
    height DOUBLE,
    orientation DOUBLE,
    owner TEXT,
    area TEXT,
    chainage DOUBLE,
    bank TEXT,
    offset_m DOUBLE,
    lifecycle TEXT NOT NULL,
    properties TEXT,
    camera TEXT,
    sensor TEXT,
    revision INTEGER NOT NULL,
    changed_at DATETIME NOT NULL,
    changed_by TEXT NOT NULL,
    why TEXT NOT NULL,
    removed INTEGER NOT NULL,
    until_ms INTEGER NOT NULL, -- when the asset was no longer so, or was removed
    PRIMARY KEY (id, revision)
);
CREATE INDEX revisions_until ON revisions (until_ms);

-- An edit by hand comes twice: as it is made, and as assets_by_hand raises its
-- revision. Before the first the row is what it was; of the second that is kept already.
CREATE TRIGGER revisions_update BEFORE UPDATE ON assets
WHEN NEW.revision IS NOT OLD.revision OR NEW.geom IS NOT OLD.geom OR NEW.kind IS NOT OLD.kind OR NEW.class IS NOT OLD.class OR NEW.name IS NOT OLD.name
    OR NEW.base IS NOT OLD.base OR NEW.height IS NOT OLD.height OR NEW.orientation IS NOT OLD.orientation
    OR NEW.owner IS NOT OLD.owner OR NEW.area IS NOT OLD.area OR NEW.chainage IS NOT OLD.chainage
    OR NEW.bank IS NOT OLD.bank OR NEW.offset_m IS NOT OLD.offset_m OR NEW.lifecycle IS NOT OLD.lifecycle
    OR NEW.properties IS NOT OLD.properties OR NEW.camera IS NOT OLD.camera OR NEW.sensor IS NOT OLD.sensor
    OR NEW.changed_at IS NOT OLD.changed_at OR NEW.changed_by IS NOT OLD.changed_by OR NEW.why IS NOT OLD.why
BEGIN
    INSERT INTO revisions SELECT OLD.fid, OLD.geom, OLD.id, OLD.kind, OLD.class, OLD.name, OLD.base, OLD.height, OLD.orientation,
        OLD.owner, OLD.area, OLD.chainage, OLD.bank, OLD.offset_m, OLD.lifecycle, OLD.properties, OLD.camera, OLD.sensor,
        OLD.revision, OLD.changed_at, OLD.changed_by, OLD.why, 0, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)
        WHERE NOT EXISTS (SELECT 1 FROM revisions WHERE id = OLD.id AND revision = OLD.revision);
END;
CREATE TRIGGER revisions_delete AFTER DELETE ON assets
BEGIN
    INSERT INTO revisions SELECT OLD.fid, OLD.geom, OLD.id, OLD.kind, OLD.class, OLD.name, OLD.base, OLD.height, OLD.orientation,
        OLD.owner, OLD.area, OLD.chainage, OLD.bank, OLD.offset_m, OLD.lifecycle, OLD.properties, OLD.camera, OLD.sensor,
        OLD.revision, OLD.changed_at, OLD.changed_by, OLD.why, 0, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)
        WHERE NOT EXISTS (SELECT 1 FROM revisions WHERE id = OLD.id AND revision = OLD.revision);
    INSERT INTO revisions SELECT OLD.fid, OLD.geom, OLD.id, OLD.kind, OLD.class, OLD.name, OLD.base, OLD.height, OLD.orientation,
        OLD.owner, OLD.area, OLD.chainage, OLD.bank, OLD.offset_m, OLD.lifecycle, OLD.properties, OLD.camera, OLD.sensor,
        OLD.revision + 1, strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'hand', '', 1, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)
        WHERE NOT EXISTS (SELECT 1 FROM revisions WHERE id = OLD.id AND revision = OLD.revision + 1);
END;
-- One that is made again by hand goes on where it ended; ours do so themselves.
CREATE TRIGGER revisions_insert AFTER INSERT ON assets
WHEN EXISTS (SELECT 1 FROM revisions WHERE id = NEW.id AND revision >= NEW.revision)
BEGIN
    UPDATE assets SET revision = (SELECT max(revision) + 1 FROM revisions WHERE id = NEW.id) WHERE fid = NEW.fid;
END;

UPDATE meta SET value = 5 WHERE name = 'schema';
