import { UserError } from '@id3/core';
import { openDataset } from '@id3/data';
import { describeEngine, selectEngine } from '@id3/engine';
import { PREDICTOR, attributeErrors, predictDataset, storeAttributes } from '@id3/photos';
import { main } from './main.ts';
import { progressPrinter } from './progress.ts';

await main({
  name: 'attributes',
  summary:
    'Predicts age, yaw and pitch of the faces of an aligned dataset and stores them with it, for what its records lack.\n' +
    'Where the records know the truth (rendered faces), it is kept, and the errors of the prediction are printed instead.',
  options: { dataset: { help: 'the folder of the dataset' } },
  async run({ dataset: folder }) {
    if (folder === undefined) throw new UserError('Give --dataset=FOLDER, a dataset of aligned faces.');
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
  },
});
