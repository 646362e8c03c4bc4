package recording

import (
	"bytes"
	"fmt"

	"github.com/abema/go-mp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4/seekablebuffer"
)

// titled returns a moov box whose tracks have titles: as the name of their handler (ISO 14496-12 section 8.4.3) and,
// which more players show, in a name box of their user data.
func titled(moov []byte, titles []string) ([]byte, error) {
	var b seekablebuffer.Buffer
	t := &titler{titles: titles, in: bytes.NewReader(moov), out: mp4.NewWriter(&b)}
	if _, err := mp4.ReadBoxStructure(t.in, t.box); err != nil {
		return nil, fmt.Errorf("mp4 titles: %w", err)
	}
	return b.Bytes(), nil
}

// A titler copies a moov box and adds titles.
type titler struct {
	titles []string
	in     *bytes.Reader
	out    *mp4.Writer
	tracks int // so far
}

// title returns that of the track that is being copied.
func (t *titler) title() string {
	if t.tracks < 1 || t.tracks > len(t.titles) {
		return ""
	}
	return t.titles[t.tracks-1]
}

func (t *titler) box(h *mp4.ReadHandle) (any, error) {
	switch h.BoxInfo.Type {
	case mp4.BoxTypeTrak():
		t.tracks++
		return nil, t.container(h)
	case mp4.BoxTypeMoov(), mp4.BoxTypeMdia():
		return nil, t.container(h)
	case mp4.BoxTypeHdlr():
		if t.title() != "" {
			return nil, t.handler(h)
		}
	}
	return nil, t.out.CopyBox(t.in, &h.BoxInfo)
}

func (t *titler) container(h *mp4.ReadHandle) error {
	if _, err := t.out.StartBox(&h.BoxInfo); err != nil {
		return err
	}
	if _, err := h.Expand(); err != nil {
		return err
	}
	if h.BoxInfo.Type == mp4.BoxTypeTrak() && t.title() != "" {
		if _, err := t.out.Write(box("udta", box("name", []byte(t.title())))); err != nil {
			return err
		}
	}
	_, err := t.out.EndBox()
	return err
}

func (t *titler) handler(h *mp4.ReadHandle) error {
	payload, _, err := h.ReadPayload()
	if err != nil {
		return err
	}
	hdlr, ok := payload.(*mp4.Hdlr)
	if !ok {
		return errStrange
	}
	hdlr.Name = t.title()
	if _, err := t.out.StartBox(&mp4.BoxInfo{Type: h.BoxInfo.Type}); err != nil {
		return err
	}
	if _, err := mp4.Marshal(t.out, hdlr, h.BoxInfo.Context); err != nil {
		return err
	}
	_, err = t.out.EndBox()
	return err
}
