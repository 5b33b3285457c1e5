import { Rng } from '@id3/core';
import { FaceRenderer, PRIORS, drawPerson, drawShot } from '../src/index.ts';

/** Prints the time of a picture, person's preparation included, in processor time of this process. */
const PEOPLE = 10;
const SHOTS = 10;
const ROUNDS = 5;

const milliseconds = () => process.cpuUsage().user / 1000;
const started = milliseconds();
const renderer = await FaceRenderer.load();
console.log(`load       ${(milliseconds() - started).toFixed(0)} ms`);
for (const size of [112, 32]) {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const from = milliseconds();
    for (let p = 0; p < PEOPLE; p++) {
      const person = renderer.prepare(drawPerson(1, 'train', p));
      for (let s = 0; s < SHOTS; s++) {
        renderer.render(person, drawShot(new Rng(1, 'bench', p, s), PRIORS.wild, person.person), size);
      }
    }
    return (milliseconds() - from) / (PEOPLE * SHOTS);
  });
  // The first round compiles.
  const median = rounds.slice(1).sort((a, b) => a - b)[Math.floor((ROUNDS - 1) / 2)];
  console.log(`${String(size).padStart(3)}×${String(size).padEnd(3)}    ${median.toFixed(2)} ms an image`);
}
