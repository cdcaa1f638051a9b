/** Small helpers to read and make parts of a page. */

/** The part of the page that has the id; that there is none is a mistake of ours. */
export function element<T extends HTMLElement = HTMLElement>(id: string): T {
  const e = document.getElementById(id);
  if (!e) throw new Error(`the page has no #${id}`);
  return e as T;
}

/** A new part: its properties, and what is in it. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, properties: Partial<Omit<HTMLElementTagNameMap[K], 'style' | 'dataset'>> = {}, ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const e = Object.assign(document.createElement(tag), properties);
  e.append(...children);
  return e;
}

/** A button that does something. */
export function button(text: string, press: () => void, className = ''): HTMLButtonElement {
  const b = make('button', { type: 'button', textContent: text, className });
  b.addEventListener('click', press);
  return b;
}

/** Changes a text that is read out only if it is another. */
export function say(e: HTMLElement, text: string): void {
  if (e.textContent !== text) e.textContent = text;
}
