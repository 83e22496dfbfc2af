#!/usr/bin/env bash
# Writes tests/types/iana.tsv: the media type of each extension (extension, tab, type) according to
# npm's mime-db, which follows IANA's registry.
#
#   tests/types/run.sh
#
# Only types that mime-db marks as registered ("source": "iana") count. Where several of them have
# one extension, the one with the highest score of npm's mime-types wins: an unprefixed type before
# a vendor's, video before audio and font before application before text, then the shorter one.
# tests/types.rs holds the server's types against the file. Needs npm and Node.js.
set -euo pipefail
cd "$(dirname "$0")"

# Of fixed versions, so that the table changes only together with this line.
mime_db=1.54.0
mime_types=3.0.2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" \
    "mime-db@$mime_db" "mime-types@$mime_types"

cat >"$work/table.cjs" <<'SCRIPT'
const types = require('mime-db');
const score = require('mime-types/mimeScore.js');

const best = new Map();
for (const [type, { source, extensions = [] }] of Object.entries(types)) {
  if (source !== 'iana') continue;
  for (const extension of extensions) {
    const other = best.get(extension);
    if (!other || score(type, source) > score(other, source)) best.set(extension, type);
  }
}
for (const extension of [...best.keys()].sort()) console.log(`${extension}\t${best.get(extension)}`);
SCRIPT
node "$work/table.cjs" >"$work/iana.tsv"
mv "$work/iana.tsv" iana.tsv
echo "iana.tsv: $(wc -l <iana.tsv) extensions of mime-db $mime_db"
