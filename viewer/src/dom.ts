/** An element with attributes and children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag: string, attributes: Record<string, string> = {}, ...children: Node[]): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Whether the viewer is the page, not a part of one that has a heading and tells the news by itself. */
export const isWholePage = (): boolean => document.documentElement.classList.contains("viewer-page");

export const prefersStillness = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

export const hasTouch = (): boolean => matchMedia("(pointer: coarse)").matches;
