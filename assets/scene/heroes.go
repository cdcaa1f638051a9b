package scene

import (
	"fmt"
	"math"
)

// heroes are the few buildings that everybody knows by their outline, drawn
// freely: the terraced hill of 天安千树, the twin towers of 环球港, the sheds of
// M50, the tower of 创享塔. They take their ground before the others.
func (m *maker) heroes() []house {
	var out []house
	for _, s := range m.sheet.landmarks {
		p := fromDegrees(s.point())
		k := m.creek.nearest(p)
		u := m.creek.dir[k]
		switch s.Name {
		case "天安千树":
			out = append(out, m.terraces(p, u)...)
		case "环球港(金沙江路站)":
			out = append(out, m.twins(p)...)
		case "M50创意园":
			out = append(out, m.sheds(p, u)...)
		case "创享塔(叶家宅路100号)":
			out = append(out, m.take(house{body: box{p, u, 15, 15}, class: "building.creative", height: 62, name: "创享塔"})...)
		}
	}
	return out
}

// take returns h if its ground is free, moved inland as little as needed.
func (m *maker) take(h house) []house {
	away := h.body.c.sub(m.creek.mid[m.creek.nearest(h.body.c)]).unit()
	for range 40 {
		if m.ground.free(h.body, setback, 0.5) {
			m.ground.build(h.body)
			return []house{h}
		}
		h.body.c = h.body.c.along(away, 5)
	}
	return nil
}

// terraces is a hill of square blocks, each as high as a bell over its place.
func (m *maker) terraces(p, u xy) []house {
	away := p.sub(m.creek.mid[m.creek.nearest(p)]).unit()
	var out []house
	const side, pitch = 9.0, 19.0
	for i := -5; i <= 5; i++ {
		for j := 0; j < 5; j++ {
			x, y := float64(i)*pitch, float64(j)*pitch
			bell := math.Exp(-(x*x)/(2*52*52) - (y-38)*(y-38)/(2*40*40))
			h := house{
				body:   box{p.along(u, x).along(away, y-20), u, side, side},
				class:  "building.commercial",
				height: 10 + math.Round(88*bell),
				name:   "天安千树",
			}
			if m.ground.free(h.body, setback, 0.5) {
				m.ground.build(h.body)
				out = append(out, h)
			}
		}
	}
	return out
}

// twins stands two towers on one podium.
func (m *maker) twins(p xy) []house {
	u := xy{1, 0.25}.unit()
	podium := m.take(house{body: box{p, u, 95, 60}, class: "building.commercial", height: 30, name: "环球港"})
	if podium == nil {
		return nil
	}
	c := podium[0].body.c
	for i, x := range []float64{-62, 62} {
		podium = append(podium, house{
			body: box{c.along(u, x), u, 19, 19}, class: "building.tower", base: 30, height: 245,
			name: fmt.Sprintf("环球港%s塔", []string{"西", "东"}[i]),
		})
	}
	return podium
}

// sheds are rows of long low halls.
func (m *maker) sheds(p, u xy) []house {
	away := p.sub(m.creek.mid[m.creek.nearest(p)]).unit()
	var out []house
	for j := range 4 {
		for i := -1; i <= 1; i++ {
			out = append(out, m.take(house{
				body:   box{p.along(u, float64(i)*56).along(away, float64(j)*27), u, 22, 8},
				class:  "building.creative",
				height: 8 + float64((i+j+4)%3)*3,
				name:   fmt.Sprintf("M50 %d号楼", 3*j+i+2),
			})...)
		}
	}
	return out
}
