#!/usr/bin/env bash
# How fast the published deployer starts and redeploys, beside kubectl and az, in one run. `--builds` adds the other ways of publishing it.
# Needs the .NET SDK, clang or gcc, and on Debian: apt-get install hyperfine jq time zlib1g-dev; kubectl and azure-cli where they are to be compared.
set -euo pipefail
cd "$(dirname "$0")/.."
export AZURE_CORE_COLLECT_TELEMETRY=false AZURE_CORE_ONLY_SHOW_ERRORS=true

work=$(mktemp -d)
finish() {
  for workspace in "$work"/*/workspace.json; do
    "$work/native/deployer" delete mnist --workspace "$workspace" >"$work/log" 2>&1 || true
  done
  rm -rf "$work"
}
trap finish EXIT

rounds=5 runs=5
builds=(native)
declare -A options=([native]="")
if [ "${1:-}" = --builds ]; then
  builds+=(jit ready-to-run single-file)
  options[jit]="-p:PublishAot=false --self-contained false"
  options[ready-to-run]="-p:PublishAot=false --self-contained false -p:PublishReadyToRun=true"
  options[single-file]="-p:PublishAot=false --self-contained true -p:PublishReadyToRun=true -p:PublishSingleFile=true"
fi

for build in "${builds[@]}"; do
  # shellcheck disable=SC2086 # options are words
  dotnet publish src/Deployer -c Release --use-current-runtime ${options[$build]} -o "$work/$build" -v quiet
  # One scorer for all, so that all find the same thing deployed.
  [ "$build" = native ] || { rm -r "$work/$build/scorer" && cp -a "$work/native/scorer" "$work/$build/scorer"; }
  mkdir "$work/$build-workspace"
  cp -r workspace.json config samples "$work/$build-workspace"
  "$work/$build/deployer" deploy --target local --workspace "$work/$build-workspace/workspace.json" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
done

versions=() deploys=()
for build in "${builds[@]}"; do
  versions+=(-n "deployer --version ($build)" "$work/$build/deployer --version")
  deploys+=(-n "deployer deploy ($build)" "$work/$build/deployer deploy --target local --workspace $work/$build-workspace/workspace.json")
done
others=()
if command -v kubectl >/dev/null; then others+=(-n "kubectl version --client" "kubectl version --client"); fi
if command -v az >/dev/null; then others+=(-n "az version" "az version"); fi

# A few runs of each in turn, several times over: a machine that grows slower meanwhile does so for all.
for round in $(seq $rounds); do
  hyperfine -N --warmup 1 --runs $runs --export-json "$work/times.$round" "${versions[@]}" "${deploys[@]}" "${others[@]}" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
done

echo "$(date -u +%F), $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), .NET SDK $(dotnet --version), $((rounds * runs)) runs each"
if command -v kubectl >/dev/null; then kubectl version --client | head -n 1; fi
if command -v az >/dev/null; then az version | grep '"azure-cli"'; fi
echo
jq -rs '
  def ms: . * 10000 | round / 10;
  def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
  (map(.results[]) | group_by(.command) | map({key: .[0].command, value: {
    median: (map(.times[]) | median), processor: (map(.user + .system) | add / length)}}) | from_entries) as $all
  | "| what | median ms | processor ms | of kubectl | az takes |", "|---|---:|---:|---:|---:|",
    (.[0].results[].command | . as $name | $all[$name] |
      "| `\($name)` | \(.median | ms) | \(.processor | ms)" +
      (if $all["kubectl version --client"] then " | \(.median / $all["kubectl version --client"].median * 100 | round / 100) ×" else " | -" end) +
      (if $all["az version"] then " | \($all["az version"].median / .median * 10 | round / 10) × |" else " | - |" end))' "$work"/times.*

echo
printf '| build | deployer, MB | peak MB, --version | peak MB, deploy |\n|---|---:|---:|---:|\n'
peak() { /usr/bin/time -f %M -o "$work/peak" "$@" >"$work/log" 2>&1 && awk '{ printf "%.0f", $1 / 1024 }' "$work/peak"; }
for build in "${builds[@]}"; do
  size=$(du -sb --exclude=scorer "$work/$build" | awk '{ printf "%.1f", $1 / 1e6 }')
  echo "| $build | $size | $(peak "$work/$build/deployer" --version) | $(peak "$work/$build/deployer" deploy --workspace "$work/$build-workspace/workspace.json") |"
done
