import { encodeModel, NCHWC } from './onnx-proto.ts';
import type { OnnxRuntime } from './runtime.ts';

let known: number | undefined;

/**
 * How many channels ONNX Runtime's blocked convolutions take side by side on this machine's CPU: 16 with AVX-512, else 8 on x64. 1 on
 * other processors, where it may have no such convolutions.
 */
export function blockOf(ort: OnnxRuntime): number {
  known ??= process.arch === 'x64' ? probe(ort) : 1;
  return known;
}

/** Looks how a run lays out 16 channels of two positions, numbered one after another. */
function probe({ Session, package: { Tensor } }: OnnxRuntime): number {
  const value = (name: string) => ({ name, type: 'float32', shape: [1, 16, 1, 2] }) as const;
  const nodes = [{ op: 'ReorderInput', domain: NCHWC, inputs: ['x'], output: 'y', attributes: {} }];
  const model = encodeModel({ nodes, constants: [], inputs: [value('x')], outputs: [value('y')] });
  const session = new Session();
  session.loadModel(model.buffer, model.byteOffset, model.byteLength, { logSeverityLevel: 3 });
  const x = new Tensor('float32', Float32Array.from({ length: 32 }, (_, i) => i), [1, 16, 1, 2]); // prettier-ignore
  const { y } = session.run({ x }, { y: null }, {});
  session.dispose();
  // The second position of the first channel comes behind the first position of a whole block.
  return y.data.indexOf(1);
}
