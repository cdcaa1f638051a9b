// Package door stands before every listener: it says from which address a
// request really comes and whether it came by TLS, which pages may ask, how many
// connections one address may hold, and it keeps certificates current. It knows
// nothing of who asks or for what.
package door
