package search

import (
	"strings"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/seal"
	"suhe/twin"
)

// field is one text of a thing.
type field uint8

// The fields. Pinyin and initials are of the name, and are shown where it is.
const (
	fieldID field = iota
	fieldName
	fieldNameEn
	fieldAddress
	fieldRef
	fieldOwner
	fieldGBID
	fieldPinyin
	fieldInitials
	fields

	// What is no text, and lies in posting lists beside them.
	fieldClass field = 100
	fieldArea  field = 101
)

// Fields are the names of the texts that are searched, in order.
func Fields() []string {
	return []string{"id", "name", "nameEn", "address", "ref", "owner", "gbId"}
}

// titles are the fields by which a thing is known: one that is what is asked for, or
// begins with it, comes first.
const titles = 1<<fieldID | 1<<fieldName | 1<<fieldNameEn | 1<<fieldRef

// The properties that hold an address and a number that others have given.
var (
	addressKeys = []string{"address", "addr:full", "addr:street", "addr:housenumber"}
	refKeys     = []string{"code", "ref"}
)

// textOf is the field's text of an asset; "" where it has none.
func textOf(a *assets.Asset, f field) string {
	switch f {
	case fieldID:
		return string(a.ID)
	case fieldName:
		return a.Name
	case fieldNameEn:
		return twin.EnglishName(a)
	case fieldAddress:
		return address(a)
	case fieldRef:
		return firstText(a, refKeys)
	case fieldOwner:
		return a.Owner
	case fieldGBID:
		if a.Camera != nil {
			return a.Camera.GBID
		}
	}
	return ""
}

// address is what the asset tells of its address: street and number are one.
func address(a *assets.Asset) string {
	if whole := firstText(a, addressKeys[:2]); whole != "" {
		return whole
	}
	return firstText(a, addressKeys[2:3]) + firstText(a, addressKeys[3:])
}

// firstText is the first of the properties that is a text which is not sealed.
func firstText(a *assets.Asset, keys []string) string {
	for _, key := range keys {
		if text := a.Properties.Text(key); text != "" && !seal.Is(text) {
			return text
		}
	}
	return ""
}

// shown are the fields that may be searched by who is shown those: a bit of each.
func shown(shows access.Fields) (mask uint16) {
	all := func(names ...string) bool {
		for _, name := range names {
			if !shows(name) {
				return false
			}
		}
		return true
	}
	for f, may := range map[field]bool{
		fieldID: all("id"), fieldName: all("name"), fieldPinyin: all("name"), fieldInitials: all("name"),
		fieldNameEn: twin.Shown("name_en", shows), fieldAddress: all(addressKeys...), fieldRef: all(refKeys...),
		fieldOwner: all("owner"), fieldGBID: all("gbId"),
	} {
		if may {
			mask |= 1 << f
		}
	}
	return mask
}

// maxText bounds what is searched of one field, in bytes.
const maxText = 512

// appendRecord appends the folded texts of an asset, each behind the mark of its field.
func appendRecord(dst []byte, a *assets.Asset) []byte {
	for f := fieldID; f <= fieldGBID; f++ {
		text := foldText(cutText(textOf(a, f)))
		if f == fieldName {
			dst = appendName(dst, text)
		} else {
			dst = appendField(dst, f, text)
		}
	}
	return dst
}

// appendName appends a folded name and how it is said.
func appendName(dst []byte, name string) []byte {
	full, initials := romanise(name)
	dst = appendField(dst, fieldName, name)
	dst = appendField(dst, fieldPinyin, full)
	return appendField(dst, fieldInitials, initials)
}

// appendNames appends the names of a class as if it were a thing.
func appendNames(dst []byte, zh, en string) []byte {
	return appendField(appendName(dst, foldText(zh)), fieldNameEn, foldText(en))
}

func cutText(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "")
}

func appendField(dst []byte, f field, text string) []byte {
	if text == "" {
		return dst
	}
	return append(append(dst, byte(f)+1), text...)
}

// eachField yields the texts of a record with their fields.
func eachField(record []byte, yield func(f field, text []byte) bool) {
	for len(record) > 0 {
		f, text := field(record[0]-1), record[1:]
		end := 0
		for end < len(text) && (text[end] == 0 || text[end] > byte(fields)) {
			end++
		}
		if !yield(f, text[:end]) {
			return
		}
		record = text[end:]
	}
}
