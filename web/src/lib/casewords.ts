/** What the pages say of alarms and incidents, Chinese first. */
import { choose, type Lang } from './i18n';

const words = {
  cases: ['案件与告警', 'Incidents and alarms'],
  all: ['全部', 'All'],
  closedOnes: ['已办结案件', 'Incidents that are over'],
  kind: ['类型', 'Kind'],
  state: ['状态', 'State'],
  nothing: ['暂无', 'None'],
  listAway: ['列表暂不可用', 'The list cannot be had now'],
  newCase: ['新案件', 'New incident'],
  show: ['查看', 'Show'],
  more: ['另有 {n} 件', '{n} more'],
  severity: ['等级', 'Severity'],
  severity0: ['未定级', 'Not graded'],
  severity1: ['特别重大', 'Extreme'],
  severity2: ['重大', 'Severe'],
  severity3: ['较大', 'Moderate'],
  severity4: ['一般', 'Minor'],
  green: ['正常', 'in time'],
  yellow: ['临期', 'due soon'],
  red: ['超时', 'overdue'],
  stands: ['暂停', 'stands'],
  ended: ['完成', 'done'],
  due: ['{t} 到期', 'due {t}'],
  clocks: ['时限', 'Clocks'],
  filing: ['立案', 'Filing'],
  dispatching: ['派遣', 'Dispatch'],
  accepting: ['接单', 'Acceptance'],
  contacting: ['先行联系', 'First contact'],
  handlingStep: ['处置', 'Handling'],
  checkingStep: ['核查', 'Check'],
  channel: ['来源', 'Source'],
  unit: ['处置单位', 'Unit'],
  person: ['处置人', 'Person'],
  level: ['层级', 'Level'],
  village: ['居村', 'Village'],
  street: ['街镇', 'Street'],
  district: ['区', 'District'],
  supervised: ['督办', 'Supervised'],
  partOf: ['并入', 'Part of'],
  members: ['含', 'Holds'],
  storm: ['同一过程', 'Of one storm'],
  streets: ['{n} 个街镇', '{n} areas'],
  address: ['地址', 'Address'],
  raised: ['发生', 'Raised'],
  reliability: ['可信度', 'Reliability'],
  rule: ['规则', 'Rule'],
  sees: ['可视摄像机', 'Cameras that see it'],
  values: ['触发数据', 'What raised it'],
  things: ['相关部件', 'Things there'],
  unlisted: ['另有 {n} 项', '{n} more'],
  over: ['已恢复', 'over'],
  files: ['照片与附件', 'Photos and files'],
  before: ['处置前', 'Before'],
  after: ['处置后', 'After'],
  upload: ['上传', 'Upload'],
  chooseFile: ['选择照片', 'Choose a photo'],
  uploading: ['正在上传', 'Uploading'],
  wanting: ['还需 {n} 张处置后照片', '{n} photos of after the work are wanting'],
  timeline: ['办理过程', 'What happened'],
  doubles: ['疑似重复', 'May be the same as'],
  made: ['已转案件', 'Made the incident'],
  related: ['相关案件', 'Related'],
  deeds: ['可办理', 'What you may do'],
  done: ['{verb}已提交', '{verb}: done'],
  refused: ['未能办理：', 'Not done: '],
  changedMeanwhile: ['案件已被他人更新，请核对后重试', 'Somebody else was faster: look again and retry'],
  meanwhile: ['期间办理：', 'Meanwhile: '],
  reach: ['联系方式（查看将记入审计）', 'How to reach them (recorded)'],
  away: ['服务器无应答，请稍后重试', 'No answer from the server; try again'],
  reason: ['原因', 'Reason'],
  remark: ['说明（可选）', 'Remark (optional)'],
  to: ['派往', 'To'],
  otherUnit: ['其他单位', 'Another unit'],
  load: ['在办 {n}', '{n} open'],
  metres: ['{n} 米', '{n} m'],
  owner: ['权属单位', 'owns it'],
  area: ['属地负责', 'in charge of the area'],
  class: ['按类别', 'for the class'],
  nobody: ['附近无在岗人员', 'Nobody on duty nearby'],
  into: ['并入案件编号', 'Number of the other incident'],
  extra: ['延长时间', 'More time'],
  hours: ['小时', 'hours'],
  workingHours: ['工作小时', 'working hours'],
  workingDays: ['工作日', 'working days'],
  grant: ['同意延期', 'Grant it'],
  deny: ['不同意', 'Do not grant it'],
  lift: ['解除督办', 'End the supervision'],
  satisfaction: ['满意度', 'Satisfaction'],
  notAsked: ['未能回访', 'Nobody could be asked'],
  until: ['抑制时长（分钟）', 'For how long (minutes)'],
  ok: ['确定', 'OK'],
  reportCase: ['上报案件', 'Report an incident'],
  place: ['位置', 'Place'],
  onMap: ['在地图上选点', 'Choose on the map'],
  clickMap: ['请在地图上点选位置，按 Esc 返回', 'Click the place on the map; Esc goes back'],
  what: ['简述（可选）', 'What it is (optional)'],
  text: ['情况说明（可选）', 'What happened (optional)'],
  photo: ['现场照片（可选）', 'Photo of it (optional)'],
  reported: ['已上报 {id}', 'Reported as {id}'],
  notReported: ['未能上报：', 'Not reported: '],
  photoLost: ['已上报 {id}，照片未能上传：', 'Reported as {id}, but without the photo: '],
  statistics: ['告警统计', 'Alarm statistics'],
  last30: ['近 30 天', 'Last 30 days'],
  source: ['规则或算法', 'Rule or algorithm'],
  alarmsRaised: ['告警', 'Alarms'],
  confirmedOnes: ['属实', 'True'],
  falseOnes: ['误报', 'False'],
  falseRate: ['误报率', 'False rate'],
  system: ['系统', 'System'],
} as const satisfies Record<string, readonly [string, string]>;

