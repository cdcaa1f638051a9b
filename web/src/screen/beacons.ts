/** Where trouble is: a column of light for each open case, in the colour of its severity, the worse the higher, seen from far and through houses. */
import { AdditiveBlending, Color, CylinderGeometry, DoubleSide, DynamicDrawUsage, InstancedMesh, Matrix4, ShaderMaterial, Vector3, Quaternion } from 'three';
import type { CaseRow } from '../lib/docket';
import type { Ground } from './ground';

/** More are not lit; the worst come first. */
export const most = 200;

/** By severity 0 to 4: metres high and wide. */
const sizes: readonly (readonly [number, number])[] = [[60, 3], [340, 7], [240, 6], [150, 4.5], [100, 3.5]];

const vertex = `
  varying float high;
  varying vec3 tint;
  varying float phase;
  void main() {
    high = position.z;
    tint = instanceColor;
    phase = instanceMatrix[3].x * 0.37;
    gl_Position = projectionMatrix * modelViewMatrix * instanceMatrix * vec4(position, 1.0);
  }`;

const fragment = `
  precision highp float;
  varying float high;
  varying vec3 tint;
  varying float phase;
  uniform float time, live;
  void main() {
    float pulse = 0.8 + 0.2 * sin(time * 3.0 + phase);
    float ring = 0.35 * smoothstep(0.06, 0.0, abs(fract(high - time * 0.25 + phase) - 0.5));
    float a = pow(1.0 - high, 1.4) * pulse + ring * (1.0 - high);
    vec3 colour = mix(vec3(dot(tint, vec3(0.33))), tint, live);
    gl_FragColor = vec4(colour * a, a);
  }`;

export class Beacons {
  readonly mesh: InstancedMesh;
  private readonly material = new ShaderMaterial({
    vertexShader: vertex, fragmentShader: fragment, transparent: true, depthTest: false, depthWrite: false, side: DoubleSide,
    blending: AdditiveBlending, uniforms: { time: { value: 0 }, live: { value: 1 } },
  });
  private told = '';

  /** colours are those of the severities 0 to 4, as CSS has them. */
  constructor(private readonly ground: Ground, private readonly colours: string[]) {
    const column = new CylinderGeometry(0.55, 1, 1, 20, 1, true).rotateX(Math.PI / 2).translate(0, 0, 0.5);
    this.mesh = new InstancedMesh(column, this.material, most);
    this.mesh.instanceMatrix.setUsage(DynamicDrawUsage);
    this.mesh.setColorAt(0, new Color());
    this.mesh.count = 0;
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = 5;
  }

  /** Lights what is open, worst first. */
  light(open: CaseRow[]): void {
    const shown = open.slice(0, most);
    const told = shown.map((r) => `${r.id}/${r.severity}/${r.place.join()}`).join(' ');
    if (told === this.told) return;
    this.told = told;
    shown.forEach((r, i) => {
      const [height, width] = sizes[r.severity] ?? sizes[0]!;
      const { x, y } = this.ground.place(r.place);
      const wide = r.kind === 'alarm' ? width * 0.5 : width;
      this.mesh.setMatrixAt(i, new Matrix4().compose(new Vector3(x, y, 0), new Quaternion(), new Vector3(wide, wide, height)));
      this.mesh.setColorAt(i, new Color(this.colours[r.severity] ?? this.colours[0]));
    });
    this.mesh.count = shown.length;
    this.mesh.instanceMatrix.needsUpdate = true;
    if (this.mesh.instanceColor) this.mesh.instanceColor.needsUpdate = true;
  }

  /** Lets them pulse: seconds; and be grey while they are old. */
  pulse(time: number, live: boolean): void {
    this.material.uniforms.time!.value = time % 600;
    this.material.uniforms.live!.value = live ? 1 : 0.1;
  }
}
