#!/usr/bin/env bash
# onnxruntime-node 1.30.0 gives a promise from session.run, yet computes on the thread that called it: until the run has ended no timer
# fires, but for one that was due before it began. onnxruntime-web 1.30.0 (WebAssembly, one thread), whose run gives a promise as well, does the same.
# So whatever must answer meanwhile (progress, signals, a server) belongs in another thread or process than the runs.
# Exits non-zero where the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts onnxruntime-node@1.30.0 onnxruntime-web@1.30.0
cat >blocks.mjs <<'EOF'
// y = x·x·…·x, 24 products of 1024×1024, as protobuf by hand.
const bytes = (...parts) => Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))));
const varint = (value) => (value < 128 ? bytes(value) : bytes((value & 127) | 128, varint(value >> 7)));
const field = (number, content) => bytes((number << 3) | 2, varint(Buffer.byteLength(content)), content);
const int = (number, value) => bytes(number << 3, varint(value));
const SIDE = 1024;
const FLOAT = 1;
const dim = field(1, int(1, SIDE));
const type = field(1, bytes(int(1, FLOAT), field(2, bytes(dim, dim))));
const value = (name) => bytes(field(1, name), field(2, type));
const PRODUCTS = 24;
const product = (i) => field(1, bytes(field(1, i === 0 ? 'x' : `y${i}`), field(1, 'x'), field(2, `y${i + 1}`), field(4, 'MatMul')));
const nodes = bytes(...Array.from({ length: PRODUCTS }, (_, i) => product(i)));
const graph = bytes(nodes, field(2, 'g'), field(11, value('x')), field(12, value(`y${PRODUCTS}`)));
const model = bytes(int(1, 8), field(7, graph), field(8, int(2, 17)));

for (const name of ['onnxruntime-node', 'onnxruntime-web']) {
  const ort = await import(name);
  if (name === 'onnxruntime-web') ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(model, { executionProviders: [name === 'onnxruntime-web' ? 'wasm' : 'cpu'], intraOpNumThreads: 1 });
  const feeds = { x: new ort.Tensor('float32', new Float32Array(SIDE * SIDE), [SIDE, SIDE]) };
  await session.run(feeds);

  let fired = 0;
  const timer = setInterval(() => fired++, 5);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const idle = fired;
  fired = 0;
  const start = performance.now();
  await session.run(feeds);
  const took = performance.now() - start;
  const during = fired;
  clearInterval(timer);
  await session.release();
  console.log(`${name} ${ort.env.versions[name.split('-')[1]]}: a run takes more than 100 ms: ${took > 100}`);
  console.log(`  a timer of 5 ms fires in 100 idle ms: ${idle > 0}; during a run: ${during <= 1 ? "at most once" : `${during} times`}`);
}
EOF
seen=$(node blocks.mjs)
expected='onnxruntime-node 1.30.0: a run takes more than 100 ms: true
  a timer of 5 ms fires in 100 idle ms: true; during a run: at most once
onnxruntime-web 1.30.0: a run takes more than 100 ms: true
  a timer of 5 ms fires in 100 idle ms: true; during a run: at most once'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { printf 'Changed; it was:\n%s\n' "$expected"; exit 1; }
