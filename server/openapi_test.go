package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golive/encoder"
	"golive/internal/testrig"
)

// A document is what the tests read of OpenAPI.
type document struct {
	Paths      map[string]map[string]json.RawMessage
	Components struct {
		Schemas   map[string]*schema
		Responses map[string]response
	}
}

type operation struct {
	Security  []map[string][]string
	Responses map[string]response
}

type response struct {
	Ref     string `json:"$ref"`
	Content map[string]struct{ Schema *schema }
}

type schema struct {
	Ref        string `json:"$ref"`
	Type       string
	Required   []string
	Properties map[string]*schema
	Additional *bool `json:"additionalProperties"`
	Items      *schema
	Enum       []string
	Minimum    *float64
}

func readOpenAPI(t *testing.T, s *Server) *document {
	t.Helper()
	_, body := send(t, s, "GET", "/api/v1/openapi.json", "", nil)
	d := &document{}
	if err := json.Unmarshal([]byte(body), d); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *document) operation(t *testing.T, pattern string) *operation {
	t.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	raw, ok := d.Paths[path][strings.ToLower(method)]
	if !ok {
		return nil
	}
	o := &operation{}
	if err := json.Unmarshal(raw, o); err != nil {
		t.Fatal(err)
	}
	return o
}

// TestOpenAPIHasAllRoutes compares the document with what the server answers to, both ways.
func TestOpenAPIHasAllRoutes(t *testing.T) {
	s := start(t, Config{})
	d := readOpenAPI(t, s)
	described := 0
	for _, methods := range d.Paths {
		for method := range methods {
			if method != "parameters" {
				described++
			}
		}
	}
	for _, r := range s.table(nil, http.NotFoundHandler()) {
		if r.protocol == "page" {
			continue
		}
		o := d.operation(t, r.pattern)
		if o == nil {
			t.Errorf("%s is not described", r.pattern)
			continue
		}
		described--
		var asks []string
		for _, one := range o.Security {
			for scheme := range one {
				asks = append(asks, scheme)
			}
		}
		if got := strings.Join(asks, " "); got != string(r.do) {
			t.Errorf("%s: is described to need %q, and needs %q", r.pattern, got, r.do)
		}
	}
	if described != 0 {
		t.Errorf("%d more operations are described than there are", described)
	}
}

// TestOpenAPIAnswers makes requests and holds the answers against what is described.
func TestOpenAPIAnswers(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Data: t.TempDir()})
	d := readOpenAPI(t, s)
	broadcast(t, s, "live", nil)
	broadcast(t, s, "doomed", nil, encoder.H264)
	v := watchWHEP(t, s, "live")
	v.wait(t)
	send(t, s, "GET", "/hls/live/index.m3u8?session=a", "", nil)
	viewers := s.stream("live").audience()
	i := slices.IndexFunc(viewers, func(v viewer) bool { return v.describe().Protocol == "webrtc" })
	if len(viewers) != 2 || i < 0 {
		t.Fatalf("viewers %+v", viewers)
	}
	for _, tt := range []apiRequest{
		{"GET /api/v1/streams", "", 200},
		{"GET /api/v1/streams/{stream}", "live", 200},
		{"GET /api/v1/streams/{stream}", "nobody", 404},
		{"GET /api/v1/streams/{stream}/viewers", "live", 200},
		{"GET /api/v1/streams/{stream}/viewers", "nobody", 404},
		{"DELETE /api/v1/streams/{stream}/viewers/{viewer}", "live nobody", 404},
		{"DELETE /api/v1/streams/{stream}/viewers/{viewer}", "live " + viewers[i].describe().ID, 204},
		{"DELETE /api/v1/streams/{stream}", "doomed", 204},
		{"DELETE /api/v1/streams/{stream}", "doomed", 404},
		{"GET /api/v1/time", "", 200},
		{"GET /api/v1/openapi.json", "", 200},
		{"GET /hls/{stream}/{file}", "live index.m3u8", 200},
		{"GET /hls/{stream}/ts/{file}", "live index.m3u8", 200},
		{"GET /dash/{stream}/{file}", "live manifest.mpd", 200},
		{"GET /dash/{stream}/{file}", "live video-1.m4s", 404},
		{"DELETE /api/v1/streams/{stream}/recording", "live", 404},
		{"POST /api/v1/streams/{stream}/recording", "live", 201},
		{"POST /api/v1/streams/{stream}/recording", "live", 409},
		{"GET /api/v1/recordings", "", 200},
		{"DELETE /api/v1/streams/{stream}/recording", "live", 200},
		{"GET /api/v1/recordings/{stream}/{file}", "live 20200101T000000Z.mp4", 404},
		{"DELETE /api/v1/recordings/{stream}/{file}", "live nothing.mp4", 404},
		{"GET /api/v1/streams/{stream}/thumbnail.jpg", "live", 200},
		{"GET /metrics", "", 200},
		{"GET /healthz", "", 200},
	} {
		d.try(t, s, tt)
	}
	testrig.Eventually(t, "gone after it was sent away", func() bool { return len(s.stream("live").audience()) == 1 })
}

