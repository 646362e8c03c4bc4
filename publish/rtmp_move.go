package publish

import (
	"errors"
	"net/url"
	"strings"
)

// errReconnect marks a connection that the server wants to be made again, at once: it is not a failure.
var errReconnect = errors.New("the server asks to connect again")

// place returns where the next attempt goes: where a server has sent us, once, or the address.
func (r *rtmp) place() *url.URL {
	if to := r.moved.Swap(nil); to != nil {
		return to
	}
	return r.app
}

// move takes the next attempt to an address, "" for the same. It must be an RTMP one, and as well encrypted.
func (r *rtmp) move(address string) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil || len(address) > maxURL {
		return errors.New("the address cannot be read")
	}
	u = r.app.ResolveReference(u)
	switch scheme := strings.ToLower(u.Scheme); {
	case scheme != "rtmp" && scheme != "rtmps", u.User != nil, checkHost(address, u) != nil:
		return errors.New("the address is not one of RTMP")
	case r.app.Scheme == "rtmps" && scheme != "rtmps":
		return errors.New("the address is not encrypted, and this one is")
	}
	u.Host, u.Fragment = hostPort(u), ""
	r.moved.Store(u)
	return nil
}
