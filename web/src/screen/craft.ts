/** Boats, people on patrol and vehicles: between two fixes they walk, drawn with every frame. */
import { Color, ConeGeometry, DynamicDrawUsage, InstancedMesh, Matrix4, MeshBasicMaterial, Quaternion, Vector3 } from 'three';
import { Motion } from '../lib/motion';
import type { Live } from '../lib/frames';
import type { Ground } from './ground';

/** More are not drawn. */
export const most = 400;

/** By class: metres long and high, and the colour. */
const looks: Record<string, readonly [number, number, string]> = { 'mover.boat': [26, 7, '#7fe7ff'], 'mover.vehicle': [18, 6, '#ffd27a'], 'mover.patrol': [13, 9, '#37e0a0'] };
const other: readonly [number, number, string] = [14, 6, '#cfe0f5'];

const up = new Vector3(0, 0, 1);

/** What moves, kept from the stream; it outlives the pictures of it. */
export class Fleet {
  readonly motion = new Motion();
  readonly classes = new Map<number, string>();

  take(fid: number, is: Live | undefined, now: number): void {
    this.motion.take(fid, is, now);
    if (is) this.classes.set(fid, is.class);
    else this.classes.delete(fid);
  }
}

export class Craft {
  readonly mesh: InstancedMesh;

  constructor(private readonly ground: Ground, private readonly fleet: Fleet) {
    const arrow = new ConeGeometry(0.42, 1, 4, 1).rotateY(Math.PI / 4); // a flat arrow that points north
    this.mesh = new InstancedMesh(arrow, new MeshBasicMaterial(), most);
    this.mesh.instanceMatrix.setUsage(DynamicDrawUsage);
    this.mesh.setColorAt(0, new Color());
    this.mesh.count = 0;
    this.mesh.frustumCulled = false;
  }

  /** Draws them where they are now, in Unix milliseconds, on what height; grey while it is old. */
  draw(now: number, live: boolean): void {
    let n = 0;
    for (const [fid, { at, heading }] of this.fleet.motion.drawn(now)) {
      if (n >= most) break;
      const [length, height, colour] = looks[this.fleet.classes.get(fid) ?? ''] ?? other;
      const { x, y } = this.ground.place(at);
      const turned = new Quaternion().setFromAxisAngle(up, (-(heading ?? 0) * Math.PI) / 180);
      this.mesh.setMatrixAt(n, new Matrix4().compose(new Vector3(x, y, height), turned, new Vector3(length, length, height)));
      this.mesh.setColorAt(n, new Color(live ? colour : '#76828f'));
      n++;
    }
    this.mesh.count = n;
    this.mesh.instanceMatrix.needsUpdate = true;
    if (this.mesh.instanceColor) this.mesh.instanceColor.needsUpdate = true;
  }
}
