/** Where in a document a problem is: errors of the server name the field, its value and what was expected, in this order. */

export interface Fault {
  name: string; // of the field
  text: string;
  line?: number; // of an expression (CEL), from 1
  column?: number; // likewise
}

/** Finds the field of a problem among those that a form has; undefined if the problem names none of them. */
export function faultOf(detail: string, names: readonly string[]): Fault | undefined {
  const parts = detail.split(': ');
  for (const [i, part] of parts.entries()) {
    const text = parts.slice(i + 1).join(': ');
    const within = names.filter((n) => n.startsWith(`${part}.`)); // "corridor: from 5 to 1" is of corridor.from
    const name = names.find((n) => n === part) ?? within.find((n) => text.startsWith(`${n.slice(part.length + 1)} `)) ?? within[0] ?? names.find((n) => part.startsWith(`${n}.`));
    if (name) return { name, ...placeOf(text) };
  }
  return undefined;
}

/** Takes what an expression's compiler says apart; of several mistakes the first. */
function placeOf(text: string): Omit<Fault, 'name'> {
  const [, line, column, what] = /<input>:(\d+):(\d+): ([^\n]*)/.exec(text) ?? [];
  return line && column && what ? { text: `${line}:${column} ${what}`, line: Number(line), column: Number(column) } : { text };
}

/** Where a line and a column of a text are, in UTF-16 units; the text's end at most. Columns count characters. */
export function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, l) => sum + l.length + 1, 0);
  return Math.min(text.length, before + Array.from(lines[line - 1] ?? '').slice(0, column - 1).join('').length);
}
