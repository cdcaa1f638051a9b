package media

// Told reads what a photo tells.
func Told(data []byte) (orientation int, place *[2]float64) {
	e := readJPEG(data)
	return e.orientation, e.place
}
