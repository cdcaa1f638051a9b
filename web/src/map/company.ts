/** Who else is here (在线): this screen shows itself, lists the others, and follows one of them. */
import type { Request, Screen } from '../lib/frames';
import { word, type Lang } from '../lib/i18n';
import { cleanName, followed, Presence, type Leader } from '../lib/presence';
import { throttled } from '../lib/throttle';
import { Follow } from './follow';
import { HereList } from './here';
import type { Scene3D } from './scene';
import type { Places } from './places';

/** How often others are told of our camera at most, in milliseconds. */
const showEvery = 250;

export interface Parts { button: HTMLElement; panel: HTMLElement; title: HTMLElement; label: HTMLElement; name: HTMLInputElement; list: HTMLElement; following: HTMLElement; stop: HTMLElement }

export interface Around {
  send(r: Request): void;
  lang(): Lang;
  selected(): number; // fid, 0 for none
  sees: boolean; // whether the others are shown; they see this screen if they may
  named(fid: number): string; // what a thing is called
  places: Places;
}

export class Company {
  private readonly presence = new Presence();
  private readonly follow: Follow;
  private readonly list: HereList;
  /** Our session; others know us by it. */
  myself = '';
  private asked = '';
  private name = savedName();
  /** Tells others how this screen looks now. */
  readonly show: () => void;

  constructor(map: Scene3D, private readonly parts: Parts, private readonly around: Around) {
    this.show = throttled(() => this.present(), showEvery);
    this.follow = new Follow(map.map, () => this.stop());
    this.list = new HereList(parts.list, (s) => this.toggle(s));
    map.map.on('move', this.show);
    parts.name.value = this.name;
    parts.name.addEventListener('change', () => this.rename(parts.name.value));
    parts.button.addEventListener('click', () => this.open(parts.panel.hidden === true));
    parts.stop.addEventListener('click', () => this.stop());
    parts.button.hidden = !around.sees;
    if (around.sees) this.presence.leader = followed(location.search);
    this.draw();
  }

  /** A session has begun: nobody knows of us, nor we of anybody. */
  hello(session: string): void {
    this.myself = session;
    this.asked = '';
    this.presence.forget();
    this.present();
    this.ask();
    this.draw();
  }

  take(here: Screen[], gone: string[]): void {
    const camera = this.presence.take(here, gone);
    if (camera) this.follow.to(camera);
    this.draw();
  }

  /** Whether another screen leads this one. */
  get led(): boolean {
    return this.presence.leader?.session !== undefined;
  }

  /** Says everything again, in the language of now. */
  speak(): void {
    this.draw();
  }

  stop(): void {
    if (!this.presence.leader) return;
    this.presence.leader = undefined;
    this.follow.stop();
    this.ask();
    this.draw();
  }

  private toggle(s: Screen): void {
    if (this.presence.leader?.session === s.session) {
      this.stop();
      return;
    }
    const camera = this.presence.follow({ session: s.session, name: s.name });
    if (camera) this.follow.to(camera);
    this.draw();
  }

  private open(open: boolean): void {
    this.parts.panel.hidden = !open;
    this.parts.button.setAttribute('aria-expanded', String(open));
    this.ask();
    this.draw();
  }

  private rename(name: string): void {
    this.name = cleanName(name) ?? this.name;
    this.parts.name.value = this.name;
    localStorage.setItem('suhe.name', this.name);
    this.present();
  }

  private present(): void {
    this.around.send({ type: 'present', name: this.name, camera: this.follow.camera(), selected: this.around.selected() });
  }

  /** Asks who is here for as long as somebody wants to know it. */
  private ask(): void {
    const wanted = !this.parts.panel.hidden || this.presence.leader ? '*' : '';
    if (wanted === this.asked) return;
    this.asked = wanted;
    if (wanted === '') this.presence.here.clear();
    this.around.send({ type: 'follow', session: wanted });
  }

  private draw(): void {
    const lang = this.around.lang();
    const { here, leader } = this.presence;
    this.parts.button.textContent = here.size > 0 ? `${word('here', lang)} ${here.size}` : word('here', lang);
    this.parts.title.textContent = word('here', lang);
    this.parts.label.textContent = word('myName', lang);
    this.sign(leader, lang);
    if (this.parts.panel.hidden) return;
    this.list.show({
      here: here.values(), myself: this.myself, leader,
      place: ({ camera }) => (camera ? `${this.around.places.name([camera.lon, camera.lat])} · ${camera.zoom.toFixed(1)}` : '–'),
      chosen: (fid) => this.around.named(fid),
    }, lang);
  }

  private sign(leader: Leader | undefined, lang: Lang): void {
    this.parts.following.hidden = this.parts.stop.hidden = !leader;
    this.parts.stop.textContent = word('stop', lang);
    const text = leader ? `${word(leader.session ? 'following' : 'awaiting', lang)} ${leader.name}` : '';
    if (this.parts.following.textContent !== text) this.parts.following.textContent = text;
  }
}

/** The name that this screen goes by: as it was given, or one at random that stays. */
function savedName(): string {
  const known = cleanName(localStorage.getItem('suhe.name') ?? '');
  if (known) return known;
  const made = `屏幕 ${Math.random().toString(36).slice(2, 6).toUpperCase()}`;
  localStorage.setItem('suhe.name', made);
  return made;
}
