// Package backup writes and reads archives of all that a node keeps: the store,
// the streams, the keys and the media, in one file.
//
// An archive is a tar whose entries are parts of members, compressed by zstd and,
// if there is a passphrase, encrypted by age (age-encryption.org/v1) as a whole.
// Its last entry is a manifest with the SHA-256 of every part: an archive that is
// cut, or of which one bit is another, is found out before anything is restored.
// Without a passphrase an archive holds no keys.
//
// The package knows no store and no stream; cmd/suhe connects them.
package backup
