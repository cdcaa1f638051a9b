package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"suhe/assets"
)

// server is a running node.
type server struct {
	Server string `help:"Address of the node." default:"http://127.0.0.1:8080" placeholder:"URL"`
}

// caller asks a running node as somebody who is logged in.
type caller struct {
	server
	Token string `help:"Token, or what suhe login printed; better by SUHE_TOKEN_FILE." placeholder:"TEXT" secret:""`
}

// callerTimeout bounds one question.
const callerTimeout = 30 * time.Second

// maxAnswer bounds an answer in bytes.
const maxAnswer = 64 << 20

// loginHeader is what stands before a token in a request, and in what login prints.
const loginHeader = "Authorization: Bearer "

// ask sends a request and reads the JSON of its answer.
func (c caller) ask(ctx context.Context, method, path string, into any) error {
	return c.send(ctx, method, path, strings.TrimPrefix(c.Token, loginHeader), nil, into)
}

// download writes the body of an answer, however long it takes.
func (c caller) download(ctx context.Context, path string, w io.Writer) error {
	body, err := c.open(ctx, http.MethodGet, path, strings.TrimPrefix(c.Token, loginHeader), nil)
	if err != nil {
		return err
	}
	defer body.Close()
	_, err = io.Copy(w, body)
	return err
}

// send sends a request with a token and a body, if there are any, and reads the
// JSON of its answer.
func (s server) send(ctx context.Context, method, path, token string, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, callerTimeout)
	defer cancel()
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return err
		}
	}
	answer, err := s.open(ctx, method, path, token, text)
	if err != nil {
		return err
	}
	defer answer.Close()
	return json.NewDecoder(io.LimitReader(answer, maxAnswer)).Decode(into)
}

// open sends a request and opens the body of its answer; one that tells of a
// failure is an error.
func (s server) open(ctx context.Context, method, path, token string, text []byte) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(s.Server, "/")+path, bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("server: %w (%w)", err, assets.ErrInvalid)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode < http.StatusBadRequest {
		return response.Body, nil
	}
	defer response.Body.Close()
	var problem struct{ Title, Detail string }
	_ = json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(&problem) // the status says enough
	return nil, fmt.Errorf("%s answers %s: %s", s.Server, response.Status, problem.Detail)
}

// loginCmd logs in at a running node.
type loginCmd struct {
	server
	Name     string `arg:"" help:"Name of the account."`
	Password string `help:"Password; better by SUHE_PASSWORD_FILE." placeholder:"TEXT" secret:"" required:""`
	OTP      string `help:"Code of the second factor." placeholder:"CODE" name:"otp"`
}

// Run prints the header that lets requests in, as curl and GDAL read it from a file.
func (c *loginCmd) Run(ctx context.Context, io streams) error {
	var in struct{ Token string }
	body := map[string]string{"username": c.Name, "password": c.Password, "otp": c.OTP}
	if err := c.send(ctx, http.MethodPost, "/v1/login", "", body, &in); err != nil {
		return err
	}
	fmt.Fprintln(io.out, loginHeader+in.Token)
	return nil
}
