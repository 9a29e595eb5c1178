import {
  BufferAttribute,
  BufferGeometry,
  Camera as ThreeCamera,
  ClampToEdgeWrapping,
  Color,
  DataTexture,
  DoubleSide,
  GLSL3,
  LinearFilter,
  Mesh,
  NoColorSpace,
  RGBAFormat,
  Scene as ThreeScene,
  ShaderMaterial,
  Vector3,
  Vector4,
  WebGLRenderer,
} from "three";
import type { ColourMap } from "../../../server/drawing/colours";
import type { SurfaceFigure } from "./figure";
import { floorFade, isoLines, lightFrom, shading } from "./look";
import { floorLevel, sheetHeight } from "./projection";
import type { Sheet } from "./sheet";
import type { Staging } from "./staging";

/** No policy of levels gives more lines than this. */
const mostLines = 48;
const rampSize = 256;

const vertexShader = `
in float place;
uniform mat4 clip;
uniform float floored;
out float t;
out vec3 across;
void main() {
  t = place;
  across = normal;
  vec3 at = vec3(position.x, mix(position.y, ${floorLevel.toFixed(4)}, floored), position.z);
  gl_Position = clip * vec4(at, 1.0);
}`;

/** A line covers a pixel as far as the pixel's middle is from it, in pixels: so it is as thin at every zoom. */
const fragmentShader = `
precision highp float;
in float t;
in vec3 across;
uniform sampler2D ramp;
uniform vec4 lineColour[${mostLines}];
uniform float lineAt[${mostLines}];
uniform float lineHalf[${mostLines}];
uniform int lines;
uniform vec3 light;
uniform vec3 page;
uniform float floored;
out vec4 pixel;
void main() {
  vec3 colour = texture(ramp, vec2((clamp(t, 0.0, 1.0) * ${rampSize - 1}.0 + 0.5) / ${rampSize}.0, 0.5)).rgb;
  float shade = ${shading.least.toFixed(2)} + ${shading.range.toFixed(2)} * max(0.0, dot(normalize(across), light));
  colour = min(vec3(1.0), colour * mix(shade, 1.0, floored));
  float perPixel = max(fwidth(t), 1e-6);
  for (int k = 0; k < ${mostLines}; k++) {
    if (k >= lines) break;
    float apart = abs(t - lineAt[k]) / perPixel;
    float cover = 1.0 - smoothstep(lineHalf[k] - 0.5, lineHalf[k] + 0.5, apart);
    colour = mix(colour, lineColour[k].rgb, cover * lineColour[k].a * mix(1.0, 0.7, floored));
  }
  pixel = vec4(mix(colour, page, floored * ${floorFade.toFixed(2)}), 1.0);
}`;

