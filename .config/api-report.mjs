// The public API of every entry, as text under docs/api: a change of it shows in review.
//   node .config/api-report.mjs          writes the reports anew
//   node .config/api-report.mjs --check  fails when one is not as it was committed
// It reads the built declarations: run `npm run build` before.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const check = process.argv.includes('--check');
const manifestPath = join(root, 'package.json');
const { exports: entries } = JSON.parse(readFileSync(manifestPath, 'utf8'));
const scratch = mkdtempSync(join(tmpdir(), 'api-report-'));
const QUIET = { logLevel: 'none', addToApiReportFile: false };

function report(subpath, declarations) {
  const name = subpath === '.' ? 'index' : subpath.slice(2).replaceAll('/', '-');
  const entry = join(root, declarations);
  if (!existsSync(entry)) throw new Error(`${entry} is not there: run \`npm run build\` first`);
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: manifestPath,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: entry,
      newlineKind: 'lf',
      compiler: { tsconfigFilePath: join(root, '.config/tsconfig.build.json') },
      apiReport: {
        enabled: true,
        reportFileName: name,
        reportFolder: join(root, 'docs/api'),
        reportTempFolder: join(scratch, name),
        reportVariants: ['complete'],
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' } },
        extractorMessageReporting: {
          default: QUIET,
          // A type that is named and not exported: listed in the report, at its end.
          'ae-forgotten-export': { logLevel: 'none', addToApiReportFile: true },
        },
        tsdocMessageReporting: { default: QUIET },
      },
    },
    configObjectFullPath: join(root, '.config/api-extractor.json'),
  });
  const { apiReportChanged, succeeded } = Extractor.invoke(config, {
    localBuild: !check,
    showVerboseMessages: false,
    messageCallback: (message) => {
      if (message.logLevel !== 'error') message.handled = true;
    },
  });
  if (!succeeded && !apiReportChanged) throw new Error(`The API of '${subpath}' cannot be read`);
  return check && apiReportChanged ? [name] : [];
}

mkdirSync(join(root, 'docs/api'), { recursive: true });
try {
  const changed = Object.entries(entries).flatMap(([subpath, target]) =>
    typeof target === 'string' ? [] : report(subpath, target.import.types),
  );
  if (changed.length > 0) {
    console.error(
      `The public API has changed: ${changed.map((name) => `docs/api/${name}.api.md`).join(', ')}. ` +
        'Look at the difference after `npm run api`, and commit it if it is meant.',
    );
    process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
