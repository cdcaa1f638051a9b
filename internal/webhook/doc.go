// Package webhook tells systems of others what happens: whoever admits names an
// address of theirs, and what is to be told, and it is posted there, signed.
//
// What it promises:
//
//   - A hook is told what its account sees, narrowed by the hook's grant, and no
//     more: that is asked when something happens and again before each attempt to
//     tell it. What an account may not see any more is not sent, also if it waits.
//   - Edits of the registry are told at least once, whatever ends in between: they
//     are read again from the log. Changes of state and findings are told at least
//     once from the moment that the queue, which is on disk, has them; a node that is
//     killed may forget those of its last moments. A message has the same id
//     whenever it comes. A hook that was not told something for any other reason
//     (too much at once, a full queue, too long away) is told that: "lost".
//   - A hook is told one thing after the other, in the order in which they happened.
//     One that does not answer is tried again, ever more seldom, up to Patience; then
//     the message has failed, which List tells, and the next one is tried. Hooks do
//     not wait for each other.
//   - Took never waits.
//   - No address inside is reached: see Reach.
//
// Movers are not told: where a patrol is, is personal data, and so is when it went.
//
// Of nodes that share a broker one at a time tells; see Run.
package webhook
