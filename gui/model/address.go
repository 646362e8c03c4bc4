package model

import (
	"net/url"
	"slices"
	"strings"

	"golive/encoder"
	"golive/profile"
	"golive/publish"
	"golive/secret"
)

// SplitKey takes the key off an address that ends in one, as in rtmp://host/app/key: it must not stay in the profile,
// which anyone may read.
func SplitKey(address string) (string, secret.Secret) {
	base, query, hasQuery := strings.Cut(address, "?")
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || strings.HasSuffix(base, "/") || strings.Count(u.Path, "/") < 2 {
		return address, secret.Secret{}
	}
	i := strings.LastIndexByte(base, '/')
	key := base[i+1:]
	if hasQuery {
		key += "?" + query
	}
	return base[:i], secret.New(key)
}

// splitSecrets takes out of an address what has a field of its own: the password of a user, and the stream id and the
// passphrase in the query of SRT.
func splitSecrets(address string) (rest, key, passphrase string) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address, "", ""
	}
	password, hasPassword := u.User.Password()
	if hasPassword {
		passphrase = password
		u.User = url.User(u.User.Username())
	}
	if q := u.Query(); u.Scheme == "srt" && (q.Has("streamid") || q.Has("passphrase")) {
		key, passphrase = q.Get("streamid"), q.Get("passphrase")
		q.Del("streamid")
		q.Del("passphrase")
		u.RawQuery = q.Encode()
	} else if !hasPassword {
		return address, "", ""
	}
	return u.String(), key, passphrase
}

// TakesPassphrase says whether an address is one with a passphrase: that of SRT, or the password of a user.
func TakesPassphrase(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "srt" || u.User.Username() != "")
}

// TakesOpus says whether there is a choice of the sound at an address: RTMP servers can take Opus in place of AAC.
func TakesOpus(address string) bool {
	return kind(address) == "rtmp" && slices.Contains(publish.ServiceAt(address).Audio, encoder.Opus)
}

// checkPlace says whether a destination can be made of d and the secrets, those given or those that are stored already.
func checkPlace(d profile.Destination, given Secrets) error {
	if given.Key.Empty() && d.Key != "" {
		given.Key = secret.New(anyKey)
	}
	if given.Passphrase.Empty() && d.Passphrase != "" {
		given.Passphrase = secret.New(anyPassphrase)
	}
	_, err := publish.ParseDestination(d.URL, given.Key, given.Passphrase)
	return err
}

// What stands for a secret where it is not the question.
const anyKey, anyPassphrase = "key", "passphrase"
