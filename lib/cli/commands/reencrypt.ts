import { isObject } from '../../core/definition/index.js';
import { aesGcmCodec, type PayloadCodec } from '../../core/index.js';
import type { Call } from '../call.js';
import type { Command } from '../command.js';
import { CliError, EXIT, type Exit } from '../exit.js';
import { CODEC } from '../options.js';
import { Reencryption, type Pass } from '../reencryption.js';

/** Pages may pass over a saga that changes its status while they are turned: so often all are looked at again. */
const MOST_PASSES = 5;
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

/** What is left to do, in sentences; none: older keys may go. */
function leftOver(
  { old, underWay, unreadable }: Pass,
  requests: number,
  isStopped: boolean,
): readonly string[] {
  const more = unreadable.length > MOST_NAMED ? [`${unreadable.length - MOST_NAMED} more`] : [];
  const named = [...unreadable.slice(0, MOST_NAMED), ...more].join(', ');
  return [
    isStopped ? 'Stopped: what was not reached can be read as before; run it again.' : '',
    underWay > 0 ? `${underWay} sagas are under way: run it again when they have ended.` : '',
    old > underWay && !isStopped
      ? `${old - underWay} sagas are still to be done: run it again.`
      : '',
    requests > 0
      ? `${requests} results by hand are in requests that are open ('saga requests --open'): run it again when these have ended.`
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
      if (last.isNeverSame) last = { ...last, old: last.underWay };
      if (last.isNeverSame || pass === MOST_PASSES || io.signal.aborted) break;
      last = await work.pass(false);
    }
    const requests = await work.requests();
    const rest = isDry ? { ...last, old: last.underWay } : last;
    const left = leftOver(rest, requests, io.signal.aborted);
    if (out.isJson) {
      const { old, underWay, unreadable } = last;
      await out.json({
        ...{ sagas, reencrypted: done, old, underWay },
        ...{ unreadable: unreadable.length, requests },
      });
    } else if (isDry)
      await out.line(`${last.old} of ${sagas} sagas have ${texts} texts to encrypt anew`);
    else await out.line(`${done.sagas} of ${sagas} sagas: ${done.texts} texts encrypted anew`);
    if (sagas === 0 && !io.signal.aborted) await out.note(`No sagas${call.whose}.`);
    if (last.isNeverSame)
      await out.note('The codec never encodes the same twice: each run encodes all of it anew.');
    for (const line of left) await out.note(line);
    return left.length === 0 || isDry ? EXIT.done : EXIT.failed;
  },
};
