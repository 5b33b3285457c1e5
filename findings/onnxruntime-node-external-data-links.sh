#!/usr/bin/env bash
# onnxruntime-node 1.30.0 and weights in a file of their own (ONNX external data) where files are symbolic links. In the layout of Hugging Face's cache
# (snapshot/model.onnx -> ../blobs/1, snapshot/w.bin -> ../blobs/2) the model is read by its path. The same model given as bytes, with
# session.model_external_initializers_file_folder_path naming the same folder, is refused: its weights "escape" that folder. So whoever changes a
# model before it is loaded loses what the path allowed. Exits non-zero where the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts onnxruntime-node@1.30.0
cat >links.mjs <<'EOF'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import ort from 'onnxruntime-node';
// y = x + w of three float32 values, w in the file w.bin, as protobuf by hand.
const bytes = (...parts) => Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))));
const field = (number, content) => bytes((number << 3) | 2, Buffer.byteLength(content), content);
const int = (number, value) => bytes(number << 3, value);
const type = field(1, bytes(int(1, 1), field(2, field(1, int(1, 3)))));
const value = (name) => bytes(field(1, name), field(2, type));
const node = bytes(field(1, 'x'), field(1, 'w'), field(2, 'y'), field(4, 'Add'));
const location = bytes(field(1, 'location'), field(2, 'w.bin'));
const weights = bytes(int(1, 3), int(2, 1), field(8, 'w'), field(13, location), int(14, 1));
const graph = bytes(field(1, node), field(2, 'g'), field(5, weights), field(11, value('x')), field(12, value('y')));
const model = bytes(int(1, 8), field(7, graph), field(8, int(2, 17)));
for (const name of ['files', 'blobs', 'snapshot']) mkdirSync(name);
writeFileSync('files/model.onnx', model);
writeFileSync('files/w.bin', Buffer.from(Float32Array.of(10, 20, 30).buffer));
writeFileSync('blobs/1', model);
writeFileSync('blobs/2', readFileSync('files/w.bin'));
symlinkSync('../blobs/1', 'snapshot/model.onnx');
symlinkSync('../blobs/2', 'snapshot/w.bin');
const folderOf = (name) => ({ extra: { session: { model_external_initializers_file_folder_path: `${process.cwd()}/${name}` } } });
console.log(`onnxruntime-node ${ort.env.versions.node}`);
for (const [what, given, options] of [
  ['files', 'files/model.onnx'],
  ['links', 'snapshot/model.onnx'],
  ['bytes, files', model, folderOf('files')],
  ['bytes, links', model, folderOf('snapshot')],
]) {
  try {
    const session = await ort.InferenceSession.create(given, { logSeverityLevel: 4, ...options });
    const { y } = await session.run({ x: new ort.Tensor('float32', Float32Array.of(1, 2, 3), [3]) });
    console.log(`  ${what}: [${y.data.join(', ')}]`);
  } catch (error) {
    console.log(`  ${what}: ${/External data path (for model loaded from bytes )?escapes [a-z]+ directory/.exec(error.message)?.[0] ?? error.message}`);
  }
}
EOF
seen=$(node links.mjs)
expected='onnxruntime-node 1.30.0
  files: [11, 22, 33]
  links: [11, 22, 33]
  bytes, files: [11, 22, 33]
  bytes, links: External data path escapes model directory'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { printf 'Changed; it was:\n%s\n' "$expected"; exit 1; }
