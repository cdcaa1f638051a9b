package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The whole loop, as the city runs the twin for it: the creek rises, a gauge out of
// order is an alarm with the cameras that see it, the alarm an incident that files
// itself, the nearest on duty is sent, handles it and proves it with a photo, another
// checks and closes it, and it is evaluated. Somebody of another street sees none of it.
func TestStory(t *testing.T) {
	const demo = "Seen-on-one-screen-1"
	dir := t.TempDir()
	began := time.Now()
	s := serve(t, dir, "--demo", "--demo-password", demo, "--scene-size", "1000", "--scene-surge", "4")
	as := func(name, password string) person {
		t.Helper()
		token, err := logIn(s.url(""), name, password)
		if err != nil {
			t.Fatal(err)
		}
		return person{t, s, token}
	}
	operator, dispatcher, patrol, checker := as("operator", demo), as("dispatcher", demo), as("patrol", demo), as(testName, testPassword)

	found := func(path, list string, holds func(map[string]any) bool) map[string]any {
		t.Helper()
		var is map[string]any
		eventually(t, path, func() bool {
			all, _ := operator.ask("GET", path, "").json[list].([]any)
			for _, one := range all {
				if is = one.(map[string]any); holds(is) {
					return true
				}
			}
			return false
		})
		return is
	}

	// 自动发现: the alarm knows what raised it and who sees the place.
	row := found("/v1/alarms?cause=flood", "alarms", func(a map[string]any) bool {
		sees, _ := operator.ask("GET", fmt.Sprintf("/v1/alarms/%s", a["id"]), "").json["cameras"].([]any)
		return a["incident"] != nil && a["area"] != nil && len(sees) > 0
	})
	raised := operator.want(http.StatusOK, "", "GET", fmt.Sprintf("/v1/alarms/%s", row["id"]), "").json
	if members, _ := raised["members"].([]any); len(members) == 0 || members[0].(map[string]any)["phenomenon"] != "water_level" {
		t.Errorf("the alarm is of %v", raised["members"])
	}

	// 立案: by itself, with the evidence.
	id := row["incident"].(string)
	path := "/v1/incidents/" + id
	in := operator.want(http.StatusOK, "", "GET", path, "").json
	if main, merged := in["into"].(string); merged { // it was told of before, by the alarm beside
		id, path = main, "/v1/incidents/"+main
		in = operator.want(http.StatusOK, "", "GET", path, "").json
	}
	if in["state"] != "filed" {
		t.Fatalf("it is %v", in["state"])
	}
	evidence := fmt.Sprint(in["evidence"])
	for _, kind := range []string{"camera", "value"} {
		if !strings.Contains(evidence, "kind:"+kind) {
			t.Errorf("no %s among the evidence: %s", kind, evidence)
		}
	}

	// Somebody of another street sees nothing of it, on no way.
	area, elsewhere := in["what"].(map[string]any)["area"].(string), "310107020"
	if area == elsewhere {
		elsewhere = "310107005"
	}
	if code, _, errs := suhe("user", "add", "neighbour", "--role", "operator", "--area", elsewhere, "--password", testPassword, "--data-dir", dir); code != exitOK {
		t.Fatal(errs)
	}
	eventually(t, "the neighbour may come in", func() bool {
		_, err := logIn(s.url(""), "neighbour", testPassword)
		return err == nil
	})
	neighbour := as("neighbour", testPassword)
	for _, of := range []string{path, path + "/events", "/v1/alarms/" + row["id"].(string), "/v1/assets/" + id} {
		neighbour.want(http.StatusNotFound, "", "GET", of, "")
	}
	if list := neighbour.ask("GET", "/v1/incidents?open=all", "").text; strings.Contains(list, id) {
		t.Errorf("the neighbour's list has it: %s", list)
	}

	// 派遣: to the nearest on duty.
	eventually(t, "a patrol nearby says where it is", func() bool {
		people, _ := dispatcher.want(http.StatusOK, "", "GET", path+"/advice", "").json["people"].([]any)
		return len(people) > 0
	})
	step := func(by person, verb, ask string) map[string]any {
		t.Helper()
		return by.want(http.StatusOK, "", "POST", path+"/"+verb, ask, "Content-Type", "application/json").json
	}
	step(dispatcher, "dispatch", `{"unit":"区防汛办","person":"patrol"}`)

	// 处置: who handles it may not check it, and reports with a photo.
	step(patrol, "accept", "")
	step(patrol, "handle", "")
	patrol.want(http.StatusConflict, "", "POST", path+"/report", `{"reason":"已处置"}`, "Content-Type", "application/json")
	photo := photoOf(t, "after", 64)
	patrol.want(http.StatusCreated, "", "POST", path+"/files", string(photo.data), "Content-Type", photo.kind)
	step(patrol, "report", `{"reason":"已关闭闸门"}`)

	// 核查, 结案, 问效.
	if a := patrol.ask("POST", path+"/check", ""); a.status != http.StatusForbidden && a.status != http.StatusConflict {
		t.Errorf("its own work is checked: %d %s", a.status, a.text)
	}
	step(checker, "check", "")
	step(checker, "close", "")
	step(dispatcher, "evaluate", `{"satisfaction":5}`)

	// What happened is told in order, and the clocks of its steps have ended in time.
	events, _ := operator.want(http.StatusOK, "", "GET", path+"/events", "").json["events"].([]any)
	var verbs []string
	for _, e := range events {
		verbs = append(verbs, fmt.Sprint(e.(map[string]any)["verb"]))
	}
	told := strings.Join(verbs, " ")
	for _, order := range []string{"create", "file", "dispatch", "accept", "handle", "attach", "report", "check", "close", "evaluate"} {
		_, rest, ok := strings.Cut(told, order)
		if !ok {
			t.Errorf("%s is not told, or out of order: %v", order, verbs)
		}
		told = rest
	}
	scores := operator.want(http.StatusOK, "", "GET", "/v1/evaluation?by=class&from="+began.UTC().Add(-time.Minute).Format(time.RFC3339)+"&to="+time.Now().UTC().Add(time.Minute).Format(time.RFC3339), "").text
	if !strings.Contains(scores, "flood.level") {
		t.Errorf("evaluated: %s", scores)
	}
	s.terminate()
	if code, out, errs := suhe("audit", "verify", "--data-dir", dir); code != exitOK {
		t.Errorf("the record: %s %s", out, errs)
	}
}
