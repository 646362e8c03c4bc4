package profile

import (
	"reflect"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// FuzzDecode checks that whatever is read can be written and read again, unchanged.
func FuzzDecode(f *testing.F) {
	example, err := toml.Marshal(Default())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(example)
	f.Add([]byte("version = 1\nfps = 29.97\nkeyint = \"500ms\"\naudio = []\n"))
	f.Add([]byte("version = 1\n[[destinations]]\nname = \"x\"\nurl = \"rtmp://h/a\"\nkey = \"r\"\n"))
	f.Add([]byte("version = 1\nsize = \"1x\"\n[destinations]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := decode("fuzz", data)
		if err != nil {
			return
		}
		written, err := toml.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		again, err := decode("again", written)
		if err != nil || !reflect.DeepEqual(p, again) {
			t.Fatalf("%+v\ncame back as\n%+v\n%v", p, again, err)
		}
	})
}
