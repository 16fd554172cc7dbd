import { isObject } from '../../core/definition/index.js';
import {
  aesGcmCodec,
  type Journal,
  type PayloadCodec,
  type SagaRef,
  type SagaStatus,
} from '../../core/index.js';
import { codecOf, Reencoder } from '../../core/journal/index.js';
import type { Call } from '../call.js';
import type { Command } from '../command.js';
import { CliError, EXIT, type Exit } from '../exit.js';
import { CODEC } from '../options.js';
import { pagesOf } from './list.js';

/** One look at all sagas of an application. */
interface Pass {
  sagas: number;
  /** Sagas with something that is not encoded as it would be now, and how many texts that are. */
  old: number;
  texts: number;
  /** Those among them that are under way, and are left alone. */
  underWay: number;
  /** What was written anew. */
  readonly written: { sagas: number; texts: number };
  /** Sagas with something that cannot be read. */
  readonly unreadable: string[];
}

/** Pages may pass over a saga that changes its status while they are turned: so often all are looked at again. */
const MOST_PASSES = 5;
/** In any other status somebody may be at work on it. */
const AT_REST: ReadonlySet<SagaStatus> = new Set(['completed', 'compensated', 'parked']);
/** So many that cannot be read are named. */
const MOST_NAMED = 20;

/** Never tells what stands there. @throws CliError */
function keysOf(text: string): Readonly<Record<string, string>> {
  let keys: unknown;
  try {
    keys = JSON.parse(text);
  } catch {
    keys = undefined;
  }
  if (isObject(keys)) return keys as Readonly<Record<string, string>>;
  throw new CliError(
    `SAGA_KEYS must be JSON: {"2026":"<base64>","2025":"<base64>"} (it is not shown)`,
  );
}

/** Of `--codec`, else of the keys in SAGA_KEYS. @throws CliError */
async function codecFor(call: Call): Promise<PayloadCodec> {
  const [current, keys] = [call.text('current'), call.io.env['SAGA_KEYS']];
  if (call.text('codec') !== undefined) {
    if (current !== undefined || call.flag('plain'))
      throw new CliError('--current and --plain go with SAGA_KEYS: a codec has its own');
    return call.codec();
  }
  if (keys === undefined || keys === '')
    throw new CliError('Say how to encrypt: --codec, or keys in SAGA_KEYS and --current');
  if (current === undefined)
    throw new CliError('--current is missing: the id of the key to encrypt with');
  return aesGcmCodec({
    keys: keysOf(keys),
    current,
    plain: call.flag('plain') ? 'read' : 'refuse',
  });
}

class Reencryption {
  constructor(
    private readonly call: Call,
    private readonly journal: Journal,
    private readonly codec: PayloadCodec,
  ) {}

  async pass(isDry: boolean): Promise<Pass> {
    const { call, journal } = this;
    const seen: Pass = {
      sagas: 0,
      old: 0,
      texts: 0,
      underWay: 0,
      unreadable: [],
      written: { sagas: 0, texts: 0 },
    };
    const { application } = call;
    for await (const page of pagesOf(journal, { application }, Number.MAX_SAFE_INTEGER)) {
      for (const { name, id } of page) {
        if (call.io.signal.aborted) return seen;
        await this.#saga({ application, name, id }, isDry, seen);
      }
    }
    return seen;
  }

  async #saga(ref: SagaRef, isDry: boolean, seen: Pass): Promise<void> {
    const looked = new Reencoder(codecOf(this.codec, ref));
    const stored = await this.journal.load(ref);
    if (stored === undefined) return;
    const { row, entries, damage } = stored;
    looked.input(row.input);
    for (const entry of entries) looked.entry(entry);
    const isUnreadable = looked.unreadable > 0 || damage !== undefined || row.damage !== undefined;
    seen.sagas += 1;
    if (isUnreadable) seen.unreadable.push(`${ref.name} '${ref.id}'`);
    if (looked.changed === 0) return;
    seen.old += 1;
    seen.texts += looked.changed;
    const isUnderWay = !AT_REST.has(row.status);
    if (isUnderWay) seen.underWay += 1;
    if (isDry || isUnderWay) return;
    await this.journal.rewrite?.(ref, new Reencoder(codecOf(this.codec, ref)));
    seen.written.sagas += 1;
    seen.written.texts += looked.changed;
  }
}

/** What is left to do, in sentences; none: older keys may go. */
function leftOver({ old, underWay, unreadable }: Pass, isStopped: boolean): readonly string[] {
  const more = unreadable.length > MOST_NAMED ? [`${unreadable.length - MOST_NAMED} more`] : [];
  const named = [...unreadable.slice(0, MOST_NAMED), ...more].join(', ');
  return [
    isStopped ? 'Stopped: what was not reached can be read as before; run it again.' : '',
    underWay > 0 ? `${underWay} sagas are under way: run it again when they have ended.` : '',
    old > underWay && !isStopped
      ? `${old - underWay} sagas are still to be done: run it again.`
      : '',
    unreadable.length > 0 ? `Not all can be read of ${named}; that was left as it is.` : '',
  ].filter((line) => line !== '');
}

export const reencrypt: Command = {
  name: 'reencrypt',
  args: [],
  summary: 'encrypt what sagas at rest keep with the current key, so that older keys can go',
  options: {
    ...CODEC,
    current: { type: 'string', value: '<key id>', help: 'which of the keys in SAGA_KEYS encrypts' },
    plain: { type: 'boolean', help: 'with SAGA_KEYS: also what is not encrypted yet' },
    'dry-run': { type: 'boolean', help: 'only say what there is to do' },
  },
  async run(call): Promise<Exit> {
    const { out, io } = call;
    const codec = await codecFor(call);
    const work = new Reencryption(call, await call.journal(), codec);
    const isDry = call.flag('dry-run');
    let done = { sagas: 0, texts: 0 };
    let last = await work.pass(isDry);
    const { sagas, texts } = last;
    for (let pass = 1; !isDry && last.written.sagas > 0; pass += 1) {
      done = { sagas: done.sagas + last.written.sagas, texts: done.texts + last.written.texts };
      if (pass === MOST_PASSES || io.signal.aborted) break;
      last = await work.pass(false);
    }
    const rest = isDry ? { ...last, old: last.underWay } : last;
    const left = leftOver(rest, io.signal.aborted);
    if (out.isJson) {
      const { old, underWay, unreadable } = last;
      await out.json({ sagas, reencrypted: done, old, underWay, unreadable: unreadable.length });
    } else if (isDry)
      await out.line(`${last.old} of ${sagas} sagas have ${texts} texts to encrypt anew`);
    else await out.line(`${done.sagas} of ${sagas} sagas: ${done.texts} texts encrypted anew`);
    if (sagas === 0 && !io.signal.aborted) await out.note(`No sagas${call.whose}.`);
    for (const line of left) await out.note(line);
    return left.length === 0 || isDry ? EXIT.done : EXIT.failed;
  },
};
