/** What somebody else did while one looked at something older. */
import { stepLine } from '../cases/parts';
import { steps } from '../lib/cases';
import { say } from '../lib/casewords';
import type { Lang } from '../lib/i18n';

/** Why a deed was refused as too late: with the last step that was taken, as far as it can be had. */
export async function tooLate(id: string, lang: Lang): Promise<string> {
  const last = (await steps('incident', id).catch(() => [])).at(-1);
  return [say('changedMeanwhile', lang), ...(last ? [say('meanwhile', lang) + stepLine(last, lang)] : [])].join(' ');
}
