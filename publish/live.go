package publish

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golive/encoder"
	"golive/recording"
)

// endTime is when ending gives up on a disk; drainTime and the farewells of the outputs are over by then.
const endTime = 1800 * time.Millisecond

// maxEarly bounds the sound packets that wait for the first picture: ten seconds.
const maxEarly = 1000

// A live is the time from GoLive to EndLive: encoders, recording and outputs.
type live struct {
	config   Config
	video    *pictureEncoder
	mailbox  *mailbox
	keeper                            // under mu
	records  atomic.Pointer[ownVideo] // nil when the recording has the packets of the stream
	own      []*encoder.Stream        // for the recording alone, also those of before; under mu
	titles   []string                 // of the sources that are recorded one by one
	sources  []string                 // titles of all there are
	heard    bool                     // there is sound
	wantKey  atomic.Bool
	partings *partings
	refills  refills        // for outputs that are not followed
	most     atomic.Int64   // bit/s of the pictures that the user wants
	saving   sync.Mutex     // one change of the economy at a time
	pending  sync.WaitGroup // the encoding goroutine
	network  *networkWatch
	delayed  *delayLine // nil without a delay

	marked encoder.Timing // the counters of the last picture with a Timing, for the encoding goroutine

	tick int64 // grid position of the last picture, for the capturing goroutine
	videoMeter

	sound struct {
		sync.Mutex
		encoders []*encoder.Audio // of the mix; nil when there is no sound any more
		sources  []*encoder.Audio // of each source, for the recording; nil when that has the mix alone
	}

	mu      sync.Mutex
	senders []*sender         // grows while live
	streams []*encoder.Stream // as they are now, and one more for each codec of sound that a new output needs
	begun   bool              // the first picture has left the encoder
	origin  time.Duration     // its DTS: zero for all who receive
	early   []*encoder.Packet // sound that was faster than the first picture
	err     error
	ended   time.Time

	result error // of end; guarded by Broadcast.change
}

// startLive opens everything, or nothing. before are the connections of earlier lives.
func startLive(c Config, sound *soundInput, record string, outputs []OutputConfig, before *partings) (_ *live, err error) {
	if err := errors.Join(checkCodecs(c.Codec, record, outputs), checkDelay(c)); err != nil {
		return nil, err
	}
	l := &live{config: c, mailbox: newMailbox(), tick: -1, heard: sound.any, sources: sound.titles()}
	l.most.Store(int64(c.BitRate))
	defer func() {
		if err != nil {
			l.endEncoding()
			l.free()
		}
	}()
	if l.video, err = openPictures(c); err != nil {
		return nil, err
	}
	l.streams = append(l.streams, l.video.video.Stream())
	if err := l.openSound(outputs); err != nil {
		return nil, err
	}
	if c.Replay > 0 {
		if err := l.openReplay(record); err != nil {
			return nil, err
		}
	}
	if record != "" {
		if err := l.openFile(record); err != nil {
			return nil, err
		}
	}
	if c.Delay > 0 {
		l.delayed = newDelayLine(c.Delay, l.late)
	}
	for _, o := range outputs {
		l.connect(o)
	}
	l.pending.Go(l.encode)
	l.network = watchNetwork(l.rewired, c.Log)
	return l, nil
}

// checkCodecs refuses a codec that a destination or the file of the recording cannot carry.
func checkCodecs(codec encoder.Codec, record string, outputs []OutputConfig) error {
	if err := recording.CheckCodec(record, codec); err != nil {
		return fmt.Errorf("%w: %w", ErrCodec, err)
	}
	for _, o := range outputs {
		video, audio := o.Destination.Codecs()
		if !slices.Contains(video, codec) {
			return fmt.Errorf("%w: %s takes %s, not %s; choose one that it takes, or leave it out", ErrCodec, o.Name, list(video), codec)
		}
		if o.Backup == nil {
			continue
		}
		if v, a := o.Backup.Codecs(); !slices.Contains(v, codec) || !slices.Equal(a, audio) {
			return fmt.Errorf("%w: the backup of %s takes other codecs than the destination itself; choose one of the same kind", ErrCodec, o.Name)
		}
	}
	return nil
}

