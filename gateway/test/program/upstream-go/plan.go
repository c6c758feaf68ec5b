package main

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"
)

// plan is what a case tells the upstream to do; see ../plan.ts.
type plan struct {
	Replies   []json.RawMessage `json:"replies"`
	Count     *int              `json:"count"`
	EveryMs   int               `json:"everyMs"`
	Size      int               `json:"size"`
	Garbage   bool              `json:"garbage"`
	Error     *plannedError     `json:"error"`
	FailAfter int               `json:"failAfter"`
	Hang      bool              `json:"hang"`
	Headers   map[string]string `json:"headers"`
	Trailers  map[string]string `json:"trailers"`
	Tell      bool              `json:"tell"`
	Tag       string            `json:"tag"`
}

type plannedError struct {
	Code    int32  `json:"code"`
	Message string `json:"message"`
	Details []struct {
		Type   string `json:"type"`
		Base64 string `json:"base64"`
	} `json:"details"`
}

// seen is what the upstream tells of a call.
type seen struct {
	Method    string              `json:"method"`
	Requests  []json.RawMessage   `json:"requests"`
	Metadata  map[string][]string `json:"metadata,omitempty"`
	TimeoutMs float64             `json:"timeoutMs,omitempty"`
}

const maxSeenLength = 6_000

func readPlan(md metadata.MD) (plan, error) {
	var read plan
	texts := md.Get("x-plan")
	if len(texts) == 0 {
		return read, nil
	}
	text, err := url.PathUnescape(texts[0])
	if err != nil {
		return read, err
	}
	return read, json.Unmarshal([]byte(text), &read)
}

func (s seen) encode() string {
	text, err := json.Marshal(s)
	if err != nil {
		return "too-large"
	}
	// PathEscape leaves only what encodeURIComponent leaves, and a few more that a header may hold.
	escaped := url.PathEscape(string(text))
	if len(escaped) > maxSeenLength {
		return "too-large"
	}
	return escaped
}

func (e plannedError) status() error {
	wire := &spb.Status{Code: e.Code, Message: e.Message}
	for _, detail := range e.Details {
		value, err := base64.StdEncoding.DecodeString(detail.Base64)
		if err != nil {
			return err
		}
		wire.Details = append(wire.Details, &anypb.Any{TypeUrl: detail.Type, Value: value})
	}
	return status.ErrorProto(wire)
}

func toMetadata(entries map[string]string) metadata.MD {
	md := metadata.MD{}
	for name, value := range entries {
		if strings.HasSuffix(name, "-bin") {
			if decoded, err := base64.StdEncoding.DecodeString(value); err == nil {
				value = string(decoded)
			}
		}
		md.Set(name, value)
	}
	return md
}
