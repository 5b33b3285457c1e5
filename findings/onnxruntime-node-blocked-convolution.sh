#!/usr/bin/env bash
# onnxruntime-node 1.30.0 on x64 computes a convolution in its blocked layout (domain com.microsoft.nchwc), its fastest, only where the filter
# is a constant of the model. Where the filter is an input, as in a training step, it keeps the general kernel, which took 1.1 to 2 times as
# long per core on an AMD EPYC with AVX-512. The blocked operators are no constants' privilege: a model may name them itself, filters as
# inputs [O/b,I/b,kh,kw,b of I,b of O], and gets the same numbers; so may filters that are as large as an image, which makes the gradient of a filter one convolution.
# Exits non-zero where the behaviour has changed.
set -euo pipefail
[ "$(uname -m)" = x86_64 ] || { echo 'This is about x64.'; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts onnxruntime-node@1.30.0
cat >blocked.mjs <<'EOF'
import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';
// Protobuf by hand.
const bytes = (...parts) => Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))));
const varint = (value) => (value < 128 ? bytes(value) : bytes((value & 127) | 128, varint(value >> 7)));
const field = (number, content) => bytes(varint((number << 3) | 2), varint(Buffer.byteLength(content)), content);
const int = (number, value) => bytes(varint(number << 3), varint(value));
const FLOAT = 1;
const DOMAIN = 'com.microsoft.nchwc';
const dims = (shape) => field(2, bytes(...shape.map((n) => field(1, int(1, n)))));
const value = (name, shape) => bytes(field(1, name), field(2, field(1, bytes(int(1, FLOAT), dims(shape)))));
const attribute = (name, content, type) => field(5, bytes(field(1, name), content, int(20, type)));
const ints = (name, values) => attribute(name, bytes(...values.map((v) => int(8, v))), 7);
const node = (op, inputs, output, domain = '', ...attributes) =>
  field(1, bytes(...inputs.map((name) => field(1, name)), field(2, output), field(4, op), ...attributes, field(7, domain)));
const [B, C, S] = [2, 32, 6];
const [X, W] = [[B, C, S, S], [C, C, 3, 3]];
const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);
const numbers = (shape, pace) => Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(pace * (i + 1)));
const [x, w] = [numbers(X, 1), numbers(W, 2)];
const constant = field(5, bytes(...W.map((n) => int(1, n)), int(2, FLOAT), field(8, 'w'), field(9, new Uint8Array(w.buffer))));
const model = (nodes, inputs, constants = bytes()) => {
  const graph = bytes(...nodes, field(2, 'g'), constants, ...inputs.map((v) => field(11, v)), field(12, value('y', X)));
  return bytes(int(1, 8), field(7, graph), field(8, int(2, 17)), field(8, bytes(field(1, DOMAIN), int(2, 1))));
};
const geometry = [ints('kernel_shape', [3, 3]), ints('pads', [1, 1, 1, 1])];
const run = async (graph, feeds) => {
  const optimizedModelFilePath = `${Math.random()}.onnx`;
  const session = await ort.InferenceSession.create(graph, { graphOptimizationLevel: 'all', optimizedModelFilePath, logSeverityLevel: 3 });
  const { y } = await session.run(feeds);
  return { y: y.data, isBlocked: readFileSync(optimizedModelFilePath).includes('ReorderOutput') };
};
const tensor = (data, shape) => new ort.Tensor('float32', data, shape);
const plain = node('Conv', ['x', 'w'], 'y', '', ...geometry);
const fixed = await run(model([plain], [value('x', X)], constant), { x: tensor(x, X) });
const given = await run(model([plain], [value('x', X), value('w', W)]), { x: tensor(x, X), w: tensor(w, W) });
console.log(`blocked where the filter is a constant: ${fixed.isBlocked}; where it is an input: ${given.isBlocked}`);

// The size of a block, as ONNX Runtime lays out 16 channels of two positions.
const [P, one] = [[1, 16, 1, 2], Float32Array.from({ length: 32 }, (_, i) => i)];
const probe = bytes(node('ReorderInput', ['x'], 'y', DOMAIN), field(2, 'g'), field(11, value('x', P)), field(12, value('y', P)));
const probing = bytes(int(1, 8), field(7, probe), field(8, int(2, 17)), field(8, bytes(field(1, DOMAIN), int(2, 1))));
const laid = await (await ort.InferenceSession.create(probing, { logSeverityLevel: 3 })).run({ x: tensor(one, P) });
const b = laid.y.data.indexOf(1);
const blocked = new Float32Array(w.length);
for (let o = 0; o < C; o++)
  for (let i = 0; i < C; i++)
    for (let k = 0; k < 9; k++)
      blocked[((((o / b) | 0) * (C / b) + ((i / b) | 0)) * 9 + k) * b * b + (i % b) * b + (o % b)] = w[(o * C + i) * 9 + k];
const nodes = [
  node('ReorderInput', ['x'], 'xb', DOMAIN),
  node('Conv', ['xb', 'w'], 'yb', DOMAIN, ...geometry),
  node('ReorderOutput', ['yb'], 'y', DOMAIN, attribute('channels', int(3, C), 2)),
];
const named = await run(model(nodes, [value('x', X), value('w', W)]), { x: tensor(x, X), w: tensor(blocked, W) });
const error = Math.max(...named.y.map((v, i) => Math.abs(v - given.y[i])));
console.log(`named in the model, filter as an input: ${error < 1e-4 ? 'the same numbers' : `off by ${error}`}`);
EOF
seen=$(node blocked.mjs)
expected='blocked where the filter is a constant: true; where it is an input: false
named in the model, filter as an input: the same numbers'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { printf 'Changed; it was:\n%s\n' "$expected"; exit 1; }
