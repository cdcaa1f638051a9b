/** What the login says, Chinese first. */
import { choose, type Lang } from '../lib/i18n';
import type { Rule } from '../lib/policy';

const words = {
  login: ['登录', 'Log in'],
  again: ['重新登录', 'Log in again'],
  motto: ['一屏发现 · 一口派单 · 一站处置 · 一网评效', 'Seen on one screen, dispatched by one mouth, handled at one stop, evaluated on one net'],
  username: ['用户名', 'Username'],
  password: ['密码', 'Password'],
  show: ['显示', 'Show'],
  hide: ['隐藏', 'Hide'],
  otp: ['动态验证码', 'One-time code'],
  otpHint: ['打开身份验证器，输入当前的 6 位数字', 'Open your authenticator and type the six digits of now'],
  verify: ['验证', 'Verify'],
  back: ['换个账号', 'Another account'],
  changeTitle: ['设置新密码', 'Set a new password'],
  changeHint: ['须先更换密码才能继续', 'The password must be changed before you go on'],
  current: ['当前密码', 'Current password'],
  fresh: ['新密码', 'New password'],
  repeat: ['再次输入新密码', 'New password again'],
  same: ['两次输入一致', 'Both are the same'],
  change: ['更换密码', 'Change password'],
  changed: ['密码已更换', 'The password is changed'],
  enrolTitle: ['绑定动态验证码', 'Set up one-time codes'],
  enrolHint: ['管理员必须使用双因素登录。用身份验证器（TOTP）扫描二维码，或手工录入下面的地址，再输入它显示的 6 位数字。', 'Administrators log in with two factors. Scan the code with an authenticator (TOTP), or type the address below into it; then type the six digits that it shows.'],
  qr: ['绑定用二维码', 'QR code to set up one-time codes'],
  uri: ['绑定地址', 'Address'],
  copy: ['复制', 'Copy'],
  copied: ['已复制', 'Copied'],
  confirm: ['确认绑定', 'Confirm'],
  wrong: ['用户名、密码或验证码不正确', 'Username, password or code is not right'],
  locked: ['失败次数过多，已锁定。请于 {time} 后再试', 'Too many failures: locked. Try again after {time}'],
  busy: ['服务繁忙，{n} 秒后再试', 'The server is busy. Try again in {n} s'],
  offline: ['无法连接服务器，请检查网络后重试', 'The server cannot be reached. Check the network and try again'],
  asking: ['正在验证…', 'Checking…'],
  or: ['或', 'or'],
  oidc: ['使用 {name} 登录', 'Log in with {name}'],
  demoTitle: ['演示账号', 'Demo accounts'],
  demoHint: ['点选角色即填入用户名；密码见启动时控制台的输出', 'A click fills in the name; the password is on the console that started the server'],
  ended: ['登录已结束，请重新登录', 'Your login has ended. Log in again'],
  idle: ['长时间未操作，已退出登录', 'Nobody did anything for long: you were logged out'],
  revoked: ['权限已变更或登录已被终止，请重新登录', 'Your rights have changed or your login was ended. Log in again'],
  bye: ['已退出登录', 'You have logged out'],
  length: ['至少 10 个字符', 'At least 10 characters'],
  kinds: ['大写、小写、数字、符号至少三类', 'Three of: capitals, small letters, digits, signs'],
  name: ['不含用户名', 'The username is not in it'],
  new: ['与最近用过的 5 个密码不同', 'None of the last five'],
  unfit: ['新密码不可用：', 'The new password will not do: '],
} as const satisfies Record<string, readonly [string, string]> & Record<Rule, readonly [string, string]>;

export type LoginWord = keyof typeof words;

export function say(key: LoginWord, lang: Lang): string {
  return choose(words[key], lang);
}

/** Why somebody is sent to the login page: the address says it (?why=idle). */
export const reasons = ['ended', 'idle', 'revoked', 'bye', 'changed'] as const satisfies LoginWord[];
