// Package assets is the registry of what stands along the creek: its shapes,
// its class tables, its rules, and the ways in and out of it by file.
//
// What the registry promises: an asset that is stored has passed
// Registry.Check; its place (area, chainage, bank) was derived from its
// geometry and never typed in; an edit that says what is already stored makes
// no revision; a file that is imported twice changes nothing the second time.
//
// Published values (Asset, Properties, Class) are immutable and may be read by
// any number of goroutines.
package assets
