import type { JournalInsight, JournalOwner } from '../../core/index.js';
import { knownNames } from '../../core/journal/index.js';
import { PACKAGE_VERSION } from '../../core/ports/index.js';
import type { Call } from '../call.js';
import type { Command } from '../command.js';
import { CliError, EXIT, exitOf, lineOf, type Exit } from '../exit.js';
import { requestsOf } from '../pages.js';
import { planDiffs } from './plan-diff.js';
import { shownBytes, shownDuration } from '../text.js';

type Level = 'good' | 'warn' | 'bad';

interface Finding {
  readonly level: Level;
  readonly about: string;
  /** What is so, and what to do about it. */
  readonly text: string;
}

const MARKS = {
  good: { text: '✔', style: 'green' },
  warn: { text: '⚠', style: 'yellow' },
  bad: { text: '✘', style: 'red' },
} as const;

const found = (level: Level, about: string, text: string): Finding => ({ level, about, text });

/** Clocks that differ by more make times of different processes hard to compare. */
const MAX_SKEW_MS = 5_000;

async function clock(insight: JournalInsight): Promise<Finding> {
  const before = Date.now();
  const at = (await insight.now()).getTime();
  const skew = Math.abs(at - (before + Date.now()) / 2);
  if (skew <= MAX_SKEW_MS) return found('good', 'clock', 'the clocks of journal and host agree');
  const text = `the clock of the journal differs from this host's by ${shownDuration(skew)}: set both by NTP`;
  return found('warn', 'clock', text);
}

function processes(owners: readonly JournalOwner[]): readonly Finding[] {
  const alive = owners.filter(({ isAlive }) => isAlive);
  if (alive.length === 0) {
    const text =
      'no process is alive: nothing goes on, and no request is carried out, until one runs';
    return [found('warn', 'processes', text)];
  }
  const infos = alive.flatMap(({ info }) => info ?? []);
  const versions = [...new Set(infos.map(({ packageVersion }) => packageVersion))].sort();
  const apps = [...new Set(infos.map(({ appVersion }) => appVersion ?? '-'))].sort();
  const names = [...new Set(infos.flatMap(({ sagas }) => sagas.map(({ name }) => name)))].sort();
  const said = `${alive.length} alive, package ${versions.join(', ')}, application ${apps.join(', ')}; they know ${names.join(', ')}`;
  const workers = infos.filter(({ worker, draining }) => worker && !draining);
  if (infos.length === alive.length && workers.length === 0) {
    const text = `${said}; none of them takes up what others left (recovery is off): let one do so`;
    return [found('warn', 'processes', text)];
  }
  return [found('good', 'processes', said)];
}

async function unfinished(
  insight: JournalInsight,
  owners: readonly JournalOwner[],
): Promise<readonly Finding[]> {
  const known = knownNames(owners);
  const all = await insight.unfinished();
  const now = (await insight.now()).getTime();
  const unknown = known === undefined ? [] : all.filter(({ name }) => !known.has(name));
  const findings = unknown.map(({ name, version, fingerprint, sagas }) => {
    const text = `${sagas} of ${name} v${version} (${fingerprint}) are not over, and no living process knows ${name}: start one that does`;
    return found('bad', 'unfinished', text);
  });
  const left = all.filter(({ unowned }) => unowned > 0);
  for (const { name, unowned, oldestUnowned } of left) {
    const age =
      oldestUnowned === null
        ? ''
        : `, the oldest for ${shownDuration(now - oldestUnowned.getTime())}`;
    const text = `${unowned} of ${name} have no owner${age}: a worker takes them up with its next look, if one runs`;
    findings.push(found('warn', 'unowned', text));
  }
  const sagas = all.reduce((sum, one) => sum + one.sagas, 0);
  if (findings.length > 0) return findings;
  return [found('good', 'unfinished', `${sagas} sagas are not over, and all have a process`)];
}

async function parked(insight: JournalInsight): Promise<readonly Finding[]> {
  const counts = await insight.counts({ status: 'parked' });
  if (counts.length === 0) return [found('good', 'parked', 'no saga is parked')];
  return counts.map(({ name, parkReason, sagas }) => {
    const see = `saga list --name ${name} --reason ${parkReason ?? ''}`.trimEnd();
    return found(
      'warn',
      'parked',
      `${sagas} of ${name} are parked: ${parkReason ?? '?'}; '${see}' shows them`,
    );
  });
}

async function undos(call: Call): Promise<readonly Finding[]> {
  const diffs = await planDiffs(call);
  const missing = diffs.flatMap(({ name, missing: all }) => all.map((one) => ({ name, ...one })));
  if (missing.length === 0)
    return [found('good', 'undos', 'the newest plans have every undo that is owed')];
  return missing.map(({ name, label, ids }) => {
    const text = `${ids.length} of ${name} owe the undo of ${label}, which the newest plan does not have: keep it as a retired step`;
    return found('bad', 'undos', text);
  });
}

/** What the store takes of its disk; the tables that take a tenth of it or more. */
async function size(insight: JournalInsight): Promise<readonly Finding[]> {
  const all = await insight.size();
  if (all === undefined) return [];
  const large = all.tables.filter(({ bytes }) => bytes * 10 >= all.bytes);
  const each = large.map(({ table, bytes }) => `${table} ${shownBytes(bytes)}`);
  const text = [shownBytes(all.bytes), ...each].join(', ');
  return [found('good', 'size', text)];
}

async function requests(call: Call): Promise<Finding> {
  const open = await requestsOf(await call.desk(), { open: true }, Infinity);
  if (open.length === 0) return found('good', 'requests', 'no request is open');
  const oldest = shownDuration(Date.now() - (open.at(-1)?.createdAt.getTime() ?? NaN));
  return found(
    'warn',
    'requests',
    `${open.length} are open, the oldest for ${oldest}: 'saga requests --open'`,
  );
}

async function findings(call: Call): Promise<readonly Finding[]> {
  const { description } = await call.journal();
  const insight = await call.insight();
  const owners = await insight.owners();
  return [
    found('good', 'journal', `${description} answers, and its schema is the one of this package`),
    ...call.warnings.map((text) => found('warn', 'durability', text)),
    found('good', 'versions', `package ${PACKAGE_VERSION}, Node ${process.versions.node}`),
    await clock(insight),
    ...processes(owners),
    ...(await unfinished(insight, owners)),
    ...(await undos(call)),
    ...(await parked(insight)),
    await requests(call),
    ...(await size(insight)),
  ];
}

export const doctor: Command = {
  name: 'doctor',
  args: [],
  summary: 'what is wrong, and what to do about it; 1 when something is',
  options: {},
  async run(call) {
    const { out } = call;
    let failure: Exit | undefined;
    const all = await findings(call).catch((error: unknown) => {
      if (error instanceof CliError) throw error;
      failure = exitOf(error);
      return [found('bad', 'journal', lineOf(error))];
    });
    for (const one of all) {
      if (out.isJson) await out.json(one);
      else await out.line(MARKS[one.level], `  ${one.about.padEnd(12)}${one.text}`);
    }
    return failure ?? (all.some(({ level }) => level === 'bad') ? EXIT.failed : EXIT.done);
  },
};
