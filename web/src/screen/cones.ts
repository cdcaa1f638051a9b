/** What cameras look at, and nothing else of them: translucent cones from each to the ground. */
import { BufferAttribute, BufferGeometry, DoubleSide, Mesh, MeshBasicMaterial } from 'three';
import { offset, type LonLat } from '../lib/geo';
import type { Ground } from './ground';

/** A camera: degrees clockwise from north, degrees wide, metres far and high. */
export interface Lens { at: LonLat; azimuth: number; hfov: number; range: number; height: number }

/** One side of a cone is so wide at most, in degrees. */
const facet = 15;

export function cones(ground: Ground, lenses: Lens[]): Mesh {
  const corners: number[] = [];
  for (const { at, azimuth, hfov, range, height } of lenses) {
    const apex = ground.place(at);
    const sides = Math.max(2, Math.ceil(hfov / facet));
    const arc = Array.from({ length: sides + 1 }, (_, i) => ground.place(offset(at, azimuth - hfov / 2 + (hfov * i) / sides, range)));
    for (let i = 0; i < sides; i++) {
      const [a, b] = [arc[i]!, arc[i + 1]!];
      corners.push(apex.x, apex.y, height, a.x, a.y, 0.4, b.x, b.y, 0.4);
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array(corners), 3));
  const mesh = new Mesh(geometry, new MeshBasicMaterial({ color: 0x58c7ff, transparent: true, opacity: 0.11, depthWrite: false, side: DoubleSide }));
  mesh.frustumCulled = false;
  mesh.renderOrder = 3;
  return mesh;
}
