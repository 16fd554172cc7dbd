import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** What the table of retired words in docs/glossary.md refuses, as it is found in a text. */
const RETIRED: readonly RegExp[] = [
  /\bdebts?\b/i,
  /\btenures?\b/i,
  /\blease terms?\b|\bterms? of (?:a|the|its) lease\b/i,
  /\blive (?:saga|instance)s?\b|\bof the live\b/i,
  /\bresidents?\b/i,
  /\bnewer sagas\b/i,
  /\bsteer(?:s|ed|ing)?\b/i,
  /\bwish(?:es|ed)?\b/i,
  /\bmanual acts?\b|\bacts by hand\b/i,
  /\bfinally fail(?:s|ed)?\b/i,
  /\b(?:is|are|was|were|been) born\b|\bbears?\b/i,
  /\bunbegun\b/i,
  /\bg(?:ive|ives|iven|iving|ave)\b[^.]{0,30}\bback\b/i,
  /\bturn(?:s|ed|ing)? (?:it )?back\b|\b(?:way|road) back\b/i,
  /\bcarr(?:y|ies|ied|ying)\b[^.]{0,30}\bon\b/i,
  /\bprocess(?:es)? (?:that |which )?went\b/i,
  /\bhands off\b|\bin (?:other|our) hands\b/i,
  /\bhalt(?:s|ed|ing)\b/i,
  /\bt(?:ake|akes|aking|aken|ook)\b[^.]{0,20}\baway\b/i,
];

/** In names of the code these are refused, too. */
const RETIRED_IN_NAMES: readonly RegExp[] = [
  ...RETIRED,
  /\bborn\b/i,
  /\bhalt\b/i,
  /\bfollow(?:s|ed|er|ers|ing)?\b/i,
];

/** Public types keep their names. */
const PUBLIC_NAMES: ReadonlySet<string> = new Set(['ManualAct']);

const parsed = new Map<string, ts.SourceFile>();

function parse(path: string): ts.SourceFile {
  const file = parsed.get(path) ?? ts.createSourceFile(path, read(path), ts.ScriptTarget.ES2023);
  parsed.set(path, file);
  return file;
}

interface Text {
  /** `path:line`. */
  readonly at: string;
  readonly text: string;
}

const filesOf = (folder: string, extension: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: folder !== '.', encoding: 'utf8' })
    .map((path) => posix.join(folder, path.replaceAll('\\', '/')))
    .filter((path) => path.endsWith(extension) && !path.includes('node_modules/'));

/** Names of files are not for readers to know. */
const prose = (markdown: string): string =>
  markdown
    .replace(/\[[\w.-]+\.ts\]\([^)]*\)/g, '')
    .replace(/\]\([^)]*\)/g, ']')
    .replace(/\s+/g, ' ');

/** A page by its paragraphs, items and rows; what stands under "Retired words" must name them. */
function blocksOf(path: string): readonly Text[] {
  const [page = ''] = read(path).split('\n## Retired words\n');
  let line = 1;
  return page.split(/(?<=\n)(?=\n|[-#|]|\d+\. )/).map((block) => {
    const at = `${path}:${line}`;
    line += block.split('\n').length - 1;
    return { at, text: prose(block) };
  });
}

/** What a program says, and tests expect: texts of more than one word, of templates what stands between the values. */
function messagesOf(path: string): readonly Text[] {
  const found: Text[] = [];
  const file = parse(path);
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    const isText = ts.isStringLiteralLike(node) || ts.isRegularExpressionLiteral(node);
    if (isText || ts.isTemplateExpression(node)) {
      const parts = ts.isTemplateExpression(node)
        ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)]
        : [node.text];
      const text = parts.join('…').replace(/\s+/g, ' ');
      const { line } = file.getLineAndCharacterOfPosition(node.pos);
      if (text.includes(' ')) found.push({ at: `${path}:${line + 1}`, text });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** All comments, also of one line; those that follow one another are one. */
function commentsOf(path: string): readonly Text[] {
  const file = parse(path);
  const { text } = file;
  const ranges = new Map<number, number>();
  const visit = (node: ts.Node): void => {
    const found = [
      ...(ts.getLeadingCommentRanges(text, node.pos) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.end) ?? []),
    ];
    for (const { pos, end } of found) ranges.set(pos, end);
    node.getChildren(file).forEach(visit);
  };
  visit(file);
  const comments: { pos: number; end: number }[] = [];
  for (const [pos, end] of [...ranges].sort(([one], [other]) => one - other)) {
    const last = comments.at(-1);
    if (last !== undefined && text.slice(last.end, pos).trim() === '') last.end = end;
    else comments.push({ pos, end });
  }
  return comments.map(({ pos, end }) => ({
    at: `${path}:${file.getLineAndCharacterOfPosition(pos).line + 1}`,
    text: text
      .slice(pos, end)
      .replace(/\s*\n\s*(?:\*|\/\/)/g, ' ')
      .replace(/\s+/g, ' '),
  }));
}

