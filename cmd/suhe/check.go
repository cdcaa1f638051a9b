package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"suhe/assets"
	"suhe/stream/ingest/mapping"
)

// checkCmd holds the commands that check before anything runs.
type checkCmd struct {
	Config  checkConfigCmd  `cmd:"" default:"withargs" help:"Print the effective configuration and what is wrong with it."`
	Mapping checkMappingCmd `cmd:"" help:"Print the observations that a mapping makes of a sample."`
	Rule    checkRuleCmd    `cmd:"" help:"Say what is wrong with rules of alarms, without a node."`
}

// checkConfigCmd prints what a node would run with.
type checkConfigCmd struct {
	settings
}

// Run prints the configuration with secrets masked, then one line for each
// thing that is wrong; any such line is exit 2.
func (c *checkConfigCmd) Run(io streams) error {
	s := &c.settings
	for _, row := range [][2]string{
		{"listen", s.Listen}, {"mqtt-listen", s.MQTTListen},
		{"tls-cert", s.TLSCert}, {"tls-key", s.TLSKey}, {"mqtt-cert", s.MQTTCert}, {"mqtt-key", s.MQTTKey},
		{"origin", strings.Join(s.Origin, ",")}, {"trusted-proxy", strings.Join(s.TrustedProxy, ",")},
		{"connections-per-address", fmt.Sprint(s.Connections)}, {"admin-listen", s.AdminListen}, {"insecure-bind", fmt.Sprint(s.InsecureBind)},
		{"data-dir", s.DataDir}, {"database", masked(s.Database)}, {"nats", masked(s.NATS)},
		{"audit-hash", string(s.AuditHash)}, {"audit-keep", s.AuditKeep.String()}, {"syslog", s.Syslog},
		{"history-keep", s.HistoryKeep.String()}, {"finding-keep", s.FindingKeep.String()}, {"track-keep", s.TrackKeep.String()},
		{"revision-keep", s.RevisionKeep.String()},
		{"login-key", s.LoginKey}, {"session-idle", s.SessionIdle.String()}, {"session-life", s.SessionLife.String()}, {"password-life", s.PasswordLife.String()},
		{"login-tries", fmt.Sprint(s.LoginTries)}, {"address-tries", fmt.Sprint(s.AddressTries)}, {"login-rest", s.LoginRest.String()},
		{"demo", fmt.Sprint(s.Demo)}, {"scene-size", fmt.Sprint(s.SceneSize)}, {"scene-seed", fmt.Sprint(s.SceneSeed)}, {"scene-surge", fmt.Sprint(s.SceneSurge)}, {"scene-storms", s.SceneStorms.String()},
		{"basemap", pairsText(s.Basemap)}, {"mappings", s.Mappings},
		{"public-url", s.PublicURL}, {"oidc", pairsText(s.OIDC)}, {"oidc-client", pairsText(s.OIDCClient)},
		{"oidc-secret-file", pairsText(s.OIDCSecret)}, {"oidc-groups", pairsText(s.OIDCGroups)},
	} {
		fmt.Fprintf(io.out, "%-14s %s\n", row[0], row[1])
	}
	return wrongSettings(append(s.check(), wrongMappings(s.Mappings)...))
}

// wrongMappings tells what is wrong with the mappings of the folder. It is no
// reason not to serve: the others are used.
func wrongMappings(dir string) (wrong []string) {
	folder, err := mapping.OpenFolder(mapping.FolderOptions{Dir: dir, Phenomena: assets.DefaultClasses()})
	if err != nil {
		return []string{err.Error()}
	}
	for _, err := range folder.Broken() {
		wrong = append(wrong, err.Error())
	}
	return wrong
}

// pairsText shows names and what they stand for as the environment would.
func pairsText(files map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		parts = append(parts, name+"="+files[name])
	}
	return strings.Join(parts, ";")
}

// wrongSettings makes one error of the lines, or nil of none.
func wrongSettings(wrong []string) error {
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("%s (%w)", strings.Join(wrong, "\nsuhe: "), assets.ErrInvalid)
}
