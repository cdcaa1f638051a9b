package format

import (
	"bytes"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// coder turns UTF-8 into the encoding of a file.
type coder struct{ gbk *encoding.Encoder } // nil: UTF-8

func newCoder(name string) coder {
	if name != GBK {
		return coder{}
	}
	return coder{encoding.ReplaceUnsupported(simplifiedchinese.GBK.NewEncoder())}
}

// substitute is what the encoder writes for what GBK does not have. No character of
// two bytes has it as its second.
const substitute = 0x1a

// encode returns b in the encoding of the file; what cannot be said is "?".
func (c coder) encode(b []byte) ([]byte, error) {
	if c.gbk == nil {
		return bytes.ToValidUTF8(b, []byte("\ufffd")), nil
	}
	out, err := c.gbk.Bytes(b)
	if err != nil {
		return nil, err
	}
	for i, x := range out {
		if x == substitute {
			out[i] = '?'
		}
	}
	return out, nil
}

// cut returns as many whole characters of s as have at most most bytes in the encoding.
func (c coder) cut(s string, most int) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	if len(s) <= most {
		return s // no character is longer in GBK
	}
	size := 0
	for i, r := range s {
		if size += c.size(r); size > most {
			return s[:i]
		}
	}
	return s
}

// size is how many bytes a character has in the encoding.
func (c coder) size(r rune) int {
	if c.gbk == nil {
		return len(string(r))
	}
	b, err := c.gbk.Bytes([]byte(string(r)))
	if err != nil {
		return 1 // as its substitute
	}
	return len(b)
}
