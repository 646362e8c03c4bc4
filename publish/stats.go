package publish

import "time"

// Stats is the state of a broadcast at a moment. Its JSON is the stats line of golive live.
type Stats struct {
	Time      time.Time      `json:"time"`
	UptimeS   float64        `json:"uptime_s"` // seconds since the first encoded picture
	CPUCores  float64        `json:"cpu_cores"`
	RSSMB     int            `json:"rss_mb"`
	Video     VideoStats     `json:"video"`
	Audio     AudioStats     `json:"audio"`
	Outputs   []OutputStats  `json:"outputs"` // in the order of GoLive; none before it
	Upload    UploadStats    `json:"upload"`
	Slate     bool           `json:"slate"` // the slate is shown in place of the pictures
	Recording RecordingStats `json:"recording"`
	Latency   LatencyStats   `json:"latency_ms"`
}

// Percentiles of the last seconds, in ms.
type Percentiles struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
}

// VideoStats counts pictures since the broadcast went live (fps, ms and bitrate: of the last second).
type VideoStats struct {
	FPS         float64     `json:"fps"`
	Captured    int64       `json:"captured"`
	Lagged      int64       `json:"lagged"`  // ticks with no fresh picture in time
	Skipped     int64       `json:"skipped"` // not encoded because the encoder was busy
	Encoded     int64       `json:"encoded"`
	LeftOut     int64       `json:"left_out"` // for the bit rate that the way carries
	CaptureMS   Percentiles `json:"capture_ms"`
	EncodeMS    Percentiles `json:"encode_ms"`
	BitrateKbps int         `json:"bitrate_kbps"`
	TargetKbps  int         `json:"target_kbps"` // what the encoder was asked for
	Economy     string      `json:"economy"`     // what is left out now; "" for nothing
	Encoder     string      `json:"encoder"`
	Preset      string      `json:"preset"` // "" for an encoder that has none
	Notice      string      `json:"notice"` // what was done about an encoder that failed or was too slow; else ""
	Error       string      `json:"-"`      // why the source is lost; "" while it delivers
}

// AudioStats tells of the mixed sound.
type AudioStats struct {
	LevelDB []float64     `json:"level_db"` // dBFS RMS of left and right over the last 100 ms or so; -90 is silence
	DriftMS float64       `json:"drift_ms"` // of the worst source against the clock
	Sources []SourceLevel `json:"-"`        // in the order of Config.Audio
}

// SourceLevel is the meter of one sound source.
type SourceLevel struct {
	Spec    string
	Error   string     // why it is missing; "" when it works
	LevelDB [2]float64 // dBFS RMS of left and right; -90 is silence
	PeakDB  [2]float64 // dBFS
	Muted   bool
}

// OutputStats tells of one destination.
type OutputStats struct {
	Name          string    `json:"name"`
	Protocol      string    `json:"protocol"`
	State         State     `json:"state"`
	BitrateKbps   int       `json:"bitrate_kbps"` // of the last second
	AckedKbps     int       `json:"acked_kbps"`   // acknowledged in the last second; where that is not known, sent
	SentBytes     int64     `json:"sent_bytes"`
	QueueMS       int       `json:"queue_ms"`       // media that the other side has not got yet
	DroppedFrames int64     `json:"dropped_frames"` // encoded but not sent
	Dropped       Dropped   `json:"dropped"`        // the same by reason
	Reconnects    int       `json:"reconnects"`
	RTTMS         float64   `json:"rtt_ms"`
	Loss          float64   `json:"loss"`          // of the packets of the last seconds, 0 to 1, before they were sent again
	Resent        int64     `json:"resent"`        // packets of this connection
	EstimateKbps  int       `json:"estimate_kbps"` // what the transport believes the way can carry; 0 is unknown
	Since         time.Time `json:"since"`         // when the state began
	Backup        bool      `json:"backup"`        // it is at the backup destination
	Error         string    `json:"error"`         // why it is not live, in a sentence; never holds a key
}

// Dropped counts pictures that were encoded and not sent to a destination, by the reason.
type Dropped struct {
	Congestion int64 `json:"congestion"` // the way did not keep up
	Away       int64 `json:"away"`       // there was no connection
	Ended      int64 `json:"ended"`      // what was left when it was told to end
}

// Sum returns all of them.
func (d Dropped) Sum() int64 { return d.Congestion + d.Away + d.Ended }

// RecordingStats tells of the recording.
type RecordingStats struct {
	Path     string   `json:"path"`  // of the newest file
	Bytes    int64    `json:"bytes"` // in all its files
	Paused   bool     `json:"paused,omitempty"`
	Warning  string   `json:"warning,omitempty"` // how much time the disk has left when that is little, in a sentence
	Repaired []string `json:"-"`                 // files that a crash had left, finished since
	// With a bit rate of its own, and left out else:
	Encoder    string `json:"encoder,omitempty"`
	TargetKbps int    `json:"target_kbps,omitempty"`
	Encoded    int64  `json:"encoded,omitempty"` // pictures
	Skipped    int64  `json:"skipped,omitempty"` // not encoded because the encoder was busy
	Error      string `json:"error"`
}

// LatencyStats is the glass-to-glass latency that the viewers of the embedded server measured.
type LatencyStats struct {
	P50     float64 `json:"p50"`
	P95     float64 `json:"p95"`
	Player  float64 `json:"-"` // the median of what of it pictures are at the viewers', from their last packet on; 0 is unknown
	Viewers int     `json:"viewers"`
}
