/** The keys of the desk: one table, which the help shows and the desk obeys. */
import type { DeskWord } from './words';

export type Command =
  | 'down' | 'up' | 'first' | 'last' | 'pageDown' | 'pageUp' | 'open' | 'close' | 'pick' | 'pickAll' | 'search' | 'filter'
  | 'acknowledge' | 'dispatch' | 'merge' | 'file' | 'supervise' | 'escalate' | 'report' | 'map' | 'mute' | 'inbox' | 'evaluation' | 'handover' | 'help';

/** Each command, its keys as KeyboardEvent.key has them, and what it is called. Letters can be switched off. */
export const bindings: readonly { command: Command; keys: string[]; word: DeskWord }[] = [
  { command: 'down', keys: ['j', 'ArrowDown'], word: 'keyDown' },
  { command: 'up', keys: ['k', 'ArrowUp'], word: 'keyUp' },
  { command: 'pageDown', keys: ['PageDown'], word: 'keyPageDown' },
  { command: 'pageUp', keys: ['PageUp'], word: 'keyPageUp' },
  { command: 'first', keys: ['Home'], word: 'keyFirst' },
  { command: 'last', keys: ['End'], word: 'keyLast' },
  { command: 'open', keys: ['Enter', 'o'], word: 'keyOpen' },
  { command: 'close', keys: ['Escape'], word: 'keyClose' },
  { command: 'pick', keys: ['x', ' '], word: 'keyPick' },
  { command: 'pickAll', keys: ['X'], word: 'keyPickAll' },
  { command: 'acknowledge', keys: ['a'], word: 'keyAcknowledge' },
  { command: 'file', keys: ['f'], word: 'keyFile' },
  { command: 'dispatch', keys: ['d'], word: 'keyDispatch' },
  { command: 'merge', keys: ['m'], word: 'keyMerge' },
  { command: 'supervise', keys: ['s'], word: 'keySupervise' },
  { command: 'escalate', keys: ['e'], word: 'keyEscalate' },
  { command: 'report', keys: ['n'], word: 'keyReport' },
  { command: 'search', keys: ['/'], word: 'keySearch' },
  { command: 'filter', keys: ['t'], word: 'keyFilter' },
  { command: 'map', keys: ['g'], word: 'keyMap' },
  { command: 'mute', keys: ['v'], word: 'keyMute' },
  { command: 'inbox', keys: ['1'], word: 'keyInbox' },
  { command: 'evaluation', keys: ['2'], word: 'keyEvaluation' },
  { command: 'handover', keys: ['3'], word: 'keyHandover' },
  { command: 'help', keys: ['?'], word: 'keyHelp' },
];

export interface Press { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; isComposing?: boolean }

/** Where the key was pressed. */
export interface Place { typing: boolean; dialog: boolean; control: boolean }

/** What a key means there; undefined if it is for something else. Without letters only the keys with a name of their own count, and ?. */
export function commandOf(p: Press, at: Place, letters: boolean): Command | undefined {
  if (p.ctrlKey || p.metaKey || p.altKey || p.isComposing || at.dialog) return undefined;
  const is = bindings.find((b) => b.keys.includes(p.key))?.command;
  if (is === 'close') return is;
  if (at.typing) return undefined;
  // A button that has the focus is pressed by these.
  if (at.control && (p.key === 'Enter' || p.key === ' ')) return undefined;
  return p.key.length > 1 || p.key === '?' || letters ? is : undefined;
}

/** What is written on a key. */
export function cap(key: string): string {
  const names: Record<string, string> = { ' ': 'Space', ArrowDown: '↓', ArrowUp: '↑', PageDown: 'PgDn', PageUp: 'PgUp', Escape: 'Esc', X: 'Shift+X' };
  return names[key] ?? key;
}
