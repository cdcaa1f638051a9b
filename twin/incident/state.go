package incident

// State is where an incident stands.
type State string

// The states.
const (
	Discovered State = "discovered" // 已发现
	Filed      State = "filed"      // 立案
	Rejected   State = "rejected"   // 不予立案
	Merged     State = "merged"     // 并案: it is part of another
	Dispatched State = "dispatched" // 派遣
	Accepted   State = "accepted"   // 接单
	Returned   State = "returned"   // 退单
	Handling   State = "handling"   // 处置
	Suspended  State = "suspended"  // 挂起: its clocks stand
	Reported   State = "reported"   // 反馈
	Checking   State = "checking"   // 核查
	Rework     State = "rework"     // 返工
	Closed     State = "closed"     // 结案
	Evaluated  State = "evaluated"  // 问效
	Reopened   State = "reopened"   // 重开
	Cancelled  State = "cancelled"  // 作废
)

// States are all states, in order of a life.
func States() []State {
	return []State{Discovered, Filed, Rejected, Merged, Dispatched, Accepted, Returned, Handling, Suspended,
		Reported, Checking, Rework, Closed, Evaluated, Reopened, Cancelled}
}

// Open says whether there is still something to do: the incident is on the map.
func (s State) Open() bool {
	switch s {
	case Rejected, Merged, Closed, Evaluated, Cancelled:
		return false
	}
	return s != ""
}

// Level is who of the city an incident is with.
type Level string

// The levels, from below: 居村, 街镇, 区.
const (
	Village  Level = "village"
	Street   Level = "street"
	District Level = "district"
)

// above is the next level up, or "".
func (l Level) above() Level {
	switch l {
	case Village:
		return Street
	case Street:
		return District
	}
	return ""
}

// ground is the code of the division of that level that the area is part of: who
// sends somebody for the level must be in charge of it.
func (l Level) ground(area string) string {
	n := len(area)
	switch l {
	case Street:
		n = min(n, 9)
	case District:
		n = min(n, 6)
	}
	return area[:n]
}
