import type { Inspection } from '@id3/data/browse';
import { NoDatasets } from '../../components/no-datasets.tsx';
import { VariantPicker } from '../../components/variant-picker.tsx';
import { chosenVariants, forPicker } from '../../server/chosen-variants.ts';
import { readInspection } from '../../server/inspections.ts';
import { page } from '../../server/page.tsx';
import { imagesByLabel } from '../../components/samples/faces.ts';
import { Lines, type Axis, type LineSeries } from '../../charts/lines.tsx';
import { bothOf, middleOf, reachedBins } from '../../components/identities/distribution.ts';
import { IdentityMap, type MapData } from '../../components/identities/identity-map.tsx';
import { NumberHead, Scroll } from '../../components/table.tsx';
import { About } from '../../components/about/about.tsx';

export const metadata = { title: 'Identity space' };

/** Points of a map at most; of more images, every k-th is drawn. */
const MAX_POINTS = 5000;

interface TitledDistributions extends ReturnType<typeof bothOf> {
  readonly title: string;
}

export default page(({ db, search }) => {
  const variants = chosenVariants(db, search);
  if (variants === undefined) return <NoDatasets title="Identity space" />;
  const { chosen, beside } = variants;
  const datasets = [chosen, ...beside].map(({ title, path }) => ({
    title,
    inspection: readInspection(db.root, path),
  }));
  const { threshold, referenceHistogram } = datasets[0].inspection;
  const distributions: TitledDistributions[] = [
    ...datasets.map(({ title, inspection }) => ({ title, ...bothOf(inspection.histogram) })),
    ...(referenceHistogram === undefined ? [] : [{ title: 'training set', ...bothOf(referenceHistogram) }]),
  ];
  const [from, to] = reachedBins(distributions.flatMap(({ within, between }) => [within, between]));
  const series = distributions.flatMap(({ title, within, between }, k): LineSeries[] => {
    const points = (shares: readonly number[]): [number, number][] =>
      shares.slice(from, to).map((share, bin) => [middleOf(from + bin, shares.length), share]);
    return [
      { title: `${title}, within`, of: k, points: points(within.shares) },
      { title: `${title}, between`, of: k, dashed: true, points: points(between.shares) },
    ];
  });
  return (
    <div className="page">
      <header>
        <h1>Identity space</h1>
        <div className="controls">
          <VariantPicker {...forPicker(variants)} />
        </div>
      </header>
      <About view="identities" />
      <section>
        <h2>Cosines within and between identities</h2>
        <Lines
          title="Distribution of cosines"
          summary="Share of pairs of images by the cosine of their embeddings, within and between identities."
          series={series}
          x={cosineAxis(series)}
          y={{ label: 'share of pairs', percent: true }}
          mark={{ x: threshold, label: `threshold ${threshold.toFixed(2)}` }}
        />
        <CosineTable distributions={distributions} threshold={threshold} />
        <p className="quiet prose">
          Cosines between f&apos;s embeddings of two images. Within: all pairs of one identity. Between:
          random pairs of two identities. f takes two images for one person from a cosine of{' '}
          {threshold.toFixed(3)} on, the operating threshold, which was chosen on the first benchmark.
        </p>
      </section>
      <section>
        <h2>Anchors and embeddings</h2>
        <div className="columns maps">
          {datasets.map(({ title, inspection }) => (
            <IdentityMap key={title} title={title} data={mapOf(inspection)} />
          ))}
        </div>
        <p className="quiet prose">
          f&apos;s embeddings, projected on the first two principal axes of those of the training set. The
          axes explain {datasets[0].inspection.map.explained.map(percent).join(' and ')} of the variance
          there, so neighbours on the map need not be neighbours in all dimensions.
        </p>
      </section>
    </div>
  );
});

/** The distributions in numbers. */
function CosineTable(props: { distributions: readonly TitledDistributions[]; threshold: number }) {
  const { distributions, threshold } = props;
  return (
    <Scroll label="Means and shares">
      <table className="pinned">
        <thead>
          <tr>
            <th scope="col">Dataset</th>
            <NumberHead>Mean within</NumberHead>
            <NumberHead>Mean between</NumberHead>
            <NumberHead>One person, known as one</NumberHead>
            <NumberHead>Two people, taken for one</NumberHead>
          </tr>
        </thead>
        <tbody>
          {distributions.map(({ title, within, between }) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              <td className="number">{within.mean.toFixed(3)}</td>
              <td className="number">{between.mean.toFixed(3)}</td>
              <td className="number">{percent(within.shareAbove(threshold))}</td>
              <td className="number">{percent(between.shareAbove(threshold))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** From one even fifth to another, with all of the lines between them. */
function cosineAxis(series: readonly LineSeries[]): Axis {
  const cosines = series[0].points.map(([cosine]) => cosine);
  const lo = Math.floor(Math.min(...cosines) * 5);
  const hi = Math.ceil(Math.max(...cosines) * 5);
  const ticks = Array.from({ length: hi - lo + 1 }, (_, k) => (lo + k) / 5);
  return { label: 'cosine', domain: [lo / 5, hi / 5], ticks };
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** What a client draws: whole identities, thinned to what can be told apart. */
function mapOf(inspection: Inspection): MapData {
  const { images, map, dataset, reference } = inspection;
  const identities = imagesByLabel(inspection);
  const stride = Math.max(1, Math.ceil(images.label.length / MAX_POINTS));
  const shown = identities.filter((_, k) => k % stride === 0);
  const at = (values: readonly number[], i: number): [number, number] => [values[2 * i], values[2 * i + 1]];
  return {
    dataset,
    reference: reference ?? dataset,
    of: identities.length,
    identities: shown.map(([label, indices]) => ({
      label,
      anchor: map.anchors && at(map.anchors, label),
      images: indices.map((index) => ({ index, at: at(map.images, index) })),
    })),
    training: (map.reference?.index ?? []).map((index, k) => ({ index, at: at(map.reference!.at, k) })),
  };
}
