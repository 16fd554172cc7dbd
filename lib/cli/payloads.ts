import { inspect } from 'node:util';
import { jsonCodec, type PayloadCodec, type StoredSaga } from '../core/index.js';
import { labelOfHead } from '../core/journal/index.js';
import { messageOf } from '../core/ports/index.js';
import type { Output } from './output.js';

/** Of a huge value its beginning: all of it comes with --json. */
const SHOWN = { depth: 20, maxArrayLength: 100, maxStringLength: 2_000, breakLength: 100 } as const;
/** More lines of one value say nothing more. */
const MAX_LINES = 200;

export interface NamedPayload {
  readonly what: string;
  readonly stored: string;
}

/** The input, the results by their labels, and the newest context. */
export function payloadsOf({ row: { input }, entries }: StoredSaga): readonly NamedPayload[] {
  const results = entries.flatMap(({ seq, head, result }) =>
    result === null
      ? []
      : [{ what: `result of ${labelOfHead(head) ?? `record ${seq}`}`, stored: result }],
  );
  const context = entries.findLast((one) => one.context !== null)?.context ?? input;
  return [{ what: 'input', stored: input }, ...results, { what: 'context now', stored: context }];
}

/** As the standard codec would write it; what the codec cannot read stays a text. */
export function storedJson(codec: PayloadCodec, stored: string): unknown {
  try {
    return JSON.parse(codec === jsonCodec ? stored : jsonCodec.encode(codec.decode(stored)));
  } catch {
    return stored;
  }
}

async function valueOf(codec: PayloadCodec, stored: string): Promise<string> {
  try {
    return inspect(await codec.decode(stored), SHOWN);
  } catch (error) {
    return `encoded, ${stored.length} characters; --codec says how to read it (${messageOf(error)})`;
  }
}

export async function showPayloads(
  out: Output,
  codec: PayloadCodec,
  payloads: readonly NamedPayload[],
): Promise<void> {
  for (const { what, stored } of payloads) {
    await out.line('');
    await out.line({ text: what, style: 'bold' });
    const lines = (await valueOf(codec, stored)).split('\n');
    for (const line of lines.slice(0, MAX_LINES)) await out.line('  ', line);
    const left = lines.length - MAX_LINES;
    if (left > 0) await out.line(`  … ${left} more lines; --json has all of it`);
  }
}
