package account

import (
	"crypto/rand"
	_ "embed"
	"fmt"
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"

	"suhe/assets"
)

// The rules of passwords.
const (
	minPassword = 10  // characters
	maxPassword = 256 // bytes
	minKinds    = 3   // of lower case, upper case, digits, others
	keptFormer  = 5   // passwords that may not come again, the present one included
	minUncommon = 6   // letters and digits beside what is commonest
)

// commonest are what passwords are made of too often; one that has little beside
// it is refused.
//
//go:embed commonest.txt
var commonest string

// checkPassword says what is wrong with a password that is to be the account's. It
// does not look at former ones.
func checkPassword(name, password string) error {
	if !utf8.ValidString(password) || len(password) > maxPassword {
		return fmt.Errorf("%w: password: want UTF-8 of at most %d bytes", assets.ErrInvalid, maxPassword)
	}
	if n := utf8.RuneCountInString(password); n < minPassword {
		return fmt.Errorf("%w: password: %d characters, want at least %d", assets.ErrInvalid, n, minPassword)
	}
	if n := kindsIn(password); n < minKinds {
		return fmt.Errorf("%w: password: %d kinds of characters, want %d of lower case, upper case, digits and others", assets.ErrInvalid, n, minKinds)
	}
	bare := plain(password)
	if own := plain(name); len(own) >= 3 && strings.Contains(bare, own) {
		return fmt.Errorf("%w: password: holds the name of the account", assets.ErrInvalid)
	}
	if left := uncommon(bare); left < minUncommon && left < len(bare) {
		return fmt.Errorf("%w: password: one of the commonest, want one that nobody guesses", assets.ErrInvalid)
	}
	return nil
}

// uncommon counts the bytes of a plain text that are not part of what is commonest.
func uncommon(bare string) int {
	for word := range strings.FieldsSeq(commonest) {
		bare = strings.ReplaceAll(bare, plain(word), " ")
	}
	return len(strings.ReplaceAll(bare, " ", ""))
}

func kindsIn(password string) int {
	var lower, upper, digit, other int
	for _, r := range password {
		switch {
		case unicode.IsLower(r):
			lower = 1
		case unicode.IsUpper(r):
			upper = 1
		case unicode.IsDigit(r):
			digit = 1
		default:
			other = 1
		}
	}
	return lower + upper + digit + other
}

// unleet gives signs that stand for letters the letters.
var unleet = strings.NewReplacer("@", "a", "4", "a", "0", "o", "1", "i", "!", "i", "3", "e", "5", "s", "$", "s", "7", "t")

// plain undoes what people do to a word to make a password of it: capitals,
// signs that stand for letters, and what stands between.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && !(r >= 'a' && r <= 'z') && !(r >= '0' && r <= '9') {
			return -1
		}
		return r
	}, unleet.Replace(strings.ToLower(text)))
}

// letters of passwords that we make: none looks like another.
const letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

// NewPassword makes one that keeps the rules, of more than 90 bits.
func NewPassword() string {
	for {
		var b strings.Builder
		for i := range 4 {
			if i > 0 {
				b.WriteByte('-')
			}
			for range 4 {
				n, err := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
				if err != nil {
					panic(err) // the system has no random numbers
				}
				b.WriteByte(letters[n.Int64()])
			}
		}
		if checkPassword("", b.String()) == nil {
			return b.String()
		}
	}
}
