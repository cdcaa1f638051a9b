package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
)

// The account by which we ask the nodes that are measured.
const (
	loginName     = "bench"
	loginPassword = "Measured-by-7-yardsticks"
)

// addAccount makes the account in the store that a node is to serve.
func addAccount(ctx context.Context, program, dir, database string) error {
	cmd := exec.CommandContext(ctx, program, "user", "add", loginName, "--role", "operator", "--area", "*", "--data-dir", dir)
	cmd.Env = append(environment(database), "SUHE_PASSWORD="+loginPassword)
	if out, err := cmd.CombinedOutput(); err != nil && !strings.Contains(string(out), "exists") {
		return fmt.Errorf("account: %w\n%s", err, out)
	}
	return nil
}

// login lets us in at the node.
func (n *node) login(ctx context.Context) error {
	body := fmt.Sprintf(`{"username":%q,"password":%q}`, loginName, loginPassword)
	answer, err := n.ask(ctx, http.MethodPost, n.url("/v1/login"), body)
	if err != nil {
		return err
	}
	var in struct{ Token string }
	if err := json.Unmarshal(answer, &in); err != nil {
		return fmt.Errorf("login: %w", err)
	}
	if in.Token == "" {
		return fmt.Errorf("login: no token: %s", answer)
	}
	n.token = in.Token
	return nil
}

// loginLine is the header line of a token, or nothing without one.
func loginLine(token string) string {
	if token == "" {
		return ""
	}
	return "Authorization: Bearer " + token + "\r\n"
}
