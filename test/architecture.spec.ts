import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

/**
 * Who may import what. A layer may import itself, `node:`, the layers of `lib` and the packages
 * named here, and nothing else. `lazy` packages are optional peers: a top-level import of one would
 * break every application that does without it, so only `import type` and `import()` may name them.
 */
interface Layer {
  readonly layers: readonly string[];
  readonly packages?: readonly string[];
  readonly lazy?: readonly string[];
}

const LAYERS: Readonly<Record<string, Layer>> = {
  index: { layers: ['core', 'engines/in-process', 'nest', 'journals/memory'] },
  core: { layers: [] },
  nest: {
    layers: ['core', 'engines/in-process', 'journals/memory'],
    packages: ['@nestjs/common', '@nestjs/core', 'rxjs', 'reflect-metadata'],
    lazy: ['nest-winston', 'winston', 'class-validator', 'class-transformer'],
  },
  'journals/memory': { layers: ['core'] },
  'journals/sql': { layers: ['core'] },
  'journals/sqlite': { layers: ['core', 'journals/sql'], lazy: ['libsql'] },
  'journals/postgres': { layers: ['core', 'journals/sql'], lazy: ['pg'] },
  'engines/in-process': { layers: ['core'] },
  'engines/restate': { layers: ['core'], packages: ['@restatedev/restate-sdk'] },
  'observability/terminus': {
    layers: ['core', 'nest'],
    packages: ['@nestjs/common', '@nestjs/terminus'],
  },
  'observability/otel': { layers: ['core'], packages: ['@opentelemetry/api'] },
  participant: {
    layers: ['core'],
    packages: ['@nestjs/common', '@nestjs/core', 'rxjs'],
  },
  dashboard: { layers: ['core', 'nest', 'dashboard/ui'], packages: ['@nestjs/common', 'rxjs'] },
  'dashboard/ui': { layers: [], packages: ['preact', '@preact/signals'] },
  // A program, not an entry: nobody imports it.
  cli: { layers: ['core', 'journals/sqlite', 'journals/postgres', 'nest', 'dashboard'] },
  testing: { layers: ['core'] },
  transactions: { layers: ['core'] },
};

/** All that the server of the dashboard sees of its page: the types of what it answers. */
const WIRE = 'dashboard/ui/wire.ts';

/** All that an engine sees of core, and a participant. */
const PORT: ReadonlySet<string> = new Set(['core/index.ts', 'core/engine/index.ts']);

/** What could be a package of its own. */
const OUTSIDE = /^(engines|participant)\//;

/** The rooms of core: each imports those before it alone, as docs/architecture.md shows them. */
const ORDER: readonly (readonly string[])[] = [
  ['ports', 'result', 'retry'],
  ['errors'],
  ['definition'],
  ['machine'],
  ['journal', 'explore'],
  ['execution', 'encryption'],
  ['persistence', 'events'],
  ['engine'],
  ['builder'],
];

/** The layers that have rooms: each of these imports those before it alone. Rooms of one line do without each other. */
const ROOMS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  core: ORDER,
  'engines/in-process': [['ownership'], ['runs'], ['recovery', 'operations']],
};

/** Where a room of its layer stands; the layer's own files above all. */
const heightOf = (path: string): number => {
  const rooms = ROOMS[layerOf(path)] ?? [];
  const height = rooms.findIndex((names) => names.includes(folderOf(path)));
  return height < 0 ? rooms.length : height;
};

const MAX_LINES = 200;

/** The room that decides what a cancel, a deadline, a resume, a command or a take-over becomes. */
const MACHINE = 'core/machine';
const FROM_OUTSIDE =
  /\btype: '(?:cancel-requested|resumed|recovered|manual)'|\breason: 'recovery-limit'/;

/** Paths relative to `lib`, with `/`, each with its text. */
type Sources = Readonly<Record<string, string>>;

