package audit

// Action is what was done, in two words.
type Action string

// The actions that are recorded, by the room that records them.
const (
	// The record itself.
	RecordBegin  Action = "record begin"  // the first entry of every record: it names the algorithm
	RecordPrune  Action = "record prune"  // entries older than what is kept were removed; see Pruned
	RecordVerify Action = "record verify" // whether the record is sound
	RecordRead   Action = "record read"   // pages of the record
	RecordBroken Action = "record broken" // a node found that it is not sound any more
	RecordExport Action = "record export" // a range of the record as a file

	// Who comes in.
	Login   Action = "login"   // refused as well
	Logout  Action = "logout"  //
	Request Action = "request" // refused: no credentials that are known, or a scope without the action

	// What a node does by itself.
	HistoryErase Action = "history erase" // of personal data in history: older than they are to be kept

	// What people do.
	AssetEdit   Action = "asset edit"
	AssetExport Action = "asset export"
	TileExport  Action = "tile export"
	CameraView  Action = "camera view"
	CameraPlay  Action = "camera play"  // a ticket to look through a camera
	CameraHold  Action = "camera hold"  // who alone may turn a camera
	PictureView Action = "picture view" // findings of algorithms with their pictures
	MoverView   Action = "mover view"   // where a mover is: one, or a subscription
	TrackView   Action = "track view"   // where a mover was
	ContactView Action = "contact view" // how somebody who reported an incident can be reached
	FileView    Action = "file view"    // photos and files of incidents
	Command     Action = "device command"
	Replay      Action = "letter replay" // what ingest refused, let in again
	Discard     Action = "letter remove"
	AlarmStep   Action = "alarm step" // somebody acknowledged, suppressed, judged or cleared an alarm
	RuleEdit    Action = "rule edit"  // a rule, a fence or a silence
	Backup      Action = "backup"
	Restore     Action = "restore"
)

// Outcome is how it ended.
type Outcome string

// The outcomes.
const (
	Done    Outcome = "done"
	Refused Outcome = "refused"
	Failed  Outcome = "failed" // it was let be done, and did not come about
)
