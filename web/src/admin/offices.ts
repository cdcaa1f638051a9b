/** The desks that there are, who is offered which, and in which order. */
import type { Entered } from '../lib/entrance';
import type { Lang } from '../lib/i18n';
import { may, type Me } from '../lib/session';
import { Accounts } from './accounts';
import { Audit } from './audit';
import { Calendar } from './calendar';
import { Classes } from './classes';
import type { Desk } from './desk';
import { Devices } from './devices';
import { Fences } from './fences';
import { Keys } from './keys';
import { Letters } from './letters';
import { Links } from './links';
import { Mappings } from './mappings';
import { PaperDesk } from './papers';
import { Roles } from './roles';
import { Rules } from './rules';
import { silences } from './silences';
import { System } from './system';
import { Trees } from './trees';
import { warnings } from './warnings';
import { Webhooks } from './webhooks';
import type { AdminWord } from './words';

/** name is what the address says. */
export interface Office { name: string; title: AdminWord; for(who: Me): boolean; desk(entered: Entered, lang: () => Lang): Desk }

const rules = (who: Me): boolean => may(who, 'rule');
const admits = (who: Me): boolean => may(who, 'admit');
const repairs = (who: Me): boolean => may(who, 'repair');

/** The first that somebody is offered is where he begins. */
export const offices: Office[] = [
  { name: 'system', title: 'system', for: (who) => may(who, 'operate'), desk: ({ about }, lang) => new System(about.version, lang) },
  { name: 'accounts', title: 'accounts', for: admits, desk: ({ who }, lang) => new Accounts(who.id, lang) },
  { name: 'roles', title: 'roleTable', for: admits, desk: (_, lang) => new Roles(lang) },
  { name: 'trees', title: 'trees', for: admits, desk: (_, lang) => new Trees(lang) },
  { name: 'links', title: 'links', for: admits, desk: (_, lang) => new Links(lang) },
  { name: 'webhooks', title: 'webhooks', for: admits, desk: (_, lang) => new Webhooks(lang) },
  { name: 'audit', title: 'audit', for: (who) => may(who, 'audit'), desk: (_, lang) => new Audit(lang) },
  { name: 'rules', title: 'rules', for: rules, desk: ({ who }, lang) => new PaperDesk(new Rules(), who, lang) },
  { name: 'fences', title: 'fences', for: rules, desk: ({ who }, lang) => new PaperDesk(new Fences(lang), who, lang) },
  { name: 'silences', title: 'silences', for: rules, desk: ({ who }, lang) => new PaperDesk(silences, who, lang) },
  { name: 'warnings', title: 'warnings', for: rules, desk: ({ who }, lang) => new PaperDesk(warnings, who, lang) },
  { name: 'calendar', title: 'calendar', for: rules, desk: (_, lang) => new Calendar(lang) },
  { name: 'classes', title: 'classes', for: rules, desk: (_, lang) => new Classes(lang) },
  { name: 'devices', title: 'devices', for: (who) => may(who, 'command') && repairs(who), desk: ({ who }, lang) => new Devices(who, lang) },
  { name: 'letters', title: 'letters', for: repairs, desk: (_, lang) => new Letters(lang) },
  { name: 'mappings', title: 'mappings', for: repairs, desk: (_, lang) => new Mappings(lang) },
  { name: 'keys', title: 'keys', for: (who) => admits(who) || rules(who), desk: ({ who }, lang) => new Keys(who, lang) },
];
