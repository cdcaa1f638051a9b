/** The water: a surface that moves and stands where the gauges say, between flood walls that stand to their crests. Heights are true metres over the gauges' zero. */
import { BufferAttribute, BufferGeometry, DoubleSide, Mesh, MeshBasicMaterial, ShaderMaterial, ShapeUtils, Vector2, Vector3 } from 'three';
import type { LonLat } from '../lib/geo';
import { between, type Course } from './course';
import type { Ground } from './ground';
import type { Daylight } from './sun';

/** A bank: its line, and how high its wall stands, in metres. */
export interface Bank { line: LonLat[]; crest: number }

/** What a gauge says, metres along the creek and metres of water; ascending. */
export type Gauges = readonly (readonly [number, number])[];

/** So much of the way to a new level the water goes in a second. */
const easing = 0.8;

const vertex = `
  varying vec2 at;
  void main() {
    at = position.xy;
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  }`;

// Ripples are the slopes of five waves; they mirror the sky and glitter where they throw the light to the eye.
const fragment = `
  precision highp float;
  varying vec2 at;
  uniform float time;
  uniform float live;
  uniform vec3 deep, sky, light, sun, eye;
  vec2 wave(vec2 way, float length, float speed, float steep) {
    float k = 6.2831853 / length;
    return way * steep * cos(k * (dot(way, at) - speed * time));
  }
  void main() {
    vec2 slope = wave(vec2(0.8, 0.6), 19.0, 2.1, 0.05) + wave(vec2(-0.5, 0.87), 11.0, 1.6, 0.06) + wave(vec2(0.97, -0.26), 7.0, 1.3, 0.07)
      + wave(vec2(0.2, -0.98), 43.0, 3.2, 0.05) + wave(vec2(-0.9, -0.43), 4.3, 1.0, 0.06);
    vec3 up = normalize(vec3(-slope, 1.0));
    float mirror = 0.08 + 0.92 * pow(1.0 - max(0.0, dot(up, eye)), 4.0);
    float glitter = pow(max(0.0, dot(reflect(-sun, up), eye)), 60.0) * step(0.0, sun.z);
    vec3 colour = mix(deep * (0.86 + 1.4 * (slope.x + slope.y)), sky, mirror * 0.75) + light * glitter * 0.7;
    gl_FragColor = vec4(mix(vec3(dot(colour, vec3(0.33))), colour, live), 0.94);
  }`;

export class Water {
  readonly surface: Mesh;
  private readonly geometry = new BufferGeometry();
  private readonly chainages: number[];
  private levels: Float32Array | undefined;
  private readonly material = new ShaderMaterial({
    vertexShader: vertex, fragmentShader: fragment, transparent: true, side: DoubleSide,
    uniforms: { time: { value: 0 }, live: { value: 1 }, deep: { value: new Vector3() }, sky: { value: new Vector3() }, light: { value: new Vector3() }, sun: { value: new Vector3(0, 0, 1) }, eye: { value: new Vector3(0, 0, 1) } },
  });

  constructor(ground: Ground, course: Course, rings: LonLat[][]) {
    // A ring ends where it begins; a triangulation wants each place once.
    const open = rings.map((r) => r.slice(0, -1));
    const places = open.map((r) => r.map((p) => ground.place(p)));
    const [outline, ...holes] = places as [Vector2[], ...Vector2[][]];
    const flat = places.flat();
    this.chainages = open.flat().map((p) => course.foot(p).chainage);
    this.geometry.setAttribute('position', new BufferAttribute(new Float32Array(flat.flatMap(({ x, y }) => [x, y, 0])), 3));
    this.geometry.setIndex(ShapeUtils.triangulateShape(outline, holes).flat());
    this.surface = new Mesh(this.geometry, this.material);
    this.surface.frustumCulled = false;
    this.surface.renderOrder = 1;
  }

  /** Lets the surface stand by the gauges; seconds since it was asked last. Without gauges it is not shown: it is not known where it stands. */
  stand(gauges: Gauges, seconds: number): void {
    this.surface.visible = gauges.length > 0;
    if (gauges.length === 0) return;
    const fresh = this.levels === undefined;
    this.levels ??= new Float32Array(this.chainages.length);
    const position = this.geometry.getAttribute('position') as BufferAttribute;
    const t = fresh ? 1 : Math.min(1, easing * seconds);
    let moved = false;
    this.chainages.forEach((c, i) => {
      const is = this.levels![i]!;
      const next = is + (between(gauges, c, 0, 1) - is) * t;
      if (Math.abs(next - is) < 1e-4) return;
      this.levels![i] = next;
      position.setZ(i, next);
      moved = true;
    });
    if (moved) position.needsUpdate = true;
  }

  /** How high it stands at the vertex nearest to a chainage; NaN until it is known. */
  level(chainage: number): number {
    if (!this.levels) return NaN;
    let best = 0;
    this.chainages.forEach((c, i) => { if (Math.abs(c - chainage) < Math.abs(this.chainages[best]! - chainage)) best = i; });
    return this.levels[best]!;
  }

  /** The light on it: where it comes from and where one looks from, both as ways up; seconds that it has moved; whether it is live. */
  shine(d: Daylight, sun: Vector3, eye: Vector3, time: number, live: boolean): void {
    const u = this.material.uniforms;
    u.time!.value = time % 600;
    u.live!.value = live ? 1 : 0.15;
    (u.deep!.value as Vector3).set(...d.water);
    (u.sky!.value as Vector3).set(...d.horizon);
    (u.light!.value as Vector3).set(...d.light);
    (u.sun!.value as Vector3).copy(sun);
    (u.eye!.value as Vector3).copy(eye);
  }
}

/** A wall along a bank, as a ribbon. */
export function wall({ line, crest }: Bank, ground: Ground): Mesh {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array(line.flatMap((p) => {
    const { x, y } = ground.place(p);
    return [x, y, 0, x, y, crest];
  })), 3));
  geometry.setIndex(line.slice(1).flatMap((_, i) => [2 * i, 2 * i + 1, 2 * i + 2, 2 * i + 1, 2 * i + 3, 2 * i + 2]));
  const mesh = new Mesh(geometry, new MeshBasicMaterial({ color: 0x6f8aa6, transparent: true, opacity: 0.55, side: DoubleSide }));
  mesh.frustumCulled = false;
  return mesh;
}
