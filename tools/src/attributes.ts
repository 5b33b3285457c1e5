import { progressPrinter } from '@id3/cli';
import { openDataset } from '@id3/data';
import { describeEngine, selectEngine } from '@id3/engine';
import { PREDICTOR, attributeErrors, predictDataset, storeAttributes } from '@id3/photos';

/**
 * Predicts age and pose of a dataset's faces and stores them with it. Where its records know the truth, the errors of the
 * prediction are printed instead.
 */
export async function predictAttributes(folder: string): Promise<void> {
  const dataset = openDataset(folder);
  const truth = Array.from({ length: dataset.count }, (_, i) => dataset.record(i));
  console.log(`engine: ${describeEngine(await selectEngine())}\npredictor: ${PREDICTOR}`);
  const onImages = progressPrinter('image');
  const isKnown = truth.every((record) => record.predictor === undefined && record.age !== undefined);
  if (!isKnown) {
    await storeAttributes(dataset, onImages);
    console.log(`The attributes of ${dataset.count} images are stored in ${folder}.`);
    return;
  }
  const predicted = await predictDataset(dataset, onImages);
  for (const [name, { images, mae, bias }] of Object.entries(attributeErrors(truth, predicted)))
    console.log(
      `${name}: mean absolute error ${mae.toFixed(1)} ${name === 'age' ? 'years' : 'degrees'}, mean error ${bias.toFixed(1)}, ${images} images`,
    );
  const frontal = truth.flatMap(({ yaw }, i) => (Math.abs(yaw ?? 90) <= 45 ? [i] : []));
  const errors = attributeErrors(
    frontal.map((i) => truth[i]),
    frontal.map((i) => predicted[i]),
  );
  console.log(
    `Of the ${frontal.length} images within 45 degrees of yaw: age ${errors.age.mae.toFixed(1)} years, yaw ${errors.yaw.mae.toFixed(1)}, pitch ${errors.pitch.mae.toFixed(1)} degrees`,
  );
}