// An apiRequest is one to a route, with the values of its path in order and the status that it should have.
type apiRequest struct {
	pattern, values string
	want            int
}

// try makes a request and holds the answer against what is described.
func (d *document) try(t *testing.T, s *Server, r apiRequest) {
	t.Helper()
	method, path, _ := strings.Cut(r.pattern, " ")
	for value := range strings.FieldsSeq(r.values) {
		from, to := strings.IndexByte(path, '{'), strings.IndexByte(path, '}')
		path = path[:from] + value + path[to+1:]
	}
	resp, body := send(t, s, method, path, "", nil)
	if resp.StatusCode != r.want {
		t.Errorf("%s %s: %s: %s, want %d", method, path, resp.Status, body, r.want)
		return
	}
	answers, ok := d.operation(t, r.pattern).Responses[fmt.Sprint(r.want)]
	if !ok {
		t.Errorf("%s: %d is not described", r.pattern, r.want)
		return
	}
	if name, ok := strings.CutPrefix(answers.Ref, "#/components/responses/"); ok {
		answers = d.Components.Responses[name]
	}
	kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	content, ok := answers.Content[kind]
	if !ok && (kind != "" || len(answers.Content) > 0) {
		t.Errorf("%s: %d is %q, which is not described", r.pattern, r.want, kind)
	}
	if content.Schema == nil || kind != "application/json" {
		return
	}
	var value any
	if err := json.Unmarshal([]byte(body), &value); err != nil {
		t.Fatal(err)
	}
	if err := d.check(content.Schema, value); err != nil {
		t.Errorf("%s: %v: %s", r.pattern, err, body)
	}
}

// check says what a value has that a schema has not, or the other way.
func (d *document) check(s *schema, value any) error {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		if s = d.Components.Schemas[name]; s == nil {
			return fmt.Errorf("there is no schema %s", name)
		}
	}
	switch v := value.(type) {
	case map[string]any:
		return d.checkObject(s, v)
	case []any:
		if s.Type != "array" {
			return fmt.Errorf("an array, not %s", s.Type)
		}
		for _, item := range v {
			if err := d.check(s.Items, item); err != nil {
				return err
			}
		}
	case string:
		if s.Type != "string" || s.Enum != nil && !slices.Contains(s.Enum, v) {
			return fmt.Errorf("%q is not %s %v", v, s.Type, s.Enum)
		}
	case float64:
		if s.Type != "number" && (s.Type != "integer" || v != float64(int64(v))) || s.Minimum != nil && v < *s.Minimum {
			return fmt.Errorf("%v is not %s", v, s.Type)
		}
	case bool:
		if s.Type != "boolean" {
			return fmt.Errorf("%v is not %s", v, s.Type)
		}
	default:
		return fmt.Errorf("%v is not %s", v, s.Type)
	}
	return nil
}

func (d *document) checkObject(s *schema, v map[string]any) error {
	if s.Type != "object" {
		return fmt.Errorf("an object, not %s", s.Type)
	}
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			return fmt.Errorf("%s is missing", name)
		}
	}
	for name, item := range v {
		property := s.Properties[name]
		switch {
		case property != nil:
			if err := d.check(property, item); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		case s.Additional != nil && !*s.Additional:
			return fmt.Errorf("%s is not described", name)
		}
	}
	return nil
}
