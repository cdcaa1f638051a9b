// Package search finds things by words: assets, cameras, open incidents and alarms,
// places and addresses, by their names, numbers and classes, in Chinese, by pinyin, by
// the initials of pinyin, in English, by street, by time, on a part of the map.
//
// # What is found
//
// A question is words apart by spaces. A thing is found if each word is part of one of
// its texts (see Fields), or of the words for its class or its area: "曹杨 路灯" finds
// the lamps of 曹杨新村街道. Letters are compared without case and width, and the
// traditional characters of place names as the simplified. A word of one Latin letter or
// digit must begin a word of the text; one Chinese character may stand anywhere. A word
// of two or more Latin letters is also compared with the pinyin of the name, from the
// beginning of a syllable on, and with the initials of its syllables.
//
// # Order
//
// First those of which a text is the question, then those of which one begins with it,
// then those that have all words in their texts, then those found by the words of their
// class or area. Among equals the nearest to a point, if one is given, then the worst
// severity, then the lowest number.
//
// # Scope
//
// The index is kept apart by field: what a field says is not looked at for who is not
// shown it, so neither hits, nor counts, nor order tell it. Counts are of what the scope
// sees.
//
// # Freshness and bounds
//
// [Index] is a sink of a world: a change is found when World.Wait returns. It is built
// beside the running world on every core; until then a question waits for a while, then
// fails with assets.ErrBusy. A question looks at no more than maxCounted things that the
// scope sees; of more it says that it is not exact. If something is to be near, those
// around the point are looked at first.
//
// Things lie in segments of 65,536, each with posting lists of pairs of characters, so
// that all work is on sets of 8 kB. In them things of a kind lie by place, with a box
// around each 64: what is elsewhere is not looked at. A million assets with ids, owners and names take
// about 170 MB.
package search
