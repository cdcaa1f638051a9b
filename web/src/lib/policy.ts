/**
 * What a password must be, as internal/account/policy.go demands it: said in words
 * and judged while it is typed. What only the server knows, it says.
 */

export type Rule = 'length' | 'kinds' | 'name' | 'new';

const shortest = 10; // characters
const longest = 256; // bytes of UTF-8
const kindsWanted = 3; // of small letters, capital letters, digits and others

/** Each rule and whether the password keeps it, in the order in which they are said. Of former passwords only the present one is known. */
export function judge(password: string, username: string, present: string): [Rule, boolean][] {
  const bytes = new TextEncoder().encode(password).length;
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u].filter((k) => k.test(password)).length;
  const own = plain(username);
  return [
    ['length', [...password].length >= shortest && bytes <= longest],
    ['kinds', kinds >= kindsWanted],
    ['name', password !== '' && !(own.length >= 3 && plain(password).includes(own))],
    ['new', password !== '' && password !== present],
  ];
}

const letters: Record<string, string> = { '@': 'a', 4: 'a', 0: 'o', 1: 'i', '!': 'i', 3: 'e', 5: 's', $: 's', 7: 't' };

/** Undoes what people do to a word to make a password of it. */
function plain(text: string): string {
  return [...text.toLowerCase()].map((c) => letters[c] ?? c).filter((c) => c > '\x7f' || /[a-z0-9]/.test(c)).join('');
}
