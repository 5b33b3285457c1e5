/**
 * Loads every native part of the workbench and makes it do a little work, so that a Node on which one of them fails is found out.
 * SQLite is left to libs/tracking's tests. Prints a line a part; the first that fails ends the process.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';

/** A file of a package, whether or not the package exports it. */
function load(file: string) {
  const path = fileURLToPath(new URL(`../../node_modules/${file}`, import.meta.url));
  return createRequire(import.meta.url)(path);
}

/** One field of a protobuf message: bytes, text or a number below 128. */
function field(number: number, value: Uint8Array | string | number): Buffer {
  if (typeof value === 'number') return Buffer.from([number << 3, value]);
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** An ONNX model of one node: y = −x of shape [2]. */
function negation(): Buffer {
  const message = (...fields: Buffer[]) => Buffer.concat(fields);
  const shape = field(2, field(1, field(1, 2)));
  const type = field(2, field(1, message(field(1, 1), shape)));
  const graph = message(
    field(1, message(field(1, 'x'), field(2, 'y'), field(4, 'Neg'))),
    field(2, 'negation'),
    field(11, message(field(1, 'x'), type)),
    field(12, message(field(1, 'y'), type)),
  );
  return message(field(1, 8), field(8, field(2, 13)), field(7, graph));
}

const parts: Record<string, () => Promise<void>> = {
  async 'onnxruntime-node'() {
    const session = await InferenceSession.create(negation());
    const { y } = await session.run({ x: new Tensor('float32', [1, -2], [2]) });
    assert.deepEqual([...(y.data as Float32Array)], [-1, 2]);
    await session.release();
  },
  async sharp() {
    const image = sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } });
    const halved = await sharp(await image.png().toBuffer())
      .resize(4, 4)
      .raw()
      .toBuffer();
    assert.deepEqual([...halved.subarray(0, 3)], [255, 0, 0]);
  },
  async esbuild() {
    const { code } = await transform('const a: number = 1', { loader: 'ts' });
    assert.equal(code, 'const a = 1;\n');
  },
  async nx() {
    const { hashArray } = load('nx/dist/src/native/index.js');
    assert.equal(hashArray(['a']), hashArray(['a']));
    assert.notEqual(hashArray(['a']), hashArray(['b']));
  },
  async next() {
    const { loadBindings } = load('next/dist/build/swc/index.js');
    const bindings = await loadBindings();
    assert.equal(bindings.isWasm, false);
    const { code } = await bindings.transform('const a: number = 1', {
      jsc: { parser: { syntax: 'typescript' } },
    });
    assert.match(code, /a = 1/);
  },
};

for (const [name, works] of Object.entries(parts)) {
  await works();
  console.log(`${name} ${load(`${name}/package.json`).version}: works`);
}
process.exit(0);
