#!/usr/bin/env bash
# How fast the published deployer starts and redeploys, beside kubectl and az, in one run. `--builds` adds the other ways of publishing it.
# Needs the .NET SDK, clang or gcc, and on Debian: apt-get install hyperfine time zlib1g-dev; kubectl and azure-cli where they are to be compared.
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

runs=20
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

hyperfine -N --warmup 2 --runs $runs --export-csv "$work/times.csv" "${versions[@]}" "${deploys[@]}" "${others[@]}" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }

echo "$(date -u +%F), $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), .NET SDK $(dotnet --version), $runs runs each"
if command -v kubectl >/dev/null; then kubectl version --client | head -n 1; fi
if command -v az >/dev/null; then az version | grep '"azure-cli"'; fi
echo
awk -F, 'NR > 1 { order[++n] = $1; median[$1] = $4 * 1000; processor[$1] = ($5 + $6) * 1000 }
  END {
    k = median["kubectl version --client"]; a = median["az version"]
    printf "| what | median ms | processor ms | of kubectl | az takes |\n|---|---:|---:|---:|---:|\n"
    for (i = 1; i <= n; i++) {
      m = median[order[i]]
      printf "| `%s` | %.1f | %.1f | %s | %s |\n", order[i], m, processor[order[i]], k ? sprintf("%.2f ×", m / k) : "-", a ? sprintf("%.1f ×", a / m) : "-"
    }
  }' "$work/times.csv"

echo
printf '| build | deployer, MB | peak MB, --version | peak MB, deploy |\n|---|---:|---:|---:|\n'
peak() { /usr/bin/time -f %M -o "$work/peak" "$@" >"$work/log" 2>&1 && awk '{ printf "%.0f", $1 / 1024 }' "$work/peak"; }
for build in "${builds[@]}"; do
  size=$(du -sb --exclude=scorer "$work/$build" | awk '{ printf "%.1f", $1 / 1e6 }')
  echo "| $build | $size | $(peak "$work/$build/deployer" --version) | $(peak "$work/$build/deployer" deploy --workspace "$work/$build-workspace/workspace.json") |"
done
