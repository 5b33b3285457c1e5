'use client';

import { mean } from '@id3/core/numbers';
import { useMemo, useRef, useState, type PointerEvent } from 'react';
import { Chart } from '../../charts/chart.tsx';
import { facesUrl } from '../face.ts';

type Position = readonly [x: number, y: number];

/** Where a position of the map lies in the picture. */
type Place = (position: Position) => [x: number, y: number];

interface MapIdentity {
  readonly label: number;
  readonly anchor: Position | undefined;
  readonly images: readonly { readonly index: number; readonly at: Position }[];
}

export interface MapData {
  readonly dataset: string;
  readonly reference: string;
  /** Identities of the dataset, of which `identities` may be some. */
  readonly of: number;
  readonly identities: readonly MapIdentity[];
  readonly training: readonly { readonly index: number; readonly at: Position }[];
}

const SIZE = 480;
const MARGIN = 12;
/** A pointer this near to a point means it, in units of the picture. */
const REACH = 14;

interface Point {
  readonly kind: 'image' | 'anchor' | 'training';
  readonly label?: number;
  readonly index?: number;
  readonly at: Position;
}

/** A map of one dataset over the training set. The point under the pointer shows its face, and its identity's other images. */
export function IdentityMap({ title, data }: { title: string; data: MapData }) {
  const [label, setLabel] = useState<number>();
  const [hovered, setHovered] = useState<Point>();
  const picture = useRef<SVGSVGElement>(null);
  const { points, place } = useMemo(() => layOut(data), [data]);
  const chosen = hovered?.label ?? label;
  const identity = data.identities.find((one) => one.label === chosen);
  const face = hovered ?? points.find((point) => point.kind === 'image' && point.label === chosen);

  const look = (event: PointerEvent<SVGSVGElement>) => {
    const box = picture.current!.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * SIZE;
    const y = ((event.clientY - box.top) / box.height) * SIZE;
    let [best, nearest]: [number, Point | undefined] = [REACH ** 2, undefined];
    for (const point of points) {
      const [px, py] = place(point.at);
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance < best) [best, nearest] = [distance, point];
    }
    setHovered(nearest);
  };
  const path = (kind: Point['kind']) =>
    points
      .filter((point) => point.kind === kind)
      .map(({ at }) => `M${place(at).map((v) => v.toFixed(1))}h0`)
      .join('');
  const paths = useMemo(() => ({ training: path('training'), image: path('image') }), [points]);
  return (
    <div className="identity-map">
      <Chart
        title={title}
        summary={`Map of ${data.identities.length} of ${data.of} identities, their anchors and ${data.training.length} training images.`}
        height={SIZE}
        table={{
          columns: ['Identity', 'Images', 'Centre', 'Anchor'],
          rows: data.identities
            .slice(0, 200)
            .map((one) => [
              one.label,
              one.images.length,
              coordinates(meanOf(one.images.map(({ at }) => at))),
              one.anchor === undefined ? '–' : coordinates(one.anchor),
            ]),
        }}
      >
        <svg
          ref={picture}
          viewBox={`0 0 ${SIZE} ${SIZE}`}
          width="100%"
          height="100%"
          onPointerMove={look}
          onPointerLeave={() => setHovered(undefined)}
        >
          <g strokeLinecap="round" fill="none">
            <path d={paths.training} stroke="var(--line-strong)" strokeOpacity={0.45} strokeWidth={3} />
            <path d={paths.image} stroke="var(--series-1)" strokeOpacity={0.55} strokeWidth={4} />
          </g>
          {data.identities.map(
            ({ label: of, anchor }) =>
              anchor && (
                <path
                  key={of}
                  d={`M${place(anchor)}m0 -3.5l3 3.5l-3 3.5l-3 -3.5z`}
                  fill="none"
                  stroke="var(--series-2)"
                  strokeWidth={1.25}
                />
              ),
          )}
          {identity && <ChosenIdentity identity={identity} place={place} />}
          {hovered && (
            <circle
              cx={place(hovered.at)[0]}
              cy={place(hovered.at)[1]}
              r={7}
              fill="none"
              stroke="var(--text)"
              strokeWidth={1.5}
            />
          )}
        </svg>
      </Chart>
      <div className="map-side">
        <MapLegend data={data} />
        <label className="field">
          Identity{' '}
          <select
            value={label ?? ''}
            onChange={(event) => setLabel(event.target.value === '' ? undefined : Number(event.target.value))}
          >
            <option value="">none</option>
            {data.identities.map((one) => (
              <option key={one.label} value={one.label}>
                {one.label}
              </option>
            ))}
          </select>
        </label>
        <PointDetails point={face} data={data} />
      </div>
    </div>
  );
}

