/** A number of a view: what it means, how it is computed, where the paper has it, and the code that computes it. */
export interface NumberText {
  readonly name: string;
  readonly means: string;
  readonly formula?: string;
  /** A place in the paper; of our own statistics there is none. */
  readonly paper?: string;
  /** A file of the workbench, and the symbol in it. */
  readonly code: readonly [path: string, symbol: string];
}

/** What a view shows: three sentences, and each of its numbers. */
export interface AboutText {
  readonly sentences: readonly [string, string, string];
  readonly numbers: readonly NumberText[];
}

const ACCURACY: NumberText = {
  name: 'accuracy',
  means:
    'Share of a benchmark’s pairs judged rightly, a mean over ten folds: the threshold is chosen on the other nine.',
  formula: 'acc = mean over folds k of (TP_k + TN_k) / n_k, at the threshold that is best on the folds ≠ k',
  paper: 'its experiments: LFW, CFP-FP, CPLFW, AgeDB-30, CALFW',
  code: ['libs/protocol/src/protocol.ts', 'kFoldAccuracy'],
};
const INTERVAL: NumberText = {
  name: '± 95 % CI',
  means: 'Where the expected accuracy lies, over seeds and folds drawn anew.',
  formula: 't(0.975; df) · SE,  SE² = (MS_seed + MS_fold − MS_rest) / (S·F)',
  code: ['libs/report/src/statistics.ts', 'crossedInterval'],
};
const DIFFERENCE: NumberText = {
  name: 'difference, *',
  means: 'A row less the baseline, in points, on the same seeds and folds; * where it is told from chance.',
  formula:
    'd(s, f) = acc_row(s, f) − acc_baseline(s, f);  t = mean(d) / SE(d),  Holm: p_(i) · (m − i + 1) < 0.05',
  code: ['libs/report/src/comparison.ts', 'compareRows'],
};
const EQUIVALENCE: NumberText = {
  name: 'no effect, ≈',
  means:
    'A difference that is surely smaller than half a point; without this test nothing is called “no effect”.',
  formula: '|mean(d)| + t(0.95; df) · SE(d) < 0.5 points (two one-sided tests)',
  code: ['libs/report/src/power.ts', 'isEquivalent'],
};
const COSINE = (name: string, means: string, code: NumberText['code']): NumberText => ({
  name,
  means,
  formula: 'cos(a, b) = aᵀb, of unit vectors of f',
  paper: 'y = f(x0) ∈ S^{d−1}',
  code,
});

const JOB_HOURS: NumberText = {
  name: 'GPU hours, core hours',
  means:
    'What was granted to a cluster’s jobs for as long as they ran, and what the others need at the pace of their stage.',
  formula:
    'used = Σ granted · hours;  to come = Σ granted · (1 − share) · expected · (hours / expected of those that ended)',
  code: ['libs/tracking/src/jobs.ts', 'hoursOfJobs'],
};

