-- The tables that GeoPackage 1.3 (OGC 12-128r17) asks for.
CREATE TABLE gpkg_spatial_ref_sys (
    srs_name TEXT NOT NULL,
    srs_id INTEGER NOT NULL PRIMARY KEY,
    organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL,
    definition TEXT NOT NULL,
    description TEXT
);
INSERT INTO gpkg_spatial_ref_sys VALUES
    ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinate reference system'),
    ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
    ('WGS 84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]', 'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid');

CREATE TABLE gpkg_contents (
    table_name TEXT NOT NULL PRIMARY KEY,
    data_type TEXT NOT NULL,
    identifier TEXT UNIQUE,
    description TEXT DEFAULT '',
    last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    min_x DOUBLE,
    min_y DOUBLE,
    max_x DOUBLE,
    max_y DOUBLE,
    srs_id INTEGER,
    CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
);
CREATE TABLE gpkg_geometry_columns (
    table_name TEXT NOT NULL,
    column_name TEXT NOT NULL,
    geometry_type_name TEXT NOT NULL,
    srs_id INTEGER NOT NULL,
    z TINYINT NOT NULL,
    m TINYINT NOT NULL,
    CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
    CONSTRAINT uk_gc_table_name UNIQUE (table_name),
    CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
    CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE gpkg_extensions (
    table_name TEXT,
    column_name TEXT,
    extension_name TEXT NOT NULL,
    definition TEXT NOT NULL,
    scope TEXT NOT NULL,
    CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);

-- The registry. The check on geom is the srs_id in its header, 4326, in either
-- byte order.
CREATE TABLE assets (
    fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    geom GEOMETRY CHECK (substr(geom, 5, 4) IN (x'E6100000', x'000010E6')),
    id TEXT NOT NULL UNIQUE DEFAULT ('asset-' || lower(hex(randomblob(16))))
        CHECK (length(id) <= 128 AND id GLOB '[A-Za-z0-9]*' AND NOT id GLOB '*[^A-Za-z0-9_.:-]*'),
    kind TEXT NOT NULL DEFAULT 'asset' CHECK (kind IN ('area', 'water', 'bank', 'bridge', 'building', 'landmark', 'asset', 'camera', 'sensor')),
    class TEXT DEFAULT '',
    name TEXT DEFAULT '',
    base DOUBLE DEFAULT 0 CHECK (typeof(base) IN ('real', 'null')),
    height DOUBLE DEFAULT 0 CHECK (typeof(height) IN ('real', 'null')),
    orientation DOUBLE DEFAULT 0 CHECK (typeof(orientation) IN ('real', 'null')),
    owner TEXT DEFAULT '',
    area TEXT DEFAULT '',
    chainage DOUBLE CHECK (typeof(chainage) IN ('real', 'null')),
    bank TEXT CHECK (bank IN ('left', 'right')),
    offset_m DOUBLE CHECK (typeof(offset_m) IN ('real', 'null')),
    lifecycle TEXT NOT NULL DEFAULT 'in_use' CHECK (lifecycle IN ('planned', 'in_use', 'retired')),
    properties TEXT DEFAULT '{}',
    camera TEXT,
    sensor TEXT,
    revision INTEGER NOT NULL DEFAULT 1 CHECK (typeof(revision) = 'integer' AND revision > 0),
    changed_at DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    changed_by TEXT NOT NULL DEFAULT 'hand',
    why TEXT NOT NULL DEFAULT ''
);
CREATE INDEX assets_kind ON assets (kind, class);

-- Numbers: schema, epoch, published, obs. The first epoch is the time of birth: a log
-- that begins anew is never taken for the one before.
CREATE TABLE meta (
    name TEXT PRIMARY KEY NOT NULL,
    value INTEGER NOT NULL
);
INSERT INTO meta VALUES ('schema', 1), ('epoch', unixepoch()), ('published', 0), ('obs', 0);

-- seq is the number of the event; null: waiting; 0: took none.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    fid INTEGER NOT NULL,
    asset TEXT NOT NULL,
    removed INTEGER NOT NULL,
    at_ms INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)),
    seq INTEGER,
    refused TEXT
);
CREATE INDEX outbox_waiting ON outbox (id) WHERE seq IS NULL;

-- Times are Unix milliseconds.
CREATE TABLE observations (
    fid INTEGER NOT NULL,
    phenomenon TEXT NOT NULL,
    time_ms INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    value DOUBLE NOT NULL,
    PRIMARY KEY (fid, phenomenon, time_ms)
) WITHOUT ROWID;
CREATE TABLE latest (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    fid INTEGER NOT NULL,
    phenomenon TEXT NOT NULL,
    time_ms INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    value DOUBLE NOT NULL,
    seq INTEGER NOT NULL,
    UNIQUE (fid, phenomenon)
);

-- GDAL lists the tables that are here and hides the others.
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES
    ('assets', 'features', 'assets', 'what stands on the bank', 4326),
    ('latest', 'attributes', 'latest', 'newest reading of each sensor (assets.fid) and phenomenon', 0);
