import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { STEP_OPTIONS } from '../lib/core/definition/index.js';

const ROOT = join(__dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Folders with pages that people wrote; what tools wrote, or installed, is not read. */
const FOLDERS = ['.', '.changeset', '.github', 'docs', 'lib', 'test'];
const NOT_OURS = /(^|\/)(node_modules|api|results|server)\//;

const PAGES = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: folder !== '.', encoding: 'utf8' })
    .map((path) => posix.join(folder, path.replaceAll('\\', '/')))
    .filter((path) => path.endsWith('.md') && !NOT_OURS.test(path)),
);

const withoutCode = (markdown: string): string =>
  markdown.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(markdown: string): readonly string[] {
  const headings = markdown.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#{1,6} (.*)$/gm);
  return [...headings].map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}

/** Links of a page that lead nowhere, and those that only work on one machine. */
function deadLinks(page: string, markdown: string): readonly string[] {
  return [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^(https?|mailto):/.test(target)) return [];
    const bad = [`${page}: ${target}`];
    if (target.startsWith('/')) return bad;
    const [path = '', anchor] = target.split('#', 2);
    const file = path === '' ? page : posix.join(posix.dirname(page), path);
    const isThere = file === page || existsSync(join(ROOT, file));
    if (file.startsWith('..') || !isThere) return bad;
    if (anchor === undefined) return [];
    const text = file === page ? markdown : read(file);
    return anchorsOf(text).includes(anchor) ? [] : bad;
  });
}

/** The texts that a type of the machine allows for its values, or for their `type`. */
function literalsOf(alias: 'ParkReason' | 'SagaRecord'): readonly string[] {
  const path = 'lib/core/machine/saga-record.ts';
  const file = ts.createSourceFile(path, read(path), ts.ScriptTarget.ES2023);
  const types = file.statements.filter(ts.isTypeAliasDeclaration);
  const found: string[] = [];
  const isTag = (node: ts.Node): node is ts.PropertySignature =>
    ts.isPropertySignature(node) && ts.isIdentifier(node.name) && node.name.text === 'type';
  const visit = (node: ts.Node): void => {
    const isWanted = ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal);
    if (isWanted) found.push(node.literal.text);
    if (ts.isTypeReferenceNode(node)) {
      const name = (node.typeName as ts.Identifier).text;
      ts.forEachChild(types.find((type) => type.name.text === name) ?? node, visit);
    } else if (ts.isTypeLiteralNode(node)) {
      node.members.filter(isTag).forEach((member) => member.type && visit(member.type));
    } else ts.forEachChild(node, visit);
  };
  types.filter((type) => type.name.text === alias).forEach(visit);
  return found;
}

/** What stands on a page between two headings, or from a text to the end of its paragraph or list. */
const section = (page: string, from: string, to: string): string => {
  const text = read(page);
  const start = text.indexOf(from);
  const end = text.indexOf(to, start);
  if (start < 0 || end < 0) throw new Error(`${page} has no part from '${from}' to '${to}'`);
  return text.slice(start, end);
};
const missing = (names: readonly string[], text: string): readonly string[] =>
  names.filter((name) => !text.includes(`\`${name}\``));

describe('the documents', () => {
  it('are found', () => {
    expect(PAGES).toEqual(expect.arrayContaining(['README.md', 'docs/architecture.md']));
  });

  it.each(PAGES)('%s has no dead link, and relative ones alone', (page) => {
    expect(deadLinks(page, read(page))).toEqual([]);
  });

  it.each([
    ['a file that is not there', '[x](gone.md)'],
    ['a place outside the repository', '[x](../../etc/hosts)'],
    ['a path of one machine', '[x](/docs/architecture.md)'],
    ['a heading that is not there', '[x](docs/architecture.md#no-such-heading)'],
    ['a heading of its own that is not there', '# A\n[x](#b)'],
  ])('a link to %s is found', (_, markdown) => {
    expect(deadLinks('page.md', markdown)).toHaveLength(1);
    expect(deadLinks('page.md', '# A b\n[x](#a-b) [y](docs/architecture.md)')).toEqual([]);
  });

  it('name every park reason: what it is, and what an operator does', () => {
    const reasons = literalsOf('ParkReason');
    expect(reasons).toContain('in-doubt');
    expect(missing(reasons, section('docs/steps.md', '- **parked**', '\n\n'))).toEqual([]);
    expect(missing(reasons, read('lib/journals/README.md'))).toEqual([]);
  });

  it('name every record as an event', () => {
    const records = literalsOf('SagaRecord');
    expect(records).toEqual(expect.arrayContaining(['started', 'manual', 'undo-failed', 'parked']));
    expect(
      missing(
        records,
        section('docs/operating.md', 'Events are the records', '\n`SagaOperations.health()`'),
      ),
    ).toEqual([]);
  });

  it('name every option of a step', () => {
    const others = ['label', 'compensate', 'probe', 'result', 'checkResult', 'onError', 'retired'];
    const table = section('docs/options.md', "`@SagaStep('Label')`", '`factory.for(');
    expect(missing([...Object.keys(STEP_OPTIONS), ...others], table)).toEqual([]);
  });

  it('name in the architecture nothing of the code that is gone', () => {
    const sources = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => read(join('lib', path)));
    const all = new Set([...sources, read('package.json')].join(' ').match(/\w+/g));
    const named = [...read('docs/architecture.md').matchAll(/`([A-Za-z_]{3,})(?:\(\))?`/g)];
    expect(named.length).toBeGreaterThan(30);
    expect(named.map(([, name = '']) => name).filter((name) => !all.has(name))).toEqual([]);
  });

  it('show every room of lib in the architecture', () => {
    const folders = (path: string): readonly string[] =>
      readdirSync(join(ROOT, path)).filter((name) =>
        statSync(join(ROOT, path, name)).isDirectory(),
      );
    const inside = ['core', 'engines', 'journals'];
    const rooms = [
      ...folders('lib').filter((name) => !inside.includes(name)),
      ...folders('lib/core').map((name) => `core/${name}`),
      ...['engines', 'journals'].flatMap((top) =>
        folders(`lib/${top}`).map((name) => `${top}/${name}`),
      ),
    ];
    const inProcess = 'engines/in-process';
    rooms.push(...folders(`lib/${inProcess}`).map((name) => `${inProcess}/${name}`));
    const page = read('docs/architecture.md');
    expect(rooms.filter((room) => !page.includes(room))).toEqual([]);
  });
});
