/** What the wall says, Chinese first. */
import { choose, type Lang } from '../lib/i18n';

const words = {
  title: ['苏河秀带 · 指挥大屏', 'Suzhou Creek · Big screen'],
  scenes: ['场景', 'Scenes'],
  duty: ['值守', 'Duty'],
  flood: ['防汛', 'Flood'],
  festival: ['节庆', 'Festival'],
  loop: ['闭环处置', 'The loop'],
  phase0: ['发现', 'Found'],
  phase1: ['立案', 'Filed'],
  phase2: ['派遣', 'Sent'],
  phase3: ['处置', 'Work'],
  phase4: ['核查', 'Check'],
  phase5: ['结案', 'Closed'],
  closedNote: ['结案指近 24 小时发现', 'Closed: found in 24 h'],
  newest: ['最新案件', 'Newest incidents'],
  noIncidents: ['暂无未结案件', 'No open incidents'],
  duty24: ['在岗力量', 'On duty'],
  nobodyMoves: ['暂无定位', 'Nobody is seen'],
  notYours: ['本账号不显示人员位置', 'Not shown to this account'],
  strip: ['沿河直线图', 'Along the creek'],
  stripSaid: ['按里程展开的苏州河：水位、案件与在岗力量', 'The creek by chainage: water level, incidents and who is on duty'],
  left: ['左岸', 'left bank'],
  right: ['右岸', 'right bank'],
  spotlight: ['突发事件', 'Trouble'],
  incident: ['案件', 'Incident'],
  alarm: ['告警', 'Alarm'],
  eyes: ['可视摄像机', 'Cameras that see it'],
  people: ['最近力量', 'Nearest to send'],
  things: ['周边部件', 'What stands there'],
  asking: ['查询中', 'Looking'],
  noEyes: ['没有摄像机看得到', 'No camera sees it'],
  none: ['无', 'None'],
  unknown: ['查询失败', 'Could not be asked'],
  back: ['{n} 秒后返回巡航', 'Back to the tour in {n} s'],
  next: ['{n} 秒后下一件，另有 {m} 件', 'Next in {n} s, {m} waiting'],
  putAway: ['返回巡航', 'Back to the tour'],
  touring: ['沿河巡航', 'Touring'],
  held: ['手动浏览', 'By hand'],
  mapSaid: ['苏州河三维实景', 'The creek in 3D'],
  coming: ['实景绘制中', 'The scene is being drawn'],
  broken: ['图形中断，正在恢复', 'Graphics lost, recovering'],
} as const satisfies Record<string, readonly [string, string]>;

export type ScreenWord = keyof typeof words;

export function tell(key: ScreenWord, lang: Lang, numbers: Record<string, number> = {}): string {
  return Object.entries(numbers).reduce((text, [name, n]) => text.replace(`{${name}}`, String(n)), choose(words[key], lang));
}

/** Where along the creek something is: K7+394 右岸. */
export function along(chainage: number, bank: 'left' | 'right' | undefined, lang: Lang): string {
  const m = Math.round(chainage);
  const k = `K${Math.floor(m / 1000)}+${String(m % 1000).padStart(3, '0')}`;
  return bank ? `${k} ${tell(bank, lang)}` : k;
}
