-- One layer of exported assets; LAYER stands for its name.
INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('LAYER', 'features', 'LAYER', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('LAYER', 'geom', 'GEOMETRY', 4326, 2, 0);
INSERT INTO gpkg_extensions VALUES ('LAYER', 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only');
CREATE TABLE "LAYER" (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom GEOMETRY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  class TEXT NOT NULL,
  name TEXT NOT NULL,
  base DOUBLE NOT NULL,
  height DOUBLE NOT NULL,
  orientation DOUBLE NOT NULL,
  area TEXT,
  chainage DOUBLE,
  bank TEXT,
  "offset" DOUBLE,
  owner TEXT,
  lifecycle TEXT NOT NULL,
  revision INTEGER NOT NULL,
  changedAt DATETIME,
  changedBy TEXT,
  why TEXT,
  camera TEXT,
  sensor TEXT,
  properties TEXT NOT NULL
);
CREATE VIRTUAL TABLE "rtree_LAYER_geom" USING rtree(id, minx, maxx, miny, maxy);
