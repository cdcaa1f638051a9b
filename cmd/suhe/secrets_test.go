package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// logbook holds what the nodes of a test run log, and the secrets that the tests
// use: at the end no secret may be in any log.
type logbook struct {
	mu      sync.Mutex
	logs    map[*syncBuffer]string // whose
	secrets map[string]string      // what each is
}

// written is the logbook of this package's tests; TestMain reads it at the end.
var written logbook

// listen notes a log, to be read at the end.
func (l *logbook) listen(whose string, log *syncBuffer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.logs == nil {
		l.logs = map[*syncBuffer]string{}
	}
	l.logs[log] = whose
}

// shortest is what a secret has at least; a shorter one would be found by chance.
const shortest = 8

// keep notes secrets.
func (l *logbook) keep(what string, secrets ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.secrets == nil {
		l.secrets = map[string]string{}
	}
	for _, s := range secrets {
		if len(s) >= shortest {
			l.secrets[s] = what
		}
	}
}

// keepOf notes the secrets of a command line: those that flags tell, and those that
// a command prints.
func (l *logbook) keepOf(args []string, stdout string) {
	for i, flag := range args[:max(0, len(args)-1)] {
		switch flag {
		case "--demo-password", "--password", "--backup-passphrase":
			l.keep(flag, args[i+1])
		case "--database", "--nats":
			if _, word, ok := strings.Cut(args[i+1], "://"); ok {
				if login, _, ok := strings.Cut(word, "@"); ok {
					_, password, _ := strings.Cut(login, ":")
					l.keep("password in "+flag, password)
				}
			}
		}
	}
	if len(args) > 1 && slices.Contains([]string{"device token", "gateway token", "hook add", "user add", "user password", "key add", "link add"}, args[0]+" "+args[1]) {
		l.keep("what "+args[0]+" "+args[1]+" printed", strings.Fields(stdout)...)
	}
}

// shapes are secrets that are known by how they look.
var shapes = map[string]*regexp.Regexp{
	"a login token":          regexp.MustCompile(`\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]+`),
	"a webhook's secret":     regexp.MustCompile(`whsec_\w`),
	"an API key":             regexp.MustCompile(`suhe_key_\w`),
	"a second factor":        regexp.MustCompile(`\b[A-Z2-7]{32}\b|otpauth://`),
	"a password in a URL":    regexp.MustCompile(`://[^/\s:@"]+:[^/\s:@"x][^/\s:@"]*@`),
	"a private key":          regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY`),
	"a password's hash":      regexp.MustCompile(`\$argon2id\$`),
	"a stream address":       regexp.MustCompile(`\brtsps?://|\brtmps?://`),
	"a mobile phone number":  regexp.MustCompile(`\b1[3-9]\d{9}\b`),
	"a header with a secret": regexp.MustCompile(`(?i)"?authorization"?[:=] ?"?(bearer|basic) `),
}

// console are lines of the console, not of the log, that tell a password on purpose.
var console = regexp.MustCompile(`^(\*\*\* Password: |The first account is )`)

// spans are how long things took, in nanoseconds: some look like a phone's number.
var spans = regexp.MustCompile(`"took":\d+`)

// leaks are the secrets that stand in logs, in order, none of them in full.
func (l *logbook) leaks() (out []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for log, whose := range l.logs {
		for line := range strings.Lines(log.String()) {
			if console.MatchString(line) {
				continue
			}
			for secret, what := range l.secrets {
				if strings.Contains(line, secret) {
					out = append(out, fmt.Sprintf("%s: %s is in the log: %.120s", whose, what, strings.ReplaceAll(line, secret, "…")))
				}
			}
			for what, shape := range shapes {
				if shape.MatchString(spans.ReplaceAllString(line, "")) {
					out = append(out, fmt.Sprintf("%s: %s is in the log: %.120s", whose, what, shape.ReplaceAllString(line, "…")))
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

// A log that holds a secret is found, whatever the secret is.
func TestSecretsInLogsAreFound(t *testing.T) {
	const word = "Ferry-crossing-41"
	for _, c := range []struct {
		name, line string
		found      bool
	}{
		{"nothing", `{"level":"INFO","msg":"ready","asset":"cam-7","at":1795951840123}`, false},
		{"a password", `{"level":"INFO","msg":"login","password":"` + word + `"}`, true},
		{"a device's token", `level=WARN msg="refused" token=dG9rZW4tb2YtYS1kZXZpY2U`, true},
		{"a login token", `{"token":"eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2ln"}`, true},
		{"a webhook's secret", `{"secret":"whsec_abc"}`, true},
		{"an API key", `{"key":"suhe_key_abc"}`, true},
		{"a second factor", `{"otp":"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}`, true},
		{"a database's password", `{"err":"dial postgres://suhe:river@db/suhe"}`, true},
		{"a password that is masked", `{"err":"dial postgres://suhe:xxxxx@db/suhe"}`, false},
		{"a hash", `{"account":"$argon2id$v=19$x"}`, true},
		{"a stream address", `{"stream":"rtsp://10.0.0.7/main"}`, true},
		{"a phone number", `{"contact":"13812345678"}`, true},
		{"a span that looks like one", `{"msg":"scene built","took":13812000000}`, false},
		{"the console", "*** Password: " + word, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var l logbook
			log := new(syncBuffer)
			fmt.Fprintln(log, c.line)
			l.listen("a node", log)
			l.keepOf([]string{"serve", "--demo-password", word}, "")
			l.keepOf([]string{"device", "token", "x"}, "dG9rZW4tb2YtYS1kZXZpY2U\n")
			leaks := l.leaks()
			if (len(leaks) > 0) != c.found {
				t.Errorf("%s: %v", c.line, leaks)
			}
			for _, leak := range leaks {
				if strings.Contains(leak, word) {
					t.Errorf("the report repeats it: %s", leak)
				}
			}
		})
	}
}
