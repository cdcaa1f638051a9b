/** Chinese first, English by a switch that is remembered. */

export type Lang = 'zh' | 'en';

const words = {
  title: ['苏河数字孪生', 'Suzhou Creek Digital Twin'],
  live: ['实时', 'Live'],
  connecting: ['连接中', 'Connecting'],
  slow: ['较慢', 'Slow'],
  reconnecting: ['重连中', 'Reconnecting'],
  refused: ['无法订阅', 'Refused'],
  ended: ['已断开', 'Ended'],
  ago: ['前', ' ago'],
  every: ['每 ', 'every '],
  later: ['后', ' to go'],
  now: ['正在连接', 'trying now'],
  stale: ['数据陈旧', 'Stale data'],
  asOf: ['所示时刻 ', 'as of '],
  inView: ['视野内', 'in view'],
  here: ['在线', 'Here'],
  myName: ['本屏名称', 'Name of this screen'],
  myself: ['本屏', 'this screen'],
  follow: ['跟随', 'Follow'],
  following: ['跟随中', 'Following'],
  awaiting: ['等待', 'Waiting for'],
  stop: ['停止', 'Stop'],
  selected: ['选中', 'selected'],
  movers: ['移动目标', 'Moving things'],
  search: ['搜索名称、编号、地址、拼音', 'Search names, numbers, addresses'],
  found: ['搜索结果', 'Search results'],
  foundAll: ['共 {n} 个', '{n} found'],
  nothingFound: ['没有找到', 'Nothing found'],
  notSearched: ['无法搜索：', 'Cannot search: '],
  overCases: ['已结束的案件与告警', 'Cases that are over'],
  signs: ['城市体征', 'Vital signs'],
  legend: ['图例', 'Legend'],
  demo: ['演示系统 · 设备、数据与账号均为模拟', 'Demo · devices, data and accounts are made up'],
  mind: ['请注意', 'Mind'],
  delayed: ['公众视图 · 延迟 {n} 分钟', 'Public view · {n} min late'],
  late: ['延迟 {n} 分钟', '{n} min late'],
  pages: ['页面', 'Pages'],
  pageCreek: ['全景地图', 'Map of the creek'],
  pageScreen: ['指挥大屏', 'Big screen'],
  pageConsole: ['处置席', 'Console'],
  pagePatrol: ['巡查', 'Patrol'],
  pagePlanner: ['规划', 'Planner'],
  pageAdmin: ['管理', 'Administration'],
  account: ['账号', 'Account'],
  role: ['角色', 'Role'],
  region: ['区域', 'Areas'],
  everywhere: ['全部区域', 'Everywhere'],
  until: ['登录有效至', 'Logged in until'],
  changePassword: ['修改密码', 'Change password'],
  logout: ['退出登录', 'Log out'],
  logoutAll: ['退出所有设备', 'Log out everywhere'],
  idleSoon: ['长时间未操作，将于 {t} 退出登录', 'Nobody has done anything for long: logged out at {t}'],
  endsSoon: ['登录将于 {t} 到期', 'The login ends at {t}'],
  stay: ['继续使用', 'Stay'],
  rightsChanged: ['您的权限已变更，页面即将按新权限重新载入', 'Your rights have changed: the page begins anew with them'],
  whyTitle: ['查看原因', 'Reason'],
  whyHint: ['查看“{what}”将记入审计，请说明用途。', 'To look at “{what}” is recorded. Say what for.'],
  purpose: ['用途', 'Purpose'],
  ownWords: ['用途说明', 'In your words'],
  incident: ['案件编号（如 310107015-20261123-00001）', 'Incident number (like 310107015-20261123-00001)'],
  incidentIfAny: ['案件编号（如有）', 'Incident number (if any)'],
  keepReason: ['本次登录期间不再询问', 'Do not ask again during this login'],
  cancel: ['取消', 'Cancel'],
  look: ['查看', 'Look'],
  forgetReason: ['更换用途', 'Other purpose'],
  track: ['最近 30 分钟轨迹', 'Track of the last 30 minutes'],
  noTrack: ['最近 30 分钟没有位置', 'Not seen in the last 30 minutes'],
  refusedView: ['无法查看：', 'Cannot be shown: '],
  level: ['平均水位', 'Mean water level'],
  highest: ['最高水位', 'Highest water level'],
  rain: ['最大雨强', 'Heaviest rain'],
  noise: ['平均噪声', 'Mean noise'],
  online: ['感知在线率', 'Sensors online'],
  troubled: ['异常设备', 'Devices in trouble'],
  dark: ['深色', 'Dark'],
  light: ['浅色', 'Light'],
  close: ['关闭', 'Close'],
  id: ['编号', 'Id'],
  class: ['类别', 'Class'],
  area: ['街镇', 'Street or town'],
  chainage: ['里程', 'Chainage'],
  owner: ['权属', 'Owner'],
  whoSees: ['哪些摄像机看得到', 'Which cameras see it'],
  nobodySees: ['没有摄像机看得到这里', 'No camera sees this place'],
  left: ['左岸', 'left bank'],
  right: ['右岸', 'right bank'],
  communication: ['通信', 'Communication'],
  data: ['数据', 'Data'],
  service: ['运行', 'Service'],
  areas: ['街镇', 'Areas'],
  water: ['水面', 'Water'],
  banks: ['岸线', 'Banks'],
  bridges: ['桥梁', 'Bridges'],
  buildings: ['建筑', 'Buildings'],
  landmarks: ['地标与车站', 'Landmarks'],
  assets: ['部件', 'Bank assets'],
  cameras: ['摄像机', 'Cameras'],
  sensors: ['传感器', 'Sensors'],
  incidents: ['案件', 'Incidents'],
  alarms: ['告警', 'Alarms'],
  normal: ['正常', 'normal'],
  unknown: ['未知', 'unknown'],
  offline: ['离线', 'offline'],
  fresh: ['新鲜', 'fresh'],
  stuck: ['卡滞', 'stuck'],
  invalid: ['无效', 'invalid'],
  none: ['无', 'none'],
  maintenance: ['维护', 'maintenance'],
  fault: ['故障', 'fault'],
  retired: ['停用', 'retired'],
  staleData: ['过期', 'stale'],
  onlineState: ['在线', 'online'],
  discovered: ['已发现', 'discovered'],
  filed: ['立案', 'filed'],
  rejected: ['不予立案', 'rejected'],
  merged: ['并案', 'merged'],
  dispatched: ['派遣', 'dispatched'],
  accepted: ['接单', 'accepted'],
  returned: ['退单', 'returned'],
  handling: ['处置', 'being handled'],
  suspended: ['挂起', 'suspended'],
  reported: ['反馈', 'reported'],
  checking: ['核查', 'being checked'],
  rework: ['返工', 'rework'],
  closed: ['结案', 'closed'],
  evaluated: ['问效', 'evaluated'],
  reopened: ['重开', 'reopened'],
  cancelled: ['作废', 'cancelled'],
  raised: ['告警中', 'raised'],
  acknowledged: ['已确认', 'acknowledged'],
  suppressed: ['已抑制', 'suppressed'],
  cleared: ['已解除', 'cleared'],
} as const satisfies Record<string, readonly [string, string]>;

export type Word = keyof typeof words;

export function word(key: Word, lang: Lang): string {
  return choose(words[key], lang);
}

/** How late a view is, to a tenth of a minute; delay is in seconds. */
export function howLate(key: 'delayed' | 'late', delay: number, lang: Lang): string {
  return word(key, lang).replace('{n}', String(Math.round(delay / 6) / 10));
}

/** Of a text in Chinese and English the one that is asked for. */
export function choose(pair: readonly [string, string], lang: Lang): string {
  return pair[lang === 'zh' ? 0 : 1];
}

/** A state's word; two of them would be read as something else. */
export function stateWord(state: string, lang: Lang): string {
  const key = state === 'online' ? 'onlineState' : state === 'stale' ? 'staleData' : state;
  return key in words ? word(key as Word, lang) : state;
}

export function isWord(key: string): key is Word {
  return key in words;
}

export function savedLanguage(): Lang {
  return localStorage.getItem('suhe.lang') === 'en' ? 'en' : 'zh';
}

export function saveLanguage(lang: Lang): void {
  localStorage.setItem('suhe.lang', lang);
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
}

/** The switch's own words: the language that it switches to. */
export function otherLanguage(lang: Lang): string {
  return lang === 'zh' ? 'English' : '中文';
}
