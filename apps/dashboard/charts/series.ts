/** How the k-th series of a chart is drawn: colour, dash and marker, so that it is never told by colour alone. */
export function seriesStyle(k: number): { colour: string; dash: string | undefined; marker: Marker } {
  const turn = Math.floor(k / 8) % DASHES.length;
  return { colour: `var(--series-${(k % 8) + 1})`, dash: DASHES[turn], marker: MARKERS[k % MARKERS.length] };
}

export type Marker = (typeof MARKERS)[number];
const MARKERS = ['circle', 'square', 'triangle', 'diamond', 'cross', 'star'] as const;
const DASHES = [undefined, '6 3', '2 2'];
