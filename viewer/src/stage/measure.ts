import { Vector3 } from "three";
import { el, svg } from "../dom";
import type { Stage } from "./stage";

/** Two points and their distance, drawn over the canvas. */
export class Measure {
  private readonly ends: Vector3[] = [];
  private readonly line = svg("line", { class: "measure-line" });
  private readonly dots = [0, 1].map(() => svg("circle", { class: "measure-dot", r: "5" }));
  private readonly layer = svg("svg", { class: "measure", "aria-hidden": "true" }, this.line, ...this.dots);
  private readonly label = el("output", { class: "measure-label" });
  private readonly follow = (): void => this.draw();

  constructor(
    private readonly stage: Stage,
    host: HTMLElement,
    private readonly say: (text: string) => void,
  ) {
    this.label.hidden = true;
    host.append(this.layer, this.label);
    this.draw();
  }

  start(): void {
    this.clear();
    this.stage.rendered.add(this.follow);
    this.say("Click the first point");
  }

  stop(): void {
    this.clear();
    this.stage.rendered.delete(this.follow);
    this.say("");
  }

  /** Take a point; null where a click met nothing. */
  add(point: Vector3 | null): void {
    if (!point) return this.say("Nothing there. Click on a surface");
    if (this.ends.length === 2) this.clear();
    this.ends.push(point);
    const [start, end] = this.ends;
    if (start && end) {
      this.label.textContent = distanceText(start.distanceTo(end));
      this.say(`${this.label.textContent} scene units, not metres. Click to measure anew`);
    } else {
      this.say("Click the second point");
    }
    this.stage.requestFrame();
  }

  private clear(): void {
    this.ends.length = 0;
    this.draw();
    this.stage.requestFrame();
  }

  private draw(): void {
    const spots = this.ends.map((end) => this.onScreen(end));
    this.dots.forEach((dot, index) => place(dot, { cx: spots[index]?.x, cy: spots[index]?.y }));
    const [start, end] = spots;
    place(this.line, { x1: start?.x, y1: start?.y, x2: end?.x, y2: end?.y });
    this.label.hidden = !(start && end);
    if (start && end) this.label.style.translate = `${(start.x + end.x) / 2}px ${(start.y + end.y) / 2}px`;
  }

  /** In pixels of the page; null behind the camera. */
  private onScreen(point: Vector3): { x: number; y: number } | null {
    const { camera, canvas } = this.stage;
    const { x, y, z } = point.clone().project(camera);
    if (z > 1) return null;
    return { x: ((x + 1) / 2) * canvas.clientWidth, y: ((1 - y) / 2) * canvas.clientHeight };
  }
}

function place(shape: SVGElement, where: Record<string, number | undefined>): void {
  const known = Object.values(where).every((value) => value !== undefined);
  shape.toggleAttribute("hidden", !known);
  for (const [name, value] of Object.entries(where)) if (known) shape.setAttribute(name, String(value));
}

function distanceText(distance: number): string {
  return new Intl.NumberFormat("en", { maximumSignificantDigits: 3 }).format(distance);
}
