package main

import (
	"suhe/assets"
	"suhe/internal/search"
)

// openSearch makes the index of words of a world.
func (n *node) openSearch(w search.World) *search.Index {
	return search.New(search.Options{World: w, Names: n.classNames})
}

// classNames are the words for a class: of the registry's tables, or of an incident.
func (n *node) classNames(kind assets.Kind, class string) (zh, en string) {
	if !kind.Registered() { // alarms are of what incidents are of
		if c, err := n.incidents.Tables().Classes.Class(class); err == nil {
			return c.Name, c.NameEn
		}
		return "", ""
	}
	if c, ok := n.registry.Classes().Class(class); ok {
		return c.Name, c.NameEn
	}
	if c, ok := n.registry.Classes().Finding(class); ok {
		return c.Name, c.NameEn
	}
	return "", ""
}
