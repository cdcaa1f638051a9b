/** What stands on the map in three dimensions: a layer of the map that three.js draws into the map's own canvas. */
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from 'maplibre-gl';
import { Camera, InstancedMesh, Matrix4, Mesh, Scene, Vector3, WebGLRenderer, type Material } from 'three';
import type { CaseRow } from '../lib/docket';
import type { LonLat } from '../lib/geo';
import { Beacons } from './beacons';
import { cones, type Lens } from './cones';
import type { Course } from './course';
import { Craft, type Fleet } from './craft';
import { Ground } from './ground';
import { daylight, type Sun } from './sun';
import { wall, Water, type Bank, type Gauges } from './water';

/** What lasts: it is told once. */
export interface Facts { middle: LonLat; course: Course; water: LonLat[][][]; banks: Bank[]; lenses: Lens[] }

/** What changes: it is asked for with every frame; clock is Unix milliseconds. */
export interface Now { clock: number; sun: Sun; moves: boolean; live: boolean; gauges: Gauges; open: CaseRow[]; cones: boolean; bearing: number; pitch: number }

const rad = Math.PI / 180;

/** A way up, from an azimuth and an altitude in degrees. */
const towards = (azimuth: number, altitude: number): Vector3 => new Vector3(Math.sin(azimuth * rad) * Math.cos(altitude * rad), Math.cos(azimuth * rad) * Math.cos(altitude * rad), Math.sin(altitude * rad));

interface Built { renderer: WebGLRenderer; scene: Scene; water: Water[]; beacons: Beacons; craft: Craft; cones: Mesh; last: number }

export class Stage implements CustomLayerInterface {
  readonly id = 'stage';
  readonly type = 'custom';
  readonly renderingMode = '3d';
  private readonly ground: Ground;
  private readonly camera = new Camera();
  private built: Built | undefined;
  /** Frames that were drawn. */
  frames = 0;

  /** colours are those of the severities 0 to 4. */
  constructor(private readonly facts: Facts, private readonly fleet: Fleet, private readonly colours: () => string[], private readonly now: () => Now) {
    this.ground = new Ground(facts.middle);
  }

  onAdd(map: MapLibre, gl: WebGL2RenderingContext): void {
    this.dispose();
    const renderer = new WebGLRenderer({ canvas: map.getCanvas(), context: gl, antialias: true });
    renderer.autoClear = false;
    const { course, water, banks, lenses } = this.facts;
    const built: Built = {
      renderer, scene: new Scene(), water: water.map((rings) => new Water(this.ground, course, rings)), beacons: new Beacons(this.ground, this.colours()),
      craft: new Craft(this.ground, this.fleet), cones: cones(this.ground, lenses), last: NaN,
    };
    built.scene.add(...banks.map((b) => wall(b, this.ground)), ...built.water.map((w) => w.surface), built.cones, built.craft.mesh, built.beacons.mesh);
    this.built = built;
  }

  onRemove(): void {
    this.dispose();
  }

  render(_: WebGL2RenderingContext, { defaultProjectionData }: CustomRenderMethodInput): void {
    const b = this.built;
    if (!b) return;
    const n = this.now();
    this.frames++;
    const seconds = Number.isNaN(b.last) ? 0 : (n.clock - b.last) / 1000;
    b.last = n.clock;
    const flow = n.moves ? n.clock / 1000 : 0;
    for (const w of b.water) {
      w.stand(n.gauges, seconds);
      w.shine(daylight(n.sun.altitude), towards(n.sun.azimuth, n.sun.altitude), towards(n.bearing + 180, 90 - n.pitch), flow, n.live);
    }
    b.beacons.light(n.open);
    b.beacons.pulse(flow, n.live);
    b.craft.draw(n.clock, n.live);
    b.cones.visible = n.cones;
    this.camera.projectionMatrix.copy(new Matrix4().fromArray(defaultProjectionData.mainMatrix)).multiply(this.ground.model());
    b.renderer.resetState();
    b.renderer.render(b.scene, this.camera);
    b.renderer.resetState();
  }

  /** What three.js holds, and what is drawn: for tests, and for who wonders whether it grows. */
  state(): { geometries: number; textures: number; programs: number; beacons: number; craft: number; cones: number; level(chainage: number): number } | undefined {
    const b = this.built;
    return b && {
      ...b.renderer.info.memory, programs: b.renderer.info.programs?.length ?? 0, beacons: b.beacons.mesh.count, craft: b.craft.mesh.count,
      cones: b.cones.visible ? this.facts.lenses.length : 0, level: (c) => b.water[0]?.level(c) ?? NaN,
    };
  }

  /** Frees all that the graphics processor holds for it; it may be added again. */
  dispose(): void {
    const b = this.built;
    if (!b) return;
    this.built = undefined;
    b.scene.traverse((o) => {
      if (o instanceof InstancedMesh) o.dispose();
      if (!(o instanceof Mesh)) return;
      o.geometry.dispose();
      (o.material as Material).dispose();
    });
    b.renderer.dispose();
  }
}
