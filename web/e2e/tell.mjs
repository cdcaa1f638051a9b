// Reads what the server tells, by the .proto itself and not by the page's code.
import { fileURLToPath } from 'node:url';
import { PbfReader } from 'pbf';
import { compile } from 'pbf/compile';
import schema from 'resolve-protobuf-schema';

const messages = compile(schema.sync(fileURLToPath(new URL('../../stream/suhev1/suhe.proto', import.meta.url))));

/** The message of a binary frame: tell names it. */
export const tell = (payload) => messages.readTell(new PbfReader(payload));