/** An identity set apart: lines from its anchor to its images. */
function ChosenIdentity({ identity, place }: { identity: MapIdentity; place: Place }) {
  return (
    <g>
      {identity.images.map(({ index, at }) => (
        <g key={index}>
          {identity.anchor && (
            <path
              d={`M${place(identity.anchor)}L${place(at)}`}
              stroke="var(--series-2)"
              strokeOpacity={0.6}
            />
          )}
          <circle cx={place(at)[0]} cy={place(at)[1]} r={4} fill="var(--series-1)" />
        </g>
      ))}
      {identity.anchor && (
        <path
          d={`M${place(identity.anchor)}m0 -7l6 7l-6 7l-6 -7z`}
          fill="var(--series-2)"
          stroke="var(--background)"
        />
      )}
    </g>
  );
}

/** What the signs of the map mean; only of what it shows. */
function MapLegend({ data: { training, identities } }: { data: MapData }) {
  return (
    <ul className="legend">
      <li>
        <Sign kind="image" /> {training.length > 0 ? 'generated image' : 'image'}
      </li>
      {identities[0]?.anchor && (
        <li>
          <Sign kind="anchor" /> anchor
        </li>
      )}
      {training.length > 0 && (
        <li>
          <Sign kind="training" /> training image
        </li>
      )}
    </ul>
  );
}

/** The face of a point, and whose it is. */
function PointDetails({ point, data }: { point: Point | undefined; data: MapData }) {
  return (
    <figure className="hovered">
      {point?.index === undefined ? (
        <span className="picture" />
      ) : (
        <img
          src={facesUrl(point.kind === 'training' ? data.reference : data.dataset, [point.index])}
          width={96}
          height={96}
          alt=""
        />
      )}
      <figcaption className="quiet" aria-live="polite">
        {captionOf(point)}
      </figcaption>
    </figure>
  );
}

function captionOf(point: Point | undefined): string {
  if (point === undefined) return 'Point at the map, or choose an identity.';
  if (point.kind === 'training') return `Training image ${point.index}`;
  if (point.kind === 'anchor') return `Anchor of identity ${point.label}`;
  return `Identity ${point.label}, image ${point.index}`;
}

function Sign({ kind }: { kind: Point['kind'] }) {
  return (
    <svg width="12" height="12" aria-hidden="true">
      {kind === 'anchor' ? (
        <path d="M6 1l5 5l-5 5l-5 -5z" fill="none" stroke="var(--series-2)" strokeWidth="1.5" />
      ) : (
        <circle cx="6" cy="6" r="4" fill={kind === 'image' ? 'var(--series-1)' : 'var(--line-strong)'} />
      )}
    </svg>
  );
}

/** All points, and where a position lies in the picture: one scale for both axes, the middle of all in the middle. */
function layOut({ identities, training }: MapData) {
  const points: Point[] = [
    ...training.map((point): Point => ({ kind: 'training', ...point })),
    ...identities.flatMap(({ label, images }) =>
      images.map((image): Point => ({ kind: 'image', label, ...image })),
    ),
    ...identities.flatMap(({ label, anchor }): Point[] =>
      anchor === undefined ? [] : [{ kind: 'anchor', label, at: anchor }],
    ),
  ];
  const range = (axis: 0 | 1): [number, number] =>
    points.reduce(
      ([lo, hi], { at }) => [Math.min(lo, at[axis]), Math.max(hi, at[axis])],
      [Infinity, -Infinity],
    );
  const [[left, right], [bottom, top]] = [range(0), range(1)];
  const scale = (SIZE - 2 * MARGIN) / (Math.max(right - left, top - bottom) || 1);
  const place: Place = ([x, y]) => [
    SIZE / 2 + (x - (left + right) / 2) * scale,
    SIZE / 2 - (y - (bottom + top) / 2) * scale,
  ];
  return { points, place };
}

const meanOf = (positions: readonly Position[]): Position => [
  mean(positions.map(([x]) => x)),
  mean(positions.map(([, y]) => y)),
];
const coordinates = ([x, y]: Position): string => `${x.toFixed(2)}, ${y.toFixed(2)}`;
