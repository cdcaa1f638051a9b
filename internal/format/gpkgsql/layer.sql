-- One layer. The words in capitals that are no SQL are put in by Layer.create.
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('LAYER', 'features', 'LAYER', 'TITLE', SRS);
INSERT INTO gpkg_geometry_columns VALUES ('LAYER', 'geom', 'GEOMETRY', SRS, ZRULE, 0);
INSERT INTO gpkg_extensions VALUES ('LAYER', 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only');
CREATE TABLE "LAYER" (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom GEOMETRY COLUMNS
);
CREATE VIRTUAL TABLE "rtree_LAYER_geom" USING rtree(id, minx, maxx, miny, maxy);
