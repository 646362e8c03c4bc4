package publish

import (
	"cmp"
	"crypto/md5" // the authentication is of its time
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"
)

// maxQuestions is how often a server may ask before it takes a stream: who is there, and whether that is true.
const maxQuestions = 3

// identify returns what to tell a server that has refused a connection because it does not know who is asking: the
// authentication of Adobe, as encoders and servers have it. For any other refusal it returns that.
func (r *rtmp) identify(why error) (auth string, err error) {
	var no refusal
	if !errors.As(why, &no) || !strings.Contains(no.words, "authmod=adobe") {
		return "", why
	}
	if r.user == nil {
		return "", refusal{"it wants a user and a password: put the user into the address, as in rtmp://USER@host/app, and give the password as the passphrase"}
	}
	user := "authmod=adobe&user=" + url.QueryEscape(r.user.Username())
	_, question, asked := strings.Cut(no.words, "?")
	if !asked {
		return user, nil
	}
	q := questionValues(question)
	if q["reason"] != "needauth" {
		return "", refusal{"the user or the password is wrong"}
	}
	password, _ := r.user.Password()
	ours := nonce()
	answer := digest(digest(r.user.Username(), q["salt"], password), cmp.Or(q["opaque"], q["challenge"]), ours)
	user += "&challenge=" + ours + "&response=" + answer
	if q["opaque"] != "" {
		user += "&opaque=" + q["opaque"]
	}
	return user, nil
}

// questionValues reads a query whose values are not escaped, as base64 in it is not.
func questionValues(query string) map[string]string {
	values := map[string]string{}
	for pair := range strings.SplitSeq(strings.TrimSpace(query), "&") {
		name, value, _ := strings.Cut(pair, "=")
		values[name] = value
	}
	return values
}

// digest returns MD5 in base64, which is what both sides compute.
func digest(parts ...string) string {
	sum := md5.Sum([]byte(strings.Join(parts, "")))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func nonce() string {
	var b [8]byte
	rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}
