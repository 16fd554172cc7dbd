import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import ts from 'typescript';
import { SagaOperations } from '../lib/index.js';

const ROOT = join(__dirname, '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

interface Block {
  readonly language: string;
  readonly name: string;
  readonly code: string;
}

function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```(\w+)(?: ([\w-]+))?\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', name = '', code = '']) => ({ language, name, code }),
  );
}

/** What all programs read is parsed once. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** Type checks each text as a file of its own beside the tests, with the project's settings. */
function diagnose(codes: readonly string[]): readonly string[] {
  const path = join(ROOT, 'tsconfig.json');
  const config = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path, (file) => ts.sys.readFile(file)).config,
    ts.sys,
    ROOT,
  );
  const texts = new Map(codes.map((code, i) => [join(ROOT, 'test', `readme-${i}.ts`), code]));
  const options = { ...config.options, noEmit: true, noUnusedLocals: false };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.readFile = (file) => texts.get(file) ?? readFile(file);
  host.getSourceFile = (file, ...how) => {
    if (texts.has(file)) return getSourceFile(file, ...how);
    if (!parsed.has(file)) parsed.set(file, getSourceFile(file, ...how));
    return parsed.get(file);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return [...texts.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    const found = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ];
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  });
}

/** The pages beside what they describe, and those of docs. */
const PAGES = ['lib', 'docs'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.endsWith('.api.md'))
    .map((file) => readFileSync(join(ROOT, folder, file), 'utf8')),
);

const blocks = [README, ...PAGES].flatMap(blocksOf);
const typescript = blocks
  .filter(({ language }) => language === 'ts')
  .map(({ code }) => code)
  // Recipes of what is not installed here: npm run test:transactions and test:libraries check and run them.
  .filter((code) => !/'(\.\/place-order\.js|amqplib|@nestjs\/(bullmq|cqrs|graphql))'/.test(code));

/** What is declared of the client of transactions holds for an application whole: such code is checked apart. */
const declares = (code: string): boolean => code.includes('declare module');

describe('the README', () => {
  // Beside the tests, so that its imports are found.
  const scratch = join(__dirname, '.readme');

  beforeAll(() => mkdirSync(scratch, { recursive: true }));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  /** The module of a block, as a reader would paste it into a file. */
  function pasted<T>(block: string): Promise<T> {
    const { code } = blocks.find(({ name }) => name === block) as Block;
    writeFileSync(join(scratch, `${block}.ts`), code);
    return import(join(scratch, `${block}.ts`)) as Promise<T>;
  }

  it('has code that compiles, and a check that can fail', () => {
    const [quickStart = ''] = typescript;
    const broken = quickStart.replace("'release'", "'relase'");
    expect(broken).not.toBe(quickStart);
    expect(diagnose(typescript.filter((code) => !declares(code)))).toEqual([]);
    expect(diagnose([...typescript.filter(declares), quickStart])).toEqual([]);
    expect(diagnose([broken]).join()).toContain('relase');
  });

  it('has a quick start of at most 40 lines beside its imports, which runs and is there after a restart', async () => {
    const { code } = blocks.find(({ name }) => name === 'quick-start') as Block;
    const ownLines = code
      .replace(/^import [\s\S]*?;$/gm, '')
      .split('\n')
      .filter((line) => line.trim() !== '');
    expect(ownLines.length).toBeLessThanOrEqual(40);

    const files = mkdtempSync(join(tmpdir(), 'quick-start-'));
    process.env['SAGAS'] = join(files, 'sagas.db');
    const said = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      const { AppModule } = await pasted<{ AppModule: Type }>('quick-start');
      const start = async (): Promise<INestApplication> => {
        const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
        const app = module.createNestApplication({ logger: false });
        await app.listen(0, '127.0.0.1');
        return app;
      };
      const order = (user: string) => ({ user, product: 'book' });

      const first = await start();
      const server = first.getHttpServer();
      await request(server).post('/orders').send(order('ann')).expect(201, { receipt: 'r-1' });
      await request(server).post('/orders').send(order('bob')).expect(500);
      const texts = said.mock.calls.map(([text]) => String(text));
      expect(texts).toHaveLength(3);
      expect(texts[2]).toBe(`${texts[1]?.replace('book reserved as ', '')} released`);
      await first.close();

      const second = await start();
      const { sagas } = await second.get(SagaOperations).list();
      expect(sagas.map(({ status }) => status).sort()).toEqual(['compensated', 'completed']);
      await second.close();
    } finally {
      delete process.env['SAGAS'];
      said.mockRestore();
      rmSync(files, { recursive: true });
    }
  });

  it('leads to an example of a test that says what it answers', async () => {
    const { declinedCard } = await pasted<{ declinedCard(): Promise<unknown> }>('testing');
    const answer = await declinedCard();
    expect(answer).toEqual({ calls: ['reserve', 'release'], failed: true, status: 'compensated' });
  });

  it('names only scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...README.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    expect(scripts).toHaveProperty('start');
    expect(scripts).toHaveProperty('test');
  });
});
