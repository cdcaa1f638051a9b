-- +goose Up
CREATE TABLE suhe.meta (
    name  text PRIMARY KEY,
    value bigint NOT NULL
);
-- The first epoch is the time of birth: a log that begins anew is never taken for the one before.
INSERT INTO suhe.meta VALUES ('epoch', extract(epoch FROM now())::bigint), ('published', 0), ('obs', 0);

-- Keys are given before a transaction commits, so they are no order of commit:
-- seq is the number that counts, given when the row is published.
CREATE TABLE suhe.outbox (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fid     bigint NOT NULL,
    asset   text NOT NULL,
    removed boolean NOT NULL,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    seq     bigint,
    refused text
);
CREATE INDEX outbox_waiting ON suhe.outbox (id) WHERE seq IS NULL;
COMMENT ON COLUMN suhe.outbox.seq IS 'number of the event; null: waiting; 0: took none';

-- +goose StatementBegin
CREATE FUNCTION suhe.edited_by_hand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision := OLD.revision + 1;
    IF NEW.changed_at = OLD.changed_at THEN NEW.changed_at := clock_timestamp(); END IF;
    IF NEW.changed_by = OLD.changed_by THEN NEW.changed_by := session_user; END IF;
    IF NEW.why = OLD.why THEN NEW.why := ''; END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION suhe.keep_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'asset %: fid and id stay as they are; make a new asset instead', OLD.id
        USING ERRCODE = 'check_violation';
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION suhe.outbox_insert() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = suhe, pg_temp AS $$
BEGIN
    IF (SELECT max(fid) FROM now_rows) > (SELECT last_value FROM suhe.assets_fid_seq) THEN
        RAISE EXCEPTION 'fid is given by the table: leave it out' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO suhe.outbox (fid, asset, removed) SELECT fid, id, false FROM now_rows ORDER BY fid;
    IF FOUND THEN PERFORM pg_notify('suhe_outbox', ''); END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION suhe.outbox_update() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = suhe, pg_temp AS $$
BEGIN
    INSERT INTO suhe.outbox (fid, asset, removed)
        SELECT n.fid, n.id, false FROM now_rows n JOIN was_rows w USING (fid)
        WHERE n.revision <> w.revision ORDER BY n.fid;
    IF FOUND THEN PERFORM pg_notify('suhe_outbox', ''); END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION suhe.outbox_delete() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = suhe, pg_temp AS $$
BEGIN
    INSERT INTO suhe.outbox (fid, asset, removed) SELECT fid, id, true FROM was_rows ORDER BY fid;
    IF FOUND THEN PERFORM pg_notify('suhe_outbox', ''); END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION suhe.outbox_truncate() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = suhe, pg_temp AS $$
BEGIN
    INSERT INTO suhe.outbox (fid, asset, removed) SELECT fid, id, true FROM suhe.assets ORDER BY fid;
    IF FOUND THEN PERFORM pg_notify('suhe_outbox', ''); END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- Row triggers run for hand edits only: our own writes raise the revision
-- themselves, and the conditions are checked without calling a function.
CREATE TRIGGER a_keep_names BEFORE UPDATE ON suhe.assets FOR EACH ROW
    WHEN (NEW.fid <> OLD.fid OR NEW.id <> OLD.id) EXECUTE FUNCTION suhe.keep_names();
CREATE TRIGGER b_edited_by_hand BEFORE UPDATE ON suhe.assets FOR EACH ROW
    WHEN (NEW.revision <= OLD.revision AND OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION suhe.edited_by_hand();
CREATE TRIGGER outbox_insert AFTER INSERT ON suhe.assets
    REFERENCING NEW TABLE AS now_rows FOR EACH STATEMENT EXECUTE FUNCTION suhe.outbox_insert();
CREATE TRIGGER outbox_update AFTER UPDATE ON suhe.assets
    REFERENCING OLD TABLE AS was_rows NEW TABLE AS now_rows FOR EACH STATEMENT EXECUTE FUNCTION suhe.outbox_update();
CREATE TRIGGER outbox_delete AFTER DELETE ON suhe.assets
    REFERENCING OLD TABLE AS was_rows FOR EACH STATEMENT EXECUTE FUNCTION suhe.outbox_delete();
CREATE TRIGGER outbox_truncate BEFORE TRUNCATE ON suhe.assets
    FOR EACH STATEMENT EXECUTE FUNCTION suhe.outbox_truncate();

-- +goose Down
DROP TABLE suhe.outbox, suhe.meta;
