package survey

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"suhe/assets"
	"suhe/geo"
)

// Look is how a strip is drawn.
type Look struct {
	English bool
	Width   int // pixels; 0: 1600
}

// The bounds of a drawing, and where its parts are, in pixels.
const (
	MinWidth, MaxWidth, usualWidth = 800, 6_000, 1_600

	leftSpace, rightSpace = 132.0, 28.0
	profileHigh           = 92.0
	markRows, markHigh    = 3, 15.0
	countRows, countHigh  = 8, 13.0
	waterHigh, areaHigh   = 44.0, 18.0
	gap                   = 10.0
)

// stripStyle is the look: the colours of severities are those of the map.
const stripStyle = `
text{font-family:"Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC","WenQuanYi Zen Hei","PingFang SC","Microsoft YaHei",sans-serif;font-size:11px;fill:#223}
.h{font-size:17px;font-weight:600}.s{font-size:11px;fill:#567}.t{font-size:10px;fill:#567}.l{font-size:10.5px}
.end{text-anchor:end}.mid{text-anchor:middle}
.water{fill:#b9dcee}.edge{stroke:#4a8fb0;stroke-width:1.5}.axis{stroke:#4a8fb0;stroke-width:1}.grid{stroke:#dfe6ea;stroke-width:1}
.bridge{fill:#7a6a58}.area{fill:#eef2ee;stroke:#b6c2b6}.bin{fill:#3d7a5c}
.p1{fill:#c62828}.p2{fill:#e65100}.p3{fill:#d6a100}.p4{fill:#2d6cb5}.p0{fill:#78909c}
.line{fill:none;stroke:#2d6cb5;stroke-width:1.5}.off{fill:#fff;stroke:#90a4ae}.bad{fill:#c62828}
`

// sketch is one strip being drawn.
type sketch struct {
	drawing
	s       *Survey
	p       *Strip
	english bool
	width   float64
	left    int // marks without a label
}

// Draw draws a strip as SVG: the creek from left to right with the flow, the left bank
// above and the right bank below.
func (s *Survey) Draw(p *Strip, look Look) ([]byte, error) {
	if look.Width == 0 {
		look.Width = usualWidth
	}
	if look.Width < MinWidth || look.Width > MaxWidth {
		return nil, invalid("width: %d, want %d to %d pixels", look.Width, MinWidth, MaxWidth)
	}
	d := &sketch{s: s, p: p, english: look.English, width: float64(look.Width)}
	y := 58.0
	if p.Profile != nil {
		d.profile(y)
		y += profileHigh + 2*gap
	}
	y = d.bank(geo.Left, y, true)
	d.water(y)
	y += waterHigh
	y = d.bank(geo.Right, y, false)
	d.legend(y + gap)
	high := y + gap + 30
	d.head()
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%.0f" viewBox="0 0 %d %.0f" role="img" xml:lang="%s"><style>%s</style>
<rect width="100%%" height="100%%" fill="#fff"/>
%s</svg>
`, look.Width, high, look.Width, high, d.say("zh", "en"), stripStyle, d.String()), nil
}

func (d *sketch) say(zh, en string) string {
	if d.english {
		return en
	}
	return zh
}

// x is where a chainage is.
func (d *sketch) x(c geo.Metres) float64 {
	return leftSpace + float64((c-d.p.From)/(d.p.To-d.p.From))*(d.width-leftSpace-rightSpace)
}

func (d *sketch) head() {
	d.text(20, 28, "h", d.say("苏州河直线图", "Suzhou Creek, drawn straight"), "")
	d.text(20, 46, "s", fmt.Sprintf(d.say("里程 %s 至 %s，水自左向右流", "chainage %s to %s, the water runs from left to right"), kilometres(d.p.From), kilometres(d.p.To)), "")
	if n := d.left + d.p.More; n > 0 {
		d.text(d.width-rightSpace, 46, "s end", fmt.Sprintf(d.say("另有 %d 项未注名", "%d more without a name"), n), "")
	}
}

// kilometres writes a chainage as river wardens do: 3+250.
func kilometres(c geo.Metres) string {
	m := int(math.Round(float64(c)))
	return fmt.Sprintf("%d+%03d", m/1000, m%1000)
}

// bank draws one side; outward is up for the left bank. It returns where it ends.
func (d *sketch) bank(side geo.Bank, y float64, up bool) float64 {
	rows := slices.DeleteFunc(slices.Clone(d.p.Counts), func(r StripRow) bool { return r.Bank != side })
	rows = rows[:min(len(rows), countRows)]
	parts := []func(y float64) float64{
		func(y float64) float64 { return d.marks(side, y, up) },
		func(y float64) float64 { return d.counts(rows, y) },
		func(y float64) float64 { return d.areas(side, y) },
	}
	if up {
		slices.Reverse(parts)
	}
	for _, part := range parts {
		y = part(y)
	}
	return y
}

func (d *sketch) areas(side geo.Bank, y float64) float64 {
	d.text(leftSpace-8, y+13, "t end", d.say(map[geo.Bank]string{geo.Left: "左岸", geo.Right: "右岸"}[side], string(side)+" bank"), "")
	for _, a := range d.p.Areas {
		if a.Bank != side {
			continue
		}
		from, to := d.x(a.From), d.x(a.To)
		d.put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" class="area">%s</rect>`, from, y, to-from, areaHigh, titled(a.Name))
		d.text((from+to)/2, y+13, "t mid", clipped(a.Name, 10, to-from-4), "")
	}
	return y + areaHigh + gap
}

