#!/usr/bin/env bash
# Installs the real parts the tests use, builds, checks the format, runs every test project, and ends with "N passed, N failed, N skipped".
# On Debian as root (or with sudo that asks nothing) it installs by itself; elsewhere it says what is missing and those tests are skipped.
set -uo pipefail
cd "$(dirname "$0")/.."
export ORT_DISABLE_TELEMETRY=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

packages=()
need() { command -v "$1" >/dev/null 2>&1 || packages+=("$2"); }
need skopeo skopeo
need umoci umoci
need curl curl
need script bsdutils
need node nodejs
need npm npm
[ -d /usr/share/libonnx-testdata ] || [ -d /usr/share/onnx ] || dpkg -s libonnx-testdata >/dev/null 2>&1 || packages+=(libonnx-testdata)
if [ ${#packages[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing, and this is not Debian: ${packages[*]}. What needs them is skipped."
  else
    sudo=()
    [ "$(id -u)" = 0 ] || sudo=(sudo -n)
    echo "Installing: ${packages[*]}"
    { "${sudo[@]}" apt-get update -qq && DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}"; } >/dev/null ||
      echo "Could not install them. Run: apt-get install ${packages[*]}"
  fi
fi
npm ci --silent --no-audit --no-fund --prefix tests/node || echo "Could not install tests/node: what needs it is skipped, and fails in CI."

passed=0 failed=0 skipped=0
fail() { echo "FAILED: $1"; failed=$((failed + 1)); }

dotnet build Deployer.sln -v quiet || { fail "the build"; echo "$passed passed, $failed failed, $skipped skipped"; exit 1; }
dotnet format Deployer.sln --no-restore --verify-no-changes || fail "dotnet format"

for project in Deployer.Tests ScoringImage.Tests EndToEnd.Tests; do
  echo "== $project"
  output=$(mktemp)
  dotnet run --no-build --project "tests/$project" -- -noColor 2>&1 | tee "$output" | grep --line-buffered -vE '^ +(Discovering|Discovered|Starting|Finished):'
  summary=$(grep -E 'Total: [0-9]+, Errors: ' "$output" | tail -n 1)
  count() { sed -nE "s/.*$1: ([0-9]+).*/\1/p" <<<"$summary"; }
  if [ -z "$summary" ]; then
    fail "$project ended without a summary"
  else
    bad=$(($(count Errors) + $(count Failed)))
    passed=$((passed + $(count Total) - bad - $(count Skipped) - $(count 'Not Run')))
    failed=$((failed + bad))
    skipped=$((skipped + $(count Skipped)))
  fi
  rm -f "$output"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
