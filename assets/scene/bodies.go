package scene

import (
	"math"
	"math/rand/v2"

	"suhe/assets"
)

// The bodies of the fixtures: what each looks like and what is known of it.

func plainPoint(_ *rand.Rand, at spot) (assets.Shape, assets.Properties) {
	s := pointShape(at.p, 0)
	s.Orientation = at.out.azimuth()
	return s, nil
}

func railing(rng *rand.Rand, at spot) (assets.Shape, assets.Properties) {
	s := solid(toLine([]xy{at.shifted(-4.3).p, at.p, at.shifted(4.3).p}))
	return s, assets.Properties{
		{Key: "length_m", Value: 8.6},
		{Key: "material", Value: pick(rng, "不锈钢", "铸铁", "花岗石")},
	}
}

func bollard(_ *rand.Rand, at spot) (assets.Shape, assets.Properties) {
	return pointShape(at.p, 0), assets.Properties{{Key: "load_t", Value: 5.0}}
}

func lifebuoy(_ *rand.Rand, at spot) (assets.Shape, assets.Properties) {
	return pointShape(at.p, 0), assets.Properties{{Key: "line_m", Value: 30.0}}
}

func outfall(rng *rand.Rand, at spot) (assets.Shape, assets.Properties) {
	s := pointShape(at.p, 0)
	s.Orientation = at.out.mul(-1).azimuth()
	return s, assets.Properties{
		{Key: "carries", Value: pick(rng, "雨水", "雨水", "雨水", "合流", "清水")},
		{Key: "diameter_mm", Value: float64(300 + 200*rng.IntN(8))},
		{Key: "gate", Value: rng.IntN(3) > 0},
	}
}

// pier lies in the water along the bank, half a metre off its edge.
func pier(rng *rand.Rand, at spot) (assets.Shape, assets.Properties) {
	length, width := 24+16*rng.Float64(), 4+2*rng.Float64()
	b := box{c: at.p.along(at.out, -width/2-.5), u: at.out.left(), a: length / 2, b: width / 2}
	s := solid(toPolygon(b.corners()))
	s.Orientation = b.u.azimuth()
	return s, assets.Properties{
		{Key: "length_m", Value: math.Round(length)},
		{Key: "use", Value: pick(rng, "游船", "公务", "亲水平台")},
	}
}

func lamp(rng *rand.Rand, at spot) (assets.Shape, assets.Properties) {
	return pointShape(at.p, 0), assets.Properties{
		{Key: "power_w", Value: float64(60 + 30*rng.IntN(4))},
		{Key: "source", Value: pick(rng, "LED", "LED", "LED", "高压钠灯")},
	}
}

func bench(rng *rand.Rand, at spot) (assets.Shape, assets.Properties) {
	s := pointShape(at.p, 0)
	s.Orientation = at.out.mul(-1).azimuth() // one sits looking at the water
	return s, assets.Properties{
		{Key: "material", Value: pick(rng, "防腐木", "石材", "金属")},
		{Key: "seats", Value: float64(2 + rng.IntN(3))},
	}
}

func tree(rng *rand.Rand, at spot) (assets.Shape, assets.Properties) {
	height := 5 + math.Round(9*rng.Float64()*2)/2
	return pointShape(at.p, height), assets.Properties{
		{Key: "crown_m", Value: math.Round(height*.9) / 2},
		{Key: "girth_cm", Value: float64(30 + 5*rng.IntN(24))},
		{Key: "species", Value: pick(rng, "香樟", "悬铃木", "垂柳", "银杏", "栾树", "樱花", "水杉")},
	}
}

func bin(_ *rand.Rand, at spot) (assets.Shape, assets.Properties) {
	return pointShape(at.p, 0), assets.Properties{{Key: "volume_l", Value: 120.0}}
}

func sign(rng *rand.Rand, at spot) (assets.Shape, assets.Properties) {
	s := pointShape(at.p, 0)
	s.Orientation = at.out.left().azimuth()
	return s, assets.Properties{{Key: "text", Value: pick(rng, "半马苏河", "水深危险", "禁止游泳", "河长公示牌", "苏河步道")}}
}

func manhole(rng *rand.Rand, at spot) (assets.Shape, assets.Properties) {
	return pointShape(at.p, 0), assets.Properties{
		{Key: "diameter_mm", Value: 700.0},
		{Key: "network", Value: pick(rng, "雨水", "雨水", "污水", "电力", "通信", "给水")},
	}
}

func hydrant(rng *rand.Rand, at spot) (assets.Shape, assets.Properties) {
	return pointShape(at.p, 0), assets.Properties{
		{Key: "diameter_mm", Value: 100.0},
		{Key: "pressure_mpa", Value: math.Round(20+25*rng.Float64()) / 100},
	}
}
