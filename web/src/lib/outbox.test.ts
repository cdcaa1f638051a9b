import { expect, it } from 'vitest';
import { doneKept, Outbox, type Deed, type Shelf, type Work } from './outbox';
import { Offline, Problem } from './problem';

/** A phone's memory: what is put is there, whatever becomes of the page. */
class Memory implements Shelf {
  readonly kept = new Map<string, Deed>();
  deeds = (): Promise<Deed[]> => Promise.resolve(structuredClone([...this.kept.values()]));
  put = (d: Deed): Promise<void> => Promise.resolve(void this.kept.set(d.key, structuredClone(d)));
  remove = (key: string): Promise<void> => Promise.resolve(void this.kept.delete(key));
}

/** A server that does a key once, and gives the first answer again. */
class Server {
  readonly done: { key: string; incident: string; what: string }[] = [];
  private readonly answers = new Map<string, string | Problem>();
  refuse: (d: Deed) => Problem | undefined = () => undefined;

  take(d: Deed, incident: string): string {
    let answer = this.answers.get(d.key);
    if (answer === undefined) {
      const made = d.work.kind === 'new' ? `I-${this.done.length}` : incident;
      answer = this.refuse(d) ?? made;
      this.answers.set(d.key, answer);
      if (typeof answer === 'string') this.done.push({ key: d.key, incident: made, what: d.work.kind === 'verb' ? d.work.verb : d.work.kind });
    }
    if (answer instanceof Problem) throw answer;
    return answer;
  }
}

const verb = (v: string): Work => ({ kind: 'verb', verb: v, given: {} });
const photo: Work = { kind: 'photo', name: 'a.jpg', type: 'image/jpeg', when: 'after', size: 9, sent: 0 };
const trouble: Work = { kind: 'new', class: 'other', title: '其他', text: '', place: [121.4, 31.2], address: '' };

/** Time that passes when it is told to. */
function timers() {
  const waiting: (() => void)[] = [];
  return { waiting, clock: { now: () => 1_000_000, later: (f: () => void) => { waiting.push(f); }, random: () => 0.5 }, tick: () => { for (const f of waiting.splice(0)) f(); } };
}

const silent = { changed: () => {}, ended: () => {} };

it('sends each once and in order, whatever the network does and however often the page ends', async () => {
  for (let run = 1; run <= 300; run++) {
    let seed = run;
    const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
    const shelf = new Memory();
    const server = new Server();
    const time = timers();
    let page = 0; // what an ended page still waits for is lost with it
    const open = async (): Promise<Outbox> => {
      const mine = ++page;
      const box = new Outbox('li', shelf, async (d, incident) => {
        await Promise.resolve();
        if (mine !== page) return new Promise<never>(() => {});
        const luck = random();
        if (luck < 0.25) throw new Offline('the question is lost');
        if (luck < 0.3) throw new Problem(503, 'busy', '', 1);
        if (luck < 0.35) throw new Problem(409, 'at work', 'in_flight');
        const answer = server.take(d, incident);
        if (luck < 0.55) throw new Offline('the answer is lost');
        if (luck < 0.65) server.take(d, incident); // a copy of the question
        if (mine !== page) return new Promise<never>(() => {});
        return answer;
      }, silent, time.clock);
      await box.open();
      return box;
    };
    let box = await open();
    const told: string[] = [];
    for (let n = 0; n < 12; n++) {
      const key = `deed-${n}`;
      const makers = told.filter((k) => shelf.kept.get(k)?.work.kind === 'new');
      const luck = random();
      if (luck < 0.25) await box.add({ key, about: key, title: '', work: trouble });
      else if (luck < 0.5 && makers.length > 0) await box.add({ key, about: makers[Math.floor(random() * makers.length)]!, title: '', work: photo });
      else await box.add({ key, about: `J-${Math.floor(random() * 3)}`, title: '', work: verb(`v${n}`) });
      told.push(key);
      if (random() < 0.3) box = await open();
      if (random() < 0.5) time.tick();
    }
    for (let n = 0; n < 2000 && box.count().waiting > 0; n++) {
      await box.rest();
      if (random() < 0.05) box = await open();
      time.tick();
      await box.rest();
    }
    expect(box.count(), `run ${run}`).toEqual({ waiting: 0, refused: 0 });
    expect(server.done.map((d) => d.key).sort(), `run ${run}`).toEqual([...told].sort());
    for (const about of new Set(box.all().map((d) => d.about))) {
      const order = box.all().filter((d) => d.about === about).map((d) => d.key);
      expect(server.done.map((d) => d.key).filter((k) => order.includes(k)), `run ${run}`).toEqual(order);
    }
    for (const d of box.all()) if (d.about.startsWith('deed-')) expect(d.incident).toBe(box.all().find((x) => x.key === d.about)?.incident);
  }
});

it('holds back what is behind a refusal, of that incident alone', async () => {
  const server = new Server();
  const time = timers();
  server.refuse = (d) => (d.key === 'b' ? new Problem(409, 'it is with another') : undefined);
  const box = new Outbox('li', new Memory(), async (d, i) => server.take(d, i), silent, time.clock);
  await box.open();
  await box.add({ key: 'a', about: 'X', title: '', work: verb('accept') });
  await box.add({ key: 'b', about: 'X', title: '', work: verb('handle') });
  await box.add({ key: 'c', about: 'X', title: '', work: photo });
  await box.add({ key: 'd', about: 'Y', title: '', work: verb('accept') });
  await box.rest();
  expect(box.all().map((d) => d.state)).toEqual(['done', 'refused', 'waiting', 'done']);
  expect(box.all()[1]).toMatchObject({ status: 409, why: 'it is with another' });
  // Tried again with another key: the server keeps its answer to the first.
  await box.retry('b', 'b2');
  await box.rest();
  expect(server.done.map((d) => d.key)).toEqual(['a', 'd', 'b2', 'c']);
  expect(box.count()).toEqual({ waiting: 0, refused: 0 });
});

it('drops with a report all that was to go with it', async () => {
  const server = new Server();
  server.refuse = () => new Problem(400, 'place: want [lon, lat]');
  const shelf = new Memory();
  const box = new Outbox('li', shelf, async (d, i) => server.take(d, i), silent, timers().clock);
  await box.open();
  await box.add({ key: 'new', about: 'new', title: '', work: trouble });
  await box.add({ key: 'pic', about: 'new', title: '', work: photo });
  await box.rest();
  expect(box.count()).toEqual({ waiting: 1, refused: 1 });
  await box.drop('new');
  expect(box.all()).toEqual([]);
  expect(shelf.kept.size).toBe(0);
});

it('sends nothing of somebody else, nothing while it is paused, and forgets what is long done', async () => {
  const shelf = new Memory();
  const old: Deed = { key: 'old', seq: 1, by: 'li', about: 'X', title: '', at: 0, work: verb('accept'), state: 'done', tries: 0, ended: 1_000_000 - doneKept - 1 };
  await shelf.put(old);
  await shelf.put({ ...old, key: 'other', seq: 2, by: 'wang', state: 'waiting' });
  const server = new Server();
  const box = new Outbox('li', shelf, async (d, i) => server.take(d, i), silent, timers().clock);
  await box.open();
  box.pause();
  await box.add({ key: 'mine', about: 'X', title: '', work: verb('accept') });
  await box.rest();
  expect(server.done).toEqual([]);
  box.wake();
  await box.rest();
  expect(server.done.map((d) => d.key)).toEqual(['mine']);
  expect(box.all().map((d) => d.seq)).toEqual([3]);
  expect([...shelf.kept.keys()]).toEqual(['other', 'mine']);
});
