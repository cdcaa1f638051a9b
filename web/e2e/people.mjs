// Somebody with a page of his own: what he sees of alarms and incidents, and what he does by clicks.
import { login, stranger } from './harness.mjs';
import { watched } from './stopwatch.mjs';

/** The page of an account, live; where is the place on the map that it begins at. */
export async function person(browser, { base, user, password, viewport, where = '' }, { check }) {
  const v = await stranger(browser, base, viewport, { pace: 0 }); // it is timed
  const watch = await watched(v.page);
  await login(v.page, base, user, password);
  await v.page.goto(`${base}/${where}`);
  check(`the screen of ${user} is live`, await v.wait('live', () => document.getElementById('sign')?.dataset.status === 'live'));
  if (await v.page.isHidden('#cases')) await v.page.click('#cases-button');
  return {
    ...v, ...watch, user,
    /** Asks the server as this account: the answer's status and text. */
    async fetch(path, method = 'GET', data) {
      const answer = await v.page.request.fetch(base + path, { method, ...(data === undefined ? {} : { data }) });
      return { status: answer.status(), text: (await answer.body()).toString('latin1') };
    },
    /** Asks the server as this account. */
    async ask(method, path, data) {
      const answer = await v.page.request.fetch(base + path, { method, ...(data === undefined ? {} : { data }) });
      if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
      return answer.text().then((text) => (text ? JSON.parse(text) : undefined));
    },
    listed: (id, state) => v.wait(`${user}: ${id} ${state}`, ([i, s]) => document.querySelector(`#cases-list [data-id="${i}"]`)?.dataset.state === s, [id, state]),
    stands: (state) => v.wait(`${user}: the card ${state}`, (s) => document.querySelector(`#case:not([hidden]) .chips [data-state="${s}"]`), state),
    said: (what, pattern) => v.wait(`${user}: ${what}`, (p) => new RegExp(p).test(document.querySelector('#case:not([hidden])')?.textContent ?? ''), pattern),
    deeds: () => v.page.$$eval('#case .deeds button', (all) => all.map((b) => b.dataset.verb)),
    /** Opens a case from the list. */
    async open(id, state) {
      await v.page.click(`#cases-list [data-id="${id}"] button`);
      return this.stands(state);
    },
    /** Presses a button of the card, and OK if something is asked. */
    async press(verb, fill) {
      await v.page.click(`#case .deeds [data-verb="${verb}"]:enabled`);
      if (!fill) return;
      await v.page.waitForSelector('#deed[open]');
      await fill(v.page);
      await v.page.click('#deed button[type=submit]');
    },
    /** Sends a picture of after the work. */
    async upload(name, buffer) {
      await v.page.setInputFiles('#case-file', { name, mimeType: 'image/png', buffer });
      await v.page.click('#case .upload button');
    },
  };
}
