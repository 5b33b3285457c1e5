import {
  AVERAGES,
  differenceText,
  isBound,
  isSignificant,
  levelsText,
  percent,
  plusMinus,
  shadeOf,
  type Comparison,
  type Result,
  type ResultTable,
} from '@id3/report';
import Link from 'next/link';
import { QuerySelect } from '../query-select.tsx';
import { Scroll } from '../table.tsx';

/**
 * Variants × benchmarks; each cell leads to the runs behind it, and says on hover what its numbers mean. Where there is room for one
 * column only, it is `chosen`, or the primary one.
 */
export function Matrix({ table, chosen }: { table: ResultTable; chosen: string | undefined }) {
  const { columns, rows, baseline, endpoints } = table;
  const primary = endpoints[0]?.column ?? columns[0];
  const alone = columns.find((column) => column === chosen) ?? primary;
  const classOf = (column: string) =>
    ['number', AVERAGES.includes(column) ? 'average' : '', column === alone ? '' : 'other'].join(' ').trim();
  return (
    <>
      {columns.length > 1 && (
        <div className="controls narrow-only">
          <QuerySelect name="column" label="Benchmark" value={alone} options={columns} />
        </div>
      )}
      <Grid {...{ columns, rows, baseline, classOf }} />
    </>
  );
}

function Grid({
  columns,
  rows,
  baseline,
  classOf,
}: Pick<ResultTable, 'columns' | 'rows' | 'baseline'> & { classOf: (column: string) => string }) {
  return (
    <Scroll label="Matrix">
      <table className="pinned matrix">
        <thead>
          <tr>
            <th scope="col">Variant</th>
            {columns.map((column) => (
              <th key={column} scope="col" className={classOf(column)}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, title, results }) => (
            <tr
              key={name}
              className={name === baseline?.name ? 'baseline' : undefined}
              data-bound={isBound(name)}
            >
              <th scope="row">
                {title}
                {name === baseline?.name && <span className="chip">baseline</span>}
              </th>
              {columns.map((column) => (
                <td key={column} className={classOf(column)} style={shade(results[column])}>
                  <Cell result={results[column]} about={`${title}, ${column}`} baseline={baseline?.title} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Cell({
  result,
  about,
  baseline,
}: {
  result: Result | undefined;
  about: string;
  baseline: string | undefined;
}) {
  if (result === undefined) return <span className="quiet">–</span>;
  const { accuracy, versusBaseline, best, runs } = result;
  const words = `${about}: ${inWords(result, baseline)}`;
  return (
    <Link href={`/runs?filter=${encodeURIComponent(`id=${runs.join(',')}`)}`} prefetch={false} title={words}>
      <span className={best ? 'mean best' : 'mean'}>
        {percent(accuracy.mean)}
        {accuracy.halfWidth !== undefined && (
          <span className="half-width"> ± {percent(accuracy.halfWidth)}</span>
        )}
      </span>
      <span className="difference">
        {versusBaseline === undefined ? ' ' : differenceText(versusBaseline)}
      </span>
      <span className="visually-hidden">{inWords(result, baseline)}</span>
    </Link>
  );
}

/** The cell as a person would say it. */
function inWords({ accuracy, levels, folds, versusBaseline }: Result, baseline: string | undefined): string {
  const measured = `${plusMinus(accuracy)} % over ${folds} folds and ${levelsText(levels)}.`;
  if (versusBaseline === undefined) return measured;
  const { difference, p, pHolm, comparisons } = versusBaseline;
  const size = `${percent(Math.abs(difference.mean))} points ${difference.mean < 0 ? 'below' : 'above'} ${baseline}`;
  if (p === undefined) return `${measured} ${size}; one pair of numbers tells nothing about chance.`;
  const corrected =
    pHolm === undefined
      ? 'a bound, which no correction counts'
      : `${pHolm.toPrecision(2)} after Holm's correction for ${comparisons} comparison(s)`;
  return (
    `${measured} ${size} (± ${percent(difference.halfWidth ?? 0)})${verdict(versusBaseline)}: ` +
    `t test p = ${p.toPrecision(2)}, ${corrected}. ${pairing(versusBaseline)}`
  );
}

function verdict(comparison: Comparison): string {
  if (comparison.pHolm === undefined) return '';
  const told = isSignificant(comparison)
    ? ', a difference that can be told from chance'
    : ', which cannot be told from chance';
  return comparison.equivalent ? `${told} and is surely below half a point` : told;
}

const pairing = ({ paired, levels }: Comparison): string =>
  paired ? `Paired over ${levelsText(levels)}.` : 'Paired by folds; the two rows have no seeds in common.';

/** The more a cell differs from the baseline, the stronger its shade: one colour above, another below. */
function shade(result: Result | undefined) {
  const mean = result?.versusBaseline?.difference.mean;
  if (mean === undefined) return undefined;
  const strength = Math.round(24 * shadeOf(mean));
  return {
    background: `color-mix(in srgb, var(--${mean < 0 ? 'worse' : 'better'}) ${strength}%, transparent)`,
  };
}
