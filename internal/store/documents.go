package store

import (
	"encoding/json"
	"fmt"

	"suhe/assets"
)

// Documents are the parts of an asset that are kept as JSON text.
type Documents struct {
	Properties     string
	Camera, Sensor *string // nil: none
}

// noProperties is what nearly all assets have.
const noProperties = "{}"

// DocumentsOf writes them. Errors wrap ErrInvalid.
func DocumentsOf(a *assets.Asset) (Documents, error) {
	d := Documents{Properties: noProperties}
	if len(a.Properties) > 0 {
		text, err := a.Properties.AppendJSON(nil)
		if err != nil {
			return d, fmt.Errorf("asset %s: %w: %w", a.ID, assets.ErrInvalid, err)
		}
		d.Properties = string(text)
	}
	var err error
	if a.Camera != nil {
		if d.Camera, err = document(a.Camera); err != nil {
			return d, fmt.Errorf("asset %s: %w: camera: %w", a.ID, assets.ErrInvalid, err)
		}
	}
	if a.Sensor != nil {
		if d.Sensor, err = document(a.Sensor); err != nil {
			return d, fmt.Errorf("asset %s: %w: sensor: %w", a.ID, assets.ErrInvalid, err)
		}
	}
	return d, nil
}

func document(v json.Marshaler) (*string, error) {
	text, err := v.MarshalJSON()
	if err != nil {
		return nil, err
	}
	s := string(text)
	return &s, nil
}

// ReadDocuments reads them back into a, sharing memory through in. Texts may be empty.
func ReadDocuments(a *assets.Asset, properties, camera, sensor []byte, in *assets.Interner) error {
	if len(properties) > 0 && string(properties) != noProperties {
		ps, err := assets.DecodeProperties(properties, in)
		if err != nil {
			return err
		}
		a.Properties = ps
	}
	if len(camera) > 0 {
		a.Camera = new(assets.CameraSpec)
		if err := json.Unmarshal(camera, a.Camera); err != nil {
			return fmt.Errorf("camera: %w", err)
		}
	}
	if len(sensor) > 0 {
		a.Sensor = new(assets.SensorSpec)
		if err := json.Unmarshal(sensor, a.Sensor); err != nil {
			return fmt.Errorf("sensor: %w", err)
		}
	}
	return nil
}
