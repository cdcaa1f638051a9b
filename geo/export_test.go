package geo

// Pack packs all keys, as it is done when many have come.
func (x *Index[K]) Pack() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.pack(nil)
}
