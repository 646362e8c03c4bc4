package server

import (
	_ "embed"
	"net/http"
)

// openapi describes the API (OpenAPI 3.1).
//
//go:embed openapi.json
var openapi []byte

func getOpenAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(openapi)
}
