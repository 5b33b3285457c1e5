import { VariantPicker } from '../../components/variant-picker.tsx';
import { NoDatasets } from '../../components/no-datasets.tsx';
import { chosenVariants, forPicker } from '../../server/chosen-variants.ts';
import { readInspection } from '../../server/inspections.ts';
import { page } from '../../server/page.tsx';
import { FaceGrid } from '../../components/samples/face-grid.tsx';
import { ORDERS, imagesByLabel, isRanking, type Order } from '../../components/samples/faces.ts';
import { identityRows, predictable, worstRows } from '../../components/samples/rows.ts';
import { SampleControls, type Show } from '../../components/samples/sample-controls.tsx';
import { DatasetSummary } from '../../components/samples/summary.tsx';
import { About } from '../../components/about/about.tsx';

export const metadata = { title: 'Samples' };

const IDENTITIES_A_PAGE = 12;

export default page(({ db, search }) => {
  const variants = chosenVariants(db, search);
  if (variants === undefined) return <NoDatasets title="Samples" />;
  const { chosen, beside } = variants;
  const datasets = [chosen, ...beside].map(({ title, path }) => ({
    title,
    inspection: readInspection(db.root, path),
  }));
  const [{ inspection }] = datasets;

  const order = ORDERS.find((one) => one === search.order) ?? ('yaw' satisfies Order);
  const { show: named = '' } = search;
  const show: Show = named === 'worst-identities' || isRanking(named) ? named : 'identities';
  const ofIdentities = !isRanking(show);
  const identities = imagesByLabel(inspection).length;
  const count = Math.max(1, Math.floor(IDENTITIES_A_PAGE / datasets.length));
  const asked = Math.floor(Number(search.from) || 0);
  const from = Math.max(0, Math.min(asked, Math.floor((identities - 1) / count) * count));
  const rows = isRanking(show)
    ? worstRows(datasets, show, { rows: Math.max(2, Math.floor(8 / datasets.length)), perRow: 12 })
    : identityRows(datasets, { order, worstFirst: show === 'worst-identities', from, count });
  return (
    <div className="page">
      <header>
        <h1>Samples</h1>
        <div className="controls">
          <VariantPicker {...forPicker(variants)} />
        </div>
      </header>
      <About view="samples" />
      <DatasetSummary datasets={datasets} />
      <section aria-label="Faces">
        <SampleControls
          order={order}
          show={show}
          pages={ofIdentities ? { from, count, total: identities } : undefined}
        />
        {rows.length === 0 ? (
          <p className="quiet">
            This dataset cannot be ranked this way: either nothing was asked for, or it cannot be read off the
            images.
          </p>
        ) : (
          <FaceGrid
            rows={rows}
            threshold={inspection.threshold}
            predictable={predictable(inspection)}
            caption={order === 'age' || show === 'age' ? 'age' : 'yaw'}
          />
        )}
      </section>
    </div>
  );
});
