import { codecOf } from '../../core/engine/index.js';
import type { Command } from '../command.js';
import { checkedRef, unknownSaga } from '../call.js';
import { EXIT } from '../exit.js';
import { CODEC } from '../options.js';
import { payloadsOf, showPayloads, storedJson } from '../payloads.js';
import { printSaga, shownSagaOf } from '../shown-saga.js';

export const show: Command = {
  name: 'show',
  args: ['<name>', '<id>'],
  summary: 'one saga with its timeline; exit code 6 when it is parked',
  options: {
    payloads: { type: 'boolean', help: 'with its input, results and context, secrets and all' },
    ...CODEC,
  },
  async run(call) {
    const { out } = call;
    const ref = checkedRef(call.ref);
    const journal = await call.journal();
    const stored = await journal.load(ref);
    if (stored === undefined) throw unknownSaga(ref, call.whose);
    const codec = codecOf(await call.codec(), ref);
    const saga = shownSagaOf(stored, codec);
    const { details, account } = saga;
    const desk = await call.desk();
    const { name, id } = ref;
    const { requests } = await desk.requests({ name, id, open: true });
    const { row } = stored;
    const payloads = call.flag('payloads') ? payloadsOf(stored) : [];
    if (out.isJson) {
      const values = payloads.map(({ what, stored: text }) => ({
        what,
        value: storedJson(codec, text),
      }));
      const shown = call.flag('payloads') ? { payloads: values } : {};
      await out.json({ ...details, owner: row.owner, account, requests, ...shown });
    } else {
      await printSaga(saga, requests, out);
      await showPayloads(out, codec, payloads);
    }
    return details.status === 'parked' ? EXIT.parked : EXIT.done;
  },
};
