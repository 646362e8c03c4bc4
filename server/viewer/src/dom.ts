// Short ways to say what is done to the document everywhere.

export function find<E extends HTMLElement = HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}

// make returns a new element with properties and children.
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, properties: Partial<HTMLElementTagNameMap[K]> = {}, ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const e = Object.assign(document.createElement(tag), properties);
  e.append(...children);
  return e;
}

// icon returns a picture from the sheet of icons; the words beside it say what it means.
export function icon(name: string): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  setIcon(svg, name);
  return svg;
}

// setIcon changes the picture in e, or that e is.
export function setIcon(e: Element, name: string): void {
  e.querySelector("use")?.setAttribute("href", `/assets/icons.svg#${name}`);
}

// write sets the text of e, and touches nothing when it says so already: what is selected or read aloud is left alone.
export function write(e: HTMLElement, words: string): void {
  if (e.textContent !== words) e.textContent = words;
}
