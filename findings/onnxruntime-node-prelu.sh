#!/usr/bin/env bash
# onnxruntime-node 1.30.0 on x64 computes PRelu, the activation of ArcFace's IResNets, number by number with a branch, so that its time hangs on
# the signs that it meets: where they are mixed, as behind a batch normalisation, it takes about twice as long as on numbers that are all positive. The
# same written out as x⁺ + slope·(x - x⁺), four operators with the same bits, takes its time whatever the signs. Seen on an AMD EPYC with AVX-512, one
# thread, 64 channels of 112×112 as behind the first convolution of iresnet50: 2.0 to 2.2 and 1.0 times the time.
# Exits non-zero where the behaviour has changed.
set -euo pipefail
[ "$(uname -m)" = x86_64 ] || { echo 'This is about x64.'; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts onnxruntime-node@1.30.0
cat >prelu.mjs <<'EOF'
import ort from 'onnxruntime-node';
// Protobuf by hand.
const bytes = (...parts) => Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))));
const varint = (value) => (value < 128 ? bytes(value) : bytes((value & 127) | 128, varint(value >> 7)));
const field = (number, content) => bytes(varint((number << 3) | 2), varint(Buffer.byteLength(content)), content);
const int = (number, value) => bytes(varint(number << 3), varint(value));
const dims = (shape) => field(2, bytes(...shape.map((n) => field(1, int(1, n)))));
const value = (name, shape) => bytes(field(1, name), field(2, field(1, bytes(int(1, 1), dims(shape)))));
const node = (op, inputs, output) => field(1, bytes(...inputs.map((name) => field(1, name)), field(2, output), field(4, op)));
const [X, S] = [[1, 64, 112, 112], [64, 1, 1]];
const session = (...nodes) => {
  const graph = bytes(...nodes, field(2, 'g'), field(11, value('x', X)), field(11, value('s', S)), field(12, value('y', X)));
  const model = bytes(int(1, 8), field(7, graph), field(8, int(2, 17)));
  return ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 });
};
const one = await session(node('PRelu', ['x', 's'], 'y'));
const four = await session(
  node('Relu', ['x'], 'positive'),
  node('Sub', ['x', 'positive'], 'negative'),
  node('Mul', ['negative', 's'], 'scaled'),
  node('Add', ['positive', 'scaled'], 'y'),
);
let seed = 1;
const random = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
const s = new ort.Tensor('float32', new Float32Array(64).fill(0.25), S);
const image = (low) => new ort.Tensor('float32', Float32Array.from({ length: 64 * 112 * 112 }, () => low + (1 - low) * random()), X);
const [mixed, positive] = [image(-1), image(0)];
const timed = async (which, x) => {
  const start = performance.now();
  const { y } = await which.run({ x, s });
  return [performance.now() - start, y.data];
};
/** How many times as long one takes where signs are mixed; the two in turn, the median of each. */
async function ratio(which) {
  const times = [[], []];
  for (let turn = 0; turn < 41; turn++) for (const [k, x] of [mixed, positive].entries()) times[k].push((await timed(which, x))[0]);
  const [a, b] = times.map((list) => list.sort((p, q) => p - q)[20]);
  return a / b;
}
const [[, a], [, b]] = [await timed(one, mixed), await timed(four, mixed)];
console.log(`PRelu and four operators give the same numbers: ${a.every((v, i) => v === b[i])}`);
const [ofOne, ofFour] = [await ratio(one), await ratio(four)];
console.error(`the time where signs are mixed by that where all are positive: PRelu ${ofOne.toFixed(1)}, four operators ${ofFour.toFixed(1)}`);
console.log(`half as long again where signs are mixed: PRelu ${ofOne > 1.5}, four operators ${ofFour > 1.5}`);
EOF
seen=$(node prelu.mjs)
expected='PRelu and four operators give the same numbers: true
half as long again where signs are mixed: PRelu true, four operators false'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { printf 'Changed; it was:\n%s\n' "$expected"; exit 1; }