const verbs: Record<string, readonly [string, string]> = {
  create: ['发现', 'Discovered'], file: ['立案', 'File'], reject: ['不予立案', 'Reject'], merge: ['并案', 'Merge'], unmerge: ['撤销并案', 'Unmerge'],
  dispatch: ['派遣', 'Dispatch'], accept: ['接单', 'Accept'], return: ['退单', 'Return'], contact: ['先行联系', 'Reporter called'], handle: ['开始处置', 'Begin to handle'],
  suspend: ['挂起', 'Suspend'], resume: ['恢复', 'Resume'], report: ['反馈', 'Report'], check: ['核查', 'Check'], rework: ['返工', 'Rework'], close: ['结案', 'Close'],
  reopen: ['重开', 'Reopen'], cancel: ['作废', 'Cancel'], supervise: ['督办', 'Supervise'], extend: ['申请延期', 'Ask for time'], approve: ['审批延期', 'Decide on time'],
  evaluate: ['问效', 'Evaluate'], reassign: ['改派', 'Reassign'], escalate: ['上交', 'Escalate'], comment: ['批注', 'Comment'],
  attach: ['附件', 'Evidence'], absorb: ['并入他案', 'Took another in'], release: ['移出', 'Let another go'], remind: ['临期提醒', 'Due soon'], overdue: ['超时', 'Overdue'],
  raise: ['发生', 'Raised'], change: ['变化', 'Changed'], end: ['结束', 'Over'], link: ['转为案件', 'Became an incident'], storm: ['连片', 'Part of a storm'], clear: ['解除', 'Clear'], acknowledge: ['确认', 'Acknowledge'], suppress: ['抑制', 'Suppress'],
  confirm: ['属实', 'Confirm'], false: ['误报', 'False alarm'], promote: ['转案件', 'Make it an incident'],
};

const channels: Record<string, readonly [string, string]> = {
  hotline: ['12345热线', '12345 hotline'], police: ['110非警务', '110, no police matter'], video: ['视频巡查', 'Video'], wechat: ['政务微信', 'Government WeChat'],
  letter: ['信访', 'Letters and visits'], opinion: ['舆情', 'Public opinion'], grid: ['网格员', 'Grid officer'], patrol: ['巡查员', 'Patrol'], snap: ['随申拍', 'Suishen snapshot'],
  account: ['公众号', 'Public account'], short_video: ['短视频', 'Short video'], sensor: ['物联感知', 'Sensors'], ai: ['AI识别', 'AI'],
};

const steps: Record<string, CaseWord> = {
  filing: 'filing', dispatch: 'dispatching', accept: 'accepting', contact: 'contacting', handle: 'handlingStep', check: 'checkingStep',
};

export type CaseWord = keyof typeof words;

/** A word, with {n} and the like replaced by what is given. */
export function say(key: CaseWord, lang: Lang, given: Record<string, string | number> = {}): string {
  return choose(words[key], lang).replace(/\{(\w+)\}/g, (all, name: string) => String(given[name] ?? all));
}

export const verbWord = (verb: string, lang: Lang): string => pick(verbs, verb, lang);

export const channelWord = (channel: string, lang: Lang): string => pick(channels, channel, lang);

export const severityWord = (severity: number, lang: Lang): string => say(`severity${[1, 2, 3, 4].includes(severity) ? severity as 1 | 2 | 3 | 4 : 0}`, lang);

export function stepWord(step: string, lang: Lang): string {
  const key = steps[step];
  return key ? say(key, lang) : step;
}

/** A word of a table that a newer server may have more of. */
function pick(table: Record<string, readonly [string, string]>, key: string, lang: Lang): string {
  const pair = Object.hasOwn(table, key) ? table[key] : undefined;
  return pair ? choose(pair, lang) : key;
}

const notes: Record<string, readonly [string, string]> = {
  unplaced: ['无拍摄位置', 'place not told'], undated: ['无拍摄时间', 'time not told'], far: ['拍摄位置偏远', 'taken elsewhere'],
  early: ['拍摄早于案件', 'taken before the incident'], future: ['拍摄时间有误', 'taken in the future'],
};

/** What of a photo does not fit; a note may have a number behind it: "far: 812 m". */
export function noteWord(note: string, lang: Lang): string {
  const [key = '', ...rest] = note.split(':');
  return [pick(notes, key, lang), ...rest].join('');
}

/** The words for lights 0, 1 and 2. */
export const lights = ['green', 'yellow', 'red'] as const;
