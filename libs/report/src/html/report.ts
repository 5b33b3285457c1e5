import { UserError } from '@id3/core';
import type { Reader } from '@id3/tracking';
import type { TableRequest } from '../export.ts';
import { readReport, type Picture, type ReportData } from './data.ts';
import { markup, type Markup } from './markup.ts';
import { standalonePage } from './page.ts';
import { curveSections, intervalSection, pictureFigure } from './figures.ts';
import {
  accuracySection,
  configSection,
  findingsSection,
  head,
  measuresSection,
  originSection,
} from './sections.ts';

/** No report is longer. */
export const MAX_BYTES = 5_000_000;

/** A file to hand on. */
export interface ReportFile {
  readonly text: string;
  readonly name: string;
}

/** The report of an experiment: what `tools:export-report` writes and what the dashboard sends, byte for byte. Throws a UserError that names what is missing. */
export function exportReport(reader: Reader, request: TableRequest): ReportFile {
  const data = readReport(reader, request, MAX_BYTES);
  return { text: htmlReport(data), name: `report-${data.run.id}.html` };
}

/** A part of the page that can be missing for want of room. */
interface Part {
  /** What a reader misses without it. */
  readonly name: string;
  readonly markup: Markup;
}

/**
 * One page of HTML that needs no network: equal data give equal bytes. What would make it longer than `maxBytes` is left out and
 * named. Throws a UserError where the tables alone are longer.
 */
export function htmlReport(data: ReportData, maxBytes = MAX_BYTES): string {
  const intervals = { name: 'the chart of intervals', markup: intervalSection(data.table) };
  const config = { name: 'the config', markup: configSection(data) };
  const curves = curveSections(data.curves).map((markup, k) => ({
    name: `the curve over ${data.curves[k].field}`,
    markup,
  }));
  const pictures = data.pictures.flatMap((picture) =>
    picture.png === undefined ? [] : [{ name: nameOf(picture), markup: pictureFigure(picture, picture.png) }],
  );
  const lost = data.pictures.filter(({ png }) => png === undefined).map(nameOf);

  const pageOf = (parts: readonly Part[], missing: readonly string[]): string => {
    const shown = (some: readonly Part[]) =>
      some.filter((one) => parts.includes(one)).map(({ markup }) => markup);
    const faces = shown(pictures);
    return standalonePage(`${data.experiment}: report of run ${data.run.id}`, [
      head(data),
      findingsSection(data.table),
      accuracySection(data.table),
      ...shown([intervals]),
      ...shown(curves),
      measuresSection(data.measures),
      faces.length > 0
        ? markup`<section>
            <h2>Faces</h2>
            ${faces}
          </section> `
        : markup``,
      originSection(data),
      ...shown([config]),
      leftOut(missing, maxBytes),
    ]);
  };

  // What is worth most of what may be left out, first.
  const optional: Part[] = [intervals, ...curves, config, ...pictures];
  const names = [...optional.map(({ name }) => name), ...lost];
  let room = maxBytes - Buffer.byteLength(pageOf([], names));
  if (room < 0)
    throw new UserError(
      `The tables of run ${data.run.id} alone are longer than the ${megabytes(maxBytes)} MB of a report; choose some of its benchmarks or seeds.`,
    );
  const parts = optional.filter(({ markup }) => {
    const size = Buffer.byteLength(markup.text) + HEADING;
    if (size > room) return false;
    room -= size;
    return true;
  });
  return pageOf(parts, [...optional.filter((one) => !parts.includes(one)).map(({ name }) => name), ...lost]);
}

/** Bytes of what may come with a part beside it. */
const HEADING = 100;

const nameOf = ({ title, path }: Picture): string => `the faces of ${title} (${path})`;
const megabytes = (bytes: number): string => String(bytes / 1e6);

const leftOut = (names: readonly string[], maxBytes: number): Markup =>
  names.length === 0
    ? markup``
    : markup`<section>
        <h2>Left out</h2>
        <p>
          For a file of at most ${megabytes(maxBytes)} MB, or because the database’s folder does not hold it
          any more:
        </p>
        <ul>
          ${names.map((name) => markup`<li>${name}</li> `)}
        </ul>
      </section> `;