interface Import {
  readonly specifier: string;
  readonly deferred: boolean;
  /** Loaded when it is called for: no type comes of it. */
  readonly isLoaded?: boolean;
}

function importsOf(path: string, text: string): Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node | undefined, deferred: boolean): void => {
    if (node && ts.isStringLiteralLike(node)) found.push({ specifier: node.text, deferred });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true);
    } else if (
      ts.isCallExpression(node) &&
      /^(import|\w*[rR]equire)$/.test(node.expression.getText(file))
    ) {
      const [given] = node.arguments;
      if (given && ts.isStringLiteralLike(given))
        found.push({ specifier: given.text, deferred: true, isLoaded: true });
    }
    ts.forEachChild(node, visit);
  };
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023);
  visit(file);
  return found;
}

const layerOf = (path: string): string => {
  const [top = '', next = ''] = path.replace(/\.tsx?$/, '').split('/');
  if (top === 'dashboard' && next === 'ui') return 'dashboard/ui';
  return ['journals', 'engines', 'observability'].includes(top) ? `${top}/${next}` : top;
};

/** The folder of its layer that it is in; `''` for the layer's own files. */
const folderOf = (path: string): string => {
  const [folder = '', ...more] = path.slice(layerOf(path).length + 1).split('/');
  return more.length === 0 ? '' : folder;
};

/** A room is a layer, or a folder of one that has rooms: the unit that shows its neighbours only an index. */
const roomOf = (path: string): string => {
  const layer = layerOf(path);
  return layer in ROOMS && folderOf(path) !== '' ? `${layer}/${folderOf(path)}` : layer;
};

function violations(sources: Sources): string[] {
  const problems: string[] = [];
  const graph = new Map<string, string[]>();
  for (const [path, text] of Object.entries(sources)) {
    const layer = LAYERS[layerOf(path)];
    if (!layer) {
      problems.push(`${path}: no layer is called '${layerOf(path)}'`);
      continue;
    }
    const folder = folderOf(path);
    if (folder !== '' && ROOMS[layerOf(path)]?.flat().includes(folder) === false)
      problems.push(`${path}: no room of ${layerOf(path)} is called '${folder}'`);
    const neighbours: string[] = [];
    for (const { specifier, deferred } of importsOf(path, text)) {
      const bad = (why: string): number => problems.push(`${path}: imports '${specifier}', ${why}`);
      if (specifier.startsWith('.')) {
        // The page is put together by a bundler, styles and all.
        if (layerOf(path) === 'dashboard/ui' && specifier.endsWith('.css')) continue;
        const written = posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts');
        const target = `${written}x` in sources ? `${written}x` : written;
        const to = layerOf(target);
        neighbours.push(target);
        if (!(target in sources)) bad('which does not exist');
        else if (to === 'dashboard/ui' && layerOf(path) === 'dashboard') {
          if (target !== WIRE || !deferred) bad('other than the types of wire.ts');
        } else if (to !== layerOf(path) && !layer.layers.includes(to)) bad(`layer '${to}'`);
        else if (roomOf(target) !== roomOf(path) && posix.basename(target) !== 'index.ts')
          bad('past the index.ts of its neighbour');
        else if (OUTSIDE.test(path) && to === 'core' && !PORT.has(target))
          bad('which nothing written elsewhere could');
        else if (to !== layerOf(path) && to !== 'core' && roomOf(target) !== to)
          bad('a room inside its neighbour');
        else if (
          roomOf(target) !== roomOf(path) &&
          to === layerOf(path) &&
          heightOf(target) >= heightOf(path)
        )
          bad(`a room of ${to} that stands no lower`);
      } else if (!specifier.startsWith('node:')) {
        const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
        if (layer.lazy?.includes(name)) {
          if (!deferred) bad('an optional peer, other than lazily or as a type');
        } else if (!layer.packages?.includes(name)) bad('a package of another layer');
      }
    }
    graph.set(path, neighbours);
    const lines = text.trimEnd().split('\n');
    const excused = lines.slice(0, 5).some((line) => /^\/\/ over 200 lines because \S/.test(line));
    if (lines.length > MAX_LINES && !excused)
      problems.push(`${path}: ${lines.length} lines, and no '// over 200 lines because …'`);
    if (roomOf(path) !== MACHINE && FROM_OUTSIDE.test(text))
      problems.push(`${path} makes a record of what reaches a saga from outside: receive() does`);
  }
  return [...problems, ...cycles(graph)];
}

function cycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push(`cycle: ${[...trail.slice(start), path].join(' → ')}`);
    if (start >= 0 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return found;
}

describe('the architecture of lib', () => {
  it('keeps the import rules', () => {
    const root = join(process.cwd(), 'lib');
    const paths = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => /\.tsx?$/.test(path));
    expect(paths).not.toEqual([]);

    const sources = paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]);
    expect(violations(Object.fromEntries(sources) as Sources)).toEqual([]);
  });

  it('names no optional peer in anything that the main entry reaches, types included', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
      peerDependenciesMeta: Record<string, { optional?: boolean }>;
    };
    const optional = Object.keys(manifest.peerDependenciesMeta);
    expect(optional).toContain('pg');
    const reached = new Set(['index.ts']);
    const named: string[] = [];
    for (const path of reached) {
      for (const one of importsOf(path, readFileSync(join('lib', path), 'utf8'))) {
        const { specifier, isLoaded } = one;
        if (isLoaded === true) continue;
        if (specifier.startsWith('.')) {
          reached.add(posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts'));
        } else named.push(specifier);
      }
    }
    expect(reached.size).toBeGreaterThan(100);
    expect(named).toContain('@nestjs/common');
    const bad = (name: string): boolean =>
      optional.some((peer) => name === peer || name.startsWith(`${peer}/`));
    expect(named.filter(bad)).toEqual([]);
  });

  it('is mirrored by its specs', () => {
    const specs = [
      'cli',
      'core',
      'dashboard',
      'engines',
      'journals',
      'nest',
      'observability',
      'participant',
      'testing',
    ].flatMap((layer) =>
      readdirSync(join('test', layer), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.spec.ts'))
        .map((path) => posix.join(layer, path.replaceAll('\\', '/'))),
    );
    expect(specs.length).toBeGreaterThan(100);
    expect(specs.filter((path) => !existsSync(join('lib', posix.dirname(path))))).toEqual([]);
  });

  it('accepts what the rules allow', () => {
    expect(
      violations({
        'index.ts': `export { a } from './nest/index.js';`,
        'nest/index.ts': `import type { Logger } from 'winston'; export * from './logs/a.js';`,
        'nest/logs/a.ts': `import { b } from '../../core/index.js'; await import('nest-winston');`,
        'core/index.ts': `// over 200 lines because of this test${'\n'.repeat(300)}export {};`,
      }),
    ).toEqual([]);
  });

  const offences: readonly [rule: string, sources: Sources, problem: RegExp][] = [
    ['core imports no package', { 'core/a.ts': `import 'rxjs';` }, /'rxjs', a package of another/],
    [
      'core imports no layer',
      { 'core/a.ts': `import type { N } from '../nest/index.js';`, 'nest/index.ts': '' },
      /layer 'nest'/,
    ],
    [
      'nest imports no real store',
      {
        'nest/a.ts': `export * from '../journals/sqlite/index.js';`,
        'journals/sqlite/index.ts': '',
      },
      /layer 'journals\/sqlite'/,
    ],
    [
      'a store imports no other store',
      { 'journals/postgres/a.ts': `import '../memory/index.js';`, 'journals/memory/index.ts': '' },
      /layer 'journals\/memory'/,
    ],
    [
      'a driver belongs to one module',
      { 'journals/sqlite/a.ts': `type P = import('pg').Pool;` },
      /'pg', a package of another/,
    ],
    [
      'an optional peer is loaded lazily',
      { 'nest/a.ts': `import { type Logger } from 'winston';` },
      /'winston', an optional peer/,
    ],
    [
      'neighbours meet through index.ts',
      { 'core/machine/x.ts': `import '../errors/y.js';`, 'core/errors/y.ts': '' },
      /past the index\.ts/,
    ],
    [
      'an engine sees of core what any engine sees',
      {
        'engines/restate/a.ts': `import '../../core/machine/index.js';`,
        'core/machine/index.ts': '',
      },
      /nothing written elsewhere/,
    ],
    [
      'a room of core imports lower ones alone',
      { 'core/machine/a.ts': `import '../journal/index.js';`, 'core/journal/index.ts': '' },
      /a room of core that stands no lower/,
    ],
    [
      'ownership knows nothing of the runs that it is about',
      {
        'engines/in-process/ownership/a.ts': `import type { R } from '../runs/index.js';`,
        'engines/in-process/runs/index.ts': '',
      },
      /a room of engines\/in-process that stands no lower/,
    ],
    [
      'recovery and operations do without each other',
      {
        'engines/in-process/operations/a.ts': `import '../recovery/index.js';`,
        'engines/in-process/recovery/index.ts': '',
      },
      /a room of engines\/in-process that stands no lower/,
    ],
    [
      'no room of an engine knows what puts it together',
      {
        'engines/in-process/runs/a.ts': `import '../index.js';`,
        'engines/in-process/index.ts': '',
      },
      /a room of engines\/in-process that stands no lower/,
    ],
    [
      'rooms of an engine meet through index.ts',
      {
        'engines/in-process/runs/a.ts': `import '../ownership/lease.js';`,
        'engines/in-process/ownership/lease.ts': '',
      },
      /past the index\.ts/,
    ],
    [
      'the rooms of an engine are its own',
      {
        'nest/a.ts': `import '../engines/in-process/runs/index.js';`,
        'engines/in-process/runs/index.ts': '',
      },
      /a room inside its neighbour/,
    ],
    [
      'a layer that has rooms has no other folders',
      { 'engines/in-process/utils/a.ts': '' },
      /no room of engines\/in-process is called 'utils'/,
    ],
    [
      'the page of the dashboard imports nothing but itself and preact',
      {
        'dashboard/ui/a.tsx': `import type { S } from '../../core/index.js';`,
        'core/index.ts': '',
      },
      /layer 'core'/,
    ],
    [
      'the server of the dashboard sees types of its page alone',
      { 'dashboard/a.ts': `import { x } from './ui/wire.js';`, 'dashboard/ui/wire.ts': '' },
      /other than the types of wire\.ts/,
    ],
    [
      'nobody imports the program',
      { 'nest/a.ts': `import '../cli/run.js';`, 'cli/run.ts': '' },
      /layer 'cli'/,
    ],
    [
      'the program knows journals, and no engine',
      {
        'cli/a.ts': `import '../engines/in-process/index.js';`,
        'engines/in-process/index.ts': '',
      },
      /layer 'engines\/in-process'/,
    ],
    ['what is imported exists', { 'core/a.ts': `import './gone.js';` }, /does not exist/],
    ['every folder is a known layer', { 'utils/a.ts': '' }, /no layer is called 'utils'/],
    [
      'there are no cycles',
      { 'core/a.ts': `import './b.js';`, 'core/b.ts': `import './a.js';` },
      /cycle: core\/a\.ts → core\/b\.ts → core\/a\.ts/,
    ],
    [
      'receive alone makes records of what comes from outside',
      { 'core/execution/x.ts': `run.note({ type: 'resumed', skip: [] });` },
      /receive\(\) does/,
    ],
    ['a long file says why', { 'core/a.ts': 'export {};\n'.repeat(201) }, /201 lines/],
  ];
  it.each(offences)('reports an offence: %s', (_rule, sources, problem) => {
    expect(violations(sources)).toEqual([expect.stringMatching(problem)]);
  });
});
