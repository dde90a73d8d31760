#!/usr/bin/env bash
# From an empty clone to a scored digit with the README's command, build included: with the NuGet packages at hand, then with none; and the same
# command again, built already. `taskset` keeps it to two cores. Needs the .NET SDK, curl, and hyperfine (Debian).
set -euo pipefail
repo=$(cd "$(dirname "$0")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
work=$(mktemp -d)
finish() {
  for clone in "$work"/*/workspace.json; do
    (cd "$(dirname "$clone")" && dotnet run --no-build --project src/Deployer -- delete mnist) >"$work/log" 2>&1 || true
  done
  rm -rf "$work"
}
trap finish EXIT

measure() { # name
  local start end line
  git clone -q "$repo" "$work/$1"
  cd "$work/$1"
  start=$(date +%s.%N)
  taskset -c 0,1 dotnet run --project src/Deployer -- deploy --target local >"$work/out" 2>"$work/log" || { cat "$work/out" "$work/log"; exit 1; }
  line=$(grep -E '^ *curl ' "$work/out")
  digit=$(eval "$line" | grep -o '"digit":\[[0-9]*\]')
  end=$(date +%s.%N)
  echo "| clone to scored digit, $2 | $(awk -v a="$start" -v b="$end" 'BEGIN { printf "%.1f", b - a }') s | $digit |"
}

printf '| what | whole process | answer |\n|---|---:|---|\n'
measure warm "packages at hand"
hyperfine -N --warmup 1 --runs 10 --export-csv "$work/times.csv" 'dotnet run --no-build --project src/Deployer -- deploy --target local' >"$work/log" 2>&1
awk -F, 'NR == 2 { printf "| `dotnet run --no-build`, deploy without a change | %.2f s | |\n", $(NF - 4) }' "$work/times.csv"
NUGET_PACKAGES="$work/packages" DOTNET_CLI_HOME="$work/home" NUGET_HTTP_CACHE_PATH="$work/http" measure cold "no packages, all downloaded"
echo "downloaded: $(du -sm "$work/packages" | cut -f 1) MB in $(find "$work/packages" -mindepth 1 -maxdepth 1 | wc -l) packages; native compiler among them: $(find "$work/packages" -maxdepth 1 -iname '*ilcompiler*' | wc -l)"
