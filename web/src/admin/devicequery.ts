/** What is asked for devices: the features of a layer, by words and by what is wrong. */

/** What may be wrong with a device, and what it says of it. */
export const troubles = {
  offline: "communication = 'offline'", unknown: "communication = 'unknown'", stale: "data = 'stale'", stuck: "data = 'stuck'", invalid: "data = 'invalid'",
  fault: "service = 'fault'", maintenance: "service = 'maintenance'", retired: "service = 'retired'",
} as const;

export type Trouble = keyof typeof troubles | '';

/** CQL2 text; '' for all. */
export function filterOf(words: string, trouble: Trouble): string {
  const text = words.trim().replaceAll("'", "''").replaceAll('\\', '\\\\').replaceAll('%', '\\%').replaceAll('_', '\\_');
  const like = (name: string): string => `CASEI(${name}) LIKE CASEI('%${text}%')`;
  return [...(text ? [`(${['name', 'id', 'class', 'owner'].map(like).join(' OR ')})`] : []), ...(trouble ? [troubles[trouble]] : [])].join(' AND ');
}
