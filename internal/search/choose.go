package search

// choose finds the things of a segment that may be meant, by its posting lists: those
// that have all terms in texts or words, of them those that have all in texts, those of
// which a title may begin with the question, and may be it.
func (a *asking) choose(s *segment) {
	a.all = s.alive
	for _, keys := range a.within {
		a.one = set{}
		for _, k := range keys {
			a.addList(s, k)
		}
		a.all.intersect(&a.one)
	}
	a.text = a.all
	for t := range a.terms {
		a.one = set{}
		a.inTexts(s, t)
		a.text.intersect(&a.one)
		for _, class := range a.classes[t] {
			a.addList(s, number(fieldClass, class))
		}
		for _, area := range a.areas[t] {
			a.addList(s, number(fieldArea, area))
		}
		a.all.intersect(&a.one)
	}
	a.titled, a.one = set{}, set{}
	if len(a.terms) == 0 {
		return
	}
	for f := range fields {
		if a.mask&titles>>f&1 == 0 {
			continue
		}
		begin, ok := s.lists[pair(f, begins, a.first)]
		if !ok {
			continue
		}
		begin.addTo(&a.titled)
		if end, ok := s.lists[pair(f, ends, a.last)]; ok {
			a.common = addCommon(&a.one, &a.scratch, a.common, append(a.lists[:0], begin, end))
		}
	}
	a.titled.intersect(&a.text)
	a.one.intersect(&a.titled)
}

// inTexts adds those that may have the term in a text to one.
func (a *asking) inTexts(s *segment, t int) {
	for f := range fields {
		if a.mask>>f&1 == 0 {
			continue
		}
		a.keys = a.terms[t].appendKeys(a.keys[:0], f)
		a.lists = a.lists[:0]
		for _, k := range a.keys {
			l, ok := s.lists[k]
			if !ok {
				a.lists = a.lists[:0]
				break
			}
			a.lists = append(a.lists, l)
		}
		if len(a.lists) > 0 {
			a.common = addCommon(&a.one, &a.scratch, a.common, a.lists)
		}
	}
}

func (a *asking) addList(s *segment, k key) {
	if l, ok := s.lists[k]; ok {
		l.addTo(&a.one)
	}
}
