/** Reads .proto files as modules: functions that read and write their messages. */
import { compileRaw } from 'pbf/compile';
import schema from 'resolve-protobuf-schema';
import type { Plugin } from 'vite';

export function proto(): Plugin {
  return {
    name: 'proto',
    load(id) {
      if (!id.endsWith('.proto')) return null;
      this.addWatchFile(id);
      return { code: compileRaw(schema.sync(id)), map: null };
    },
  };
}