/** By view. */
export const ABOUT = {
  experiments: {
    sentences: [
      'Every experiment of this database, the one that ran last first: how it stands, what it found, and what it took.',
      'The finding is one sentence made from the table’s statistics on its primary column, the average over the benchmarks of one kind.',
      'The name leads to the experiment’s table; what compares nothing has its files and its log with its run.',
    ],
    numbers: [
      {
        name: 'rows done',
        means: 'Rows of the table of which every recogniser is verified, of all.',
        code: ['libs/tracking/src/overview.ts', 'getVerified'],
      },
      {
        name: 'finding',
        means: 'Distance to the ceiling, what each part gives, the largest other differences.',
        formula:
          'part = −(row without it − method); “matters” by Holm, “no effect larger than 0.5” by equivalence, else “undecided”',
        code: ['libs/report/src/finding.ts', 'mainFinding'],
      },
      INTERVAL,
      DIFFERENCE,
      EQUIVALENCE,
      {
        name: 'wall time, compute',
        means:
          'What its runs took from start to end; what its computed stages took, of which several run at once.',
        formula: 'Σ (end − start) over its runs; over its stages that were not cached',
        code: ['libs/tracking/src/overview.ts', 'listExperimentOverviews'],
      },
      {
        name: 'disk',
        means: 'Bytes of the folders of its computed stages, as they were when they ended.',
        code: ['experiments/src/scheduler/claim.ts', 'folderBytes'],
      },
      JOB_HOURS,
      {
        name: 'time left',
        means: 'What the run is expected to take, at the pace that it had so far.',
        formula: 'elapsed / done · (all − done), in seconds that stages roughly cost',
        code: ['libs/tracking/src/run.ts', 'progress'],
      },
    ],
  },
  ablation: {
    sentences: [
      'Each row is the method with one thing changed, each column a benchmark, and each cell the accuracy of recognisers trained on that row’s faces.',
      'The ceiling is trained on as many images of the train pool, the floor on images that have nothing to do with their labels: no row can be read without them.',
      'A difference counts only with its mark; the primary column is the average over all benchmarks of one kind.',
    ],
    numbers: [
      ACCURACY,
      INTERVAL,
      DIFFERENCE,
      EQUIVALENCE,
      {
        name: '{ID loss} × {score}',
        means:
          'What each part adds, averaged over with and without the other, and how much more one adds beside the other.',
        formula: 'ID loss = ½(a − b + c − d),  score = ½(a + b − c − d),  interaction = a − b − c + d',
        paper: 'Eq. 3 (the ID loss), Algorithm 2 (the score)',
        code: ['libs/report/src/factorial.ts', 'factorialOf'],
      },
    ],
  },
  runs: {
    sentences: [
      'Every run, an experiment’s own and those of its stages, under their experiment and variant.',
      'A cached run found its result on the disk and computed nothing; such runs are counted, and shown only where they are asked for.',
      'The filter takes columns, fields of the config and metrics; a column’s head sorts.',
    ],
    numbers: [
      {
        name: 'a metric’s column',
        means: 'The metric’s value at its last step.',
        code: ['libs/tracking/src/queries.ts', 'getMetricValues'],
      },
      {
        name: 'duration',
        means: 'From a run’s start to its end, or to now.',
        code: ['apps/dashboard/server/fields.ts', 'readEntries'],
      },
    ],
  },
  run: {
    sentences: [
      'One run: its metrics by step, what its process used meanwhile, its config against the experiment’s, and its files.',
      'A curve has a gap where values are no finite numbers, a mark where each gap begins, and says how many values those are.',
      '“Make it again” is the command of this run, with its variant, its seeds and what was overridden.',
    ],
    numbers: [
      {
        name: 'loss',
        means: 'Of a diffusion model: denoising, reconstruction, and the ID inner-product loss.',
        formula: 'L = ‖ε − ε_θ‖² + reconstruction − Σ_t λ_t κ_t yᵀf(x̂0(x_t))',
        paper: 'Eq. 3, Algorithm 1',
        code: ['libs/model/src/diffusion/equations.ts', 'idPreservingLoss'],
      },
      {
        name: 'smoothing',
        means: 'A running mean that forgets, without the pull of its start.',
        formula: 'm_k = (βm_{k−1} + (1 − β)v_k) / (1 − β^k)',
        code: ['apps/dashboard/charts/smooth.ts', 'smooth'],
      },
      {
        name: 'CPU, memory, engine, GPU',
        means:
          'Cores in use, resident memory, share of the time inside compiled steps, and a GPU’s use: means over two seconds.',
        formula: 'Δcpu / Δwall;  Δin steps / Δwall',
        code: ['experiments/src/scheduler/system.ts', 'usedBetween'],
      },
      JOB_HOURS,
      ACCURACY,
      {
        name: 'AUC, EER, TAR@FAR',
        means:
          'Area under the ROC; the error rate where both kinds are equal; the accepted share of same pairs where that of others is FAR.',
        formula: 'AUC = ∫ TAR dFAR;  EER: FAR = 1 − TAR',
        paper: 'its experiments',
        code: ['libs/protocol/src/roc.ts', 'auc'],
      },
    ],
  },
  compare: {
    sentences: [
      'Up to eight runs beside one another: where their configs differ, and their curves and folds over each other.',
      'Verified runs show their ROC and how far apart same and different pairs score.',
      'Folds of one number hold the same pairs, so that they may be compared one by one.',
    ],
    numbers: [
      ACCURACY,
      {
        name: 'ROC',
        means: 'For every threshold, the share of same pairs accepted over the share of different ones.',
        formula: 'TAR(τ) = P(cos ≥ τ | same),  FAR(τ) = P(cos ≥ τ | different)',
        code: ['libs/protocol/src/roc.ts', 'rocOf'],
      },
      COSINE('score', 'Of a pair: the cosine of its embeddings, each with its mirror image.', [
        'libs/protocol/src/embeddings.ts',
        'sumWithMirror',
      ]),
    ],
  },
  samples: {
    sentences: [
      'Generated faces, a row a person, each with what was asked of it and what f and the attribute predictors read off it.',
      'A face whose identity is lost is nearer to another person’s anchor than to its own.',
      'Datasets of one experiment can be set beside each other, face by face.',
    ],
    numbers: [
      COSINE('cosine to the asked y', 'How near the face is to the embedding that it was asked for.', [
        'libs/eval/src/inspection.ts',
        'cosinesTo',
      ]),
      {
        name: 'asked y',
        means: 'A direction near the person’s anchor w, as far as c says.',
        formula: 'y = c·w + √(1 − c²)·v,  c ~ U[lb, ub]',
        paper: 'Algorithm 3, step 2',
        code: ['libs/model/src/generation/anchors.ts', 'embeddingNear'],
      },
      {
        name: 'age, yaw',
        means: 'As asked by s, and as a regression fitted on the train pool reads them off the picture.',
        formula: 's = (age / 100, pose / 90)',
        paper: 'Algorithm 3, step 3',
        code: ['libs/eval/src/attributes.ts', 'fitPredictors'],
      },
    ],
  },
  identities: {
    sentences: [
      'Where f sees the people of a dataset: a map of anchors and embeddings, and how near people and images are to each other.',
      'Identities that f takes for one person are the doubles that a recogniser trained on them would learn as two.',
      'The map is a shadow of a sphere of many dimensions; the histograms have no such loss.',
    ],
    numbers: [
      COSINE('between identities', 'Of the centres of two people’s images.', [
        'libs/eval/src/measures.ts',
        'interClass',
      ]),
      {
        name: 'within identity',
        means: 'How varied the images of one person are.',
        formula: 'mean over pairs of one person of 1 − cos(f(x), f(x′))',
        paper: 'its measures of diversity',
        code: ['libs/eval/src/measures.ts', 'featureDistance'],
      },
      {
        name: 'taken for one',
        means:
          'Share of pairs of people whose centres are above the threshold at which f takes two faces for one person.',
        formula: 'P(cos(c_i, c_j) > τ)',
        code: ['libs/eval/src/measures.ts', 'interClass'],
      },
      {
        name: 'the map',
        means: 'The two directions in which the embeddings vary most.',
        formula: 'principal components of f(x)',
        code: ['libs/eval/src/inspection.ts', 'principalMap'],
      },
    ],
  },
  benchmarks: {
    sentences: [
      'The newest run of each experiment beside published methods, on rendered and on real benchmarks.',
      'Rendered and real accuracies say nothing about each other, so each kind has a table of its own.',
      'Slices tell which pairs go wrong: by the gap in age or pose, or by group.',
    ],
    numbers: [
      ACCURACY,
      {
        name: 'published accuracies',
        means: 'As their papers give them, with the source and what is doubtful.',
        paper: 'its main table, and its peers’ papers',
        code: ['apps/dashboard/server/published.json', 'averagePercent'],
      },
      {
        name: 'FMR, FNMR',
        means: 'Share of different pairs taken for one person; share of same pairs taken for two.',
        formula: 'FMR = FP / (FP + TN),  FNMR = FN / (FN + TP)',
        code: ['libs/eval/src/slices.ts', 'slicePairs'],
      },
    ],
  },
  studio: {
    sentences: [
      'One face, or a row of eight, made as the controls move by Algorithm 2, with any model of this database or the committed weights.',
      'What is not chosen is as the model’s experiment samples; one seed is one start noise for all faces, and for both models.',
      'Faces are computed in a process of its own; the link and the command make the same picture again, a model in training apart.',
    ],
    numbers: [
      COSINE('f, to the y asked for', 'How near the face is to the embedding that it was asked for.', [
        'apps/studio/src/opened.ts',
        'look',
      ]),
      {
        name: 'g, to the portrait',
        means:
          'The judge, which has no y, against the identity’s own face by the model’s own sampler: c = 1, t = 0, the middle of age and yaw, the same noise.',
        formula: 'cos(g(x), g(portrait))',
        code: ['apps/studio/src/opened.ts', 'portraitOf'],
      },
      {
        name: 't',
        means: 'Share of the shortest arc from one identity to another.',
        formula: 'y = (sin((1 − t)θ)·a + sin(tθ)·b) / sin θ,  cos θ = aᵀb',
        code: ['libs/model/src/generation/anchors.ts', 'embeddingBetween'],
      },
      {
        name: 'c',
        means: 'Cosine of y to the identity, in a direction drawn by its seed.',
        formula: 'y = c·w + √(1 − c²)·v',
        paper: 'Algorithm 3, step 2',
        code: ['libs/model/src/generation/anchors.ts', 'embeddingNear'],
      },
      {
        name: 'w, κ',
        means: 'Weight of the reversed likelihood score; κ_t as fitted to the model, or the paper’s λκ.',
        formula: 'ε̂ = ε_θ − √(1 − ᾱ_t)·wκ_t ∇ yᵀf(x̂0)',
        paper: 'Algorithm 2',
        code: ['libs/model/src/diffusion/equations.ts', 'adjustedX0'],
      },
      {
        name: 'guidance without y, s',
        means: 'How far x̂0 moves away from what it is without y, or without age and yaw.',
        formula: 'x̂0 + a·(x̂0 − x̂0 without y) + b·(x̂0 − x̂0 without s)',
        code: ['libs/model/src/diffusion/classifier-free.ts', 'classifierFree'],
      },
      {
        name: 'read off',
        means: 'Age and yaw by a regression fitted on the training pool, as the dataset measures read them.',
        code: ['libs/eval/src/attributes.ts', 'fitPredictors'],
      },
    ],
  },
} as const satisfies Record<string, AboutText>;

export type ExplainedView = keyof typeof ABOUT;

/** The files of code that explanations lead to. */
export const CODE_FILES: ReadonlySet<string> = new Set(
  Object.values<AboutText>(ABOUT).flatMap(({ numbers }) => numbers.map(({ code: [path] }) => path)),
);
