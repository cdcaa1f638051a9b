/** Reads Prometheus' text format, as far as single figures go: histograms and summaries are left out. */

export interface Figure { name: string; labels: string; help: string; value: number }

const line = /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)(?: \d+)?$/;

export function read(text: string): Figure[] {
  const helps = new Map<string, string>();
  const types = new Map<string, string>();
  const out: Figure[] = [];
  for (const l of text.split('\n')) {
    const [, kind, of, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(l) ?? [];
    if (kind === 'HELP') helps.set(of!, rest!);
    if (kind === 'TYPE') types.set(of!, rest!);
    const [, name, labels, value] = line.exec(l) ?? [];
    if (name && ['counter', 'gauge'].includes(types.get(name) ?? '')) out.push({ name, labels: labels ?? '', help: helps.get(name) ?? '', value: Number(value) });
  }
  return out;
}
