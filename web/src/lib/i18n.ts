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
  signs: ['城市体征', 'Vital signs'],
  legend: ['图例', 'Legend'],
  demo: ['演示场景：设备与数据均为模拟', 'Demo: devices and data are simulated'],
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
} as const satisfies Record<string, readonly [string, string]>;

export type Word = keyof typeof words;

export function word(key: Word, lang: Lang): string {
  return words[key][lang === 'zh' ? 0 : 1];
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
}
