#!/usr/bin/env bash
# Slurm 22.05.8 (Debian 12's slurm-wlm): where a slurmd is killed, the processes of its job go on. The controller takes the node for dead after
# SlurmdTimeout and puts the job back; it begins on another node while the first copy still runs: two copies of one job. So a job that
# writes results must fence them itself. Needs slurm-wlm and munge, and starts a cluster of two nodes of its own on this machine.
# Exits non-zero where the behaviour has changed.
set -euo pipefail
cd "$(dirname "$0")/.."
exec npx tsx findings/slurm-killed-slurmd.ts
