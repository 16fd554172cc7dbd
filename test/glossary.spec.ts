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
  /\blive (?:saga|instance)s?\b/i,
  /\bresidents?\b/i,
  /\bnewer sagas\b/i,
  /\battach(?:es|ed|ing)?\b/i,
  /\bsteer(?:s|ed|ing)?\b/i,
  /\bwish(?:es|ed)?\b/i,
  /\bmanual acts?\b|\bacts by hand\b/i,
  /\bfinally fail(?:s|ed)?\b/i,
  /\b(?:is|are|was|were|been) born\b|\bbears?\b/i,
  /\bunbegun\b/i,
  /\bgive back\b|\bg[ai]ve[sn]? (?:it|them|sagas|its sagas|what it has) back\b|\b(?:sagas?|it) (?:is|are|was) given back\b/i,
  /\bturn(?:s|ed|ing)? back\b|\b(?:way|road) back\b/i,
  /\bcarr(?:y|ies|ied)\b[^.]{0,20}\bon after\b/i,
  /\bprocess (?:that )?went\b/i,
  /\bhands off\b/i,
  /\btakes? (?:it|them|one|.{1,12}) away\b/i,
];

/** Texts in which a retired word is right, with the reason. */
const ALLOWED: readonly { readonly path: string; readonly text: RegExp; readonly why: string }[] = [
  {
    path: 'lib/journals/postgres/write-sql.ts',
    text: /\b(?:AS wish|\.wish|, wish) /,
    why: 'SQL, read by the server alone',
  },
];

interface Text {
  /** `path:line`. */
  readonly at: string;
  readonly text: string;
}

const filesOf = (folder: string, extension: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: folder !== '.', encoding: 'utf8' })
    .map((path) => posix.join(folder, path.replaceAll('\\', '/')))
    .filter((path) => path.endsWith(extension));

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

/** What a program says: texts of more than one word, of templates what stands between the values. */
function messagesOf(path: string): readonly Text[] {
  const found: Text[] = [];
  const file = ts.createSourceFile(path, read(path), ts.ScriptTarget.ES2023);
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) {
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

/** What an editor shows of the code: comments that document. */
function commentsOf(path: string): readonly Text[] {
  const text = read(path);
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].map(({ 0: comment, index }) => ({
    at: `${path}:${text.slice(0, index).split('\n').length}`,
    text: comment.replace(/\s*\n\s*\*/g, ' ').replace(/\s+/g, ' '),
  }));
}

const isAllowed = ({ at, text }: Text): boolean =>
  ALLOWED.some((allowed) => at.startsWith(`${allowed.path}:`) && allowed.text.test(text));

const retiredIn = (texts: readonly Text[]): readonly string[] =>
  texts
    .filter((one) => RETIRED.some((word) => word.test(one.text)) && !isAllowed(one))
    .map(({ at, text }) => `${at}: ${text}`);

describe('the words of public texts', () => {
  it.each([
    ...filesOf('.', '.md'),
    ...filesOf('docs', '.md').filter((path) => !path.startsWith('docs/api/')),
    ...filesOf('lib', '.md'),
  ])('%s uses no retired one', (page) => {
    expect(retiredIn(blocksOf(page))).toEqual([]);
  });

  it('no message of lib and of the sample app uses a retired one', () => {
    const messages = [...filesOf('lib', '.ts'), ...filesOf('sample-app', '.ts')].flatMap(
      messagesOf,
    );
    expect(messages.length).toBeGreaterThan(500);
    expect(retiredIn(messages)).toEqual([]);
  });

  it('no doc comment of core and nest uses a retired one', () => {
    const comments = ['lib/core', 'lib/nest'].flatMap((room) =>
      filesOf(room, '.ts').flatMap(commentsOf),
    );
    expect(comments.length).toBeGreaterThan(500);
    expect(retiredIn(comments)).toEqual([]);
  });

  it('are refused as the glossary says', () => {
    const [, table = ''] = read('docs/glossary.md').split('\n## Retired words\n');
    const rows = [...table.matchAll(/^\| ([^|]+) \|/gm)].slice(2).map(([, words = '']) => words);
    // Of some the sense decides: those are refused in names alone.
    const found = rows.filter((row) => !row.includes('(in code)'));
    const words = found.flatMap((row) => row.split(',')).map((w) => w.trim());
    expect(words.length).toBeGreaterThan(15);
    const unknown = words.filter((word) => !RETIRED.some((retired) => retired.test(word)));
    expect(unknown).toEqual([]);
  });
});