// counts draws a row for each class: the darker, the more.
func (d *sketch) counts(rows []StripRow, y float64) float64 {
	for _, r := range rows {
		most := slices.Max(r.Counts)
		d.text(leftSpace-8, y+10, "t end", clipped(fmt.Sprintf("%s %d", d.class(r.Class), r.Total), 10, leftSpace-20), "")
		for i, n := range r.Counts {
			if n == 0 {
				continue
			}
			from, to := d.x(d.p.From+geo.Metres(i)*d.p.Bin), d.x(d.p.From+geo.Metres(i+1)*d.p.Bin)
			d.put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" class="bin" fill-opacity="%.2f">%s</rect>`,
				from, y+1, to-from, countHigh-3, 0.2+0.8*float64(n)/float64(most), titled(fmt.Sprintf("%s: %d", d.class(r.Class), n)))
		}
		y += countHigh
	}
	return y + gap
}

// class is the name of a class.
func (d *sketch) class(code string) string {
	if c, ok := d.s.o.Classes.Class(code); ok {
		return d.say(c.Name, c.NameEn)
	}
	return code
}

// marks draws incidents, alarms, sensors, movers and landmarks of a bank, each with its
// name where there is room: the more severe ones first.
func (d *sketch) marks(side geo.Bank, y float64, up bool) float64 {
	var own []Row
	for _, m := range d.p.Marks {
		if m.Bank == side && m.Kind != assets.Bridge && m.Chainage != nil {
			own = append(own, m)
		}
	}
	slices.SortStableFunc(own, func(a, b Row) int { return urgency(a) - urgency(b) })
	rows := newLanes(markRows)
	high := markRows*markHigh + 14
	edge := y + high // where the water is
	if !up {
		edge = y
	}
	for _, m := range own {
		x, words := d.x(*m.Chainage), d.name(m)
		from := max(leftSpace, min(x-4, d.width-rightSpace-wide(words, 10.5)))
		row, ok := rows.find(from, from+wide(words, 10.5))
		if !ok {
			d.left++
			continue
		}
		at := edge - 18 - float64(row)*markHigh
		if !up {
			at = edge + 26 + float64(row)*markHigh
		}
		d.put(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="grid"/>`, x, edge, x, at)
		d.text(from, at, "l", words, "")
	}
	for _, m := range slices.Backward(own) { // the most urgent above the others
		d.mark(m, d.x(*m.Chainage), edge, up)
	}
	return y + high + gap
}

// urgency orders marks for their names: cases by severity, then what moves, then sensors
// that are not in order, then the rest.
func urgency(m Row) int {
	n := 9
	switch m.Kind {
	case assets.Incident, assets.Alarm:
		n = 0
	case assets.Landmark:
		n = 5
	case assets.Mover:
		n = 6
	}
	if m.Severity != nil && *m.Severity > 0 {
		return n + int(*m.Severity) - 1
	}
	return n + 4
}

// mark is a diamond for a case, a triangle for what moves, a square for a landmark, a
// disc for a sensor; its colour is the severity.
func (d *sketch) mark(m Row, x, edge float64, up bool) {
	y := edge - 7
	if !up {
		y = edge + 7
	}
	tell := titled(fmt.Sprintf("%s %s %s", m.ID, d.name(m), kilometres(*m.Chainage)))
	class := "p0"
	if m.Severity != nil {
		class = "p" + strconv.Itoa(int(*m.Severity))
	}
	switch m.Kind {
	case assets.Incident, assets.Alarm:
		d.put(`<path d="M%.1f %.1fl5 5l-5 5l-5 -5z" class="%s">%s</path>`, x, y-5, class, tell)
	case assets.Mover:
		d.put(`<path d="M%.1f %.1fl5 9h-10z" class="p4">%s</path>`, x, y-5, tell)
	case assets.Landmark:
		d.put(`<rect x="%.1f" y="%.1f" width="7" height="7" class="bridge">%s</rect>`, x-3.5, y-3.5, tell)
	default:
		d.put(`<circle cx="%.1f" cy="%.1f" r="3" class="%s">%s</circle>`, x, y, class, tell)
	}
}

// name is what a mark is called.
func (d *sketch) name(m Row) string {
	if d.english {
		if m.NameEn != "" {
			return clipped(m.NameEn, 10.5, 180)
		}
		return clipped(d.class(m.Class)+" "+string(m.ID), 10.5, 180)
	}
	if m.Name == "" {
		return clipped(d.class(m.Class), 10.5, 180)
	}
	return clipped(m.Name, 10.5, 180)
}

// water draws the creek with its chainage and bridges.
func (d *sketch) water(y float64) {
	from, to := leftSpace, d.width-rightSpace
	d.put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" class="water"/>`, from, y, to-from, waterHigh)
	for _, edge := range []float64{y, y + waterHigh} {
		d.put(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="edge"/>`, from, edge, to, edge)
	}
	d.text(leftSpace-8, y+waterHigh/2+4, "t end", d.say("里程", "chainage")+" →", "")
	d.bridges(y)
	step := tick(d.p.To-d.p.From, (to-from)/90)
	for c := geo.Metres(math.Ceil(float64(d.p.From/step))) * step; c <= d.p.To; c += step {
		x := d.x(c)
		d.put(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="axis"/>`, x, y+waterHigh-8, x, y+waterHigh)
		d.text(x, y+waterHigh-11, "t mid", kilometres(c), "")
	}
}

// bridges lie across the water, each with as much of its name as there is room to the
// next.
func (d *sketch) bridges(y float64) {
	var all []Row
	for _, m := range d.p.Marks {
		if m.Kind == assets.Bridge && m.Chainage != nil {
			all = append(all, m)
		}
	}
	for i, m := range all {
		x, words, end := d.x(*m.Chainage), d.name(m), d.width-rightSpace
		if i+1 < len(all) {
			end = d.x(*all[i+1].Chainage)
		}
		d.put(`<rect x="%.1f" y="%.1f" width="4" height="%.1f" class="bridge">%s</rect>`, x-2, y-4, waterHigh+8, titled(words+" "+kilometres(*m.Chainage)))
		if words = clipped(words, 10, end-x-8); words == "" {
			d.left++
		}
		d.text(x+4, y+14, "t", words, "")
	}
}

// tick is a round step that gives at most so many.
func tick(span geo.Metres, most float64) geo.Metres {
	step := math.Pow(10, math.Floor(math.Log10(float64(span)/most)))
	for _, times := range [...]float64{1, 2, 5} {
		if float64(span)/(step*times) <= most {
			return geo.Metres(step * times)
		}
	}
	return geo.Metres(step * 10)
}

// profile draws values against chainage; of sensors that tell nothing fresh, hollow.
func (d *sketch) profile(y float64) {
	p := d.p.Profile
	title := p.Phenomenon
	if row, ok := d.s.o.Classes.Phenomenon(p.Phenomenon); ok {
		title = d.say(row.Name, row.NameEn)
	}
	d.text(20, y+profileHigh/2, "t", clipped(title, 10, leftSpace-58), "")
	d.text(20, y+profileHigh/2+13, "t", p.Unit, "")
	if len(p.Values) == 0 {
		d.text(leftSpace+4, y+profileHigh/2, "s", d.say("无数据", "no values"), "")
		return
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range p.Values {
		low, high = min(low, v.Value), max(high, v.Value)
	}
	if high-low < 1e-9 {
		low, high = low-1, high+1
	}
	at := func(v float64) float64 { return y + profileHigh - (v-low)/(high-low)*(profileHigh-14) }
	for _, v := range []float64{low, (low + high) / 2, high} {
		d.put(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="grid"/>`, leftSpace, at(v), d.width-rightSpace, at(v))
		d.text(leftSpace-8, at(v)+4, "t end", strconv.FormatFloat(v, 'f', decimals(high-low), 64), "")
	}
	line := ""
	for _, v := range p.Values {
		if fresh(v) {
			line += fmt.Sprintf("%.1f,%.1f ", d.x(v.Chainage), at(v.Value))
		}
	}
	d.put(`<polyline points="%s" class="line"/>`, line)
	labels := newLanes(1)
	for _, v := range p.Values {
		x, class := d.x(v.Chainage), "p4"
		switch {
		case !fresh(v):
			class = "off"
		case !v.Normal:
			class = "bad"
		}
		words := strconv.FormatFloat(fine(v.Value, 100), 'f', -1, 64)
		d.put(`<circle cx="%.1f" cy="%.1f" r="3" class="%s">%s</circle>`, x, at(v.Value), class, titled(fmt.Sprintf("%s %s %s", v.ID, words, p.Unit)))
		if _, ok := labels.find(x-wide(words, 10)/2, x+wide(words, 10)/2); ok {
			d.text(x, at(v.Value)-5, "t mid", words, "")
		}
	}
}

// decimals is how many a scale of that span needs.
func decimals(span float64) int { return max(0, min(6, int(math.Ceil(1-math.Log10(span))))) }

// fresh says whether a value is of now, as far as that is told.
func fresh(v ProfileValue) bool { return v.State == "" || v.State == "normal" || v.State == "unknown" }

func (d *sketch) legend(y float64) {
	x := leftSpace
	for _, e := range []struct{ mark, zh, en string }{
		{`<path d="M%.1f %.1fl5 5l-5 5l-5 -5z" class="p1"/>`, "案件与告警：特别重大", "incident or alarm: grave"},
		{`<path d="M%.1f %.1fl5 5l-5 5l-5 -5z" class="p2"/>`, "重大", "major"},
		{`<path d="M%.1f %.1fl5 5l-5 5l-5 -5z" class="p3"/>`, "较大", "considerable"},
		{`<path d="M%.1f %.1fl5 5l-5 5l-5 -5z" class="p4"/>`, "一般", "ordinary"},
		{`<path d="M%.1f %.1fl5 9h-10z" class="p4"/>`, "巡查", "patrol"},
		{`<path d="M%.1f %.1fm-3.5 2h7v7h-7z" class="bridge"/>`, "桥梁、地标", "bridge, landmark"},
		{`<path d="M%.1f %.1fm-3 5a3 3 0 1 0 6 0a3 3 0 1 0 -6 0" class="p0"/>`, "传感器", "sensor"},
		{`<path d="M%.1f %.1fm-5 1h10v8h-10z" class="bin"/>`, "部件与摄像机：越深越多", "fixtures and cameras: the darker, the more"},
	} {
		d.put(e.mark, x+5, y)
		words := d.say(e.zh, e.en)
		d.text(x+14, y+9, "t", words, "")
		x += 14 + wide(words, 10) + 18
	}
}