INSERT INTO gpkg_geometry_columns VALUES ('assets', 'geom', 'GEOMETRY', 4326, 2, 0);
INSERT INTO gpkg_extensions VALUES
    ('assets', 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only');

-- The R-tree and its triggers, as the extension words them.
CREATE VIRTUAL TABLE rtree_assets_geom USING rtree(id, minx, maxx, miny, maxy);
CREATE TRIGGER rtree_assets_geom_insert AFTER INSERT ON assets
WHEN (NEW.geom NOT NULL AND NOT ST_IsEmpty(NEW.geom))
BEGIN
    INSERT OR REPLACE INTO rtree_assets_geom VALUES (NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom));
END;
CREATE TRIGGER rtree_assets_geom_update1 AFTER UPDATE OF geom ON assets
WHEN OLD.fid = NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
BEGIN
    INSERT OR REPLACE INTO rtree_assets_geom VALUES (NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom));
END;
CREATE TRIGGER rtree_assets_geom_update2 AFTER UPDATE OF geom ON assets
WHEN OLD.fid = NEW.fid AND (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))
BEGIN
    DELETE FROM rtree_assets_geom WHERE id = OLD.fid;
END;
CREATE TRIGGER rtree_assets_geom_update3 AFTER UPDATE ON assets
WHEN OLD.fid != NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
BEGIN
    DELETE FROM rtree_assets_geom WHERE id = OLD.fid;
    INSERT OR REPLACE INTO rtree_assets_geom VALUES (NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom));
END;
CREATE TRIGGER rtree_assets_geom_update4 AFTER UPDATE ON assets
WHEN OLD.fid != NEW.fid AND (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))
BEGIN
    DELETE FROM rtree_assets_geom WHERE id IN (OLD.fid, NEW.fid);
END;
CREATE TRIGGER rtree_assets_geom_delete AFTER DELETE ON assets
WHEN OLD.geom NOT NULL
BEGIN
    DELETE FROM rtree_assets_geom WHERE id = OLD.fid;
END;

-- In a BEFORE trigger a key that is not given is -1.
CREATE TRIGGER assets_give_fid BEFORE INSERT ON assets
WHEN NEW.fid IS NOT NULL AND NEW.fid <> -1
BEGIN
    SELECT RAISE(ABORT, 'fid is given by the table: leave it out');
END;
CREATE TRIGGER assets_keep_names BEFORE UPDATE ON assets
WHEN NEW.fid IS NOT OLD.fid OR NEW.id IS NOT OLD.id
BEGIN
    SELECT RAISE(ABORT, 'fid and id stay as they are; make a new asset instead');
END;

-- An edit by hand does not raise the revision; ours do.
CREATE TRIGGER assets_by_hand AFTER UPDATE ON assets
WHEN NEW.revision < OLD.revision OR NEW.revision = OLD.revision AND (
    NEW.geom IS NOT OLD.geom OR NEW.kind IS NOT OLD.kind OR NEW.class IS NOT OLD.class OR NEW.name IS NOT OLD.name
    OR NEW.base IS NOT OLD.base OR NEW.height IS NOT OLD.height OR NEW.orientation IS NOT OLD.orientation
    OR NEW.owner IS NOT OLD.owner OR NEW.area IS NOT OLD.area OR NEW.chainage IS NOT OLD.chainage
    OR NEW.bank IS NOT OLD.bank OR NEW.offset_m IS NOT OLD.offset_m OR NEW.lifecycle IS NOT OLD.lifecycle
    OR NEW.properties IS NOT OLD.properties OR NEW.camera IS NOT OLD.camera OR NEW.sensor IS NOT OLD.sensor
    OR NEW.changed_at IS NOT OLD.changed_at OR NEW.changed_by IS NOT OLD.changed_by OR NEW.why IS NOT OLD.why)
BEGIN
    UPDATE assets SET
        revision = OLD.revision + 1,
        changed_at = CASE WHEN NEW.changed_at = OLD.changed_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.changed_at END,
        changed_by = CASE WHEN NEW.changed_by = OLD.changed_by THEN 'hand' ELSE NEW.changed_by END,
        why = CASE WHEN NEW.why = OLD.why THEN '' ELSE NEW.why END
    WHERE fid = NEW.fid;
END;

CREATE TRIGGER outbox_insert AFTER INSERT ON assets
BEGIN
    INSERT INTO outbox (fid, asset, removed) VALUES (NEW.fid, NEW.id, 0);
END;
CREATE TRIGGER outbox_update AFTER UPDATE ON assets WHEN NEW.revision > OLD.revision
BEGIN
    INSERT INTO outbox (fid, asset, removed) VALUES (NEW.fid, NEW.id, 0);
END;
CREATE TRIGGER outbox_delete AFTER DELETE ON assets
BEGIN
    INSERT INTO outbox (fid, asset, removed) VALUES (OLD.fid, OLD.id, 1);
END;