/** The sheet and the floor map by the graphics hardware; walls, axes and marks are drawn on canvases around it. */
export class GlSurface {
  /** What is on the graphics card, for those who measure or test. */
  readonly geometry = new BufferGeometry();
  readonly uniforms = {
    clip: { value: new Float32Array(16) },
    floored: { value: 0 },
    ramp: { value: rampTexture(() => [0, 0, 0]) },
    lineColour: { value: Array.from({ length: mostLines }, () => new Vector4()) },
    lineAt: { value: new Float32Array(mostLines) },
    lineHalf: { value: new Float32Array(mostLines) },
    lines: { value: 0 },
    light: { value: new Vector3(0, 1, 0) },
    page: { value: new Color() },
  };
  #renderer: WebGLRenderer;
  #material = new ShaderMaterial({
    glslVersion: GLSL3,
    vertexShader,
    fragmentShader,
    uniforms: this.uniforms,
    side: DoubleSide,
  });
  #scene = new ThreeScene();
  #camera = new ThreeCamera();
  #sheet?: Sheet;
  #colours?: ColourMap;

  /** @throws Error when the canvas gives no WebGL 2 context. */
  constructor(private readonly canvas: HTMLCanvasElement) {
    this.#renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.#renderer.setClearColor(0x000000, 0);
    // The first of the two is the floor map: it has the same points, laid flat by the shader.
    for (const floored of [1, 0]) {
      const mesh = new Mesh(this.geometry, this.#material);
      // The place on screen follows from our own matrix, which three does not know.
      mesh.frustumCulled = false;
      mesh.onBeforeRender = () => {
        this.uniforms.floored.value = floored;
        this.#material.uniformsNeedUpdate = true;
      };
      mesh.name = floored ? "floor" : "sheet";
      this.#scene.add(mesh);
    }
  }

  /** Draws a frame of `width` × `height` pixels of the page at a pixel ratio. */
  draw(figure: SurfaceFigure, staging: Staging, ratio: number): void {
    const { width, height } = figure.layout;
    const [columns, rows] = [Math.floor(width * ratio), Math.floor(height * ratio)];
    // Setting the size clears the canvas, even to the same one.
    if (this.canvas.width !== columns || this.canvas.height !== rows) {
      this.#renderer.setPixelRatio(ratio);
      this.#renderer.setSize(width, height, false);
    }
    const { sheet, projector } = staging;
    const drawn = sheet !== undefined && figure.scene?.levels !== undefined;
    for (const mesh of this.#scene.children) mesh.visible = drawn && (mesh.name === "sheet" || figure.floor);
    if (drawn) {
      if (this.#sheet !== sheet) this.#setSheet(sheet);
      this.#setLook(figure, ratio);
      this.uniforms.clip.value.set(projector.clip(width, height));
      this.uniforms.light.value.set(...lightFrom(figure.camera.yaw));
    }
    this.#renderer.render(this.#scene, this.#camera);
  }

  /** Waits for the graphics card, so that the time of a frame can be told. */
  finish(): void {
    const context = this.#renderer.getContext();
    context.readPixels(0, 0, 1, 1, context.RGBA, context.UNSIGNED_BYTE, new Uint8Array(4));
  }

  dispose(): void {
    this.geometry.dispose();
    this.uniforms.ramp.value.dispose();
    this.#material.dispose();
    this.#renderer.dispose();
  }

  #setSheet(sheet: Sheet): void {
    this.#sheet = sheet;
    const { columns, rows, t } = sheet;
    const known = (this.geometry.getAttribute("position") as BufferAttribute | undefined)?.count === t.length;
    const positions = known ? this.#array("position") : new Float32Array(3 * t.length);
    const places = known ? this.#array("place") : new Float32Array(t.length);
    const normals = known ? this.#array("normal") : new Float32Array(3 * t.length);
    for (let index = 0; index < t.length; index++) {
      // Points without a value belong to no triangle, but must not be NaN to the graphics card.
      const place = Number.isNaN(t[index]!) ? 0 : t[index]!;
      places[index] = place;
      positions[3 * index] = sheet.x[index % columns]!;
      positions[3 * index + 1] = place * sheetHeight;
      positions[3 * index + 2] = sheet.z[Math.floor(index / columns)]!;
    }
    normals.set(sheet.normals);
    if (known) for (const name of ["position", "place", "normal"]) this.geometry.getAttribute(name).needsUpdate = true;
    else {
      this.geometry.setAttribute("position", new BufferAttribute(positions, 3));
      this.geometry.setAttribute("place", new BufferAttribute(places, 1));
      this.geometry.setAttribute("normal", new BufferAttribute(normals, 3));
    }
    const index = new Uint32Array(6 * (columns - 1) * (rows - 1));
    let count = 0;
    for (let row = 0; row + 1 < rows; row++) {
      for (let column = 0; column + 1 < columns; column++) {
        if (sheet.solid[row * (columns - 1) + column] === 0) continue;
        const a = row * columns + column;
        index.set([a, a + 1, a + columns, a + 1, a + columns + 1, a + columns], count);
        count += 6;
      }
    }
    this.geometry.setIndex(new BufferAttribute(index.subarray(0, count), 1));
  }

  #array(name: string): Float32Array {
    return this.geometry.getAttribute(name).array as Float32Array;
  }

  #setLook({ scene, colours, theme }: SurfaceFigure, ratio: number): void {
    if (this.#colours !== colours) {
      this.#colours = colours;
      this.uniforms.ramp.value.dispose();
      this.uniforms.ramp.value = rampTexture(colours);
    }
    const lines = isoLines(scene!.levels!, colours, theme).slice(0, mostLines);
    this.uniforms.lines.value = lines.length;
    lines.forEach(({ at, colour, opacity, width }, k) => {
      const [red, green, blue] = colour;
      this.uniforms.lineAt.value[k] = at;
      this.uniforms.lineHalf.value[k] = (width * ratio) / 2;
      this.uniforms.lineColour.value[k]!.set(red / 255, green / 255, blue / 255, opacity);
    });
    const [red, green, blue] = theme.background;
    this.uniforms.page.value.setRGB(red / 255, green / 255, blue / 255, NoColorSpace);
  }
}

/** A colour map as a picture of one row; its entries are the map at k / 255. */
function rampTexture(colours: ColourMap): DataTexture {
  const data = new Uint8Array(4 * rampSize);
  for (let k = 0; k < rampSize; k++) {
    const [red, green, blue] = colours(k / (rampSize - 1));
    data.set([Math.round(red), Math.round(green), Math.round(blue), 255], 4 * k);
  }
  const texture = new DataTexture(data, rampSize, 1, RGBAFormat);
  texture.colorSpace = NoColorSpace;
  texture.minFilter = texture.magFilter = LinearFilter;
  texture.wrapS = texture.wrapT = ClampToEdgeWrapping;
  texture.needsUpdate = true;
  return texture;
}
