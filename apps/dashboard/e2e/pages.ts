import { UserError } from '@id3/core';
import { listRuns, listVariantArtefacts, openReader } from '@id3/tracking';

/** What to throw where no dashboard answers. */
export const unanswered = (url: string): UserError =>
  new UserError(`No dashboard answers at ${url}; start one with \`npx nx run dashboard:start\`.`);

/** A page as a person would open it. */
export interface LookedAt {
  readonly name: string;
  readonly path: string;
}

/** Every view, over what the database holds: the newest experiment's run, two of its datasets, four of its recognisers. */
export function everyPage(database: string): LookedAt[] {
  const reader = openReader(database);
  try {
    const verified = listVariantArtefacts(reader, 'verification').filter(
      ({ role }) => role === 'verification',
    );
    const inspected = listVariantArtefacts(reader, 'inspection');
    const of = inspected[0]?.experimentRunId;
    const siblings = inspected.filter(({ experimentRunId }) => experimentRunId === of);
    const datasets = new URLSearchParams({
      variant: String(siblings[0]?.variantId ?? ''),
      with: String(siblings[1]?.variantId ?? ''),
    });
    const trained = ['train-diffusion', 'train-recogniser'].flatMap((stage) => listRuns(reader, { stage }));
    // One that was computed has curves; one that was cached has none.
    const shown = trained.find(({ status }) => status === 'finished') ?? trained[0];
    const ofNewest = verified.filter(({ experimentRunId }) => experimentRunId === of);
    const compared = ofNewest.length > 0 ? ofNewest.map(({ runId }) => runId) : trained.map(({ id }) => id);
    return [
      { name: 'experiments', path: '/' },
      { name: 'ablation', path: '/ablation' },
      { name: 'runs', path: '/runs' },
      ...(shown === undefined ? [] : [{ name: 'run', path: `/runs/${shown.id}` }]),
      { name: 'compare', path: `/compare?runs=${compared.slice(0, 4).join(',')}` },
      { name: 'samples', path: `/samples?${datasets}` },
      { name: 'identities', path: `/identities?${datasets}` },
      { name: 'benchmarks', path: '/benchmarks' },
      { name: 'studio', path: '/studio?row=yaw' },
    ];
  } finally {
    reader.close();
  }
}
