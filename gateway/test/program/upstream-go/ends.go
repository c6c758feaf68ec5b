package main

import (
	"sync"

	"google.golang.org/grpc"
)

// endsPath answers when the call of a tag has ended, and how: bytes in, bytes out.
const endsPath = "/probe.v1.Probe/AwaitEnd"

// ends remembers how tagged calls ended.
type ends struct {
	mutex sync.Mutex
	known map[string]*end
}

type end struct {
	done chan struct{}
	how  string
}

func newEnds() *ends { return &ends{known: map[string]*end{}} }

func (e *ends) begin(tag string) *end {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.known[tag] == nil {
		e.known[tag] = &end{done: make(chan struct{})}
	}
	return e.known[tag]
}

func (e *ends) end(tag string, err error) {
	call := e.begin(tag)
	call.how = "ok"
	if err != nil {
		call.how = "cancelled"
	}
	close(call.done)
}

func (e *ends) serve(stream grpc.ServerStream) error {
	var tag []byte
	if err := stream.RecvMsg(&tag); err != nil {
		return err
	}
	call := e.begin(string(tag))
	select {
	case <-call.done:
	case <-stream.Context().Done():
		return stream.Context().Err()
	}
	how := []byte(call.how)
	return stream.SendMsg(&how)
}
