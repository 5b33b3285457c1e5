/** Properties that our style sheets give to shapes; written into the picture, which has no style sheet. */
const STYLES = [
  'fill',
  'stroke',
  'font-size',
  'font-family',
  'font-variant-numeric',
  'fill-opacity',
  'stroke-opacity',
];

/** The plot's SVG as a file of its own, with the page's colours written out. */
function standalone(plot: HTMLElement): { text: string; width: number; height: number } | undefined {
  const svg = plot.querySelector('svg');
  if (svg === null) return undefined;
  const copy = document.importNode(svg, true);
  const originals = [svg, ...svg.querySelectorAll('*')];
  [copy, ...copy.querySelectorAll<SVGElement>('*')].forEach((shape, k) => {
    const style = getComputedStyle(originals[k]);
    for (const name of STYLES) shape.style.setProperty(name, style.getPropertyValue(name));
  });
  const { width, height } = svg.getBoundingClientRect();
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.style.background = getComputedStyle(document.body).backgroundColor;
  return { text: new XMLSerializer().serializeToString(copy), width, height };
}

function save(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Saves the plot's picture as `<name>.svg`. */
export function saveSvg(plot: HTMLElement, name: string): void {
  const picture = standalone(plot);
  if (picture !== undefined) save(new Blob([picture.text], { type: 'image/svg+xml' }), `${name}.svg`);
}

/** Saves the plot's picture as `<name>.png`, at twice its size on the page. */
export async function savePng(plot: HTMLElement, name: string): Promise<void> {
  const picture = standalone(plot);
  if (picture === undefined) return;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture.text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = 2 * picture.width;
  canvas.height = 2 * picture.height;
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((content) => content && save(content, `${name}.png`));
}
