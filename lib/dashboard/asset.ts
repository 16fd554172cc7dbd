import { gzipSync } from 'node:zlib';
import type { Incoming, Outgoing } from './http.js';

/** A file that was made when the package was built; its name changes with its text. */
export interface Asset {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

const compressed = new Map<Asset, Buffer>();

function gzipped(asset: Asset): Buffer {
  const known = compressed.get(asset) ?? gzipSync(asset.text, { level: 9 });
  compressed.set(asset, known);
  return known;
}

export function sendAsset(asset: Asset, { headers }: Incoming, out: Outgoing): void {
  out
    .status(200)
    .header('content-type', asset.type)
    .header('cache-control', 'private, max-age=31536000, immutable')
    .header('vary', 'Accept-Encoding');
  if (!/\bgzip\b/.test(String(headers['accept-encoding']))) out.send(asset.text);
  else out.header('content-encoding', 'gzip').send(gzipped(asset));
}
