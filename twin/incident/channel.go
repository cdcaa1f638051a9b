package incident

import (
	"fmt"

	"suhe/assets"
)

// Channel is by what an incident was discovered.
type Channel string

// The discovery channels.
const (
	Hotline     Channel = "hotline"     // 12345 热线
	Police      Channel = "police"      // 110 非警务警情
	Video       Channel = "video"       // 视频巡查: a person who looks at cameras
	WeChat      Channel = "wechat"      // 政务微信
	Letter      Channel = "letter"      // 信访
	Opinion     Channel = "opinion"     // 舆情
	Grid        Channel = "grid"        // 网格员
	Patrol      Channel = "patrol"      // 巡查
	Snap        Channel = "snap"        // 随申拍
	Account     Channel = "account"     // 公众号
	ShortVideo  Channel = "short_video" // 短视频
	SensorFound Channel = "sensor"      // 物联感知
	AI          Channel = "ai"          // AI 识别
)

// ChannelSpec is one row of the table of channels.
type ChannelSpec struct {
	Channel Channel `json:"channel"`
	Name    string  `json:"name"` // Chinese
	NameEn  string  `json:"nameEn"`
	Machine bool    `json:"machine"` // nobody said it: no number to call back
}

// Channels are all channels.
func Channels() []ChannelSpec {
	return []ChannelSpec{
		{Hotline, "12345热线", "12345 hotline", false},
		{Police, "110非警务", "110, no police matter", false},
		{Video, "视频巡查", "Video", false},
		{WeChat, "政务微信", "Government WeChat", false},
		{Letter, "信访", "Letters and visits", false},
		{Opinion, "舆情", "Public opinion", false},
		{Grid, "网格员", "Grid officer", false},
		{Patrol, "巡查员", "Patrol", false},
		{Snap, "随申拍", "Suishen snapshot", false},
		{Account, "公众号", "Public account", false},
		{ShortVideo, "短视频", "Short video", false},
		{SensorFound, "物联感知", "Sensors", true},
		{AI, "AI识别", "AI", true},
	}
}

// spec finds the channel's row.
func (c Channel) spec() (ChannelSpec, error) {
	for _, s := range Channels() {
		if s.Channel == c {
			return s, nil
		}
	}
	return ChannelSpec{}, fmt.Errorf("%w: channel: %.40q is none, see GET /v1/incidents/classes", assets.ErrInvalid, c)
}
