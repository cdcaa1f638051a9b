package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/netip"
	"os"
	"time"

	"suhe/internal/bus"
	"suhe/internal/webhook"
)

// webhooks say where systems of others may be told what happens.
type webhooks struct {
	WebhookNetworks []string      `help:"Network that is not of the public internet and that webhooks may reach all the same, like 10.1.2.0/24; may be repeated." placeholder:"CIDR"`
	WebhookPorts    []uint16      `help:"Port that webhooks may reach, instead of 443; may be repeated." placeholder:"PORT"`
	WebhookHTTP     bool          `help:"Let webhooks be sent without TLS as well." name:"webhook-http"`
	WebhookCA       string        `help:"Certificates (PEM) of authorities that webhooks trust, instead of those of the system." placeholder:"FILE" name:"webhook-ca"`
	WebhookPatience time.Duration `help:"For so long a message of a webhook is tried." default:"24h"`
}

// check says what is wrong, one line each.
func (w webhooks) check() (wrong []string) {
	if _, err := w.reach(); err != nil {
		wrong = append(wrong, err.Error())
	}
	if _, err := w.roots(); err != nil {
		wrong = append(wrong, err.Error())
	}
	if w.WebhookPatience < time.Second || w.WebhookPatience > webhook.MaxPatience {
		wrong = append(wrong, fmt.Sprintf("webhook-patience: %v, want 1s to %v", w.WebhookPatience, webhook.MaxPatience))
	}
	return wrong
}

func (w webhooks) reach() (r webhook.Reach, err error) {
	r.Ports, r.HTTP = w.WebhookPorts, w.WebhookHTTP
	for _, text := range w.WebhookNetworks {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return r, fmt.Errorf("webhook-networks: %.60q, want a network like 10.1.2.0/24", text)
		}
		r.Networks = append(r.Networks, p.Masked())
	}
	return r, nil
}

func (w webhooks) roots() (*x509.CertPool, error) {
	if w.WebhookCA == "" {
		return nil, nil
	}
	text, err := os.ReadFile(w.WebhookCA)
	if err != nil {
		return nil, fmt.Errorf("webhook-ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("webhook-ca: %s: no certificate is in it", w.WebhookCA)
	}
	return pool, nil
}

// webhookTable keeps how webhooks fare.
const webhookTable = "WEBHOOKTABLE"

// openWebhooks opens the way out to systems of others.
func (n *node) openWebhooks(ctx context.Context) error {
	o := webhook.Options{
		Store: n.store, Owners: n.logins, Seal: n.seals, World: n.world, Past: past{n.events, n.world}, Sensitivity: n.registry.Classes().FieldSensitivity,
		Patience: n.settings.WebhookPatience, Now: n.now, Log: n.log, Metrics: n.metrics,
	}
	var err error
	if o.Reach, err = n.settings.reach(); err != nil {
		return err
	}
	if o.Roots, err = n.settings.roots(); err != nil {
		return err
	}
	if o.Queue, err = n.bus.Stream(ctx, webhook.QueueOptions()); err != nil {
		return err
	}
	if o.Table, err = n.bus.Table(ctx, bus.TableOptions{Name: webhookTable}); err != nil {
		return err
	}
	if o.Lease, err = n.bus.Lease(ctx, "WEBHOOKLEASE"); err != nil {
		return err
	}
	n.webhooks = webhook.New(o)
	return n.refreshKeys(ctx)
}
