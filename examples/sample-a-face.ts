// A face that does not exist, at the age and yaw that you ask for, from the weights that come with the repository:
//   npx tsx examples/sample-a-face.ts [AGE] [YAW] [SEED]
import { selectEngine } from '@id3/engine';
import { Rng } from '@id3/core';
import { PLAIN_SAMPLER, imageSampler } from '@id3/model';
import { loadAnyRecogniser, loadDiffusion, randomDirections } from '@id3/model';
import sharp from 'sharp';

const [age = 40, yaw = 0, seed = 1] = process.argv.slice(2).map(Number);
const weights = `${import.meta.dirname}/../experiments/weights`;
await selectEngine();

// f, the frozen recogniser, and the denoising network that was trained with it.
const f = loadAnyRecogniser(`${weights}/quick-f.safetensors`);
const diffusion = loadDiffusion(`${weights}/quick-diffusion-full.safetensors`, f.embeddingSize);

// An identity is a direction y on the sphere of f's embeddings.
const y = randomDirections(1, f.embeddingSize, new Rng(seed, 'identity'));
const sampler = { ...PLAIN_SAMPLER, steps: 20, guidance: 100 };
const sample = imageSampler({ ...diffusion, f }, sampler, 32, seed);
const pixels = await sample([{ label: 0, age, yaw, y }], ['face']);
await sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } })
  .resize(256)
  .toFile('face.png');
console.log(`face.png: identity ${seed}, ${age} years, yaw ${yaw}°`);
