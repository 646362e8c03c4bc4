package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/pion/webrtc/v4"
)

// A janusMessage is any message of Janus's API, as far as it is needed.
type janusMessage struct {
	Janus       string       `json:"janus,omitempty"`
	Transaction string       `json:"transaction,omitempty"`
	Plugin      string       `json:"plugin,omitempty"`
	Body        any          `json:"body,omitempty"`
	JSEP        *description `json:"jsep,omitempty"`
	Data        *struct {
		ID int64 `json:"id"`
	} `json:"data,omitempty"`
	Error *struct {
		Reason string `json:"reason"`
	} `json:"error,omitempty"`
}

type description struct {
	Type string `json:"type"`
	SDP  string `json:"sdp"`
}

// joinJanus begins to watch stream 1 of Janus, which makes the offer.
func joinJanus(ctx context.Context, url string, v *viewer) error {
	session, err := janus(ctx, http.MethodPost, url, &janusMessage{Janus: "create"})
	if err != nil {
		return err
	}
	url = fmt.Sprintf("%s/%d", url, session.Data.ID)
	plugin, err := janus(ctx, http.MethodPost, url, &janusMessage{Janus: "attach", Plugin: "janus.plugin.streaming"})
	if err != nil {
		return err
	}
	handle := fmt.Sprintf("%s/%d", url, plugin.Data.ID)
	watch := map[string]any{"request": "watch", "id": 1}
	if _, err := janus(ctx, http.MethodPost, handle, &janusMessage{Janus: "message", Body: watch}); err != nil {
		return err
	}
	var offer *description
	for offer == nil {
		event, err := janus(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		offer = event.JSEP
	}
	if err := v.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer.SDP}); err != nil {
		return err
	}
	answer, err := v.pc.CreateAnswer(nil)
	if err != nil {
		return err
	}
	sdp, err := v.describe(answer)
	if err != nil {
		return err
	}
	_, err = janus(ctx, http.MethodPost, handle, &janusMessage{
		Janus: "message", Body: map[string]any{"request": "start"}, JSEP: &description{Type: "answer", SDP: sdp},
	})
	return err
}

// janus makes one request of the API.
func janus(ctx context.Context, method, url string, m *janusMessage) (janusMessage, error) {
	var body bytes.Buffer
	if m != nil {
		m.Transaction = "crowd"
		if err := json.NewEncoder(&body).Encode(m); err != nil {
			return janusMessage{}, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, url, &body)
	if err != nil {
		return janusMessage{}, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return janusMessage{}, err
	}
	defer resp.Body.Close()
	var answer janusMessage
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return janusMessage{}, err
	}
	if answer.Error != nil {
		return janusMessage{}, errors.New(answer.Error.Reason)
	}
	return answer, nil
}
