/** Metres around a middle, as three.js wants them: x east, y north, z up; laid exactly where the map lays its degrees. */
import { MercatorCoordinate } from 'maplibre-gl';
import { Matrix4, Vector2, Vector3 } from 'three';
import type { LonLat } from '../lib/geo';

export class Ground {
  private readonly origin: MercatorCoordinate;
  private readonly unit: number; // a metre, in the map's units

  constructor(middle: LonLat) {
    this.origin = MercatorCoordinate.fromLngLat(middle, 0);
    this.unit = this.origin.meterInMercatorCoordinateUnits();
  }

  place(at: LonLat): Vector2 {
    const { x, y } = MercatorCoordinate.fromLngLat(at, 0);
    return new Vector2((x - this.origin.x) / this.unit, (this.origin.y - y) / this.unit);
  }

  /** From these metres to the map's units, whose y goes south. */
  model(): Matrix4 {
    return new Matrix4().makeTranslation(this.origin.x, this.origin.y, 0).scale(new Vector3(this.unit, -this.unit, this.unit));
  }
}
