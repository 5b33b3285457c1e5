import { expect, it } from 'vitest';
import { doorOf, withFloat32Doors } from './float32-doors.ts';
import { encodeModel } from './onnx-proto.ts';

const half = (name: string) => ({ name, type: 'float16' as const, shape: ['N', 2] });
const model = encodeModel({
  nodes: [{ op: 'Neg', domain: '', inputs: ['x'], output: 'y', attributes: {} }],
  constants: [],
  inputs: [half('x')],
  outputs: [half('y')],
});

it('a model of half floats takes and gives 32-bit floats through its doors, in batches of any size', async () => {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(withFloat32Doors(model, { inputs: ['x'], outputs: ['y'] }));
  expect([session.inputNames, session.outputNames]).toEqual([[doorOf('x')], [doorOf('y')]]);
  for (const rows of [1, 3]) {
    const values = Float32Array.from({ length: 2 * rows }, (_, i) => i + 0.1);
    const { [doorOf('y')]: y } = await session.run({
      [doorOf('x')]: new Tensor('float32', values, [rows, 2]),
    });
    const got = Array.from(y.data as Float32Array);
    // Half floats near 0.1, where they lie 2⁻¹⁴ apart, and near 5, where they lie 2⁻⁸ apart.
    got.forEach((value, i) => expect(Math.abs(value + values[i])).toBeLessThan(2 ** -9));
  }
});
it('all other bytes stay', () =>
  expect(Buffer.compare(withFloat32Doors(model, { inputs: ['y'], outputs: [] }), model)).toBe(0));
it('what is no protocol buffer is refused', () =>
  expect(() => withFloat32Doors(Uint8Array.of(0x3a, 200), { inputs: ['x'], outputs: [] })).toThrow(/range/));
