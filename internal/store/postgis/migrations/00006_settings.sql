-- +goose Up
-- What people decide and what is no asset, each a JSON document. The number
-- settings in suhe.meta counts all changes; nodes ask for it often.
CREATE TABLE suhe.settings (
    kind text COLLATE "C" NOT NULL CHECK (kind <> ''),
    name text COLLATE "C" NOT NULL CHECK (name <> ''),
    rev  bigint NOT NULL CHECK (rev > 0),
    doc  json NOT NULL,
    at   timestamptz NOT NULL,
    by   text NOT NULL,
    PRIMARY KEY (kind, name)
);
INSERT INTO suhe.meta VALUES ('settings', 0);

-- Whoever changes settings holds the counter until the end of the transaction:
-- changes are counted in the order in which they are committed.
-- +goose StatementBegin
CREATE FUNCTION suhe.settings_changed() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = suhe, pg_temp AS $$
BEGIN
    UPDATE suhe.meta SET value = value + 1 WHERE name = 'settings';
    RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TRIGGER settings_changed BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON suhe.settings
    FOR EACH STATEMENT EXECUTE FUNCTION suhe.settings_changed();

-- Accounts and keys are here: nobody reads them but Suhe itself.
REVOKE ALL ON suhe.settings FROM PUBLIC;

-- +goose Down
DROP TABLE suhe.settings;
DROP FUNCTION suhe.settings_changed;
DELETE FROM suhe.meta WHERE name = 'settings';
