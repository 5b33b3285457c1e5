'use client';

import { useRef, useState, type KeyboardEvent } from 'react';
import { facesUrl, spritePart } from '../face.ts';
import { FaceDetails } from './face-details.tsx';
import type { Attribute, Face } from './faces.ts';
import type { FaceRow, Predictable } from './rows.ts';

/** What stands below a face: how well f knows the identity asked for. */
const identityCosine = ({ toAsked, toCentre }: Face) => toAsked ?? toCentre;

/**
 * Rows of faces with the one under the pointer or the focus in detail beside them. One tab stop: arrow keys move
 * between the faces.
 */
export function FaceGrid(props: {
  rows: readonly FaceRow[];
  threshold: number;
  predictable: Predictable;
  /** The attribute that stands below each face beside the cosine. */
  caption: Attribute;
}) {
  const { rows, threshold, predictable, caption } = props;
  const [at, setAt] = useState({ row: 0, column: 0 });
  const grid = useRef<HTMLDivElement>(null);
  const row = rows[Math.min(at.row, rows.length - 1)];
  const face = row.faces[Math.min(at.column, row.faces.length - 1)];

  const move = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const nextRow = clamp(at.row + step[0], rows.length);
    const next = { row: nextRow, column: clamp(at.column + step[1], rows[nextRow].faces.length) };
    setAt(next);
    grid.current
      ?.querySelector<HTMLElement>(`[data-row="${next.row}"][data-column="${next.column}"]`)
      ?.focus();
  };

  return (
    <div className="samples">
      <div className="scroll">
        <div className="face-grid" role="grid" aria-label="Faces" ref={grid} onKeyDown={move}>
          {rows.map(({ key, label, dataset, faces }, r) => {
            const url = facesUrl(
              dataset,
              faces.map((one) => one.index),
            );
            return (
              <div className="face-row" role="row" key={key}>
                <span role="rowheader" className="row-label">
                  {label}
                </span>
                {faces.map((one, c) => {
                  const cosine = identityCosine(one);
                  const here = one === face && r === Math.min(at.row, rows.length - 1);
                  return (
                    <div
                      role="gridcell"
                      key={one.index}
                      className="face"
                      tabIndex={here ? 0 : -1}
                      aria-selected={here}
                      data-row={r}
                      data-column={c}
                      data-lost={cosine < threshold || undefined}
                      onFocus={() => setAt({ row: r, column: c })}
                      onPointerEnter={() => setAt({ row: r, column: c })}
                    >
                      <span className="picture" style={spritePart(url, c, faces.length)} />
                      <span className="visually-hidden">{describe(one)}</span>
                      <span className="below number">
                        <span className="cosine">{cosine.toFixed(2)}</span>
                        <span>{captionOf(one, caption)}</span>
                      </span>
                    </div>
                  );
                })}
              </div>
            );
          })}
        </div>
        <p className="quiet legend-line">
          Below each face: the cosine of f&apos;s embedding to{' '}
          {identityCosineIsCentre(rows) ? 'its identity’s centre' : 'the one asked for'}, and the {caption}{' '}
          asked for. <i>Slanted</i>: the cosine is below f&apos;s threshold, so f would not take it for that
          person.
        </p>
      </div>
      <FaceDetails face={face} row={row} threshold={threshold} predictable={predictable} />
    </div>
  );
}

const STEPS: Record<string, [row: number, column: number]> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  Home: [0, -1000],
  End: [0, 1000],
};
const captionOf = ({ yaw, age }: Face, caption: Attribute): string => {
  if (caption === 'yaw') return yaw === undefined ? '' : `${Math.round(yaw)}°`;
  return age === undefined ? '' : `${Math.round(age)} y`;
};

const clamp = (value: number, length: number) => Math.max(0, Math.min(length - 1, value));

const identityCosineIsCentre = (rows: readonly FaceRow[]) => rows[0].faces[0]?.toAsked === undefined;

/** What the picture shows, for who does not see it; the numbers below it follow. */
function describe({ label, index, age, yaw }: Face): string {
  const parts = [
    `Identity ${label}, image ${index}`,
    age !== undefined && `age ${Math.round(age)}`,
    yaw !== undefined && `yaw ${Math.round(yaw)} degrees`,
  ];
  return `${parts.filter(Boolean).join(', ')}; cosine `;
}
