import type { Config } from './config/schema.ts';
import {
  withGeneration,
  withSampler,
  withTraining,
  withUnet,
  withoutIdLoss,
  type Variant,
} from './config/variant.ts';

// ID³'s peers in its own frame: the same training pool, f, network, steps, anchors, seeds and sampler, so that a row differs by the idea
// alone. None of them reproduces the published method, whose data, network and training are larger by orders of magnitude. In common they
// have no reversed likelihood score, and one embedding for all images of a person, unless a row says otherwise.

const withoutScore = (config: Config): Config => withSampler(config, { guidance: 0 });

const oneEmbeddingAPerson = (config: Config): Config => withGeneration(config, { lb: 1, ub: 1 });

/** Nothing is asked for but the embedding, by s or by the guidance away from images without s. */
const withoutAttributes = (config: Config): Config =>
  withSampler(withGeneration(config, { attributes: 'hidden' }), { freeS: 0 });

/**
 * IDiff-Face: Boutros et al., "IDiff-Face: Synthetic-based Face Recognition through Fizzy Identity-Conditioned Diffusion Models", ICCV 2023.
 * A network that knows the embedding alone, trained without an ID loss and with contextual partial dropout of 25 %, as the model that their
 * code samples by default; the start noise makes images of a person differ.
 * Simplified: it diffuses pixels, not the latents of an autoencoder; dropout is of y's own components; their identities are directions drawn
 * uniformly (rows `random-anchors` and `full` tell what that matters).
 */
const idiffFace: Variant = {
  name: 'peer-idiff-face',
  title: 'IDiff-Face: contextual partial dropout',
  apply(config) {
    const trained = withTraining(withoutIdLoss(config), { hideComponents: 0.25 });
    return withoutAttributes(oneEmbeddingAPerson(withoutScore(withUnet(trained, { attributes: false }))));
  },
};

/** DCFace weighs its ID loss 0.05 at all times; ours falls with λκ_t, whose mean over t is 0.19. */
const DCFACE_ID_WEIGHT = 0.05 / 0.19;

/**
 * DCFace: Kim et al., "DCFace: Synthetic Face Generation with Dual Condition Diffusion Model", CVPR 2023. A network that is told the style
 * of an image and the identity of another one of the same person, with an ID loss whose target goes from the first to the second over t.
 * Sampling joins a person's embedding with the styles of training images drawn at random, whose statistics so enter the generated set.
 * Simplified: style is pixels' statistics in a grid, not features' (style.ts of the model); identity is f's embedding of an image, not
 * what a network learns to see in it; the weight of the ID loss is theirs on average over t; their identities are images of a second
 * diffusion model, chosen for being unlike the training people. Of people with one image alone, as in `paper`, both conditions are from that image.
 */
const dcFace: Variant = {
  name: 'peer-dcface',
  title: 'DCFace: identity and style',
  apply(config) {
    const trained = withTraining(config, { idLossWeight: DCFACE_ID_WEIGHT, reduction: 'mean' });
    return oneEmbeddingAPerson(withoutScore(withUnet(trained, { attributes: 'style' })));
  },
};

/**
 * The generator of `no-id-loss`, which is told the embedding alone: where its training has hidden s at times, nothing is trained anew; where
 * not, it would make nothing of a hidden s, and one without attributes is trained.
 */
function toldEmbeddingAlone(config: Config): Config {
  const sampled = withoutAttributes(withoutScore(withoutIdLoss(config)));
  return config.diffusion.training.hideS > 0 ? sampled : withUnet(sampled, { attributes: false });
}

/**
 * Like Arc2Face: Paraperas Papantoniou et al., "Arc2Face: A Foundation Model for ID-Consistent Human Faces", ECCV 2024. The embedding is the
 * only condition; the start noise makes images of a person differ.
 * Simplified: theirs is Stable Diffusion, whose text encoder takes the embedding in a sentence, tuned on millions of photos; it samples
 * with classifier-free guidance, which this row has where the config's sampler does.
 */
const arc2Face: Variant = {
  name: 'peer-arc2face',
  title: 'like Arc2Face: the embedding alone',
  apply: (config) => oneEmbeddingAPerson(toldEmbeddingAlone(config)),
};

/**
 * Like Vec2Face: Wu et al., "Vec2Face: Scaling Face Dataset Generation with Loosely Constrained Vectors", ICLR 2025. Images of a person
 * differ by noise on the person's one embedding, within the config's lb.
 * Simplified: theirs is a masked autoencoder of features that makes an image in one pass, not a diffusion model; more of it in
 * `embeddingPerturbed`.
 */
const vec2Face: Variant = {
  name: 'peer-vec2face',
  title: 'like Vec2Face: the embedding perturbed',
  apply: (config) => withGeneration(toldEmbeddingAlone(config), { condition: 'perturbed', ub: 1 }),
};

/** The rows of the table "ID³ and its peers at equal cost". */
export const PEERS: readonly Variant[] = [idiffFace, dcFace, arc2Face, vec2Face];
