package hls

import "testing"

func TestDecodeTime(t *testing.T) {
	for _, bad := range []string{"", "moof", "\x00\x00\x00\x00moov", "\xff\xff\xff\xffmdat", "\x00\x00\x00\x14tfdt\x01\x00\x00\x00", "\x00\x00\x00\x10moof\x00\x00\x00\x04traf"} {
		if _, err := DecodeTime([]byte(bad)); err == nil {
			t.Errorf("%q has a time", bad)
		}
	}
	got, err := DecodeTime([]byte("\x00\x00\x00\x08styp\x00\x00\x10\x00moof\x00\x00\x00\x08mfhd\x00\x00\x0f\x00traf\x00\x00\x00\x08tfhd\x00\x00\x00\x14tfdt\x01\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x02"))
	if err != nil || got != 1<<32+2 {
		t.Errorf("%d, %v", got, err)
	}
}