func list(codecs []encoder.Codec) string {
	names := make([]string, len(codecs))
	for i, c := range codecs {
		names[i] = string(c)
	}
	return strings.Join(names, " or ")
}

// carried returns those of the streams that are in these codecs.
func carried(streams []*encoder.Stream, video, audio []encoder.Codec) []*encoder.Stream {
	return slices.DeleteFunc(slices.Clone(streams), func(s *encoder.Stream) bool {
		return !slices.Contains(video, s.Codec) && !slices.Contains(audio, s.Codec)
	})
}

// claim keeps a stream for the recording alone.
func (l *live) claim(s *encoder.Stream) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Contains(l.own, s) {
		l.own = append(l.own, s)
	}
}

// deliver gives a packet to all, in the broadcast's own time, which begins with the first picture of the stream. What is
// encoded sooner than that waits for it.
func (l *live) deliver(p *encoder.Packet) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.begun && (!p.Stream.Codec.Video() || slices.Contains(l.own, p.Stream)) {
		if l.early = append(l.early, p); len(l.early) > maxEarly {
			l.early = slices.Delete(l.early, 0, 1)
		}
		return
	}
	if !l.begun {
		l.begun, l.origin = true, p.DTS
	}
	l.send(p)
	for _, p := range l.early {
		l.send(p)
	}
	l.early = nil
}

func (l *live) send(p *encoder.Packet) {
	p.PTS -= l.origin
	p.DTS -= l.origin
	own := slices.Contains(l.own, p.Stream)
	if p.DTS < 0 { // from before the first picture
		if own && p.Keyframe && p.Stream.Codec.Video() {
			l.records.Load().wantKey.Store(true)
		}
		return
	}
	if own || l.records.Load() == nil || !p.Stream.Codec.Video() {
		l.keep(p)
	}
	if own {
		return
	}
	l.follow(p.Stream)
	for _, s := range l.senders {
		if !s.delayed {
			s.push(p)
		}
	}
	if l.delayed != nil {
		l.delayed.push(p)
	}
}

// late gives a packet to those who get everything later.
func (l *live) late(p *encoder.Packet) {
	for _, s := range l.outputs() {
		if s.delayed {
			s.push(p)
		}
	}
}

// follow notes that an encoder goes on with another stream.
func (l *live) follow(s *encoder.Stream) {
	if i := slices.IndexFunc(l.streams, func(o *encoder.Stream) bool { return o.Codec == s.Codec }); i >= 0 {
		l.streams[i] = s
	}
}

// end flushes the encoders, sends what is queued, and closes outputs and recording, all beside each other: what has
// been waited for the encoders is not left for the outputs.
func (l *live) end() error {
	begin := time.Now()
	l.network.close()
	l.endEncoding()
	l.endSound()
	l.endDelay()
	var ending sync.WaitGroup
	for _, s := range l.outputs() {
		ending.Go(func() { s.end(begin.Add(drainTime)) })
	}
	err := l.endKeeping(begin.Add(endTime))
	ending.Wait()
	l.free()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = time.Now()
	return err
}

// endEncoding ends the encoding of pictures, and waits for it.
func (l *live) endEncoding() {
	l.mailbox.end()
	if o := l.records.Load(); o != nil {
		o.end()
	}
	l.pending.Wait()
	if f := l.mailbox.take(); f != nil { // left by an encoder that failed
		f.Release()
	}
}

// free closes what is open of the encoders.
func (l *live) free() {
	if l.video != nil {
		l.video.close()
	}
	if o := l.records.Load(); o != nil {
		o.free()
	}
	l.sound.Lock()
	defer l.sound.Unlock()
	for _, a := range slices.Concat(l.sound.encoders, l.sound.sources) {
		a.Close()
	}
	l.sound.encoders, l.sound.sources = nil, nil
}

func (l *live) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = fmt.Errorf("the encoder failed: %w", err)
		l.config.Log.Error("encoder failed", "error", err)
	}
}

// failure returns why encoding has ended before its time.
func (l *live) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}
