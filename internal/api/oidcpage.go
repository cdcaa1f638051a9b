package api

import (
	"bytes"
	"html/template"
	"net/http"

	"suhe/internal/account/idp"
)

// refusals say to people why they are not let in.
var refusals = map[idp.Why]struct {
	status int
	zh, en string
}{
	idp.Away:     {http.StatusServiceUnavailable, "统一身份认证暂时无法使用，请稍后再试，或使用本地账号登录。", "The identity provider does not answer. Try again later, or log in with a local account."},
	idp.Stale:    {http.StatusForbidden, "登录已过期，或不是从本浏览器发起，请重新登录。", "This login was begun too long ago, or in another browser. Begin again."},
	idp.Unwell:   {http.StatusForbidden, "统一身份认证的答复未通过校验，登录被拒绝。", "What the identity provider says does not hold, so nobody was let in."},
	idp.Said:     {http.StatusForbidden, "统一身份认证拒绝了本次登录。", "The identity provider refused this login."},
	idp.NoGroup:  {http.StatusForbidden, "您的账号不属于任何可使用本系统的用户组，请联系管理员。", "Your account is in no group that may use this system. Ask your administrator."},
	idp.Conflict: {http.StatusForbidden, "您所在的用户组的权限互相冲突，不能同时使用，请联系管理员。", "The groups of your account give rights that do not go together. Ask your administrator."},
	idp.Second:   {http.StatusForbidden, "管理员必须使用双因素认证登录。", "Administrators have to log in with a second factor."},
	idp.Closed:   {http.StatusForbidden, "您的账号在本系统中已停用，请联系管理员。", "Your account is closed here. Ask your administrator."},
}

var refusalPage = template.Must(template.New("refusal").Parse(`<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>未能登录</title>
<style>body{max-width:36rem;margin:15vh auto;padding:0 1rem;font:1.1rem/1.6 system-ui,sans-serif}</style>
<h1>未能登录 <small lang="en">Not logged in</small></h1>
<p>{{.ZH}}</p>
<p lang="en">{{.EN}}</p>
<p><a href="/login">返回登录 <span lang="en">Back to the login</span></a></p>
</html>
`))

// showRefusal answers with a page.
func showRefusal(w http.ResponseWriter, why idp.Why) error {
	text := refusals[why]
	var page bytes.Buffer
	if err := refusalPage.Execute(&page, struct{ ZH, EN string }{text.zh, text.en}); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(text.status)
	_, _ = w.Write(page.Bytes()) // the browser may be gone
	return nil
}
