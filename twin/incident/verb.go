package incident

import (
	"suhe/internal/access"
)

// Verb is what may be done with an incident.
type Verb string

// The verbs. Those of the last group the room takes itself, nobody else.
const (
	Create    Verb = "create"    // 发现
	File      Verb = "file"      // 立案
	Reject    Verb = "reject"    // 不予立案
	Merge     Verb = "merge"     // 并案
	Unmerge   Verb = "unmerge"   // 撤销并案
	Dispatch  Verb = "dispatch"  // 派遣
	Accept    Verb = "accept"    // 接单
	Return    Verb = "return"    // 退单
	Contact   Verb = "contact"   // 先行联系: whoever reported it was called
	Handle    Verb = "handle"    // 处置
	Suspend   Verb = "suspend"   // 挂起
	Resume    Verb = "resume"    // 恢复
	Report    Verb = "report"    // 反馈
	Check     Verb = "check"     // 核查
	Redo      Verb = "rework"    // 返工
	Close     Verb = "close"     // 结案
	Reopen    Verb = "reopen"    // 重开
	Cancel    Verb = "cancel"    // 作废
	Supervise Verb = "supervise" // 督办
	Extend    Verb = "extend"    // 申请延期
	Approve   Verb = "approve"   // 审批延期
	Evaluate  Verb = "evaluate"  // 问效, 回访
	Reassign  Verb = "reassign"  // 改派
	Escalate  Verb = "escalate"  // 上交: 居村 → 街镇 → 区
	Comment   Verb = "comment"   // 批注

	Attach  Verb = "attach"  // evidence that the room itself has looked at
	Absorb  Verb = "absorb"  // another was merged into it
	Release Verb = "release" // and is no longer
	Remind  Verb = "remind"  // a clock is yellow
	Overdue Verb = "overdue" // a clock is red
)

// rule is one row of the table: in which states a verb may be done, by whom, with
// what, and what it makes of the incident.
type rule struct {
	verb  Verb
	from  []State
	to    State         // "": it stays as it is
	needs access.Action // "": the room alone takes it
	who   []check       // of who acts; what they refuse is denied
	with  []check       // of what is given and what is there
	does  func(in *Incident, e *Event)
}

var (
	unfiled   = []State{Discovered, Filed}
	sent      = []State{Dispatched, Accepted, Returned, Handling, Rework}
	working   = []State{Accepted, Handling, Rework}
	atWork    = []State{Dispatched, Accepted, Handling, Rework}
	pending   = []State{Discovered, Filed, Dispatched, Accepted, Returned, Handling, Suspended, Reported, Checking, Rework, Reopened}
	escalable = []State{Filed, Dispatched, Accepted, Returned, Handling, Suspended, Rework, Reopened}
	afterwork = []State{Closed, Evaluated}
)

// rules is the table of the whole life cycle, in order of a life.
func rules() []rule {
	return []rule{
		{Create, nil, Discovered, access.Report, nil, nil, begins},
		{File, []State{Discovered}, Filed, access.File, nil, []check{filable, severity}, files},
		{Reject, unfiled, Rejected, access.File, nil, []check{reason}, nil},
		{Merge, unfiled, Merged, access.File, nil, []check{into}, merges},
		{Unmerge, []State{Merged}, "", access.File, nil, nil, unmerges},
		{Dispatch, []State{Filed, Returned, Reopened}, Dispatched, access.Dispatch, []check{charge}, []check{somebody}, dispatches},
		{Reassign, sent, Dispatched, access.Dispatch, []check{charge}, []check{somebody, reason}, dispatches},
		{Accept, []State{Dispatched}, Accepted, access.Handle, []check{assigned}, nil, works},
		{Return, []State{Dispatched, Accepted}, Returned, access.Handle, []check{assigned}, []check{reason}, returns},
		{Contact, append([]State{Suspended}, atWork...), "", access.Handle, []check{assigned}, []check{callable}, contacts},
		{Handle, []State{Accepted, Rework}, Handling, access.Handle, []check{assigned}, nil, works},
		{Suspend, []State{Accepted, Handling}, Suspended, access.Handle, []check{assigned}, []check{reason, suspendable}, suspends},
		{Resume, []State{Suspended}, "", access.Handle, []check{assigned}, nil, resumes},
		{Report, []State{Handling}, Reported, access.Handle, []check{assigned}, []check{proved}, reports},
		{Extend, working, "", access.Handle, []check{assigned}, []check{reason, extendable}, asks},
		{Approve, append([]State{Suspended, Dispatched, Returned}, working...), "", access.Supervise, []check{notOwn, notAsked}, []check{asked}, approves},
		{Check, []State{Reported}, Checking, access.Check, []check{notOwn}, nil, nil},
		{Redo, []State{Checking}, Rework, access.Check, []check{notOwn}, []check{reason}, redoes},
		{Close, []State{Checking}, Closed, access.Check, []check{notOwn}, []check{proved}, closes},
		{Evaluate, []State{Closed}, Evaluated, access.Check, []check{notOwn}, []check{satisfied}, evaluates},
		{Reopen, []State{Closed, Evaluated, Rejected}, Reopened, access.Check, []check{notOwn}, []check{reason}, reopens},
		{Escalate, escalable, "", access.Dispatch, nil, []check{reason, higher}, escalates},
		{Supervise, pending, "", access.Supervise, nil, []check{reason}, supervises},
		{Cancel, pending, Cancelled, access.Supervise, nil, []check{reason}, nil},
		{Comment, States(), "", access.Report, nil, []check{reason}, nil},

		{Attach, append(append([]State{}, pending...), afterwork...), "", access.Report, nil, []check{inside, room}, attaches},
		{Absorb, pending, "", "", nil, []check{inside, room}, absorbs},
		{Release, States(), "", "", nil, []check{inside}, releases},
		{Remind, pending, "", "", nil, []check{inside}, tells},
		{Overdue, pending, "", "", nil, []check{inside}, tells},
	}
}

// Verbs are all verbs that people may take, in order of a life.
func Verbs() []Verb {
	var out []Verb
	for _, r := range rules() {
		if r.needs != "" && r.verb != Create && r.verb != Attach {
			out = append(out, r.verb)
		}
	}
	return out
}
