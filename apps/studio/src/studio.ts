import * as tf from '@tensorflow/tfjs-core';
import { explainingDeviceErrors, selectEngine } from '@id3/engine';
import { listTrained, stepOfTraining, versionOf, type TrainedModel } from '@id3/experiments/trained';
import { imageSampler, pixelsOf, type StepListener } from '@id3/model';
import {
  STUDIO_THREADS,
  StudioFailure,
  type FaceEvent,
  type FaceRequest,
  type ModelChoice,
} from '@id3/studio-client';
import { FIRST } from './identity.ts';
import { Opened } from './opened.ts';
import { stripPng } from './pictures.ts';
import { choiceOf, plansOf } from './plan.ts';

/** Models kept in memory: the two of a page. */
const KEPT = 2;
/** A picture that takes longer is shown as it comes about, this often. */
const PREVIEW_MS = 400;

export interface FaceHost {
  /** Called with x̂0 after some steps, where sampling takes long, and with the faces where they are there before what is read off them. */
  preview?(event: FaceEvent & { kind: 'preview' }): void;
  /** Throws where the request is no longer wanted; asked after each step. */
  check?(): void;
}

/** Makes faces with the trained models of one database. One request at a time. */
export class Studio {
  private readonly engine = selectEngine(undefined, { threads: STUDIO_THREADS });
  private trained = new Map<string, TrainedModel>();
  private readonly opened = new Map<string, { version: number; model: Opened }>();

  constructor(private readonly database: string) {}

  /** The models that there are now. */
  models(): ModelChoice[] {
    this.trained = new Map(listTrained(this.database).map((model) => [model.id, model]));
    return [...this.trained.values()].map((model) => choiceOf(model, stepOfTraining(model)));
  }

  /**
   * Makes the faces of a request. Throws a {@link StudioFailure} where there is no such model, and a UserError where it cannot do what is asked or
   * the graphics device fails.
   */
  faces(request: FaceRequest, host: FaceHost = {}): Promise<FaceEvent & { kind: 'faces' }> {
    return explainingDeviceErrors(() => this.make(request, host));
  }

  private async make(request: FaceRequest, host: FaceHost): Promise<FaceEvent & { kind: 'faces' }> {
    const started = performance.now();
    await this.engine;
    const model = this.open(request.model);
    const { size, trained } = model;
    const choice = choiceOf(trained, model.trainedFor);
    const anchorOf = (words: string) => model.anchorOf(words);
    const about = { trained, choice, anchorOf };
    const { options, plans, asked } = plansOf(request, about);
    const { seed = 1, from = FIRST } = request;
    const sample = async (one: ReturnType<typeof plansOf>, onStep: StepListener): Promise<Uint8Array> =>
      // One name, so one start noise for all.
      imageSampler(
        model.model,
        one.options,
        size,
        seed,
      )(
        one.plans,
        one.plans.map(() => 'studio'),
        onStep,
      );
    const check = () => host.check?.();
    let shownAt = started;
    const stripOf = async (images: Uint8Array) => ({
      png: await stripPng(images, plans.length, size),
      count: plans.length,
    });
    const preview = async (step: number, images: Uint8Array) => {
      host.preview?.({ kind: 'preview', strip: await stripOf(images), step, steps: options.steps });
      shownAt = performance.now();
    };
    const pixels = await sample({ options, plans, asked }, async (step, report) => {
      check();
      if (step < options.steps && performance.now() - shownAt >= PREVIEW_MS)
        await preview(step, await pixelsOf(report));
    });
    const portraitKey = `${from} ${seed}`;
    // A new identity's portrait takes as long as the face, which need not wait for it.
    if (model.lacksPortrait(portraitKey)) await preview(options.steps, pixels);
    const portrait = await model.portraitOf(portraitKey, () =>
      sample(plansOf({ model: request.model, from, seed }, about), check),
    );
    const seen = await model.look(
      pixels,
      plans.map(({ y }) => y),
      portrait,
    );
    return {
      kind: 'faces',
      strip: await stripOf(pixels),
      faces: asked.map((one, k) => ({ ...one, ...seen[k] })),
      milliseconds: performance.now() - started,
      trainedFor: model.trainedFor,
    };
  }

  /** A model, read anew where its file has changed, as while it is trained. */
  private open(id: string): Opened {
    if (!this.trained.has(id)) this.models();
    const trained = this.trained.get(id);
    if (trained === undefined)
      throw new StudioFailure('unknown', `There is no model ${id} here; choose one of the list.`);
    const version = versionOf(trained);
    const known = this.opened.get(id);
    if (known?.version === version) return known.model;
    // Weights and compiled steps hang together, so all go.
    if (known !== undefined || this.opened.size >= KEPT) {
      this.opened.clear();
      tf.disposeVariables();
    }
    const model = new Opened(trained);
    this.opened.set(id, { version, model });
    return model;
  }
}
