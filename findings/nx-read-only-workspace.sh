#!/usr/bin/env bash
# Nx 23.2.1 in a workspace that a person may read and not write to: every `nx run` ends with "Permission denied (os error 13)", with no path and nothing to
# do, before any plugin or executor is loaded. It locks .nx/workspace-data/project-graph.lock. With NX_WORKSPACE_DATA_DIRECTORY and
# NX_CACHE_DIRECTORY elsewhere, the same target runs. Exits non-zero where the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
mkdir "$folder/workspace" "$folder/home"
cd "$folder/workspace"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund nx@23.2.1
echo '{ "analytics": false, "neverConnectToCloud": true }' >nx.json
echo '{ "name": "hello", "targets": { "say": { "command": "echo hello" } } }' >project.json
# Root may write whatever modes say: then another user runs it.
as=()
if [ "$(id -u)" = 0 ]; then
  as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
  chmod 755 "$folder" && chown 65534 "$folder/home"
else
  chmod -R a-w .
fi
export HOME="$folder/home" NX_DAEMON=false NX_TUI=false CI=true NO_COLOR=1
say() { "${as[@]}" "$@" node node_modules/nx/dist/bin/nx.js run hello:say 2>&1 | sed -n '/os error/p;/^hello$/p' | sed 's/^ *//'; }
seen="nx $(node -p 'require("nx/package.json").version')
as it is: $(say env || true)
data elsewhere: $(say env NX_WORKSPACE_DATA_DIRECTORY="$HOME/data" NX_CACHE_DIRECTORY="$HOME/cache" || true)"
expected='nx 23.2.1
as it is: NX   Permission denied (os error 13)
data elsewhere: hello'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { printf 'Changed; it was:\n%s\n' "$expected"; exit 1; }
