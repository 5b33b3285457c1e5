import { mean } from '@id3/core/numbers';
import type { GridDataset } from './rows.ts';
import { NumberHead, Scroll } from '../table.tsx';

const share = (values: readonly number[], holds: (value: number) => boolean) =>
  values.filter(holds).length / values.length;
const decimal = (value: number | undefined) => value?.toFixed(3) ?? '–';
const percent = (value: number | undefined) => (value === undefined ? '–' : `${(100 * value).toFixed(1)} %`);

/** A dataset's images in a line of numbers each, and how the attributes were read off. */
export function DatasetSummary({ datasets }: { datasets: readonly GridDataset[] }) {
  const [{ inspection }] = datasets;
  const told = (['yaw', 'age'] as const).flatMap((key) => {
    const predictor = inspection.predicted[key];
    if (predictor === undefined) return [];
    const unit = key === 'yaw' ? '°' : ' years';
    return [
      `${key} ± ${predictor.meanAbsoluteError.toFixed(1)}${unit} (R² ${predictor.r2.toFixed(2)}${predictor.r2 > 0 ? '' : ', no use'})`,
    ];
  });
  return (
    <section aria-label="Summary">
      <Scroll label="Datasets">
        <table className="pinned">
          <thead>
            <tr>
              <th scope="col">Dataset</th>
              <NumberHead>Images</NumberHead>
              <NumberHead>Cosine to asked</NumberHead>
              <NumberHead>to anchor</NumberHead>
              <NumberHead>to centre</NumberHead>
              <NumberHead>Taken for who was asked</NumberHead>
              <NumberHead>Taken for a training face</NumberHead>
            </tr>
          </thead>
          <tbody>
            {datasets.map(({ title, inspection: { images, nearest, threshold } }) => (
              <tr key={title}>
                <th scope="row">{title}</th>
                <td className="number">{images.label.length}</td>
                <td className="number">{decimal(images.toAsked && mean(images.toAsked))}</td>
                <td className="number">{decimal(images.toAnchor && mean(images.toAnchor))}</td>
                <td className="number">{decimal(mean(images.toCentre))}</td>
                <td className="number">
                  {percent(images.toAsked && share(images.toAsked, (c) => c >= threshold))}
                </td>
                <td className="number">{percent(nearest && share(nearest.cosine, (c) => c >= threshold))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <p className="quiet prose">
        Cosines are means over f&apos;s embeddings of the images. f takes two faces for one person from a
        cosine of {inspection.threshold.toFixed(3)} on.
        {datasets.some(({ inspection: { nearest } }) => nearest !== undefined) && (
          <>
            {' '}
            Where there are many training faces, being taken for one of them is no sign of copying by itself:{' '}
            <code>npx nx run eval:open-questions</code> compares with people who were held out.
          </>
        )}
        {told.length > 0 &&
          ` Attributes are predicted by a ridge regression that was fitted on the training set. Its mean error on people left out: ${told.join(', ')}.`}
      </p>
    </section>
  );
}
