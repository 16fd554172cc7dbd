import type { Command } from '../command.js';
import { acts } from './acts.js';
import { bulk } from './bulk.js';
import { count } from './count.js';
import { dashboard } from './dashboard.js';
import { doctor } from './doctor.js';
import { list } from './list.js';
import { migrate } from './migrate.js';
import { planDiff } from './plan-diff.js';
import { diagram, matrix } from './plans.js';
import { reencrypt } from './reencrypt.js';
import { audit, requests, withdraw } from './requests.js';
import { show } from './show.js';
import { watch } from './watch.js';

/** In the order of the help. */
export const COMMANDS: readonly Command[] = [
  ...[list, show, watch, count],
  ...acts,
  ...[bulk, requests, withdraw, audit],
  ...[diagram, matrix, planDiff, migrate, reencrypt, doctor, dashboard],
];