/** What files declare, and the files themselves: `giveBack` as 'give back'. */
function namesOf(path: string): readonly Text[] {
  const file = ts.createSourceFile(path, read(path), ts.ScriptTarget.ES2023);
  const named = (at: string, name: string): Text => ({
    at,
    text: name.replace(/([a-z])(?=[A-Z])|[_#.-]+/g, '$1 ').trim(),
  });
  const found = [named(path, posix.basename(path, '.ts'))];
  const visit = (node: ts.Node): void => {
    const { name } = node as Partial<ts.NamedDeclaration>;
    const isName = name !== undefined && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name));
    if (isName && !PUBLIC_NAMES.has(name.text)) {
      const { line } = file.getLineAndCharacterOfPosition(name.getStart(file));
      found.push(named(`${path}:${line + 1}`, name.text));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const retiredIn = (texts: readonly Text[], words = RETIRED): readonly string[] =>
  texts
    .filter(({ text }) => words.some((word) => word.test(text)))
    .map(({ at, text }) => `${at}: ${text}`);

describe('the words of public texts', () => {
  it.each([
    ...filesOf('.', '.md'),
    ...filesOf('docs', '.md').filter((path) => !path.startsWith('docs/api/')),
    ...filesOf('lib', '.md'),
  ])('%s uses no retired one', (page) => {
    expect(retiredIn(blocksOf(page))).toEqual([]);
  });

  const code = ['lib', 'sample-app', 'test'].flatMap((folder) => filesOf(folder, '.ts'));
  const all = code.filter((path) => path !== 'test/glossary.spec.ts');

  it('no message uses a retired one', () => {
    const messages = all.flatMap(messagesOf);
    expect(messages.length).toBeGreaterThan(500);
    expect(retiredIn(messages)).toEqual([]);
  });

  it('no comment uses a retired one', () => {
    const comments = all.flatMap(commentsOf);
    expect(comments.length).toBeGreaterThan(2_000);
    expect(retiredIn(comments)).toEqual([]);
  });

  it('no name in lib uses a retired one', () => {
    const names = filesOf('lib', '.ts').flatMap(namesOf);
    expect(names.length).toBeGreaterThan(5_000);
    expect(retiredIn(names, RETIRED_IN_NAMES)).toEqual([]);
  });

  it('are refused as the glossary says', () => {
    const [, table = ''] = read('docs/glossary.md').split('\n## Retired words\n');
    const rows = [...table.matchAll(/^\| ([^|]+) \|/gm)].slice(2).map(([, words = '']) => words);
    const words = rows.flatMap((row) => row.split(',')).map((word) => word.trim());
    expect(words.length).toBeGreaterThan(15);
    // Of some the sense decides: those are refused in names alone.
    const unknown = words.filter((word) => {
      const refused = word.endsWith('(in code)') ? RETIRED_IN_NAMES : RETIRED;
      return !refused.some((retired) => retired.test(word));
    });
    expect(unknown).toEqual([]);
  });
});
